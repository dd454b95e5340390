package io.chasqui.interop;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.SubscriptionOptions;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a client library of MQTT 5 can do that lets its user choose Subscription Identifiers; not all do. */
abstract class SeesSubscriptionIds extends SpeaksMqtt5 {
    SeesSubscriptionIds(BrokerUnderTest broker, Client.Library library) {
        super(broker, library);
    }

    @Test
    void a_message_says_which_subscriptions_it_matched() throws Exception {
        Guest guest = connect();
        SubscriptionOptions options = new SubscriptionOptions(AT_LEAST_ONCE);
        guest.subscribe(root + "/+", options, 7);
        guest.subscribe(root + "/x", options, 268_435_455);
        guest.subscribe(root + "/elsewhere", options, 9);
        guest.subscribe(root + "/end", options, 0);

        guest.publish(Message.of(root + "/x", "both", AT_LEAST_ONCE));
        guest.publish(Message.of(root + "/end", "end", AT_LEAST_ONCE));

        // One message with both or one for each subscription: the standard leaves the choice (MQTT5-3.3.4-3).
        Set<Integer> subscriptionIds = new TreeSet<>();
        guest.before("end").forEach(message -> subscriptionIds.addAll(message.subscriptionIds()));
        assertThat(subscriptionIds).containsExactly(7, 268_435_455);
    }
}
