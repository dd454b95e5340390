package io.chasqui.broker.connection;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.routing.Fate;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The way of a PUBLISH in: aliases, checks, ownership, acknowledgement. */
class InboundTest {
    private final House house = new House(2);

    private Peer v3(String clientId) {
        Peer peer = house.open(Hello.v3(clientId).connect());
        peer.take();
        return peer;
    }

    private static Publish aliased(String topic, int alias) {
        return new Publish(
                false,
                AT_MOST_ONCE,
                false,
                topic.isEmpty() ? TopicName.EMPTY : TopicName.of(topic),
                0,
                PublishProperties.NONE,
                Publish.ABSENT,
                alias,
                Publish.NO_IDS,
                House.bytes("m"));
    }

    private Publish utf8(byte[] payload, Qos qos) {
        return new Publish(
                false,
                qos,
                false,
                TopicName.of("t"),
                qos == AT_MOST_ONCE ? 0 : 1,
                new PublishProperties(1, null, null, null, List.of()),
                Publish.ABSENT,
                0,
                Publish.NO_IDS,
                payload);
    }

    @Test
    void mqtt5_4_3_2_4_qos1IsAcknowledged() {
        Peer peer = house.client("c");
        house.client("s").subscribe(1, "t", AT_LEAST_ONCE);
        peer.publish("t", "m", AT_LEAST_ONCE, 7);
        peer.publish("nobody", "m", AT_LEAST_ONCE, 8);
        house.settle();
        assertThat(peer.take()).containsExactly("PUBACK #7 SUCCESS", "PUBACK #8 NO_MATCHING_SUBSCRIBERS");
    }

    @Test
    void mqtt5_4_3_3_8_qos2IsDeliveredAtPublishAndOnce() {
        Peer peer = house.client("c");
        peer.subscribe(1, "t", AT_MOST_ONCE);
        peer.take();
        peer.publish("t", "m", EXACTLY_ONCE, 7);
        assertThat(peer.take()).containsExactly("t=m q0", "PUBREC #7 SUCCESS");
        peer.publish("t", "m", EXACTLY_ONCE, 7);
        assertThat(peer.take()).containsExactly("PUBREC #7 SUCCESS");
        peer.send(new PubRel(7));
        assertThat(peer.take()).containsExactly("PUBCOMP #7 SUCCESS");
        peer.publish("t", "n", EXACTLY_ONCE, 7);
        assertThat(peer.take()).containsExactly("t=n q0", "PUBREC #7 SUCCESS");
    }

    @Test
    void mqtt5_4_3_3_10_aRepetitionAfterAReconnectIsNotDeliveredAgain() {
        Peer peer = house.client("c");
        peer.subscribe(1, "t", AT_MOST_ONCE);
        peer.publish("t", "m", EXACTLY_ONCE, 7);
        peer.vanish();
        Peer next = house.client("c");
        next.publish("t", "m", EXACTLY_ONCE, 7);
        next.send(new PubRel(7));
        assertThat(next.take()).containsExactly("PUBREC #7 SUCCESS", "PUBCOMP #7 SUCCESS");
    }

    @Test
    void mqtt5_4_3_3_11_anUnknownPubrelIsAnsweredAllTheSame() {
        Peer peer = house.client("c");
        peer.send(new PubRel(9));
        assertThat(peer.take()).containsExactly("PUBCOMP #9 PACKET_IDENTIFIER_NOT_FOUND");
    }

    @Test
    void mqtt5_4_6_0_2_acknowledgementsLeaveInTheOrderOfThePackets() {
        String here = house.nameOn(0);
        Peer peer = house.client(here);
        house.client(house.nameOn(1)).subscribe(1, "far", AT_LEAST_ONCE);
        peer.subscribe(1, "near", AT_MOST_ONCE);
        peer.take();
        peer.publish("far", "m", AT_LEAST_ONCE, 1);
        peer.publish("near", "m", AT_LEAST_ONCE, 2);
        peer.publish("far", "m", EXACTLY_ONCE, 3);
        peer.publish("nobody", "m", EXACTLY_ONCE, 4);
        house.forbidden.add("secret");
        peer.publish("secret", "m", AT_LEAST_ONCE, 5);
        assertThat(peer.take()).as("the first is still on its way").containsExactly("near=m q0");
        house.settle();
        assertThat(peer.take())
                .containsExactly(
                        "PUBACK #1 SUCCESS",
                        "PUBACK #2 SUCCESS",
                        "PUBREC #3 SUCCESS",
                        "PUBREC #4 NO_MATCHING_SUBSCRIBERS",
                        "PUBACK #5 NOT_AUTHORIZED");
    }

    @Test
    void acknowledgementsForAConnectionThatIsGoneGoNowhere() {
        Peer peer = house.client(house.nameOn(0));
        house.client(house.nameOn(1)).subscribe(1, "far", AT_LEAST_ONCE);
        peer.publish("far", "m", AT_LEAST_ONCE, 1);
        peer.vanish();
        house.settle();
        assertThat(peer.take()).isEmpty();
    }

    @Test
    void u5_19_moreThanReceiveMaximumUnacknowledged() {
        house.receiveMaximum = 2;
        Peer peer = house.client(house.nameOn(0));
        house.client(house.nameOn(1)).subscribe(1, "far", AT_LEAST_ONCE);
        peer.publish("far", "m", AT_LEAST_ONCE, 1);
        peer.publish("far", "m", EXACTLY_ONCE, 2);
        peer.publish("far", "m", AT_MOST_ONCE, 0);
        assertThat(peer.closed).as("QoS 0 does not count").isFalse();
        peer.publish("far", "m", AT_LEAST_ONCE, 3);
        assertThat(peer.take()).containsExactly("DISCONNECT RECEIVE_MAXIMUM_EXCEEDED");
        assertThat(peer.closed).isTrue();
    }

    @Test
    void theReceiveMaximumComesBackWithPubackPubcompAndRefusals() {
        house.receiveMaximum = 1;
        house.forbidden.add("secret");
        Peer peer = house.client("c");
        for (int i = 0; i < 5; i++) {
            peer.publish("t", "m", AT_LEAST_ONCE, 1);
            peer.publish("secret", "m", EXACTLY_ONCE, 2);
            peer.publish("secret", "m", AT_LEAST_ONCE, 3);
            peer.publish("t", "m", EXACTLY_ONCE, 4);
            peer.send(new PubRel(4));
        }
        assertThat(peer.closed).isFalse();
        peer.publish("t", "m", EXACTLY_ONCE, 4);
        assertThat(peer.closed).isFalse();
        peer.publish("t", "m", AT_LEAST_ONCE, 1);
        assertThat(peer.last(Disconnect.class).reason()).isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    @Test
    void mqtt3KnowsNoReceiveMaximum() {
        house.receiveMaximum = 1;
        Peer peer = v3("c");
        for (int i = 1; i <= 10; i++) {
            peer.publish("t", "m", EXACTLY_ONCE, i);
        }
        assertThat(peer.take()).hasSize(10);
    }

    @Test
    void aTopicAliasStandsForItsTopic() {
        Peer peer = house.client("c");
        peer.subscribe(1, "#", AT_MOST_ONCE);
        peer.take();
        peer.send(aliased("a", 1), aliased("", 1), aliased("b", 3), aliased("", 3), aliased("b", 1), aliased("", 1));
        assertThat(peer.take()).containsExactly("a=m q0", "a=m q0", "b=m q0", "b=m q0", "b=m q0", "b=m q0");
    }

    @Test
    void u5_16_anAliasAboveTheMaximum() {
        Peer peer = house.client("c");
        peer.send(aliased("a", 4));
        assertThat(peer.take()).containsExactly("DISCONNECT TOPIC_ALIAS_INVALID");
    }

    @Test
    void u5_17_anAliasThatIsNotSet() {
        Peer peer = house.client("c");
        peer.send(aliased("a", 1), aliased("", 2));
        assertThat(peer.take()).containsExactly("DISCONNECT PROTOCOL_ERROR");
    }

    @Test
    void mqtt5_3_3_2_7_aliasesEndWithTheConnection() {
        Peer peer = house.client("c");
        peer.send(aliased("a", 1));
        peer.vanish();
        Peer next = house.client("c");
        next.send(aliased("", 1));
        assertThat(next.take()).containsExactly("DISCONNECT PROTOCOL_ERROR");
    }

    @Test
    void u5_10_aQosThatIsNotSupported() {
        house.maxQos = AT_LEAST_ONCE;
        Peer peer = house.client("c");
        peer.publish("t", "m", EXACTLY_ONCE, 1);
        assertThat(peer.take()).containsExactly("DISCONNECT QOS_NOT_SUPPORTED");
    }

    @Test
    void whatBreaksTheConnectionEndsInAFate() {
        house.maxQos = AT_LEAST_ONCE;
        house.client("a").publish("t", "m", EXACTLY_ONCE, 1);
        house.client("b").send(aliased("u", 1), aliased("", 2));
        house.client("c").publish("1/2/3/4/5/6", "m", AT_LEAST_ONCE, 1);
        assertThat(house.fates)
                .containsExactly(
                        "PROTOCOL_ERROR t", "NO_SUBSCRIBER u", "PROTOCOL_ERROR ", "PROTOCOL_ERROR 1/2/3/4/5/6");
        assertThat(house.home("b").fates().ofClient("b").getLast().fate()).isEqualTo(Fate.PROTOCOL_ERROR);
    }

    @Test
    void u5_11_retainWhereItIsNotSupported() {
        house.retainAvailable = false;
        Peer peer = house.client("c");
        peer.retain("t", "m", AT_MOST_ONCE, 0);
        assertThat(peer.take()).containsExactly("DISCONNECT RETAIN_NOT_SUPPORTED");
    }

    @Test
    void aTopicWithTooManyLevels() {
        Peer peer = house.client("c");
        peer.publish("1/2/3/4/5", "m", AT_LEAST_ONCE, 1);
        assertThat(peer.closed).isFalse();
        peer.publish("1/2/3/4/5/6", "m", AT_MOST_ONCE, 0);
        assertThat(peer.last(Disconnect.class).reason()).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
    }

    @Test
    void whatMayNotBePublishedIsRefusedAndNotRetained() {
        house.forbidden.add("secret");
        Peer peer = house.client("c");
        peer.subscribe(1, "#", AT_MOST_ONCE);
        peer.take();
        peer.retain("secret", "m", AT_MOST_ONCE, 0);
        peer.retain("secret", "m", AT_LEAST_ONCE, 1);
        peer.retain("secret", "m", EXACTLY_ONCE, 2);
        assertThat(peer.take()).containsExactly("PUBACK #1 NOT_AUTHORIZED", "PUBREC #2 NOT_AUTHORIZED");
        assertThat(house.fates).hasSize(3).containsOnly("NOT_AUTHORIZED secret");
        assertThat(house.cores().getFirst().router().topics().retained().count())
                .isZero();
        peer.send(new PubRel(2));
        assertThat(peer.take()).as("MQTT5-4.3.3-9").containsExactly("PUBCOMP #2 PACKET_IDENTIFIER_NOT_FOUND");
    }

    /** MQTT 3 has no word for it: the exchange is finished as if all were well. */
    @Test
    void mqtt3_3_3_5_2_whatMayNotBePublishedIsAcknowledgedInMqtt3() {
        house.forbidden.add("secret");
        Peer peer = v3("c");
        peer.publish("secret", "m", AT_LEAST_ONCE, 1);
        peer.publish("secret", "m", EXACTLY_ONCE, 2);
        peer.send(new PubRel(2));
        assertThat(peer.take().stream().map(text -> text.substring(0, text.indexOf('#') + 2)))
                .containsExactly("PUBACK #1", "PUBREC #2", "PUBCOMP #2");
        assertThat(peer.closed).isFalse();
    }

    @Test
    void u5_33_aPayloadThatIsNotUtf8IsRefusedWhereAsked() {
        house.checkPayloadFormat = true;
        Peer peer = house.client("c");
        peer.send(utf8(new byte[] {(byte) 0xC3, 0x28}, AT_LEAST_ONCE));
        peer.send(utf8(new byte[] {(byte) 0xC3, 0x28}, AT_MOST_ONCE));
        peer.send(utf8(House.bytes("gut möglich"), AT_LEAST_ONCE));
        assertThat(peer.take())
                .containsExactly("PUBACK #1 PAYLOAD_FORMAT_INVALID", "PUBACK #1 NO_MATCHING_SUBSCRIBERS");
        assertThat(house.fates)
                .containsExactly("PAYLOAD_FORMAT_INVALID t", "PAYLOAD_FORMAT_INVALID t", "NO_SUBSCRIBER t");
    }

    @Test
    void u5_33_andIsNobodysBusinessElse() {
        Peer peer = house.client("c");
        peer.send(utf8(new byte[] {(byte) 0xC3, 0x28}, AT_LEAST_ONCE));
        assertThat(peer.take()).containsExactly("PUBACK #1 NO_MATCHING_SUBSCRIBERS");
    }

    private Peer offlineSubscriberWithAFullQueue() {
        house.queueMessages = 1;
        Peer subscriber = house.client("sub");
        subscriber.subscribe(1, "t", EXACTLY_ONCE);
        subscriber.vanish();
        Peer peer = house.client("pub");
        peer.publish("t", "first", AT_LEAST_ONCE, 1);
        house.settle();
        assertThat(peer.take()).containsExactly("PUBACK #1 SUCCESS");
        return peer;
    }

    @Test
    void aFullQueueIsHeardOf() {
        Peer peer = offlineSubscriberWithAFullQueue();
        peer.publish("t", "second", AT_LEAST_ONCE, 2);
        peer.publish("t", "third", EXACTLY_ONCE, 3);
        peer.publish("t", "fourth", AT_MOST_ONCE, 0);
        house.settle();
        assertThat(peer.take()).containsExactly("PUBACK #2 QUOTA_EXCEEDED", "PUBREC #3 QUOTA_EXCEEDED");
        Peer subscriber = house.client("sub"); // makes room
        peer.publish("t", "fifth", EXACTLY_ONCE, 3);
        house.settle();
        assertThat(peer.take()).as("the identifier is a new message").containsExactly("PUBREC #3 SUCCESS");
        assertThat(subscriber.take()).containsExactly("t=fifth q2 #2");
    }

    @Test
    void mqtt3_3_3_5_2_aRefusedMqtt3PublisherIsDisconnectedAndKeepsItsMessage() {
        offlineSubscriberWithAFullQueue();
        for (Qos qos : List.of(AT_LEAST_ONCE, EXACTLY_ONCE)) {
            Peer peer = v3("old");
            peer.publish("t", "m", qos, 5);
            house.settle();
            assertThat(peer.take()).as("no acknowledgement").isEmpty();
            assertThat(peer.closed).isTrue();
        }
        Peer subscriber = house.client("sub");
        subscriber.take();
        Peer peer = v3("old");
        peer.publish("t", "m", EXACTLY_ONCE, 5);
        house.settle();
        assertThat(peer.take()).containsExactly("PUBREC #5 SUCCESS");
        assertThat(subscriber.take())
                .as("the repetition is not taken for a duplicate")
                .hasSize(1);
    }

    @Test
    void mqtt3_3_3_5_2_orIsAcknowledgedIfTheOperatorWantsItSo() {
        house.disconnectRefusedV3 = false;
        offlineSubscriberWithAFullQueue();
        Peer peer = v3("old");
        peer.publish("t", "m", AT_LEAST_ONCE, 5);
        peer.publish("t", "m", EXACTLY_ONCE, 6);
        peer.send(new PubRel(6));
        house.settle();
        assertThat(peer.closed).isFalse();
        assertThat(peer.take()).hasSize(3);
        assertThat(house.fates).contains("QUEUE_FULL t of sub");
    }

    @Test
    void retainedMessagesHaveALimitThatIsHeardOf() {
        house.retainedMessages = 1;
        Peer peer = house.client("c");
        peer.retain("a", "m", AT_LEAST_ONCE, 1);
        peer.retain("b", "m", AT_LEAST_ONCE, 2);
        peer.retain("b", "m", EXACTLY_ONCE, 3);
        assertThat(peer.take())
                .containsExactly(
                        "PUBACK #1 NO_MATCHING_SUBSCRIBERS", "PUBACK #2 QUOTA_EXCEEDED", "PUBREC #3 QUOTA_EXCEEDED");
    }

    @Test
    void mqtt3_3_3_5_2_aRetainedMessageThatIsRefusedIsNotTakenForADuplicateLater() {
        house.retainedMessages = 1;
        house.client("c").retain("a", "m", AT_MOST_ONCE, 0);
        Peer peer = v3("old");
        peer.retain("b", "m", EXACTLY_ONCE, 5);
        assertThat(peer.closed).isTrue();
        house.client("c").retain("a", "", AT_MOST_ONCE, 0);
        Peer next = v3("old");
        next.retain("b", "m", EXACTLY_ONCE, 5);
        assertThat(house.cores().getFirst().router().topics().retained().count())
                .isEqualTo(1);
    }

    @Test
    void mqtt5_3_3_1_7_anEmptyRetainedMessageGoesToSubscribersAndIsNotKept() {
        Peer peer = house.client("c");
        peer.subscribe(1, "t", AT_MOST_ONCE);
        peer.take();
        peer.retain("t", "m", AT_MOST_ONCE, 0);
        peer.retain("t", "", AT_MOST_ONCE, 0);
        assertThat(peer.take()).containsExactly("t=m q0", "t= q0");
        assertThat(house.cores().getFirst().router().topics().retained().count())
                .isZero();
    }

    @Test
    void aLaneThatIsFullStopsItsPublishersFromBeingRead() {
        Peer peer = house.client(house.nameOn(0));
        house.client(house.nameOn(1)).subscribe(1, "far", AT_MOST_ONCE);
        String large = "x".repeat(1 << 19);
        int sent = 0;
        while (!peer.isPaused()) {
            peer.publish("far", large, AT_MOST_ONCE, 0);
            assertThat(++sent).isLessThan(100);
        }
        peer.publish("far", "unread", AT_LEAST_ONCE, 1);
        house.loops.getFirst().runAll();
        assertThat(peer.isPaused()).isTrue();
        house.settle();
        assertThat(peer.isPaused()).isFalse();
        assertThat(peer.take()).containsExactly("PUBACK #1 SUCCESS");
    }

    @Test
    void mqtt5_3_3_2_6_theRemainingExpiryIsForwarded() {
        Peer subscriber = house.client("sub");
        subscriber.subscribe(1, "t", AT_LEAST_ONCE);
        subscriber.vanish();
        Peer peer = house.client("pub");
        peer.send(new Publish(
                false,
                AT_LEAST_ONCE,
                false,
                TopicName.of("t"),
                1,
                PublishProperties.NONE,
                100,
                0,
                Publish.NO_IDS,
                House.bytes("m")));
        house.advance(Duration.ofMillis(30_500));
        Peer next = house.open(Hello.v5("sub").expiry(Connect.NEVER_EXPIRES).connect());
        assertThat(next.take()).containsExactly("CONNACK SUCCESS present", "t=m q1 #1 expiry 70");
        next.send(new PubAck(1));
    }
}
