package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Batch;
import io.chasqui.broker.storage.disk.Disk;
import io.chasqui.broker.storage.disk.DiskException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** One side of a rescue: a database as it is, without locks and without a log. Confined to one thread; does not close it. */
final class DatabaseDisk implements Disk {
    private final Database database;

    DatabaseDisk(Database database) {
        this.database = database;
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
        return new RocksCursor(database.db(), database.table(table), from, to, _ -> {}, () -> {});
    }

    @Override
    public long freeBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public void compact(Table table, byte[] from, byte[] to) {}

    @Override
    public void close() {}
}
