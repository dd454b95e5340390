package io.chasqui.benchmarks;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.disk.DiskStore;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.rocksdb.Durability;
import io.chasqui.rocksdb.RocksDisk;
import io.chasqui.rocksdb.RocksOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Question: how near is the store to what the disk can do, and what does a message cost the thread that writes? Not of JMH: a
 * disk warms up in its own ways, and what matters is the whole of some seconds. Failure: more than 5 µs of the writer for a
 * message of 200 bytes that is owed and settled, in groups of 256 or more.
 *
 * <p>{@code java -cp benchmarks.jar io.chasqui.benchmarks.StoreThroughput DIR [SECONDS]}
 */
public final class StoreThroughput {
    private static final int PAYLOAD_BYTES = 200;
    private static final int SESSIONS = 1_000;
    private static final int[] GROUPS = {1, 16, 256, 1_000};

    private final Path directory;
    private final long nanos;
    private final TopicName topic = TopicName.of("greenhouse/bed/1/temperature");
    private final long[] sequences = new long[SESSIONS];
    private long bytes;
    private int turn;

    private StoreThroughput(Path directory, long nanos) {
        this.directory = directory;
        this.nanos = nanos;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        Files.createDirectories(directory);
        StoreThroughput run =
                new StoreThroughput(directory, (args.length > 1 ? Integer.parseInt(args[1]) : 5) * 1_000_000_000L);
        run.diskItself();
        for (Durability durability : new Durability[] {Durability.SYNC, Durability.ASYNC}) {
            for (boolean shared : new boolean[] {false, true}) {
                run.store(durability, shared);
            }
        }
    }

    /** Synced writes of 4 KiB, and how fast bytes can be appended when synced by the MiB. */
    private void diskItself() throws IOException {
        for (int size : new int[] {4 << 10, 1 << 20}) {
            Path file = Files.createTempFile(directory, "raw", null);
            long writes = 0;
            long start = System.nanoTime();
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                ByteBuffer block = ByteBuffer.allocateDirect(size);
                while (System.nanoTime() - start < nanos) {
                    out.write(block.clear());
                    out.force(false);
                    writes++;
                }
            } finally {
                Files.delete(file);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "disk: %d bytes and sync: %.0f/s, %.1f MB/s%n",
                    size, writes / seconds, writes * size / seconds / 1e6);
        }
    }

    private void store(Durability durability, boolean shared) throws Exception {
        Path at = directory.resolve("store-" + durability + shared);
        Thread[] thread = new Thread[1];
        ExecutorService writer = Executors.newSingleThreadExecutor(task -> thread[0] = new Thread(task));
        ExecutorService reader = Executors.newSingleThreadExecutor();
        RocksDisk disk = RocksDisk.open(at, RocksOptions.DEFAULT.withDurability(durability));
        try (DiskStore store = new DiskStore(disk, DiskStore.Options.DEFAULT, DiskStore.Clock.SYSTEM, writer, reader)) {
            List<Change> sessions = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                sessions.add(new Change.Kept(session(i), "client-" + i, 3600, 1, null, null));
            }
            write(store, sessions);
            for (int group : GROUPS) {
                measure(store, group, false, shared, durability, thread[0]);
                measure(store, group, true, shared, durability, thread[0]);
            }
            drain(store, durability);
        }
        writer.shutdown();
        reader.shutdown();
    }

    /** Each list of changes waits for the one before, but one is always being written while the next is made. */
    private void measure(
            DiskStore store, int group, boolean settle, boolean shared, Durability durability, Thread writer)
            throws Exception {
        long start = System.nanoTime();
        long cpu = ManagementFactory.getThreadMXBean().getThreadInfo(writer.threadId()) == null ? 0 : cpu(writer);
        long messages = 0;
        List<Change> settled = new ArrayList<>();
        while (System.nanoTime() - start < nanos) {
            List<Change> changes = new ArrayList<>(settled);
            settled = new ArrayList<>();
            for (int i = 0; i < group; i++) {
                Change.Owed owed = owed(shared);
                changes.add(owed);
                if (settle) {
                    settled.add(new Change.Settled(owed.session(), owed.sequence()));
                }
            }
            write(store, changes);
            messages += group;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "%s %s, %s, groups of %d: %.0f messages/s, %.2f µs of the writer each%n",
                durability,
                settle ? "owed and settled" : "owed",
                shared ? "stored by id" : "stored with the entry",
                group,
                messages / seconds,
                (cpu(writer) - cpu) / 1e3 / messages);
    }

    private static long cpu(Thread thread) {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId());
    }

    private static SessionId session(int i) {
        return new SessionId(i % 64, i + 1);
    }

    private Change.Owed owed(boolean shared) {
        int session = turn++ % SESSIONS;
        Message message = new Message(
                topic,
                new byte[PAYLOAD_BYTES],
                Qos.AT_LEAST_ONCE,
                false,
                PublishProperties.NONE,
                "publisher-1",
                Message.NEVER);
        if (!shared) {
            message.forOne();
        }
        bytes += message.bytes();
        return new Change.Owed(
                session(session),
                ++sequences[session],
                bytes,
                message,
                Qos.AT_LEAST_ONCE,
                false,
                Publish.NO_IDS,
                null,
                0,
                false);
    }

    private static void write(DiskStore store, List<Change> changes) throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        store.write(changes, done::complete);
        if (!done.get()) {
            throw new IOException("the store refused");
        }
    }

    /** All that is left is read and settled, session by session. */
    private void drain(DiskStore store, Durability durability) throws Exception {
        long start = System.nanoTime();
        long messages = 0;
        for (int i = 0; i < SESSIONS; i++) {
            long from = 1;
            while (true) {
                CompletableFuture<List<Change.Owed>> read = new CompletableFuture<>();
                store.read(session(i), from, 256, 1 << 20, read::complete);
                List<Change.Owed> owed = read.get();
                if (owed.isEmpty()) {
                    break;
                }
                SessionId session = session(i);
                write(
                        store,
                        owed.stream()
                                .map(each -> (Change) new Change.Settled(session, each.sequence()))
                                .toList());
                from = owed.getLast().sequence() + 1;
                messages += owed.size();
            }
        }
        System.out.printf("%s drained: %.0f messages/s%n", durability, messages / ((System.nanoTime() - start) / 1e9));
    }
}
