package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Disk.Table;
import io.chasqui.broker.storage.disk.Lost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Fills a database from table files alone, the older before the younger: the last resort, when the list is gone that says which of
 * them count. What was deleted may be back, since a file does not show what it deletes in others; and what stood in the log alone
 * is lost, for its order among the tables is not known.
 */
final class Rebuild {
    private static final long BATCH_BYTES = 1 << 20;

    private Rebuild() {}

    static List<Lost> copy(Path from, RocksOptions options, Database to) throws IOException, RocksDBException {
        List<Lost> lost = new ArrayList<>();
        lost.add(new Lost("(the list of tables: what was deleted may be back)", 1));
        for (Path log : Directories.files(from, ".log")) {
            if (Files.size(log) > 0) {
                lost.add(new Lost("(the log of the last writes, " + log.getFileName() + ")", 1));
            }
        }
        long unreadable = 0;
        for (Path file : Directories.files(from, ".sst")) {
            try {
                copyTable(file, to);
            } catch (RocksDBException e) {
                unreadable++;
            }
        }
        if (unreadable > 0) {
            lost.add(new Lost("(table files that cannot be read to their end)", unreadable));
        }
        return lost;
    }

    private static void copyTable(Path file, Database to) throws RocksDBException {
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options);
                ReadOptions readOptions = new ReadOptions();
                WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
                WriteBatch batch = new WriteBatch()) {
            reader.open(file.toString());
            ColumnFamilyHandle table =
                    table(new String(reader.getTableProperties().getColumnFamilyName(), StandardCharsets.US_ASCII), to);
            try (SstFileReaderIterator records = reader.newIterator(readOptions)) {
                for (records.seekToFirst(); records.isValid(); records.next()) {
                    batch.put(table, records.key(), records.value());
                    if (batch.getDataSize() > BATCH_BYTES) {
                        write(to.db(), writeOptions, batch);
                    }
                }
                write(to.db(), writeOptions, batch);
                records.status();
            }
        }
    }

    private static void write(RocksDB db, WriteOptions options, WriteBatch batch) throws RocksDBException {
        db.write(options, batch);
        batch.clear();
    }

    private static ColumnFamilyHandle table(String name, Database to) {
        for (Table table : Table.values()) {
            if (table.name().toLowerCase(Locale.ROOT).equals(name)) {
                return to.table(table);
            }
        }
        return to.table(Table.STATE);
    }
}
