package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Disk.Table;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Logger;
import org.rocksdb.MemTableInfo;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;

/** One opened RocksDB with a column family for each table, and the native objects that it needs as long as it is open. */
final class Database implements AutoCloseable {
    private static final int LEVEL_0_FILES = 4;
    private static final int OPEN_FILES = 256;
    private static final long LOG_FILE_BYTES = 1 << 20; // of RocksDB's own log
    private static final double BITS_PER_KEY = 10;

    // Where half of so many records in a row are deletes, the file is compacted soon.
    private static final int DELETES_WINDOW = 4_096;
    private static final int DELETES_TRIGGER = 2_048;

    /** RocksDB's names for what its Java classes have no method for. */
    private static final String LISTS_LOGS = "track_and_verify_wals_in_manifest";

    /** What may be wrong with the files. */
    enum Trust {
        /** Nothing: damage is an error. A torn end of the log, as a crash leaves it, is no damage. */
        FULL,
        /** The log: what cannot be read of it is left out. */
        DAMAGED_LOG,
        /** The log and the tables: damaged tables are found when they are read. */
        DAMAGED_TABLES
    }

    private final List<AutoCloseable> resources = new ArrayList<>(); // in the order in which they were made
    private final List<ColumnFamilyHandle> tables = new ArrayList<>();
    private final AtomicBoolean hasNewLog = new AtomicBoolean(true);
    private final RocksDB db;

    static Database open(Path directory, RocksOptions options, Trust trust) throws RocksDBException {
        return new Database(directory, options, trust, false);
    }

    /** Changes nothing on the disk. */
    static Database openReadOnly(Path directory, RocksOptions options, Trust trust) throws RocksDBException {
        return new Database(directory, options, trust, true);
    }

    private Database(Path directory, RocksOptions options, Trust trust, boolean readOnly) throws RocksDBException {
        boolean opened = false;
        try {
            Cache cache = keep(new LRUCache(options.cacheBytes()));
            List<ColumnFamilyDescriptor> families = new ArrayList<>();
            for (Table table : Table.values()) {
                byte[] name = table == Table.STATE
                        ? RocksDB.DEFAULT_COLUMN_FAMILY
                        : table.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
                families.add(new ColumnFamilyDescriptor(name, tableOptions(options, cache)));
            }
            DBOptions dbOptions = keep(databaseOptions(options, trust));
            if (readOnly) {
                dbOptions.setLogger(keep(new Silence())); // its own log would be a file
            } else {
                dbOptions.setListeners(List.of(keep(new Sealing())));
            }
            db = readOnly
                    ? RocksDB.openReadOnly(dbOptions, directory.toString(), families, tables)
                    : RocksDB.open(dbOptions, directory.toString(), families, tables);
            keep(db);
            tables.forEach(this::keep);
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /** Hears when RocksDB goes on to another log. */
    private final class Sealing extends AbstractEventListener {
        Sealing() {
            super(EnabledEventCallback.ON_MEMTABLE_SEALED);
        }

        @Override
        public void onMemTableSealed(MemTableInfo sealed) {
            hasNewLog.set(true);
        }
    }

    /** Takes what RocksDB logs nowhere. */
    private static final class Silence extends Logger {
        Silence() {
            super(InfoLogLevel.FATAL_LEVEL);
        }

        @Override
        protected void log(InfoLogLevel level, String message) {}
    }

    /** Whether there may be a new log file since this was asked last, or since it was opened. */
    boolean hasNewLog() {
        return hasNewLog.get() && hasNewLog.compareAndSet(true, false);
    }

    private <T extends AutoCloseable> T keep(T resource) {
        resources.add(resource);
        return resource;
    }

    private static DBOptions databaseOptions(RocksOptions options, Trust trust) {
        Properties more = new Properties();
        more.setProperty(LISTS_LOGS, Boolean.toString(trust == Trust.FULL));
        DBOptions made = DBOptions.getDBOptionsFromProps(more);
        if (made == null) {
            throw new IllegalStateException("this RocksDB knows no " + LISTS_LOGS);
        }
        return made.setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(trust != Trust.DAMAGED_TABLES)
                .setWalRecoveryMode(
                        trust == Trust.FULL
                                ? WALRecoveryMode.TolerateCorruptedTailRecords
                                : WALRecoveryMode.SkipAnyCorruptedRecords)
                .setDbWriteBufferSize(options.writeBufferBytes())
                .setMaxTotalWalSize(4 * options.writeBufferBytes())
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(OPEN_FILES)
                .setMaxFileOpeningThreads(1)
                .setAllowConcurrentMemtableWrite(false) // one thread writes
                .setEnableWriteThreadAdaptiveYield(false)
                .setBytesPerSync(1 << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(LOG_FILE_BYTES)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setSkipStatsUpdateOnDbOpen(true);
    }

    private ColumnFamilyOptions tableOptions(RocksOptions options, Cache cache) {
        Options whole = keep(new Options()); // only these take a collector
        whole.setTablePropertiesCollectorFactory(
                List.of(keep(TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                        DELETES_WINDOW, DELETES_TRIGGER, 0.5))));
        whole.setTableFormatConfig(new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setIndexType(
                        IndexType.kTwoLevelIndexSearch) // so that a look at a cold file reads a few KiB of its index
                .setPartitionFilters(true)
                .setCacheIndexAndFilterBlocks(true)
                .setPinTopLevelIndexAndFilter(true)
                .setFilterPolicy(keep(new BloomFilter(BITS_PER_KEY))));
        long fileBytes = Math.max(1 << 20, options.writeBufferBytes() / 2);
        whole.setWriteBufferSize(fileBytes)
                .setMaxWriteBufferNumber(3)
                .setLevelZeroFileNumCompactionTrigger(LEVEL_0_FILES)
                .setTargetFileSizeBase(Math.max(8 << 20, fileBytes))
                .setMaxBytesForLevelBase(4 * Math.max(8 << 20, fileBytes))
                .setCompressionType(CompressionType.LZ4_COMPRESSION);
        return keep(new ColumnFamilyOptions(whole));
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle table(Table table) {
        return tables.get(table.ordinal());
    }

    /** Writes what is in memory to tables. */
    void flush() throws RocksDBException {
        try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            db.flush(flush, tables);
        }
    }

    @Override
    public void close() {
        for (int i = resources.size() - 1; i >= 0; i--) {
            try {
                resources.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException(e); // they declare none
            }
        }
        resources.clear();
    }
}
