package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Disk;
import io.chasqui.broker.storage.disk.DiskException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A walk of RocksDB's. Keeps its database open until it is closed, by the thread that made it. */
final class RocksCursor implements Disk.Cursor {
    private final Slice lower;
    private final Slice upper;
    private final ReadOptions options;
    private final RocksIterator iterator;
    private final Consumer<DiskException> onFault;
    private final Runnable onClose;

    /** @param isChecked false to see also what does not match its checksum */
    RocksCursor(
            RocksDB db,
            ColumnFamilyHandle table,
            byte[] from,
            byte[] to,
            boolean isChecked,
            Consumer<DiskException> onFault,
            Runnable onClose) {
        this.lower = new Slice(from);
        this.upper = new Slice(to);
        this.options = new ReadOptions()
                .setIterateLowerBound(lower)
                .setIterateUpperBound(upper)
                .setVerifyChecksums(isChecked)
                .setFillCache(isChecked);
        this.iterator = db.newIterator(table, options);
        this.onFault = onFault;
        this.onClose = onClose;
    }

    @Override
    public boolean seek(byte[] key) throws DiskException {
        iterator.seek(key);
        return isAtRecord();
    }

    @Override
    public boolean seekBefore(byte[] key) throws DiskException {
        iterator.seekForPrev(key);
        if (isAtRecord() && Arrays.equals(iterator.key(), key)) {
            iterator.prev();
        }
        return isAtRecord();
    }

    @Override
    public boolean next() throws DiskException {
        iterator.next();
        return isAtRecord();
    }

    private boolean isAtRecord() throws DiskException {
        if (iterator.isValid()) {
            return true;
        }
        try {
            iterator.status();
            return false;
        } catch (RocksDBException e) {
            DiskException fault = Faults.of(e);
            onFault.accept(fault);
            throw fault;
        }
    }

    @Override
    public byte[] key() {
        return iterator.key();
    }

    @Override
    public byte[] value() {
        return iterator.value();
    }

    @Override
    public void close() {
        iterator.close();
        options.close();
        lower.close();
        upper.close();
        onClose.run();
    }
}
