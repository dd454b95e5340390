package io.chasqui.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.routing.Subscription;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import org.junit.jupiter.api.Test;

class SubscriptionsTest {
    private final Session session = new Stage().connect("c", new RecordingLink());
    private final Subscriptions subscriptions = new Subscriptions();

    private Subscription subscription(String filter) {
        return new Subscription(session, TopicFilter.of(filter), new SubscriptionOptions(Qos.AT_LEAST_ONCE), 0);
    }

    @Test
    void put_sameFilterReplacesTheOneBefore() {
        Subscription first = subscription("a");
        Subscription second = subscription("a");
        assertThat(subscriptions.put(first)).isNull();
        assertThat(subscriptions.put(second)).isSameAs(first);
        assertThat(subscriptions.size()).isEqualTo(1);
        assertThat(subscriptions.all()).containsExactly(second);

        subscriptions.put(subscription("b"));
        assertThat(subscriptions.put(first)).isSameAs(second);
        assertThat(subscriptions.get("a")).isSameAs(first);
        assertThat(subscriptions.size()).isEqualTo(2);
    }

    /** MQTT5-3.10.4-1: character by character. */
    @Test
    void mqtt5_3_10_4_1_filtersAreComparedByCharacter() {
        subscriptions.put(subscription("a/+"));
        assertThat(subscriptions.get("a/b")).isNull();
        assertThat(subscriptions.get("A/+")).isNull();
        assertThat(subscriptions.remove("a/#")).isNull();
        assertThat(subscriptions.remove("a/+")).isNotNull();
        assertThat(subscriptions.size()).isZero();
    }

    @Test
    void remove_ofTheOnlyOneAndOfOneOfSeveral() {
        Subscription a = subscription("a");
        Subscription b = subscription("b");
        Subscription c = subscription("c");
        subscriptions.put(a);
        assertThat(subscriptions.remove("a")).isSameAs(a);
        assertThat(subscriptions.all()).isEmpty();

        subscriptions.put(a);
        subscriptions.put(b);
        subscriptions.put(c);
        assertThat(subscriptions.remove("b")).isSameAs(b);
        assertThat(subscriptions.remove("b")).isNull();
        assertThat(subscriptions.all()).containsExactly(a, c);
        subscriptions.remove("a");
        subscriptions.remove("c");
        assertThat(subscriptions.size()).isZero();
        assertThat(subscriptions.get("c")).isNull();
    }
}
