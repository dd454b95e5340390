package io.chasqui.broker.session;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.broker.storage.HeldStore;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Connect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queues that are longer than what is held of them in memory, and what comes back of them after a restart. */
class LongQueueTest {
    private static final int MANY = 3 * Waiting.QUEUE_MESSAGES + 7;

    private final HeldStore store = new HeldStore();
    private final RecordingLink link = new RecordingLink();
    private Stage stage = new Stage(Stage.GENEROUS, store);

    @BeforeEach
    void begin() {
        store.prompt = true;
    }

    private Session offline(String filter) {
        Session session = stage.subscriber("c", link, 100, filter, EXACTLY_ONCE);
        session.detach(link);
        stage.loop.runAll();
        link.take();
        return session;
    }

    private void publish(int from, int to) {
        for (int i = from; i < to; i++) {
            stage.publish("t", "m" + i, AT_LEAST_ONCE);
        }
        stage.loop.runAll();
    }

    /** The broker is gone, and another one begins with what the store has. */
    private void restart(SessionLimits limits) {
        stage = new Stage(limits, store);
        List<StoredSession> all = new ArrayList<>();
        store.load(0, all::add);
        all.forEach(stored -> stage.sessions.restore(stored, null));
        stage.loop.runAll();
    }

    private Session connect(RecordingLink to, int window) {
        Sessions.Opened opened = stage.sessions.open("c", false, Connect.NEVER_EXPIRES, to, null);
        assert opened != null;
        assertThat(opened.present()).isTrue();
        opened.session().whenReady(() -> opened.session().start(to, window));
        stage.loop.runAll();
        return opened.session();
    }

    /** Takes all that comes, in windows, and acknowledges it. */
    private List<String> drain(Session session, RecordingLink from) {
        List<String> payloads = new ArrayList<>();
        while (!from.openIds.isEmpty()) {
            List<Integer> open = List.copyOf(from.openIds);
            from.openIds.clear();
            from.take().forEach(sent -> payloads.add(sent.substring(0, sent.indexOf(' '))));
            open.forEach(id -> session.onPubAck(id, true));
            stage.loop.runAll();
        }
        return payloads;
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
    }

    private void assertNothingLeft() {
        assertThat(stage.counters.queuedMessages).isZero();
        assertThat(stage.counters.queuedBytes).isZero();
        assertThat(stage.counters.queuedMemoryBytes).isZero();
        assertThat(stage.counters.inFlight).isZero();
        assertThat(stage.counters.inFlightBytes).isZero();
    }

    @Test
    void aLongQueueIsDrainedInOrderAndHeldInMemoryInPart() {
        Session session = offline("t");
        publish(0, MANY);
        assertThat(session.queuedMessages()).isEqualTo(MANY);
        assertThat(stage.counters.queuedMemoryBytes)
                .as("topic, payload and 128 bytes around them")
                .isLessThanOrEqualTo(Waiting.QUEUE_MESSAGES * (6 + 128L));
        RecordingLink next = new RecordingLink();
        connect(next, 100);
        publish(MANY, MANY + 50); // behind the others
        assertThat(drain(session, next)).isEqualTo(numbers(0, MANY + 50));
        assertNothingLeft();
    }

    @Test
    void whereMemoryIsShortAllOfItWaitsInTheStore() {
        stage = new Stage(new SessionLimits(10, 100_000, 1L << 40, 1L << 40, 0, Overflow.REFUSE), store);
        Session session = offline("t");
        publish(0, 100);
        assertThat(session.queuedMessages()).isEqualTo(100);
        assertThat(stage.counters.queuedMemoryBytes).isZero();
        RecordingLink next = new RecordingLink();
        connect(next, 10);
        assertThat(drain(session, next)).isEqualTo(numbers(0, 100));
        assertNothingLeft();
    }

    @Test
    void whereMemoryIsShortOnlyAFewAreInFlight() {
        stage = new Stage(new SessionLimits(1_000, 100_000, 1L << 40, 1L << 40, 20_000, Overflow.REFUSE), store);
        Session session = offline("t");
        publish(0, 1_000);
        RecordingLink next = new RecordingLink();
        connect(next, 1_000);
        assertThat(session.inFlightMessages()).isBetween(16, 200);
        assertThat(stage.counters.inFlightBytes + stage.counters.queuedMemoryBytes)
                .isLessThan(40_000);
        assertThat(drain(session, next)).isEqualTo(numbers(0, 1_000));
        assertNothingLeft();
    }

    @Test
    void mqtt5_4_4_0_1_whatWasInFlightComesFirstAfterARestartWithItsIdentifiers() {
        Session session = stage.subscriber("c", link, 700, "t", EXACTLY_ONCE);
        publish(0, MANY);
        session.onPubAck(2, true);
        session.detach(link);
        stage.loop.runAll();
        restart(Stage.GENEROUS);
        assertThat(stage.counters.queuedMemoryBytes)
                .as("nothing is read before it is wanted")
                .isZero();
        RecordingLink next = new RecordingLink();
        Session again = connect(next, 10_000);
        assertThat(next.sent.subList(0, 3)).containsExactly("m0 q1 #1 dup", "m2 q1 #3 dup", "m3 q1 #4 dup");
        assertThat(next.sent.get(699)).isEqualTo("m700 q1 #701 dup");
        assertThat(next.sent.get(700)).isEqualTo("m701 q1 #702");
        List<String> expected = new ArrayList<>(numbers(0, MANY));
        expected.remove("m1");
        assertThat(drain(again, next)).isEqualTo(expected);
        assertNothingLeft();
    }

    @Test
    void mqtt5_3_3_1_1_whatTheStoreHasIsSentWhenItHasThePacketIdentifierToo() {
        offline("t");
        publish(0, 3);
        RecordingLink next = new RecordingLink();
        store.prompt = false;
        connect(next, 2);
        assertThat(next.take())
                .as("a crash now would have it sent again without DUP")
                .isEmpty();
        store.succeed();
        stage.loop.runAll();
        assertThat(next.take()).containsExactly("m0 q1 #1", "m1 q1 #2");
        store.prompt = true;
        restart(Stage.GENEROUS);
        RecordingLink later = new RecordingLink();
        connect(later, 3);
        assertThat(later.take()).containsExactly("m0 q1 #1 dup", "m1 q1 #2 dup", "m2 q1 #3");
    }

    @Test
    void mqtt5_4_3_3_6_aQos2ExchangeGoesOnAfterARestart() {
        Session session = stage.subscriber("c", link, 10, "t", EXACTLY_ONCE);
        stage.publish("t", "a", EXACTLY_ONCE);
        stage.publish("t", "b", EXACTLY_ONCE);
        stage.loop.runAll();
        session.onPubRec(1, true);
        stage.loop.runAll();
        assertThat(link.take()).containsExactly("a q2 #1", "b q2 #2", "PUBREL #1");
        restart(Stage.GENEROUS);
        RecordingLink next = new RecordingLink();
        Session again = connect(next, 10);
        assertThat(next.take()).containsExactlyInAnyOrder("PUBREL #1", "b q2 #2 dup");
        assertThat(again.onPubComp(1)).isTrue();
        assertThat(again.onPubRec(2, true)).isTrue();
        stage.loop.runAll();
        assertThat(next.take()).containsExactly("PUBREL #2");
    }

    @Test
    void dropOldestMakesRoomInWhatOnlyTheStoreHas() {
        SessionLimits limits = new SessionLimits(10, 100, 1L << 40, 1L << 40, 0, Overflow.DROP_OLDEST);
        stage = new Stage(limits, store);
        Session session = offline("t");
        publish(0, 100);
        for (int i = 100; i < 150; i++) {
            publish(i, i + 1);
        }
        assertThat(session.queuedMessages()).isEqualTo(100);
        assertThat(stage.fates).hasSize(50).startsWith("DISPLACED m0 of c").endsWith("DISPLACED m49 of c");
        RecordingLink next = new RecordingLink();
        connect(next, 10);
        assertThat(drain(session, next)).isEqualTo(numbers(50, 150));
        assertNothingLeft();
    }

    @Test
    void refusalHoldsForWhatOnlyTheStoreHas() {
        restart(new SessionLimits(10, 100, 1L << 40, 1L << 40, 0, Overflow.REFUSE));
        offline("t");
        publish(0, 101);
        assertThat(stage.fates).containsExactly("QUEUE_FULL m100 of c");
        restart(new SessionLimits(10, 100, 1L << 40, 1L << 40, 0, Overflow.REFUSE));
        publish(101, 102);
        assertThat(stage.fates).as("also after a restart").containsExactly("QUEUE_FULL m101 of c");
        RecordingLink next = new RecordingLink();
        Session again = connect(next, 10);
        assertThat(drain(again, next)).isEqualTo(numbers(0, 100));
    }

    @Test
    void whatHasExpiredInTheStoreIsFoundWhenItIsRead() {
        stage = new Stage(new SessionLimits(10, 1_000, 1L << 40, 1L << 40, 0, Overflow.REFUSE), store);
        Session session = offline("t");
        for (int i = 0; i < 40; i++) {
            stage.publishExpiring("t", "m" + i, AT_LEAST_ONCE, Duration.ofSeconds(i < 30 ? 5 : 100));
        }
        stage.loop.runAll();
        stage.loop.advance(Duration.ofSeconds(10));
        RecordingLink next = new RecordingLink();
        connect(next, 100);
        assertThat(drain(session, next)).isEqualTo(numbers(30, 40));
        assertThat(stage.fates).hasSize(30).allMatch(fate -> fate.startsWith("EXPIRED"));
        assertNothingLeft();
    }

    @Test
    void everyMessageOfALongQueueEndsInAFateWithItsSession() {
        offline("t");
        publish(0, MANY);
        restart(Stage.GENEROUS);
        Sessions.Opened opened = stage.sessions.open("c", true, 0, new RecordingLink(), null);
        assert opened != null;
        assertThat(opened.present()).isFalse();
        stage.loop.runAll();
        assertThat(stage.fates).hasSize(MANY).allMatch(fate -> fate.startsWith("SESSION_ENDED"));
        assertNothingLeft();
        List<StoredSession> all = new ArrayList<>();
        store.load(0, all::add);
        assertThat(all).isEmpty();
    }

    @Test
    void mqtt5_3_1_2_4_aSessionThatWasBeingClearedDoesNotComeBackAfterACrash() {
        offline("t");
        publish(0, MANY);
        restart(Stage.GENEROUS);
        store.prompt = false;
        stage.sessions.open("c", true, Connect.NEVER_EXPIRES, new RecordingLink(), null);
        stage.loop.turn();
        store.succeed(); // what CONNACK waits for; the rest of it is lost
        restart(Stage.GENEROUS);
        assertThat(stage.sessions.get("c")).isNotNull();
        assertThat(stage.sessions.all()).hasSize(1);
        assertThat(stage.sessions.all().iterator().next().queuedMessages()).isZero();
        assertThat(stage.counters.sessions).isEqualTo(1);
    }
}
