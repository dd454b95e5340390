package io.chasqui.broker.storage.disk;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.Store;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.broker.storage.disk.Disk.Table;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store on a {@link Disk}: what is handed over while one write runs becomes the next, one atomic batch of all that waits up to
 * {@link Options#groupBytes}, so load makes larger groups and not longer waits.
 *
 * <p>{@link #write}, {@link #read} and {@link #hasRoom} on any thread; they hand their work to the executors given, whose tasks take
 * {@code writing} or {@code reading} in turn, so an executor may have any number of threads, and {@link #close} does what is left
 * itself. How much waits to be written is for the callers to limit: one list of changes each.
 *
 * <p>When a write fails, it and all that waits behind it completes with false, and {@link #hasRoom} says no until a write succeeds;
 * while nobody writes, asking {@code hasRoom} has one tried every {@link Options#probeNanos}.
 */
public final class DiskStore implements Store {
    /** The format that is written, and the highest that is read. */
    public static final int FORMAT = 1;

    private static final int PURGE_RECORDS = 1_000; // a step
    private static final int COMPACT_AFTER = 100_000; // deletes
    private static final int READ_ATTEMPTS = 3; // before a fault is taken for damage
    private static final int MAX_PARKED = 100_000; // reads
    private static final Logger LOG = LoggerFactory.getLogger(DiskStore.class);

    /** Both times that a store needs. Any thread. */
    public interface Clock {
        /** In which {@link Message#expiresAtNanos} is told: time that only grows. */
        long nanoTime();

        /** Milliseconds since 1970. */
        long wallMillis();

        /** Those of this machine. */
        Clock SYSTEM = new Clock() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public long wallMillis() {
                return System.currentTimeMillis();
            }
        };
    }

    /**
     * @param shards 1 to 4,096, fixed when the store is made
     * @param reserveBytes free space below which there is no room for more
     * @param groupBytes a group is written when it takes so many, about; one list of changes is never divided
     * @param probeNanos how long after a failure, and how often, the disk is looked at again
     */
    public record Options(int shards, long reserveBytes, long groupBytes, long probeNanos) {
        public static final Options DEFAULT = new Options(64, 256L << 20, 4L << 20, 1_000_000_000L);

        public Options {
            if (shards < 1 || shards >= Keys.MAX_SHARDS || reserveBytes < 0 || groupBytes < 1 || probeNanos < 1) {
                throw new IllegalArgumentException("shards " + shards + ", reserve " + reserveBytes + ", group "
                        + groupBytes + ", probe " + probeNanos);
            }
        }

        public Options withShards(int newShards) {
            return new Options(newShards, reserveBytes, groupBytes, probeNanos);
        }
    }

    private record Submission(List<Change> changes, Completion completion) {}

    private record Read(
            SessionId session, long from, int messages, long bytes, Consumer<List<Change.Owed>> into, int attempt) {
        Read again() {
            return new Read(session, from, messages, bytes, into, attempt + 1);
        }
    }

    private record Purge(SessionId session, long from, long purged) {}

    private final Disk disk;
    private final Options options;
    private final Clock clock;
    private final Executor writer;
    private final Executor reader;
    private final Damage damage = new Damage();
    private volatile boolean hasRoom = true;
    private volatile long lookAtNanos; // when the free space is looked at again

    private final AtomicBoolean probing = new AtomicBoolean();

    /** Guards what waits to be written; held for moments only. */
    private final Object waiting = new Object();

    private final ArrayDeque<Submission> submissions = new ArrayDeque<>();
    private boolean scheduled; // a task of the writer is to come
    private boolean closed;

    /** Held while a group is made and written; {@code waiting} may be taken inside, and {@code parked}. */
    private final Object writing = new Object();

    private final GroupWriter group;
    private final ArrayDeque<Purge> purges = new ArrayDeque<>();
    private boolean purgesWait; // for the disk to work again
    private long deletes; // since the last compaction

    /** Held while a queue is read. */
    private final Object reading = new Object();

    private final QueueReader queues;
    private boolean readingEnded;

    /** Reads that failed and wait for the disk to work again; guarded by itself. */
    private final ArrayDeque<Read> parked = new ArrayDeque<>();

    private final long lastSession;
    private final LongAdder sessionsFound = new LongAdder();
    private final LongAdder retainedFound = new LongAdder();

    /**
     * Opens the store on {@code disk}, which it closes in the end, also when this fails.
     *
     * @param writer runs tasks that wait for the disk; if it is an {@link ExecutorService} it ends with the store, and so does
     *     {@code reader}
     * @param reader the same, for reading queues
     * @throws StoreFormatException when it is of a newer format or has another number of shards
     * @throws DiskException when the disk cannot be read or written
     */
    public DiskStore(Disk disk, Options options, Clock clock, Executor writer, Executor reader)
            throws StoreFormatException, DiskException {
        this.disk = disk;
        this.options = options;
        this.clock = clock;
        this.writer = writer;
        this.reader = reader;
        boolean opened = false;
        try {
            disk.lost().forEach(damage::add);
            if (!disk.lost().isEmpty()) {
                Audit.run(disk, true, (_, _, _, _, _) -> {}); // counts may be wrong where something is missing
            }
            Origin origin = Origin.open(disk, options.shards(), damage);
            lastSession = origin.lastSession();
            MessageRecord writing = new MessageRecord(clock);
            SharedMessages shared = new SharedMessages(disk, writing, damage, origin.start());
            group = new GroupWriter(disk, writing, shared, damage, lastSession);
            queues = new QueueReader(disk, new MessageRecord(clock), damage, this::lose);
            lookAtFreeSpace();
            opened = true;
        } finally {
            if (!opened) {
                disk.close();
            }
        }
    }

    @Override
    public long lastSession() {
        return lastSession;
    }

    /** @throws UncheckedIOException when the disk fails; what is only damaged is left out and counted */
    @Override
    public void load(int shard, Consumer<StoredSession> sessions) {
        List<Purge> found = new ArrayList<>();
        try {
            Consumer<StoredSession> counted = session -> {
                sessionsFound.increment();
                sessions.accept(session);
            };
            Loader.load(shard, damage, disk, counted, session -> found.add(new Purge(session, 0, 0)));
        } catch (DiskException e) {
            throw new UncheckedIOException(e);
        }
        if (!found.isEmpty()) {
            synchronized (writing) {
                purges.addAll(found);
            }
            schedule();
        }
    }

    /** @throws UncheckedIOException when the disk fails; what is only damaged is left out and counted */
    @Override
    public void loadRetained(Consumer<Message> into) {
        try {
            Loader.loadRetained(disk, new MessageRecord(clock), damage, message -> {
                retainedFound.increment();
                into.accept(message);
            });
        } catch (DiskException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(List<Change> changes, Completion completion) {
        boolean refused;
        synchronized (waiting) {
            refused = closed;
            if (!refused) {
                submissions.add(new Submission(changes, completion));
            }
        }
        if (refused) {
            completion.done(false);
        } else {
            schedule();
        }
    }

    private void schedule() {
        synchronized (waiting) {
            if (scheduled || closed) {
                return;
            }
            scheduled = true;
        }
        try {
            writer.execute(this::writeSome);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("The writer has stopped; closing writes what waits", stopping);
        }
    }

    /** One task of the writer: a group, or if nobody waits a step of purging, and the next task if there is more to do. */
    private void writeSome() {
        boolean more;
        synchronized (writing) {
            synchronized (waiting) {
                scheduled = false;
                if (closed) {
                    return;
                }
            }
            writeGroup();
            purgeStep();
            synchronized (waiting) {
                more = !submissions.isEmpty() || !purges.isEmpty() && !purgesWait;
            }
        }
        if (more) {
            schedule();
        }
    }

    private void writeGroup() {
        List<Submission> written = new ArrayList<>();
        boolean safe = false;
        try {
            for (Submission next; group.bytes() < options.groupBytes() && (next = take()) != null; ) {
                written.add(next);
                group.add(next.changes);
                notePurges(next.changes);
            }
            if (written.isEmpty()) {
                return;
            }
            group.commit();
            safe = true;
        } catch (DiskException | RuntimeException e) {
            group.abandon();
            failed(e);
            for (Submission next; (next = take()) != null; ) {
                written.add(next); // they build on what has failed
            }
        }
        if (safe) {
            works();
        }
        for (Submission submission : written) {
            submission.completion.done(safe);
        }
    }

    private @Nullable Submission take() {
        synchronized (waiting) {
            return submissions.poll();
        }
    }

    /** Also of a group that fails then: purging looks whether the session has ended. */
    private void notePurges(List<Change> changes) {
        for (Change change : changes) {
            if (change instanceof Change.Ended ended) {
                purges.add(new Purge(ended.session(), 0, 0));
            }
        }
    }

    private void failed(Exception e) {
        if (hasRoom) {
            LOG.error("The store cannot write; it refuses more until it can: {}", e.toString());
        }
        if (e instanceof RuntimeException) {
            LOG.error("This should not happen", e);
        }
        hasRoom = false;
        purgesWait = true;
        lookAtNanos = clock.nanoTime() + options.probeNanos();
    }

    /** A write has succeeded. */
    private void works() {
        purgesWait = false;
        if (!hasRoom || clock.nanoTime() - lookAtNanos >= 0) {
            lookAtFreeSpace();
        }
        deletes += group.takeDeletes();
        if (deletes >= COMPACT_AFTER) {
            deletes = 0;
            disk.compact(Table.QUEUE, Keys.FIRST, Keys.LAST);
        }
        resumeReads();
    }

    private void lookAtFreeSpace() {
        lookAtNanos = clock.nanoTime() + options.probeNanos();
        long free;
        try {
            free = disk.freeBytes();
        } catch (DiskException e) {
            failed(e);
            return;
        }
        boolean enough = free >= options.reserveBytes();
        if (enough != hasRoom) {
            LOG.warn(
                    enough
                            ? "The store has room again: {} bytes free"
                            : "The disk is nearly full: {} bytes free, reserve {}",
                    free,
                    options.reserveBytes());
        }
        hasRoom = enough;
    }

    @Override
    public boolean isImmediate() {
        return false;
    }

    @Override
    public boolean hasRoom() {
        if (!hasRoom && clock.nanoTime() - lookAtNanos >= 0 && probing.compareAndSet(false, true)) {
            try {
                writer.execute(this::probe);
            } catch (RejectedExecutionException stopping) {
                LOG.debug("The writer has stopped", stopping);
            }
        }
        return hasRoom;
    }

    /** Writes something small, to see whether that works. */
    private void probe() {
        synchronized (writing) {
            synchronized (waiting) {
                if (closed) {
                    return;
                }
            }
            try {
                group.probe(clock.wallMillis());
                group.commit();
                works();
                lookAtFreeSpace();
            } catch (DiskException e) {
                failed(e);
            }
            probing.set(false);
        }
        schedule();
    }

    private void purgeStep() {
        Purge purge = purges.peek();
        if (purge == null || purgesWait) {
            return;
        }
        SessionId session = purge.session;
        try {
            if (purge.from == 0 && isKept(session)) {
                purges.remove(); // the group that ended it has failed; it will end again
                return;
            }
            long next;
            try (Walk walk = new Walk(
                    disk, Table.QUEUE, Keys.session(session), Keys.afterSession(session), false, (_, _) -> {})) {
                next = group.purge(session, walk, purge.from, PURGE_RECORDS);
            }
            if (next == 0) {
                group.purgeState(session);
            }
            group.commit();
            purges.remove();
            long purged = purge.purged + PURGE_RECORDS;
            if (next != 0) {
                purges.addFirst(new Purge(session, next, purged));
            } else if (purged > COMPACT_AFTER) {
                disk.compact(Table.QUEUE, Keys.session(session), Keys.afterSession(session));
            }
        } catch (DiskException | RuntimeException e) {
            group.abandon();
            failed(e);
        }
    }

    private boolean isKept(SessionId session) throws DiskException {
        byte[] record = disk.get(
                Table.STATE,
                Keys.state(new RecordOutput(), session, Keys.SESSION).toBytes());
        try {
            return record != null && SessionRecord.read(session, record) != null;
        } catch (DamagedRecordException e) {
            return false;
        }
    }

    /** What cannot be decoded is not met again: its entry is settled, so the counts stay right. */
    private void lose(SessionId session, long sequence) {
        write(List.of(new Change.Settled(session, sequence)), _ -> {});
    }

    @Override
    public void read(SessionId session, long from, int messages, long bytes, Consumer<List<Change.Owed>> into) {
        read(new Read(session, from, messages, bytes, into, 1));
    }

    private void read(Read read) {
        try {
            reader.execute(() -> readNow(read));
        } catch (RejectedExecutionException stopping) {
            read.into.accept(List.of());
        }
    }

    private void readNow(Read read) {
        List<Change.Owed> owed;
        synchronized (reading) {
            if (readingEnded) {
                owed = List.of();
            } else {
                try {
                    owed = queues.read(
                            read.session, read.from, read.messages, read.bytes, read.attempt > READ_ATTEMPTS);
                } catch (DiskException e) {
                    park(read, e);
                    return;
                }
            }
        }
        read.into.accept(owed);
    }

    /** It is tried again when a write has shown that the disk works. */
    private void park(Read read, DiskException e) {
        LOG.error("The store cannot read; it tries again: {}", e.toString());
        synchronized (parked) {
            if (parked.size() < MAX_PARKED) {
                parked.add(read.again());
                hasRoom = false;
                return;
            }
        }
        read.into.accept(List.of());
    }

    private void resumeReads() {
        List<Read> again;
        synchronized (parked) {
            if (parked.isEmpty()) {
                return;
            }
            again = new ArrayList<>(parked);
            parked.clear();
        }
        again.forEach(this::read);
    }

    /** Sessions that were loaded. Any thread. */
    public long sessionsFound() {
        return sessionsFound.sum();
    }

    /** Retained messages that were loaded. Any thread. */
    public long retainedFound() {
        return retainedFound.sum();
    }

    /** What could not be read since the store was opened, by topic: at most some thousand rows. Any thread. */
    public List<Lost> damage() {
        return damage.list();
    }

    /** Writes what waits, lets a purge for the next start, and closes the disk. */
    @Override
    public void close() {
        synchronized (writing) {
            boolean more = true;
            while (more) {
                synchronized (waiting) {
                    more = !submissions.isEmpty();
                    closed = closed || !more;
                }
                if (more) {
                    writeGroup();
                }
            }
        }
        synchronized (reading) {
            if (readingEnded) {
                return;
            }
            readingEnded = true;
        }
        resumeReads();
        disk.close();
        stop(writer);
        stop(reader);
    }

    private static void stop(Executor executor) {
        if (executor instanceof ExecutorService service) {
            service.shutdown();
        }
    }
}
