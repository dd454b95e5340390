package io.chasqui.broker.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.broker.storage.disk.Disk.Table;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a DiskStore does with its disk. The executors run their tasks when the test says so. */
class DiskStoreTest {
    private static final int SHARDS = 4;
    private static final SessionId A = new SessionId(1, 1);
    private static final SessionId B = new SessionId(2, 2);
    private static final DiskStore.Options OPTIONS = new DiskStore.Options(SHARDS, 1_000, 10_000, 1_000);

    private final ArrayDeque<Runnable> writer = new ArrayDeque<>();
    private final ArrayDeque<Runnable> reader = new ArrayDeque<>();
    private final ManualClock clock = new ManualClock();
    private final List<Boolean> done = new ArrayList<>();
    private MemoryDisk disk = new MemoryDisk();
    private DiskStore store;
    private long bytes;

    private static final class ManualClock implements DiskStore.Clock {
        long nanos = 5_000_000_000L;
        long wallMillis = 1_700_000_000_000L;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return wallMillis;
        }
    }

    @BeforeEach
    void open() throws Exception {
        store = new DiskStore(disk, OPTIONS, clock, writer::add, reader::add);
    }

    /** A process that dies leaves what was written, and nothing else. */
    private void crash() throws Exception {
        disk = disk.reopened();
        writer.clear();
        reader.clear();
        open();
    }

    private static void runOne(ArrayDeque<Runnable> executor) {
        executor.remove().run();
    }

    private static void run(ArrayDeque<Runnable> executor) {
        for (int i = 0; !executor.isEmpty(); i++) {
            assertThat(i).as("tasks without end").isLessThan(100_000);
            runOne(executor);
        }
    }

    private void hand(Change... changes) {
        store.write(List.of(changes), done::add);
    }

    private void write(Change... changes) {
        hand(changes);
        run(writer);
        assertThat(done.removeLast()).isTrue();
    }

    private List<StoredSession> load() {
        List<StoredSession> sessions = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            store.load(shard, sessions::add);
        }
        return sessions;
    }

    private List<Change.Owed> read(SessionId session) {
        List<Change.Owed> read = new ArrayList<>();
        store.read(session, 1, 100_000, Long.MAX_VALUE, read::addAll);
        run(reader);
        return read;
    }

    private static Change.Kept kept(SessionId session) {
        return new Change.Kept(session, "client-" + session.number(), 100, 1, null, null);
    }

    private static Message message(String payload) {
        return message(payload, Message.NEVER);
    }

    private static Message message(String payload, long expiresAtNanos) {
        return new Message(
                TopicName.of("t"),
                payload.getBytes(StandardCharsets.UTF_8),
                Qos.AT_LEAST_ONCE,
                false,
                PublishProperties.NONE,
                "p",
                expiresAtNanos);
    }

    private Change.Owed owed(SessionId session, long sequence, Message message) {
        bytes += message.bytes();
        return new Change.Owed(
                session, sequence, bytes, message, Qos.AT_LEAST_ONCE, false, Publish.NO_IDS, null, 0, false);
    }

    private Change.Owed owed(SessionId session, long sequence) {
        Message message = message("payload");
        message.forOne();
        return owed(session, sequence, message);
    }

    private int records(Table table) {
        return disk.table(table).size();
    }

    private void allIsCountedRight() throws Exception {
        assertThat(Audit.run(disk, false, (_, _, _, _, _) -> {}).faults()).isEmpty();
    }

    @Test
    void whatWaitsBecomesOneWrite() {
        int before = disk.writes;
        hand(kept(A), owed(A, 1));
        hand(owed(A, 2));
        hand(kept(B));
        assertThat(done).isEmpty();
        run(writer);
        assertThat(done).containsExactly(true, true, true);
        assertThat(disk.writes).isEqualTo(before + 1);
    }

    @Test
    void aGroupIsBoundedInBytes() {
        for (int i = 0; i < 100; i++) {
            hand(owed(A, 1 + i, message("x".repeat(1_000))));
        }
        int before = disk.writes;
        run(writer);
        assertThat(done).hasSize(100).containsOnly(true);
        assertThat(disk.writes - before).isBetween(9, 30);
        assertThat(disk.largestBatch).isLessThan(20_000);
    }

    @Test
    void whatIsOwedAndSettledInOneGroupIsNotWritten() throws Exception {
        write(kept(A), kept(B));
        Message shared = message("shared");
        hand(owed(A, 1), owed(A, 2, shared), owed(B, 1, shared));
        hand(new Change.Progress(A, 1, 7, false), new Change.Settled(A, 1));
        hand(new Change.Settled(B, 1), new Change.Settled(A, 2));
        int before = disk.records();
        int writesBefore = disk.writes;
        run(writer);
        assertThat(done).containsOnly(true);
        assertThat(disk.records()).isEqualTo(before);
        assertThat(disk.writes).isEqualTo(writesBefore);
    }

    @Test
    void aMessageForSeveralIsWrittenOnceAndGoesWithTheLast() throws Exception {
        Message shared = message("shared");
        write(kept(A), kept(B), owed(A, 1, shared), owed(B, 1, shared));
        write(owed(A, 2, shared));
        assertThat(records(Table.MESSAGES)).isEqualTo(2); // the message and its count
        allIsCountedRight();
        write(new Change.Settled(A, 1), new Change.Settled(B, 1));
        assertThat(records(Table.MESSAGES)).isEqualTo(2);
        allIsCountedRight();
        crash();
        write(new Change.Settled(A, 2));
        assertThat(records(Table.MESSAGES)).isZero();
        assertThat(records(Table.QUEUE)).isZero();
    }

    @Test
    void aMessageThatWasDeletedIsWrittenAgainWhenItIsOwedAgain() throws Exception {
        Message shared = message("shared");
        write(kept(A), kept(B), owed(A, 1, shared));
        write(new Change.Settled(A, 1));
        assertThat(records(Table.MESSAGES)).isZero();
        write(owed(B, 1, shared));
        assertThat(new String(read(B).getFirst().message().payload(), StandardCharsets.UTF_8))
                .isEqualTo("shared");
        allIsCountedRight();
    }

    @Test
    void aMessageForOneStandsWithItsEntry() {
        write(kept(A), owed(A, 1));
        assertThat(records(Table.MESSAGES)).isZero();
        assertThat(records(Table.QUEUE)).isEqualTo(1);
    }

    @Test
    void aMessageThatWasReadAndIsHandedOnIsNotWrittenAgain() throws Exception {
        write(kept(A), kept(B), owed(A, 1, message("shared")), owed(B, 1, message("other")));
        crash();
        Message read = read(A).getFirst().message();
        write(owed(B, 2, read), new Change.Settled(A, 1));
        assertThat(records(Table.MESSAGES)).isEqualTo(4);
        allIsCountedRight();
    }

    @Test
    void aFailedWriteKeepsNothingAndMayBeGivenAgain() throws Exception {
        Message shared = message("shared");
        write(kept(A), kept(B));
        disk.writesFail = DiskException.Kind.FAULT;
        int before = disk.records();
        hand(owed(A, 1, shared), owed(B, 1, shared));
        hand(new Change.Settled(A, 1));
        run(writer);
        assertThat(done).containsExactly(false, false);
        assertThat(store.hasRoom()).isFalse();
        assertThat(disk.records()).isEqualTo(before);

        disk.writesFail = null;
        write(owed(A, 1, shared), owed(B, 1, shared));
        assertThat(store.hasRoom()).isTrue();
        allIsCountedRight();
        write(new Change.Settled(A, 1), new Change.Settled(B, 1));
        assertThat(records(Table.MESSAGES)).isZero();
    }

    @Test
    void allThatWaitsBehindAFailedWriteFailsToo() {
        write(kept(A));
        disk.writesFail = DiskException.Kind.NO_ROOM;
        for (int i = 1; i <= 40; i++) {
            hand(owed(A, i, message("x".repeat(1_000))));
        }
        hand(new Change.Settled(A, 1));
        runOne(writer);
        assertThat(done).hasSize(41).containsOnly(false);
    }

    @Test
    void countsAreRightWhenAFailedWriteWasKeptAllTheSame() throws Exception {
        Message shared = message("shared");
        write(kept(A), kept(B));
        disk.keepFailedWrites = true;
        disk.writesFail = DiskException.Kind.FAULT;
        hand(owed(A, 1, shared), owed(B, 1, shared));
        run(writer);
        assertThat(done).containsExactly(false);
        disk.writesFail = null;
        write(owed(A, 1, shared), owed(B, 1, shared));
        allIsCountedRight();
        write(new Change.Settled(A, 1));
        write(new Change.Settled(B, 1));
        assertThat(records(Table.MESSAGES)).isZero();
        assertThat(records(Table.QUEUE)).isZero();
    }

    @Test
    void whatFailedAndWasTakenBackIsNotThereAfterACrash() throws Exception {
        Message shared = message("shared");
        write(kept(A), kept(B));
        disk.failedWritesComeBack();
        disk.writesFail = DiskException.Kind.FAULT;
        for (int i = 0; i < 2; i++) {
            hand(owed(A, 1, shared), owed(B, 1, shared), new Change.Progress(A, 1, 7, false));
            run(writer);
        }
        disk.writesFail = null;
        write(new Change.Settled(A, 1, shared), new Change.Settled(B, 1, shared));
        crash();
        assertThat(records(Table.MESSAGES)).isZero();
        assertThat(records(Table.QUEUE)).isZero();
    }

    @Test
    void aProbeFindsOutThatTheDiskWorksAgain() {
        disk.writesFail = DiskException.Kind.FAULT;
        hand(kept(A));
        run(writer);
        assertThat(store.hasRoom()).isFalse();
        disk.writesFail = null;
        assertThat(store.hasRoom()).isFalse();
        assertThat(writer).isEmpty(); // it is too early for another look
        clock.nanos += OPTIONS.probeNanos();
        assertThat(store.hasRoom()).isFalse();
        assertThat(store.hasRoom()).isFalse();
        assertThat(writer).hasSize(1);
        run(writer);
        assertThat(store.hasRoom()).isTrue();
    }

    @Test
    void belowTheReserveThereIsNoRoomButWritesAreDone() {
        write(kept(A), owed(A, 1));
        disk.freeBytes = 999;
        clock.nanos += OPTIONS.probeNanos();
        write(new Change.Settled(A, 1));
        assertThat(store.hasRoom()).isFalse();
        assertThat(records(Table.QUEUE)).isZero();
        disk.freeBytes = 1_000;
        clock.nanos += OPTIONS.probeNanos();
        store.hasRoom();
        run(writer);
        assertThat(store.hasRoom()).isTrue();
    }

    private void fill(SessionId session, int entries) {
        write(kept(session));
        Message shared = message("shared");
        for (int i = 1; i <= entries; i++) {
            hand(i % 2 == 0 ? owed(session, i) : owed(session, i, shared), new Change.Progress(session, i, 1, false));
        }
        hand(
                new Change.Received(session, 5),
                new Change.Subscribed(session, TopicFilter.of("a"), new SubscriptionOptions(Qos.AT_LEAST_ONCE), 0));
        run(writer);
        assertThat(done).containsOnly(true);
        done.clear();
    }

    @Test
    void anEndedSessionIsPurgedInSteps() throws Exception {
        fill(A, 5_000);
        write(kept(B), owed(B, 1, message("stays")));
        hand(new Change.Ended(A));
        runOne(writer);
        assertThat(done).containsExactly(true);
        assertThat(load()).extracting(StoredSession::id).containsExactly(B);
        assertThat(records(Table.QUEUE)).isBetween(3_000, 4_900); // one step was done
        hand(new Change.Settled(A, 4_999), new Change.Settled(A, 1)); // what comes late does no harm
        run(writer);
        assertThat(records(Table.QUEUE)).isEqualTo(1);
        assertThat(records(Table.MESSAGES)).isEqualTo(2);
        allIsCountedRight();
        assertThat(disk.table(Table.STATE).keySet()).noneMatch(key -> key[1] == A.shard() && key.length >= 10);
    }

    @Test
    void aPurgeGoesOnAfterARestart() throws Exception {
        fill(A, 3_000);
        hand(new Change.Ended(A));
        runOne(writer);
        crash();
        assertThat(load()).isEmpty();
        run(writer);
        assertThat(records(Table.QUEUE)).isZero();
        assertThat(records(Table.MESSAGES)).isZero();
    }

    @Test
    void aSessionWhoseEndFailedIsNotPurged() {
        fill(A, 10);
        disk.writesFail = DiskException.Kind.FAULT;
        hand(new Change.Ended(A));
        run(writer);
        assertThat(done).containsExactly(false);
        disk.writesFail = null;
        write(kept(B));
        assertThat(read(A)).hasSize(10);
        write(new Change.Ended(A));
        assertThat(read(A)).isEmpty();
    }

    @Test
    void entriesWithoutASessionAreFoundAtStartAndPurged() throws Exception {
        fill(A, 100);
        fill(B, 3);
        disk.table(Table.STATE).keySet().removeIf(key -> key[1] == A.shard() && key.length >= 10);
        crash();
        assertThat(load()).extracting(StoredSession::id).containsExactly(B);
        run(writer);
        assertThat(records(Table.QUEUE)).isEqualTo(3);
        allIsCountedRight();
    }

    @Test
    void expiryGoesOnWhileNobodyRuns() throws Exception {
        write(kept(A), owed(A, 1, message("soon", clock.nanos + 10_000_000_000L)));
        clock.nanos = 77; // another process, another origin
        clock.wallMillis += 4_000;
        crash();
        Message read = read(A).getFirst().message();
        assertThat(read.remainingExpirySeconds(clock.nanos)).isEqualTo(6);
        clock.wallMillis += 10_000;
        crash();
        assertThat(read(A).getFirst().message().isExpired(clock.nanos)).isTrue();
    }

    @Test
    void aDamagedEntryIsLeftOutCountedByTopicAndTakenAway() throws Exception {
        write(kept(A), owed(A, 1), owed(A, 2), owed(A, 3));
        disk.table(Table.QUEUE).compute(Keys.entry(A, 2), (_, record) -> {
            byte[] cut = record.clone();
            cut[cut.length - "payload".length() - 2] = 100; // the length of the publisher
            return cut;
        });
        crash();
        assertThat(read(A)).extracting(Change.Owed::sequence).containsExactly(1L, 3L);
        assertThat(store.damage()).containsExactly(new Lost("t", 1));
        run(writer);
        assertThat(read(A)).hasSize(2);
        assertThat(store.damage()).containsExactly(new Lost("t", 1));
        assertThat(records(Table.QUEUE)).isEqualTo(2);
    }

    @Test
    void aMissingMessageIsLeftOutAndCounted() throws Exception {
        write(kept(A), owed(A, 1, message("shared")), owed(A, 2));
        disk.table(Table.MESSAGES).clear();
        crash();
        assertThat(read(A)).extracting(Change.Owed::sequence).containsExactly(2L);
        assertThat(store.damage()).hasSize(1);
    }

    @Test
    void aPartOfAQueueThatCannotBeReadIsSteppedOver() throws Exception {
        fill(A, 100);
        for (int i = 40; i <= 60; i++) {
            disk.damage(Table.QUEUE, Keys.entry(A, i));
            disk.damage(Table.QUEUE, Keys.progress(new RecordOutput(), A, i).toBytes());
        }
        crash();
        assertThat(load().getFirst().lastSequence()).isEqualTo(100);
        assertThat(read(A)).hasSize(79).noneMatch(owed -> owed.sequence() >= 40 && owed.sequence() <= 60);
        assertThat(store.damage()).isNotEmpty();
    }

    @Test
    void whenTheEndOfAQueueCannotBeReadNumberingGoesOnFarAboveIt() throws Exception {
        fill(A, 10);
        disk.damage(Table.QUEUE, Keys.entry(A, 10));
        disk.damage(Table.QUEUE, Keys.progress(new RecordOutput(), A, 10).toBytes());
        crash();
        assertThat(load()).singleElement().satisfies(session -> {
            assertThat(session.firstSequence()).isEqualTo(1);
            assertThat(session.lastSequence()).isGreaterThan(10);
        });
    }

    @Test
    void sessionsThatCannotBeReadDoNotMakeOrphansOfTheirMessages() throws Exception {
        fill(A, 10);
        disk.damage(Table.STATE, Keys.state(new RecordOutput(), A, Keys.SESSION).toBytes());
        disk.damage(
                Table.STATE,
                Keys.state(new RecordOutput(), A, Keys.RECEIVED).u16(5).toBytes());
        int before = records(Table.QUEUE);
        crash();
        assertThat(load()).isEmpty();
        run(writer);
        assertThat(records(Table.QUEUE)).isEqualTo(before);
        assertThat(store.damage()).isNotEmpty();
    }

    @Test
    void aReadThatFailsIsDoneWhenTheDiskWorksAgain() {
        write(kept(A), owed(A, 1));
        disk.readsFail = true;
        List<List<Change.Owed>> read = new ArrayList<>();
        store.read(A, 1, 10, 100, read::add);
        run(reader);
        for (int seconds = 0; seconds < 30; seconds++) { // patience: what fails for a while is not damaged
            assertThat(read).isEmpty();
            clock.nanos += OPTIONS.probeNanos();
            store.hasRoom();
            run(writer);
            run(reader);
        }
        disk.readsFail = false;
        clock.nanos += OPTIONS.probeNanos();
        store.hasRoom();
        run(writer);
        run(reader);
        assertThat(read).hasSize(1);
        assertThat(read.getFirst()).hasSize(1);
        assertThat(store.damage()).isEmpty();
    }

    @Test
    void anotherNumberOfShardsIsRefused() {
        disk = disk.reopened();
        assertThatThrownBy(() -> new DiskStore(disk, OPTIONS.withShards(8), clock, writer::add, reader::add))
                .isInstanceOf(StoreFormatException.class)
                .hasMessageContaining("4 shards");
        assertThat(disk.isClosed).isTrue();
    }

    @Test
    void closingWritesWhatWaitsAndRefusesWhatComesLater() throws Exception {
        hand(kept(A));
        store.close();
        assertThat(done).containsExactly(true);
        hand(kept(B));
        assertThat(done).containsExactly(true, false);
        run(writer);
        assertThat(disk.isClosed).isTrue();
        List<List<Change.Owed>> read = new ArrayList<>();
        store.read(A, 1, 1, 1, read::add);
        run(reader);
        assertThat(read).containsExactly(List.of());
        store.close();
    }

    @Test
    void manyDeletesAskForACompaction() {
        write(kept(A));
        for (int round = 0; round < 101; round++) {
            Change[] owed = new Change[1_000];
            Change[] settled = new Change[1_000];
            for (int i = 0; i < owed.length; i++) {
                owed[i] = owed(A, 1 + round * 1_000L + i);
                settled[i] = new Change.Settled(A, 1 + round * 1_000L + i);
            }
            write(owed);
            write(settled);
        }
        assertThat(disk.compactions).isEqualTo(1);
        assertThat(records(Table.QUEUE)).isZero();
    }
}
