package io.chasqui.broker.session;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.session.SessionLimits.Overflow;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** From the session to its client: the window, the exchange of each QoS, and what a new connection is sent again. */
class DeliveryTest {
    private final Stage stage = new Stage();
    private final RecordingLink link = new RecordingLink();

    @Test
    void mqtt5_3_3_4_9_sendsNoMoreThanReceiveMaximum() {
        Session session = stage.subscriber("c", link, 2, "t", AT_LEAST_ONCE);
        stage.publish("t", "a", AT_LEAST_ONCE);
        stage.publish("t", "b", AT_LEAST_ONCE);
        stage.publish("t", "c", AT_LEAST_ONCE);
        assertThat(link.take()).containsExactly("a q1 #1", "b q1 #2");
        assertThat(session.queuedMessages()).isEqualTo(1);

        assertThat(session.onPubAck(1, true)).isTrue();
        assertThat(link.take()).containsExactly("c q1 #3");
        assertThat(session.queuedMessages()).isZero();
        assertThat(session.inFlightMessages()).isEqualTo(2);
    }

    @Test
    void mqtt5_3_3_4_9_theWindowHoldsBackQos1And2AndTheOrderHoldsBackQos0BehindThem() {
        Session session = stage.subscriber("c", link, 1, "t", EXACTLY_ONCE);
        stage.publish("t", "a", EXACTLY_ONCE);
        stage.publish("t", "b", AT_LEAST_ONCE);
        stage.publish("t", "c", AT_MOST_ONCE);
        assertThat(link.take()).containsExactly("a q2 #1");

        session.onPubRec(1, true);
        assertThat(link.take()).as("a PUBREC frees no place").containsExactly("PUBREL #1");
        session.onPubComp(1);
        assertThat(link.take()).containsExactly("b q1 #2", "c q0");
    }

    @Test
    void qos0PassesAFullWindowWhenNothingWaits() {
        stage.subscriber("c", link, 1, "t", EXACTLY_ONCE);
        stage.publish("t", "a", AT_LEAST_ONCE);
        stage.publish("t", "b", AT_MOST_ONCE);
        assertThat(link.take()).containsExactly("a q1 #1", "b q0");
    }

    @Test
    void ourOwnLimitOfMessagesInFlightHoldsWhenTheClientTakesMore() {
        Stage narrow = new Stage(new SessionLimits(3, 100, 1 << 20, 1 << 20, 1 << 20, Overflow.REFUSE));
        Session session = narrow.subscriber("c", link, 65_535, "t", AT_LEAST_ONCE);
        for (int i = 0; i < 10; i++) {
            narrow.publish("t", "m" + i, AT_LEAST_ONCE);
        }
        assertThat(link.take()).containsExactly("m0 q1 #1", "m1 q1 #2", "m2 q1 #3");
        assertThat(session.queuedMessages()).isEqualTo(7);
    }

    /** The window filled to the last identifier: nothing overtakes and nothing is lost. */
    @Test
    void allIdentifiersInFlight() {
        Session session = stage.subscriber("c", link, 65_535, "t", AT_LEAST_ONCE);
        for (int i = 0; i < 65_537; i++) {
            stage.publish("t", "m" + i, AT_LEAST_ONCE);
        }
        assertThat(link.take()).hasSize(65_535).doesNotHaveDuplicates();
        assertThat(session.queuedMessages()).isEqualTo(2);
        session.onPubAck(30_000, true);
        assertThat(link.take()).containsExactly("m65535 q1 #30000");
        session.onPubAck(1, true);
        assertThat(link.take()).containsExactly("m65536 q1 #1");
    }

    @Test
    void mqtt5_3_8_4_8_deliveredAtTheLowerQos() {
        Session session = stage.subscriber("c", link, 10, "one", AT_LEAST_ONCE);
        stage.subscribe(session, "zero", AT_MOST_ONCE);
        stage.subscribe(session, "two", EXACTLY_ONCE);
        stage.publish("one", "a", EXACTLY_ONCE);
        stage.publish("zero", "b", EXACTLY_ONCE);
        stage.publish("two", "c", AT_LEAST_ONCE);
        assertThat(link.take()).containsExactly("a q1 #1", "b q0", "c q1 #2");
    }

    @Test
    void mqtt5_4_3_3_4_afterARefusingPubrecThereIsNoPubrel() {
        Session session = stage.subscriber("c", link, 1, "t", EXACTLY_ONCE);
        stage.publish("t", "a", EXACTLY_ONCE);
        stage.publish("t", "b", EXACTLY_ONCE);
        link.take();
        assertThat(session.onPubRec(1, false)).isTrue();
        assertThat(link.take()).containsExactly("b q2 #2");
        assertThat(stage.fates).containsExactly("REFUSED_BY_RECEIVER a of c");
    }

    @Test
    void aRefusingPubackEndsTheMessageAndGivesItsPlaceBack() {
        Session session = stage.subscriber("c", link, 1, "t", AT_LEAST_ONCE);
        stage.publish("t", "a", AT_LEAST_ONCE);
        stage.publish("t", "b", AT_LEAST_ONCE);
        session.onPubAck(1, false);
        assertThat(link.take()).containsExactly("a q1 #1", "b q1 #2");
        assertThat(stage.fates).containsExactly("REFUSED_BY_RECEIVER a of c");
        assertThat(stage.delivered).isZero();
    }

    @Test
    void mqtt5_4_3_3_6_aSecondPubrecGetsAnotherPubrelAndTheMessageIsDeliveredOnce() {
        Session session = stage.subscriber("c", link, 10, "t", EXACTLY_ONCE);
        stage.publish("t", "a", EXACTLY_ONCE);
        session.onPubRec(1, true);
        session.onPubRec(1, true);
        assertThat(link.take()).containsExactly("a q2 #1", "PUBREL #1", "PUBREL #1");
        assertThat(session.onPubComp(1)).isTrue();
        assertThat(session.onPubComp(1)).isFalse();
        assertThat(stage.delivered).isEqualTo(1);
    }

    @Test
    void acknowledgementsOfTheWrongKindOrIdentifierChangeNothing() {
        Session session = stage.subscriber("c", link, 10, "t", EXACTLY_ONCE);
        stage.publish("t", "a", AT_LEAST_ONCE);
        stage.publish("t", "b", EXACTLY_ONCE);
        link.take();
        assertThat(session.onPubRec(1, true)).as("PUBREC of QoS 1").isFalse();
        assertThat(session.onPubAck(2, true)).as("PUBACK of QoS 2").isFalse();
        assertThat(session.onPubComp(2)).as("PUBCOMP before PUBREC").isFalse();
        assertThat(session.onPubAck(3, true)).isFalse();
        assertThat(session.onPubAck(65_535, true)).isFalse();
        assertThat(session.inFlightMessages()).isEqualTo(2);
        assertThat(stage.delivered).isZero();
        assertThat(link.take()).isEmpty();
    }

    @Test
    void mqtt5_4_4_0_1_sentAgainOnTheNextConnectionOnlyInOrderWithDupAndTheSameIdentifiers() {
        Session session = stage.subscriber("c", link, 10, "t", EXACTLY_ONCE);
        stage.publish("t", "a", AT_LEAST_ONCE);
        stage.publish("t", "b", EXACTLY_ONCE);
        stage.publish("t", "c", AT_LEAST_ONCE);
        stage.loop.advance(Duration.ofDays(1));
        assertThat(link.take()).containsExactly("a q1 #1", "b q2 #2", "c q1 #3");
        session.onPubAck(1, true);
        session.detach(link);

        stage.publish("t", "d", AT_LEAST_ONCE);
        RecordingLink next = new RecordingLink();
        assertThat(stage.connect("c", next)).isSameAs(session);
        assertThat(next.take()).containsExactly("b q2 #2 dup", "c q1 #3 dup", "d q1 #4");
    }

    @Test
    void mqtt5_4_3_3_6_afterPubrecTheNextConnectionGetsPubrelAndNeverThePublishAgain() {
        Session session = stage.subscriber("c", link, 10, "t", EXACTLY_ONCE);
        stage.publish("t", "a", EXACTLY_ONCE);
        stage.publish("t", "b", EXACTLY_ONCE);
        session.onPubRec(1, true);
        session.detach(link);

        RecordingLink next = new RecordingLink();
        stage.connect("c", next);
        assertThat(next.take()).containsExactly("PUBREL #1", "b q2 #2 dup");
        assertThat(session.onPubComp(1)).isTrue();
        session.onPubRec(2, true);
        session.onPubComp(2);
        assertThat(session.inFlightMessages()).isZero();
        assertThat(stage.delivered).isEqualTo(2);
    }

    @Test
    void mqtt5_3_3_4_9_theNextConnectionMayTakeLessThanIsInFlight() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        for (int i = 1; i <= 5; i++) {
            stage.publish("t", "m" + i, AT_LEAST_ONCE);
        }
        session.detach(link);

        RecordingLink next = new RecordingLink();
        stage.connect("c", next, 2);
        stage.publish("t", "m6", AT_LEAST_ONCE);
        assertThat(next.take()).containsExactly("m1 q1 #1 dup", "m2 q1 #2 dup");
        session.onPubAck(2, true);
        assertThat(next.take()).containsExactly("m3 q1 #3 dup");
        session.onPubAck(
                5, true); // of the last connection; not sent on this one yet: frees no place, and is not sent again
        assertThat(next.take()).isEmpty();
        session.onPubAck(1, true);
        session.onPubAck(3, true);
        assertThat(next.take()).containsExactly("m4 q1 #4 dup", "m6 q1 #6");
    }

    @Test
    void aPubrecForWhatIsYetToBeSentAgainSparesTheRepetition() {
        Session session = stage.subscriber("c", link, 10, "t", EXACTLY_ONCE);
        stage.publish("t", "a", EXACTLY_ONCE);
        stage.publish("t", "b", EXACTLY_ONCE);
        stage.publish("t", "c", EXACTLY_ONCE);
        session.detach(link);
        RecordingLink next = new RecordingLink();
        stage.connect("c", next, 1);
        session.onPubRec(2, true);
        session.onPubRec(1, true);
        session.onPubComp(1);
        assertThat(next.take()).containsExactly("a q2 #1 dup", "PUBREL #2", "PUBREL #1", "c q2 #3 dup");
    }

    @Test
    void aThirdConnectionStillSaysDupThoughTheSecondNeverSentIt() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        stage.publish("t", "a", AT_LEAST_ONCE);
        stage.publish("t", "b", AT_LEAST_ONCE);
        session.detach(link);
        RecordingLink second = new RecordingLink();
        stage.connect("c", second, 1);
        session.detach(second);
        RecordingLink third = new RecordingLink();
        stage.connect("c", third, 2);
        assertThat(third.take()).containsExactly("a q1 #1 dup", "b q1 #2 dup");
    }

    @Test
    void whatIsSentAgainWaitsForTheSocketToo() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        for (int i = 1; i <= 4; i++) {
            stage.publish("t", "m" + i, AT_LEAST_ONCE);
        }
        session.detach(link);
        RecordingLink next = new RecordingLink();
        next.takes = 2;
        stage.connect("c", next);
        stage.publish("t", "m5", AT_LEAST_ONCE);
        assertThat(next.take()).containsExactly("m1 q1 #1 dup", "m2 q1 #2 dup");
        next.takes = 10;
        session.onWritable();
        assertThat(next.take()).containsExactly("m3 q1 #3 dup", "m4 q1 #4 dup", "m5 q1 #5");
    }

    @Test
    void aClientThatDoesNotKeepUpFindsItsMessagesInTheSession() {
        Session session = stage.subscriber("c", link, 65_535, "t", AT_LEAST_ONCE);
        link.writable = false;
        stage.publish("t", "a", AT_MOST_ONCE);
        stage.publish("t", "b", AT_LEAST_ONCE);
        assertThat(link.sent).isEmpty();
        assertThat(session.queuedMessages()).isEqualTo(2);
        assertThat(stage.counters.queuedMessages).isEqualTo(2);
        assertThat(stage.counters.queuedBytes).isEqualTo(4);

        link.writable = true;
        session.onWritable();
        assertThat(link.take()).containsExactly("a q0", "b q1 #1");
        assertThat(stage.counters.queuedMessages).isZero();
        assertThat(stage.counters.queuedBytes).isZero();
    }

    @Test
    void mqtt5_3_3_2_5_aMessageThatExpiresWhileItWaitsIsNotSent() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        session.detach(link);
        stage.publishExpiring("t", "short", AT_LEAST_ONCE, Duration.ofSeconds(10));
        stage.publishExpiring("t", "long", AT_LEAST_ONCE, Duration.ofSeconds(60));
        stage.publish("t", "for ever", AT_LEAST_ONCE);
        stage.loop.advance(Duration.ofSeconds(10));
        RecordingLink next = new RecordingLink();
        stage.connect("c", next);
        assertThat(next.take()).containsExactly("long q1 #1", "for ever q1 #2");
        assertThat(stage.fates).containsExactly("EXPIRED short of c");
    }

    /** Once sent, the exchange goes on: MQTT5-4.3.3-7 for QoS 2, and MQTT5-4.4.0-1 for both. */
    @Test
    void mqtt5_4_3_3_7_aMessageInFlightDoesNotExpire() {
        Session session = stage.subscriber("c", link, 10, "t", EXACTLY_ONCE);
        stage.publishExpiring("t", "a", EXACTLY_ONCE, Duration.ofSeconds(10));
        session.detach(link);
        stage.loop.advance(Duration.ofMinutes(1));
        RecordingLink next = new RecordingLink();
        stage.connect("c", next);
        assertThat(next.take()).containsExactly("a q2 #1 dup");
    }

    @Test
    void qos0WaitsForNobodyOffline() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        session.detach(link);
        stage.publish("t", "a", AT_MOST_ONCE);
        assertThat(session.queuedMessages()).isZero();
        assertThat(stage.fates).containsExactly("QOS0_OFFLINE a of c");
    }

    @Test
    void qos0ThatWaitsIsDroppedAtDisconnectAndTheOthersKeepTheirOrder() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        link.writable = false;
        stage.publish("t", "a", AT_LEAST_ONCE);
        stage.publish("t", "b", AT_MOST_ONCE);
        stage.publish("t", "c", AT_LEAST_ONCE);
        stage.publish("t", "d", AT_MOST_ONCE);
        session.detach(link);
        assertThat(stage.fates).containsExactly("CONNECTION_LOST b of c", "CONNECTION_LOST d of c");
        RecordingLink next = new RecordingLink();
        stage.connect("c", next);
        assertThat(next.take()).containsExactly("a q1 #1", "c q1 #2");
        assertThat(stage.counters.queuedBytes).isZero();
    }

    @Test
    void mqtt5_3_1_2_25_tooLargeForTheClientEndsAsIfDelivered() {
        link.largestPayload = 3;
        Session session = stage.subscriber("c", link, 1, "t", AT_LEAST_ONCE);
        stage.publish("t", "large", AT_MOST_ONCE);
        stage.publish("t", "large", AT_LEAST_ONCE);
        stage.publish("t", "ok", AT_LEAST_ONCE);
        assertThat(link.take()).containsExactly("ok q1 #1");
        stage.publish("t", "large", AT_LEAST_ONCE);
        stage.publish("t", "ok2", AT_LEAST_ONCE);
        session.onPubAck(1, true);
        assertThat(link.take()).containsExactly("ok2 q1 #2");
        assertThat(stage.fates).hasSize(3).containsOnly("PACKET_TOO_LARGE large of c");
    }

    @Test
    void mqtt5_3_1_2_25_tooLargeForTheNextConnectionIsNotSentAgain() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        stage.publish("t", "large", AT_LEAST_ONCE);
        stage.publish("t", "ok", AT_LEAST_ONCE);
        session.detach(link);
        RecordingLink next = new RecordingLink();
        next.largestPayload = 3;
        stage.connect("c", next, 1);
        assertThat(next.take()).containsExactly("ok q1 #2 dup");
        assertThat(stage.fates).containsExactly("PACKET_TOO_LARGE large of c");
        assertThat(stage.counters.inFlight).isEqualTo(1);
    }

    /** Between CONNECT and CONNACK: delivered to the session, sent after CONNACK. */
    @Test
    void nothingIsSentBeforeTheConnectionSaysStart() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        session.detach(link);
        RecordingLink next = new RecordingLink();
        stage.sessions.open("c", false, 100, next, null);
        stage.publish("t", "a", AT_MOST_ONCE);
        stage.publish("t", "b", AT_LEAST_ONCE);
        assertThat(next.sent).isEmpty();
        session.start(next, 10);
        assertThat(next.take()).containsExactly("a q0", "b q1 #1");
    }

    @Test
    void anIdleSessionSaysSo() {
        Session session = stage.subscriber("c", link, 1, "t", AT_LEAST_ONCE);
        assertThat(session.isIdle()).isTrue();
        stage.publish("t", "a", AT_LEAST_ONCE);
        assertThat(session.isIdle()).as("the window is full").isFalse();
        session.onPubAck(1, true);
        assertThat(session.isIdle()).isTrue();
        link.writable = false;
        stage.publish("t", "b", AT_MOST_ONCE);
        assertThat(session.isIdle()).as("something waits").isFalse();
        session.detach(link);
        assertThat(session.isIdle()).isFalse();
        assertThat(session.isConnected()).isFalse();
    }
}
