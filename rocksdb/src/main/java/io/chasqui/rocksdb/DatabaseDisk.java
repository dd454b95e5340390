package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Batch;
import io.chasqui.broker.storage.disk.Disk;
import io.chasqui.broker.storage.disk.DiskException;
import io.chasqui.broker.storage.disk.Lost;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** A database as it is, without locks and, for writing, without a log: for tools, and for both sides of a rescue. Confined to one thread. */
final class DatabaseDisk implements Disk {
    private final Database database;
    private final boolean isChecked;
    private final List<Lost> lost;
    private final Runnable onClose;

    /** Does not close the database. */
    DatabaseDisk(Database database) {
        this(database, true, List.of(), () -> {});
    }

    DatabaseDisk(Database database, List<Lost> lost, Runnable onClose) {
        this(database, true, lost, onClose);
    }

    private DatabaseDisk(Database database, boolean isChecked, List<Lost> lost, Runnable onClose) {
        this.database = database;
        this.isChecked = isChecked;
        this.lost = List.copyOf(lost);
        this.onClose = onClose;
    }

    @Override
    public List<Lost> lost() {
        return lost;
    }

    /** The same, and walks show also what does not match its checksum: for reports only. */
    DatabaseDisk unchecked() {
        return new DatabaseDisk(database, false, List.of(), () -> {});
    }

    @Override
    public void write(Batch batch) throws DiskException {
        try (WriteBatch encoded = new WriteBatch(BatchEncoder.encode(batch));
                WriteOptions options = new WriteOptions().setDisableWAL(true)) {
            database.db().write(options, encoded);
        } catch (RocksDBException e) {
            throw Faults.of(e);
        }
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) throws DiskException {
        try {
            return database.db().get(database.table(table), key);
        } catch (RocksDBException e) {
            throw Faults.of(e);
        }
    }

    @Override
    public Cursor scan(Table table, byte[] from, byte[] to) {
        return new RocksCursor(database.db(), database.table(table), from, to, isChecked, _ -> {}, () -> {});
    }

    @Override
    public long freeBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public void compact(Table table, byte[] from, byte[] to) {}

    @Override
    public void close() {
        onClose.run();
    }
}
