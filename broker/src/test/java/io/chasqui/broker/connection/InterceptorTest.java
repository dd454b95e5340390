package io.chasqui.broker.connection;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.connection.Interceptor.Verdict;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Unsubscribe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the embedding program may do with what clients do. */
class InterceptorTest {
    private final House house = new House(2);
    private final List<String> seen = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();
    private boolean broken; // it throws whatever it is told

    /** Has the payload say what becomes of a message. */
    private final class Obedient implements Interceptor {
        @Override
        public Verdict onPublish(ClientInfo client, Message message) {
            note(client.clientId() + " publishes " + message.topic() + "=" + message.text());
            return switch (message.text()) {
                case "shout" -> Verdict.change(message.withPayload(House.bytes("SHOUT")));
                case "elsewhere" -> Verdict.change(message.withTopic(TopicName.of("elsewhere")));
                case "keep" -> Verdict.change(message.withRetain(true));
                case "deep" -> Verdict.change(message.withTopic(TopicName.of("1/2/3/4/5/6")));
                case "forge" -> Verdict.change(Message.of("t", "not c's"));
                case "refuse" -> Verdict.refuse(ReasonCode.NOT_AUTHORIZED, "not today");
                case "full" -> Verdict.refuse(ReasonCode.QUOTA_EXCEEDED, null);
                case "drop" -> Verdict.drop();
                case "throw" -> throw new IllegalStateException("the interceptor is broken");
                case "error" -> throw new StackOverflowError("so is this");
                default -> Verdict.pass();
            };
        }

        @Override
        public void onConnected(ClientInfo client) {
            note(client.clientId() + " is connected");
        }

        @Override
        public void onDisconnected(ClientInfo client, @Nullable ReasonCode reason) {
            note(client.clientId() + " is disconnected " + reason);
        }

        @Override
        public void onSubscribed(ClientInfo client, TopicFilter filter, Qos granted) {
            note(client.clientId() + " subscribes " + filter + " q" + granted.level());
        }

        @Override
        public void onUnsubscribed(ClientInfo client, TopicFilter filter) {
            note(client.clientId() + " unsubscribes " + filter);
        }

        @Override
        public void onEnded(Fate fate, Message message, @Nullable String receiver) {
            ended.add(fate + " " + message.topic() + "=" + message.text() + " " + receiver);
            fail();
        }

        private void note(String event) {
            seen.add(event);
            fail();
        }

        private void fail() {
            if (broken) {
                throw new IllegalStateException("broken");
            }
        }
    }

    private Peer subscriber() {
        house.interceptor = new Obedient();
        Peer peer = house.client("s");
        peer.subscribe(1, "#", new SubscriptionOptions(EXACTLY_ONCE));
        house.settle();
        peer.take();
        return peer;
    }

    private long faults() {
        return house.cores().stream().mapToLong(core -> core.counters().faults).sum();
    }

    @Test
    void aMessageGoesItsWayOrAnotherOneInItsPlace() {
        Peer subscriber = subscriber();
        Peer client = house.client("c");
        client.publish("t", "hello", AT_MOST_ONCE, 0);
        client.publish("t", "shout", AT_LEAST_ONCE, 1);
        client.publish("t", "elsewhere", EXACTLY_ONCE, 2);
        house.settle();
        assertThat(subscriber.take()).containsExactly("t=hello q0", "t=SHOUT q1 #1", "elsewhere=elsewhere q2 #2");
        assertThat(client.take()).containsExactly("PUBACK #1 SUCCESS", "PUBREC #2 SUCCESS");

        client.publish("kept", "keep", AT_LEAST_ONCE, 3);
        house.settle();
        Peer late = house.client("late");
        late.subscribe(1, "kept", AT_LEAST_ONCE);
        house.settle();
        assertThat(late.take()).contains("kept=keep q1 #1 retain");
    }

    @Test
    void aRefusalIsToldWithItsReasonCodeAndCounted() {
        Peer subscriber = subscriber();
        Peer client = house.client("c");
        client.publish("t", "refuse", AT_MOST_ONCE, 0);
        client.publish("t", "refuse", AT_LEAST_ONCE, 1);
        client.publish("t", "refuse", EXACTLY_ONCE, 2);
        house.settle();
        assertThat(subscriber.take()).isEmpty();
        assertThat(client.take()).containsExactly("PUBACK #1 NOT_AUTHORIZED", "PUBREC #2 NOT_AUTHORIZED");
        assertThat(client.last(PubAck.class).properties()).isEqualTo(AckProperties.reason("not today"));
        assertThat(ended)
                .containsExactly(
                        "REFUSED_BY_INTERCEPTOR t=refuse null",
                        "REFUSED_BY_INTERCEPTOR t=refuse null",
                        "REFUSED_BY_INTERCEPTOR t=refuse null");
        assertThat(house.home("c").fates().count(Fate.REFUSED_BY_INTERCEPTOR)).isEqualTo(3);
        assertThat(house.home("c").fates().ofClient("c")).hasSize(3);
        client.publish("t", "and now", EXACTLY_ONCE, 2); // the refused identifier is free (MQTT5-4.3.3-9)
        house.settle();
        assertThat(subscriber.take()).containsExactly("t=and now q2 #1");
    }

    /** MQTT 3 has no words for it: the exchange goes on as if the message had arrived, unless there is no room for it. */
    @Test
    void mqtt3_3_3_5_2_aRefusedMessageOfMqtt3IsAcknowledgedOrTheConnectionClosed() {
        Peer subscriber = subscriber();
        Peer client = house.open(Hello.v3("c").connect());
        client.take();
        client.publish("t", "refuse", AT_LEAST_ONCE, 1);
        client.publish("t", "refuse", EXACTLY_ONCE, 2);
        client.send(new PubRel(2));
        assertThat(client.take())
                .containsExactly( // whose Reason Codes MQTT 3 does not write
                        "PUBACK #1 NOT_AUTHORIZED", "PUBREC #2 NOT_AUTHORIZED", "PUBCOMP #2 SUCCESS");
        client.publish("t", "full", AT_LEAST_ONCE, 3);
        assertThat(client.closed).isTrue();
        house.settle();
        assertThat(subscriber.take()).isEmpty();
    }

    @Test
    void aDroppedMessageIsAcknowledgedAndCounted() {
        Peer subscriber = subscriber();
        Peer client = house.client("c");
        client.publish("t", "drop", AT_MOST_ONCE, 0);
        client.publish("t", "drop", AT_LEAST_ONCE, 1);
        client.publish("t", "drop", EXACTLY_ONCE, 2);
        client.publish("t", "drop", EXACTLY_ONCE, 2); // again: it is not asked about again
        client.send(new PubRel(2));
        house.settle();
        assertThat(client.take())
                .containsExactly("PUBACK #1 SUCCESS", "PUBREC #2 SUCCESS", "PUBREC #2 SUCCESS", "PUBCOMP #2 SUCCESS");
        assertThat(subscriber.take()).isEmpty();
        assertThat(house.home("c").fates().count(Fate.DROPPED_BY_INTERCEPTOR)).isEqualTo(3);
    }

    @Test
    void itsFailureIsAFateAndTheConnectionGoesOn() {
        Peer subscriber = subscriber();
        Peer client = house.client("c");
        client.publish("t", "throw", AT_LEAST_ONCE, 1);
        client.publish("t", "error", EXACTLY_ONCE, 2);
        client.publish("t", "deep", AT_LEAST_ONCE, 3); // what c may not publish it may not be made to publish
        client.publish("t", "forge", AT_LEAST_ONCE, 4);
        client.publish("t", "fine", AT_LEAST_ONCE, 5);
        house.settle();
        assertThat(client.take())
                .containsExactly(
                        "PUBACK #1 IMPLEMENTATION_SPECIFIC_ERROR",
                        "PUBREC #2 IMPLEMENTATION_SPECIFIC_ERROR",
                        "PUBACK #3 IMPLEMENTATION_SPECIFIC_ERROR",
                        "PUBACK #4 IMPLEMENTATION_SPECIFIC_ERROR",
                        "PUBACK #5 SUCCESS");
        assertThat(subscriber.take()).containsExactly("t=fine q1 #1");
        assertThat(house.home("c").fates().count(Fate.INTERCEPTOR_FAILED)).isEqualTo(4);
        assertThat(faults()).isEqualTo(4);
    }

    @Test
    void whateverItThrowsElsewhereIsCountedAndNothingElse() {
        broken = true;
        Peer subscriber = subscriber();
        broken = false;
        Peer client = house.client("c");
        client.publish("t", "m", AT_LEAST_ONCE, 1);
        house.settle();
        broken = true;
        assertThat(subscriber.take()).containsExactly("t=m q1 #1");
        subscriber.send(new PubAck(1));
        client.vanish();
        subscriber.vanish();
        assertThat(faults()).isEqualTo(5); // connected, subscribed, delivered, and two who left
    }

    @Test
    void itSeesWhoComesGoesAndSubscribesAndWhatIsDelivered() {
        Peer subscriber = subscriber();
        house.forbidden.add("no/entry");
        Peer client = house.client("c");
        client.subscribe(1, "no/entry", AT_LEAST_ONCE);
        client.subscribe(2, "a/+", AT_LEAST_ONCE);
        client.send(new Unsubscribe(3, List.of("a/+", "never/had"), List.of()));
        client.publish("no/entry", "m", AT_LEAST_ONCE, 4); // the authorizer is asked first
        client.publish("t", "m", AT_LEAST_ONCE, 5);
        house.settle();
        subscriber.send(new PubAck(1));
        client.send(Disconnect.NORMAL);
        house.client("s"); // takes the session over
        assertThat(seen)
                .containsExactly(
                        "s is connected",
                        "s subscribes # q2",
                        "c is connected",
                        "c subscribes a/+ q1",
                        "c unsubscribes a/+",
                        "c publishes t=m",
                        "c is disconnected null",
                        "s is disconnected SESSION_TAKEN_OVER",
                        "s is connected");
        assertThat(ended).containsExactly("NOT_AUTHORIZED no/entry=m null", "DELIVERED t=m s");
    }

    @Test
    void aWillIsAskedAbout() {
        Peer subscriber = subscriber();
        for (String will : List.of("gone", "shout", "drop", "refuse", "throw")) {
            house.open(Hello.v5("w").will("will", will, AT_LEAST_ONCE, false).connect())
                    .vanish();
            house.settle();
        }
        assertThat(subscriber.take()).containsExactly("will=gone q1 #1", "will=SHOUT q1 #2");
        assertThat(ended)
                .containsExactly(
                        "DROPPED_BY_INTERCEPTOR will=drop null",
                        "REFUSED_BY_INTERCEPTOR will=refuse null",
                        "INTERCEPTOR_FAILED will=throw null");
    }

    @Test
    void onlyWhatPubAckHasForItRefusesAMessage() {
        assertThatThrownBy(() -> Verdict.refuse(ReasonCode.SUCCESS, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SUCCESS cannot refuse a message");
        assertThatThrownBy(() -> Verdict.refuse(ReasonCode.KEEP_ALIVE_TIMEOUT, null))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
