package io.chasqui.broker.connection;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.Subscribe.Entry;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** SUBSCRIBE and UNSUBSCRIBE (sections 3.8 to 3.11): each Topic Filter is judged on its own. */
class SubscribingTest {
    private final House house = new House(2);

    private static Entry entry(String filter) {
        return new Entry(filter, new SubscriptionOptions(AT_LEAST_ONCE));
    }

    private static SubscriptionOptions handling(RetainHandling handling) {
        return new SubscriptionOptions(AT_MOST_ONCE, false, false, handling);
    }

    private Peer v3(Hello hello) {
        Peer peer = house.open(hello.connect());
        peer.take();
        return peer;
    }

    @Test
    void mqtt5_3_8_4_6_oneReasonCodeForEachFilterInItsOrder() {
        house.forbidden.add("secret");
        house.maxQos = AT_LEAST_ONCE;
        Peer peer = house.client("c");
        peer.send(new Subscribe(
                9,
                List.of(
                        entry("a"),
                        new Entry("b", new SubscriptionOptions(AT_MOST_ONCE)),
                        new Entry("c", new SubscriptionOptions(EXACTLY_ONCE)),
                        entry("secret"),
                        entry("a#"),
                        entry("1/2/3/4/5/6"),
                        entry("$share/g/"))));
        assertThat(peer.take())
                .containsExactly("SUBACK #9 [GRANTED_QOS_1, SUCCESS, GRANTED_QOS_1, NOT_AUTHORIZED,"
                        + " TOPIC_FILTER_INVALID, TOPIC_FILTER_INVALID, TOPIC_FILTER_INVALID]");
        assertThat(peer.last(SubAck.class).properties().reasonString()).isNotNull();
        assertThat(peer.closed).isFalse();
    }

    @Test
    void mqtt5_3_1_2_29_noReasonStringWhereNoneIsWanted() {
        house.forbidden.add("secret");
        Peer peer = house.open(Hello.v5("c").noProblemInformation().connect());
        peer.send(new Subscribe(1, List.of(entry("a#"))), new Unsubscribe(2, List.of("a#")));
        peer.publish("secret", "m", AT_LEAST_ONCE, 3);
        assertThat(peer.last(SubAck.class).properties().reasonString()).isNull();
        assertThat(peer.last(UnsubAck.class).properties().reasonString()).isNull();
        assertThat(peer.last(PubAck.class).properties().reasonString()).isNull();
    }

    @Test
    void mqtt5_3_1_2_24_aSubackThatIsTooLargeForTheClientEndsTheConnection() {
        Peer peer = house.open(Hello.v5("c").maximumPacketSize(40).connect());
        peer.take();
        peer.send(new Subscribe(
                1, IntStream.range(0, 40).mapToObj(i -> entry("t")).toList()));
        assertThat(peer.take()).containsExactly("DISCONNECT PACKET_TOO_LARGE");
        assertThat(peer.closed).isTrue();
    }

    @Test
    void subscriptionsHaveALimit() {
        Peer peer = house.client("c");
        for (int i = 1; i <= 5; i++) {
            peer.subscribe(i, "t" + i, AT_LEAST_ONCE);
        }
        peer.take();
        peer.send(new Subscribe(6, List.of(entry("t1"), entry("t6"))));
        assertThat(peer.take()).containsExactly("SUBACK #6 [GRANTED_QOS_1, QUOTA_EXCEEDED]");
        peer.send(new Unsubscribe(7, List.of("t2")), new Subscribe(8, List.of(entry("t6"))));
        assertThat(peer.take()).containsExactly("UNSUBACK #7 [SUCCESS]", "SUBACK #8 [GRANTED_QOS_1]");
    }

    @Test
    void mqtt5_3_8_3_4_noLocalOnASharedSubscription() {
        Peer peer = house.client("c");
        peer.subscribe(1, "$share/g/t", new SubscriptionOptions(AT_LEAST_ONCE, true, false, RetainHandling.SEND));
        assertThat(peer.take()).containsExactly("DISCONNECT PROTOCOL_ERROR");
    }

    @Test
    void u5_13_wildcardsWhereThereAreNone() {
        house.wildcardSubscriptions = false;
        Peer peer = house.client("c");
        peer.subscribe(1, "a/+", AT_LEAST_ONCE);
        assertThat(peer.take()).containsExactly("DISCONNECT WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED");
        Peer old = v3(Hello.v3("old"));
        old.subscribe(1, "a/+", AT_LEAST_ONCE);
        assertThat(old.take()).containsExactly("SUBACK #1 [WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED]");
        assertThat(old.closed).isFalse();
    }

    @Test
    void u5_14_subscriptionIdentifiersWhereThereAreNone() {
        house.subscriptionIdentifiers = false;
        Peer peer = house.client("c");
        peer.send(new Subscribe(1, 5, List.of(entry("a")), List.of()));
        assertThat(peer.take()).containsExactly("DISCONNECT SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED");
    }

    @Test
    void u5_15_sharedSubscriptionsWhereThereAreNone() {
        house.sharedSubscriptions = false;
        Peer peer = house.client("c");
        peer.subscribe(1, "$share/g/t", AT_LEAST_ONCE);
        assertThat(peer.take()).containsExactly("DISCONNECT SHARED_SUBSCRIPTIONS_NOT_SUPPORTED");
        Peer old = v3(Hello.v3("old"));
        old.subscribe(1, "$share/g/t", AT_LEAST_ONCE);
        assertThat(old.take()).containsExactly("SUBACK #1 [SHARED_SUBSCRIPTIONS_NOT_SUPPORTED]");
    }

    /** MQTT 3.1 has no failure code in SUBACK. */
    @Test
    void aRefusedFilterEndsAnMqtt31Connection() {
        house.forbidden.add("secret");
        Peer peer = v3(Hello.v31("old"));
        peer.subscribe(1, "fine", AT_LEAST_ONCE);
        assertThat(peer.take()).hasSize(1);
        peer.subscribe(2, "secret", AT_LEAST_ONCE);
        assertThat(peer.take()).isEmpty();
        assertThat(peer.closed).isTrue();
    }

    @Test
    void mqtt5_3_3_1_9_retainHandlingSendsAtEachSubscribe() {
        Peer peer = house.client("c");
        peer.retain("t", "r", AT_MOST_ONCE, 0);
        peer.subscribe(1, "t", handling(RetainHandling.SEND));
        peer.subscribe(2, "t", handling(RetainHandling.SEND));
        assertThat(peer.take())
                .containsExactly("SUBACK #1 [SUCCESS]", "t=r q0 retain", "SUBACK #2 [SUCCESS]", "t=r q0 retain");
    }

    @Test
    void mqtt5_3_3_1_10_retainHandlingSendsIfTheSubscriptionIsNew() {
        Peer peer = house.client("c");
        peer.retain("t", "r", AT_MOST_ONCE, 0);
        peer.subscribe(1, "t", handling(RetainHandling.SEND_IF_NEW));
        peer.subscribe(2, "t", handling(RetainHandling.SEND_IF_NEW));
        assertThat(peer.take()).containsExactly("SUBACK #1 [SUCCESS]", "t=r q0 retain", "SUBACK #2 [SUCCESS]");
    }

    @Test
    void mqtt5_3_3_1_11_retainHandlingSendsNone() {
        Peer peer = house.client("c");
        peer.retain("t", "r", AT_MOST_ONCE, 0);
        peer.subscribe(1, "t", handling(RetainHandling.DO_NOT_SEND));
        assertThat(peer.take()).containsExactly("SUBACK #1 [SUCCESS]");
    }

    @Test
    void oneSubscribeWithTheSameFilterTwiceReplaysOnceAtTheLastQos() {
        Peer peer = house.client("c");
        peer.retain("t", "r", EXACTLY_ONCE, 1);
        peer.take();
        peer.send(new Subscribe(1, List.of(entry("t"), new Entry("t", new SubscriptionOptions(EXACTLY_ONCE)))));
        assertThat(peer.take()).containsExactly("SUBACK #1 [GRANTED_QOS_1, GRANTED_QOS_2]", "t=r q2 #1 retain");
    }

    @Test
    void mqtt5_3_3_1_12_retainIsAsPublishedOnlyWhereAsked() {
        Peer peer = house.client("c");
        peer.subscribe(1, "plain", AT_MOST_ONCE);
        peer.subscribe(2, "rap", new SubscriptionOptions(AT_MOST_ONCE, false, true, RetainHandling.SEND));
        peer.take();
        peer.retain("plain", "m", AT_MOST_ONCE, 0);
        peer.retain("rap", "m", AT_MOST_ONCE, 0);
        peer.publish("rap", "n", AT_MOST_ONCE, 0);
        assertThat(peer.take()).containsExactly("plain=m q0", "rap=m q0 retain", "rap=n q0");
    }

    /** A mosquitto bridge says so in the level byte: it gets RETAIN as published and none of its own messages. */
    @Test
    void aBridgeIsAPeerThatCannotAskForItInMqtt3() {
        Peer bridge = v3(Hello.v3("bridge").bridge());
        Peer plain = v3(Hello.v3("plain"));
        for (Peer peer : List.of(bridge, plain)) {
            peer.subscribe(1, "#", AT_MOST_ONCE);
            peer.take();
        }
        bridge.retain("t", "m", AT_MOST_ONCE, 0);
        plain.retain("t", "n", AT_MOST_ONCE, 0);
        house.settle();
        assertThat(bridge.take()).containsExactly("t=n q0 retain");
        assertThat(plain.take()).containsExactlyInAnyOrder("t=m q0", "t=n q0");

        bridge.subscribe(2, "$share/g/s", AT_MOST_ONCE); // may not have No Local
        assertThat(bridge.take()).containsExactly("SUBACK #2 [SUCCESS]");
        bridge.publish("s", "own", AT_MOST_ONCE, 0);
        assertThat(bridge.take()).containsExactly("s=own q0");
    }

    @Test
    void mqtt5_3_8_3_3_noLocal() {
        Peer peer = house.client("c");
        peer.subscribe(1, "t", new SubscriptionOptions(AT_MOST_ONCE, true, false, RetainHandling.SEND));
        peer.take();
        peer.publish("t", "own", AT_LEAST_ONCE, 1);
        assertThat(peer.take()).containsExactly("PUBACK #1 SUCCESS");
    }

    @Test
    void mqtt5_3_11_3_2_unsubackSaysForEachFilterWhetherThereWasOne() {
        Peer peer = house.client("c");
        peer.subscribe(1, "a", AT_LEAST_ONCE);
        peer.take();
        peer.send(new Unsubscribe(2, List.of("a", "a", "b", "bad#")));
        assertThat(peer.take())
                .containsExactly("UNSUBACK #2 [SUCCESS, NO_SUBSCRIPTION_EXISTED, NO_SUBSCRIPTION_EXISTED,"
                        + " TOPIC_FILTER_INVALID]");
    }

    @Test
    void tenThousandFiltersInOneSubscribe() {
        house.maxSubscriptions = 9_000;
        Peer peer = house.client("c");
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            entries.add(entry("f/" + i));
        }
        peer.send(new Subscribe(1, entries));
        List<ReasonCode> reasons = peer.last(SubAck.class).reasons();
        assertThat(reasons).hasSize(10_000);
        assertThat(reasons.stream().filter(ReasonCode::isError)).hasSize(1_000);
    }

    @Test
    void mqtt5_3_3_4_3_subscriptionIdentifiersTravelWithTheMessage() {
        Peer peer = house.client("c");
        peer.send(new Subscribe(1, 5, List.of(entry("t")), List.of()));
        peer.send(new Subscribe(2, 6, List.of(entry("+")), List.of()));
        peer.take();
        peer.publish("t", "m", Qos.AT_MOST_ONCE, 0);
        assertThat(peer.take()).singleElement().asString().contains("5").contains("6");
    }
}
