package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Batch;
import io.chasqui.broker.storage.disk.Disk;
import io.chasqui.broker.storage.disk.DiskException;
import io.chasqui.broker.storage.disk.Lost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A disk on RocksDB, in a directory of its own:
 *
 * <pre>
 * DIR/lock              held while it is open
 * DIR/rocksdb/          RocksDB's files
 * DIR/native/           its native library, unpacked
 * DIR/damaged           there when damage was found while running: the next opening looks at every file
 * DIR/damaged-TIME/     what was set aside
 * </pre>
 *
 * <p>Any thread may read while one writes. {@code use} is held for reading by whoever uses the database and for writing by who
 * opens it anew, which happens in {@link #write} when RocksDB has given up after a fault that seems to have passed.
 */
public final class RocksDisk implements Disk {
    static final String DATABASE = "rocksdb";
    static final String DAMAGED = "damaged";

    private static final long REOPEN_FREE_BYTES = 32 << 20; // opening writes, too
    private static final Logger LOG = LoggerFactory.getLogger(RocksDisk.class);

    private final Path directory;
    private final RocksOptions options;
    private final DirectoryLock lock;
    private final WriteOptions writeOptions; // fails rather than wait
    private final WriteOptions patiently;
    private final List<Lost> lost;
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private @Nullable Database database; // null after opening it anew has failed, and once closed
    private boolean isClosed;
    private boolean lastWriteFailed; // by the writing thread
    private final AtomicBoolean damageNoted = new AtomicBoolean();
    private final ExecutorService compactor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("store-compactor").factory());

    /** A compaction is to come that begins after now. */
    private final AtomicBoolean compactionDue = new AtomicBoolean();

    /**
     * Opens the disk in {@code directory}, which is made if it is not there. What is damaged is set aside and told by
     * {@link #lost}.
     *
     * @throws DirectoryInUseException when another process uses the directory
     * @throws DiskException when there is no room, or the files cannot be read or written
     * @throws IOException when the directory cannot be made
     */
    public static RocksDisk open(Path directory, RocksOptions options) throws IOException {
        Directories.createPrivate(directory);
        DirectoryLock lock = DirectoryLock.take(directory);
        boolean opened = false;
        try {
            NativeLibrary.load(directory.resolve("native"));
            Salvage salvage = new Salvage(directory, options);
            Database database = salvage.open();
            opened = true;
            return new RocksDisk(directory, options, lock, database, salvage.lost());
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private RocksDisk(Path directory, RocksOptions options, DirectoryLock lock, Database database, List<Lost> lost) {
        this.directory = directory;
        this.options = options;
        this.lock = lock;
        this.database = database;
        this.lost = lost;
        this.writeOptions = writeOptions(options).setNoSlowdown(true);
        this.patiently = writeOptions(options);
        TableCheck check = new TableCheck(directory.resolve(DATABASE), database);
        if (check.bytes() > Salvage.CHECKED_AT_ONCE_BYTES) {
            compactor.execute(() -> check(check));
        }
    }

    /** Reads a large store once, beside the work, so that the next start can set aside what is damaged. */
    private void check(TableCheck check) {
        String damage = check.run(() -> !compactor.isShutdown());
        if (damage != null) {
            note(new DiskException(DiskException.Kind.DAMAGE, damage, null));
        }
    }

    private static WriteOptions writeOptions(RocksOptions options) {
        return new WriteOptions()
                .setSync(options.durability() == Durability.SYNC)
                .setDisableWAL(options.durability() == Durability.NONE);
    }

    @Override
    public List<Lost> lost() {
        return lost;
    }

    @Override
    public void write(Batch batch) throws DiskException {
        try {
            writeOnce(batch);
            lastWriteFailed = false;
        } catch (DiskException e) {
            boolean again = lastWriteFailed && e.kind() != DiskException.Kind.NO_ROOM || isGivenUp();
            lastWriteFailed = true;
            if (!again || freeBytes() < REOPEN_FREE_BYTES) {
                throw e;
            }
            LOG.warn("RocksDB does not recover by itself and is opened anew: {}", e.getMessage());
            reopen();
            writeOnce(batch);
            lastWriteFailed = false;
        }
    }

    private void writeOnce(Batch batch) throws DiskException {
        use.readLock().lock();
        try (WriteBatch encoded = new WriteBatch(BatchEncoder.encode(batch))) {
            RocksDB db = opened().db();
            try {
                db.write(writeOptions, encoded);
            } catch (RocksDBException e) {
                if (!isBehind(e)) {
                    throw e;
                }
                if (freeBytes()
                        < 4 * options.writeBufferBytes()) { // it would wait until somebody makes room, for ever perhaps
                    throw new DiskException(DiskException.Kind.NO_ROOM, "no room to write tables", e);
                }
                db.write(patiently, encoded);
            }
            noteNewestLog();
        } catch (RocksDBException e) {
            throw fault(e);
        } finally {
            use.readLock().unlock();
        }
    }

    private void noteNewestLog() throws DiskException {
        if (opened().hasNewLog()) {
            try {
                NewestLog.note(directory.resolve(DATABASE));
            } catch (IOException e) {
                LOG.warn("It could not be noted which log is the newest: {}", e.toString());
            }
        }
    }

    /** Whether it did not write because it has to write tables first. */
    private static boolean isBehind(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete;
    }

    private boolean isGivenUp() {
        use.readLock().lock();
        try {
            return database == null;
        } finally {
            use.readLock().unlock();
        }
    }

    private void reopen() throws DiskException {
        use.writeLock().lock();
        try {
            if (isClosed) {
                throw closed();
            }
            if (database != null) {
                database.close();
                database = null;
            }
            database = Database.open(directory.resolve(DATABASE), options, Database.Trust.FULL);
        } catch (RocksDBException e) {
            throw fault(e);
        } finally {
            use.writeLock().unlock();
        }
    }

    /** To be called with {@code use} held. */
    private Database opened() throws DiskException {
        Database opened = database;
        if (opened == null) {
            throw closed();
        }
        return opened;
    }

    private DiskException closed() {
        return new DiskException(
                DiskException.Kind.FAULT, isClosed ? "the disk is closed" : "RocksDB could not be opened anew", null);
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) throws DiskException {
        use.readLock().lock();
        try {
            Database opened = opened();
            return opened.db().get(opened.table(table), key);
        } catch (RocksDBException e) {
            throw fault(e);
        } finally {
            use.readLock().unlock();
        }
    }

    @Override
    public Cursor scan(Table table, byte[] from, byte[] to) throws DiskException {
        use.readLock().lock();
        boolean made = false;
        try {
            Database opened = opened();
            Cursor cursor = new RocksCursor(
                    opened.db(), opened.table(table), from, to, true, this::note, use.readLock()::unlock);
            made = true;
            return cursor;
        } finally {
            if (!made) {
                use.readLock().unlock();
            }
        }
    }

    private DiskException fault(RocksDBException e) {
        DiskException fault = Faults.of(e);
        note(fault);
        return fault;
    }

    /** Has the next opening look at every file. */
    private void note(DiskException fault) {
        if (fault.kind() == DiskException.Kind.DAMAGE && damageNoted.compareAndSet(false, true)) {
            LOG.error("The files are damaged; the next start sets the damaged ones aside: {}", fault.getMessage());
            try {
                Files.writeString(directory.resolve(DAMAGED), fault.getMessage() + "\n");
            } catch (IOException e) {
                LOG.warn("That could not be noted for the next start: {}", e.toString());
            }
        }
    }

    @Override
    public long freeBytes() throws DiskException {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw new DiskException(DiskException.Kind.FAULT, e.toString(), e);
        }
    }

    /** Flushes the table and compacts the part, on a thread of its own. */
    @Override
    public void compact(Table table, byte[] from, byte[] to) {
        if (!compactionDue.compareAndSet(false, true)) {
            return;
        }
        compactor.execute(() -> {
            compactionDue.set(false);
            use.readLock().lock();
            try (FlushOptions flush = new FlushOptions().setWaitForFlush(true);
                    CompactRangeOptions range = new CompactRangeOptions().setExclusiveManualCompaction(false)) {
                Database opened = database;
                if (opened != null) {
                    opened.db().flush(flush, opened.table(table));
                    opened.db().compactRange(opened.table(table), from, to, range);
                }
            } catch (RocksDBException e) {
                LOG.warn("Compaction has failed: {}", fault(e).getMessage());
            } finally {
                use.readLock().unlock();
            }
        });
    }

    /** What RocksDB says of itself, such as {@code rocksdb.estimate-num-keys}, for one table; or null. */
    @Nullable
    String property(Table table, String name) throws DiskException {
        use.readLock().lock();
        try {
            Database opened = opened();
            return opened.db().getProperty(opened.table(table), name);
        } catch (RocksDBException e) {
            throw fault(e);
        } finally {
            use.readLock().unlock();
        }
    }

    @Override
    public void close() {
        use.readLock().lock();
        try {
            if (database != null) {
                saveAll(database);
                database.db().cancelAllBackgroundWork(false); // so that a compaction lets go of it soon
            }
        } finally {
            use.readLock().unlock();
        }
        compactor.shutdown();
        use.writeLock().lock();
        try {
            if (isClosed) {
                return;
            }
            isClosed = true;
            if (database != null) {
                database.close();
                database = null;
            }
            writeOptions.close();
            patiently.close();
            lock.close();
        } catch (IOException e) {
            LOG.warn("The lock of {} could not be let go: {}", directory, e.toString());
        } finally {
            use.writeLock().unlock();
        }
    }

    /** What is in memory alone, or in the operating system's, is lost with the power. */
    private void saveAll(Database opened) {
        try {
            switch (options.durability()) {
                case SYNC -> {} // it is safe
                case ASYNC -> opened.db().flushWal(true);
                case NONE -> opened.flush();
            }
        } catch (RocksDBException e) {
            LOG.error("The last writes could not be saved: {}", fault(e).getMessage());
        }
    }

    /** Writes what is in memory of a table to a file. For tests. */
    void flush(Table table, FlushOptions flush) throws DiskException {
        use.readLock().lock();
        try {
            opened().db().flush(flush, opened().table(table));
        } catch (RocksDBException e) {
            throw fault(e);
        } finally {
            use.readLock().unlock();
        }
    }
}
