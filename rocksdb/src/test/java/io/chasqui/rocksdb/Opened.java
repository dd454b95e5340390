package io.chasqui.rocksdb;

import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.broker.storage.disk.DiskStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A store on files, with threads as in production. */
final class Opened implements AutoCloseable {
    static final int SHARDS = 8;

    final RocksDisk disk;
    final DiskStore store;
    private final ExecutorService writer = Executors.newSingleThreadExecutor();
    private final ExecutorService reader = Executors.newSingleThreadExecutor();

    Opened(Path directory) throws IOException {
        this(directory, RocksOptions.DEFAULT, new DiskStore.Options(SHARDS, 0, 4 << 20, 10_000_000));
    }

    Opened(Path directory, RocksOptions options, DiskStore.Options storeOptions) throws IOException {
        disk = RocksDisk.open(directory, options);
        store = new DiskStore(disk, storeOptions, DiskStore.Clock.SYSTEM, writer, reader);
    }

    boolean write(Change... changes) throws Exception {
        return write(List.of(changes));
    }

    boolean write(List<Change> changes) throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        store.write(changes, done::complete);
        return done.get(60, TimeUnit.SECONDS);
    }

    List<StoredSession> load() {
        List<StoredSession> sessions = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            store.load(shard, sessions::add);
        }
        return sessions;
    }

    List<Change.Owed> read(SessionId session, long from, int messages) throws Exception {
        CompletableFuture<List<Change.Owed>> read = new CompletableFuture<>();
        store.read(session, from, messages, Long.MAX_VALUE, read::complete);
        return read.get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        store.close();
        writer.shutdown();
        reader.shutdown();
    }
}
