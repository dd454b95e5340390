package io.chasqui.broker.session;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Receipt;
import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.protocol.Qos;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every queue has a limit in messages and in bytes; here each is filled. */
class QueueLimitsTest {
    private static final class Answer extends Receipt {
        @Override
        protected void onComplete() {}
    }

    private static SessionLimits limits(int messages, long bytes, Overflow overflow) {
        return new SessionLimits(10, messages, bytes, 1L << 40, 1L << 40, overflow);
    }

    private static List<String> afterReconnect(Stage stage) {
        RecordingLink next = new RecordingLink();
        stage.connect("c", next);
        return next.take();
    }

    private static Session offline(Stage stage) {
        RecordingLink link = new RecordingLink();
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        session.detach(link);
        return session;
    }

    private static boolean refused(Stage stage, String payload, Qos qos) {
        Answer answer = new Answer();
        stage.router.route(Stage.message("t", payload, qos, false, Message.NEVER), answer);
        assertThat(answer.isComplete()).isTrue();
        return answer.refused();
    }

    @Test
    void refuse_thePublisherHearsOfIt() {
        Stage stage = new Stage(limits(2, 1 << 20, Overflow.REFUSE));
        offline(stage);
        assertThat(refused(stage, "a", AT_LEAST_ONCE)).isFalse();
        assertThat(refused(stage, "b", AT_LEAST_ONCE)).isFalse();
        assertThat(refused(stage, "c", AT_LEAST_ONCE)).isTrue();
        assertThat(stage.fates).containsExactly("QUEUE_FULL c of c");
        assertThat(afterReconnect(stage)).containsExactly("a q1 #1", "b q1 #2");
        assertThat(refused(stage, "d", AT_LEAST_ONCE)).as("there is room again").isFalse();
    }

    @Test
    void refuse_otherReceiversGetTheMessageAllTheSame() {
        Stage stage = new Stage(limits(0, 1 << 20, Overflow.REFUSE));
        offline(stage);
        RecordingLink other = new RecordingLink();
        stage.subscriber("other", other, 10, "t", AT_LEAST_ONCE);
        assertThat(refused(stage, "a", AT_LEAST_ONCE)).isTrue();
        assertThat(other.take()).containsExactly("a q1 #1");
    }

    @Test
    void dropNewest_thePublisherHearsSuccess() {
        Stage stage = new Stage(limits(2, 1 << 20, Overflow.DROP_NEWEST));
        offline(stage);
        for (String payload : List.of("a", "b", "c", "d")) {
            assertThat(refused(stage, payload, AT_LEAST_ONCE)).isFalse();
        }
        assertThat(stage.fates).containsExactly("QUEUE_FULL c of c", "QUEUE_FULL d of c");
        assertThat(afterReconnect(stage)).containsExactly("a q1 #1", "b q1 #2");
    }

    @Test
    void dropOldest_makesRoomInMessages() {
        Stage stage = new Stage(limits(2, 1 << 20, Overflow.DROP_OLDEST));
        offline(stage);
        for (String payload : List.of("a", "b", "c", "d")) {
            assertThat(refused(stage, payload, AT_LEAST_ONCE)).isFalse();
        }
        assertThat(stage.fates).containsExactly("DISPLACED a of c", "DISPLACED b of c");
        assertThat(afterReconnect(stage)).containsExactly("c q1 #1", "d q1 #2");
    }

    @Test
    void dropOldest_makesAsMuchRoomInBytesAsItTakes() {
        Stage stage = new Stage(limits(100, 10, Overflow.DROP_OLDEST)); // a message is its payload and "t"
        offline(stage);
        refused(stage, "aa", AT_LEAST_ONCE);
        refused(stage, "bb", AT_LEAST_ONCE);
        refused(stage, "cc", AT_LEAST_ONCE);
        refused(stage, "dddd", AT_LEAST_ONCE);
        assertThat(stage.fates).containsExactly("DISPLACED aa of c", "DISPLACED bb of c");
        assertThat(afterReconnect(stage)).containsExactly("cc q1 #1", "dddd q1 #2");
    }

    @Test
    void dropOldest_aMessageThatCanNeverFitDisplacesNobody() {
        Stage stage = new Stage(limits(100, 10, Overflow.DROP_OLDEST));
        offline(stage);
        refused(stage, "aa", AT_LEAST_ONCE);
        refused(stage, "0123456789", AT_LEAST_ONCE);
        assertThat(stage.fates).containsExactly("QUEUE_FULL 0123456789 of c");
        assertThat(afterReconnect(stage)).containsExactly("aa q1 #1");

        Stage none = new Stage(limits(0, 10, Overflow.DROP_OLDEST));
        offline(none);
        refused(none, "a", AT_LEAST_ONCE);
        assertThat(none.fates).containsExactly("QUEUE_FULL a of c");
    }

    @Test
    void bytesAreLimitedTooAndSmallerMessagesMayStillFit() {
        Stage stage = new Stage(limits(100, 10, Overflow.REFUSE));
        offline(stage);
        assertThat(refused(stage, "12345", AT_LEAST_ONCE)).isFalse();
        assertThat(refused(stage, "1234", AT_LEAST_ONCE)).isTrue();
        assertThat(refused(stage, "123", AT_LEAST_ONCE)).isFalse();
        assertThat(refused(stage, "", AT_LEAST_ONCE)).isTrue();
    }

    /** What is in flight has a limit of its own, in messages. */
    @Test
    void whatIsInFlightDoesNotCountAgainstTheQueue() {
        Stage stage = new Stage(limits(1, 1 << 20, Overflow.REFUSE));
        stage.subscriber("c", new RecordingLink(), 2, "t", AT_LEAST_ONCE);
        assertThat(refused(stage, "a", AT_LEAST_ONCE)).isFalse();
        assertThat(refused(stage, "b", AT_LEAST_ONCE)).isFalse();
        assertThat(refused(stage, "c", AT_LEAST_ONCE)).isFalse();
        assertThat(refused(stage, "d", AT_LEAST_ONCE)).isTrue();
    }

    @Test
    void qos0ForASlowClientIsDroppedWhenItsQueueIsFullAndNobodyIsTold() {
        Stage stage = new Stage(limits(1, 1 << 20, Overflow.REFUSE));
        RecordingLink link = new RecordingLink();
        stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        link.writable = false;
        assertThat(refused(stage, "a", AT_MOST_ONCE)).isFalse();
        assertThat(refused(stage, "b", AT_MOST_ONCE)).isFalse();
        assertThat(stage.fates).containsExactly("QUEUE_FULL b of c");
    }

    @Test
    void mqtt5_3_3_2_5_expiredMessagesMakeRoomForOthers() {
        Stage stage = new Stage(limits(2, 1 << 20, Overflow.REFUSE));
        offline(stage);
        stage.publishExpiring("t", "a", AT_LEAST_ONCE, Duration.ofSeconds(1));
        stage.publishExpiring("t", "b", AT_LEAST_ONCE, Duration.ofSeconds(1));
        stage.loop.advance(Duration.ofSeconds(2));
        assertThat(refused(stage, "c", AT_LEAST_ONCE)).isFalse();
        assertThat(stage.fates).contains("EXPIRED a of c");
        assertThat(afterReconnect(stage)).containsExactly("c q1 #1");
    }

    @Test
    void theLoopHasALimitOverAllItsSessions() {
        Stage stage = new Stage(new SessionLimits(10, 100, 1 << 20, 10, 1 << 20, Overflow.REFUSE));
        RecordingLink link = new RecordingLink();
        stage.subscriber("a", link, 10, "t", AT_LEAST_ONCE).detach(link);
        stage.subscriber("b", link, 10, "t", AT_LEAST_ONCE).detach(link);
        assertThat(refused(stage, "123", AT_LEAST_ONCE))
                .as("two copies of four bytes")
                .isFalse();
        assertThat(stage.counters.queuedBytes).isEqualTo(8);
        assertThat(refused(stage, "x", AT_LEAST_ONCE)).as("room for one of two").isTrue();
        assertThat(stage.fates).containsExactly("QUOTA_EXCEEDED x of b");
        assertThat(stage.counters.queuedBytes).isEqualTo(10);

        stage.connect("a", new RecordingLink());
        assertThat(stage.counters.queuedBytes).isEqualTo(4);
        assertThat(refused(stage, "x", AT_LEAST_ONCE)).isFalse();
    }

    @Test
    void aQueueOfAHundredThousandIsGivenBackInOrder() {
        Stage stage = new Stage(new SessionLimits(65_535, 100_000, 1L << 40, 1L << 40, 1L << 40, Overflow.REFUSE));
        offline(stage);
        for (int i = 0; i < 100_000; i++) {
            assertThat(refused(stage, "" + i, AT_LEAST_ONCE)).isFalse();
        }
        assertThat(refused(stage, "one more", AT_LEAST_ONCE)).isTrue();
        RecordingLink next = new RecordingLink();
        Session session = stage.connect("c", next);
        int expected = 0;
        while (!next.openIds.isEmpty()) {
            List<Integer> open = List.copyOf(next.openIds);
            next.openIds.clear();
            for (String sent : next.take()) {
                assertThat(sent).startsWith(expected + " ");
                expected++;
            }
            open.forEach(id -> session.onPubAck(id, true));
            stage.loop.runAll(); // the queue is longer than what is held in memory
        }
        assertThat(expected).isEqualTo(100_000);
        assertThat(stage.counters.queuedBytes).isZero();
        assertThat(stage.counters.queuedMessages).isZero();
        assertThat(stage.counters.inFlight).isZero();
    }
}
