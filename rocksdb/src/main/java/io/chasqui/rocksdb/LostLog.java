package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Disk;
import io.chasqui.broker.storage.disk.Disk.Table;
import io.chasqui.broker.storage.disk.Inventory;
import io.chasqui.broker.storage.disk.Lost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;

/** What is lost with logs that RocksDB does not take as they are, made out before it skips that. */
final class LostLog {
    private static final String NOT_AS_LISTED = "WAL"; // in RocksDB's messages of a log that is missing or too short
    private static final String UNKNOWN_PART = "(parts of the log of the last writes)";

    private final List<Lost> missing = new ArrayList<>();
    private final Inventory inventory = new Inventory();
    private final boolean isTornOnly;

    /** @param fault why the database did not open */
    static LostLog of(List<Path> logs, RocksDBException fault) throws IOException {
        return new LostLog(logs, String.valueOf(fault.getMessage()));
    }

    private LostLog(List<Path> logs, String fault) throws IOException {
        long parts = 0;
        boolean torn = true;
        for (Path log : logs) {
            LogFile.Look look = LogFile.look(log);
            torn &= parts == 0 && (look.damagedParts() == 0 || look.isTornOnly());
            parts += look.damagedParts();
        }
        if (parts == 0 || fault.contains(NOT_AS_LISTED)) {
            missing.add(new Lost("(log of earlier writes: " + fault + ")", 1));
        }
        isTornOnly = torn && missing.isEmpty();
        if (!isTornOnly) {
            takeInventory(logs);
        }
    }

    /** Whether there is a torn end and nothing else, as a crash leaves it: then nothing is lost that was acknowledged. */
    boolean isTornOnly() {
        return isTornOnly;
    }

    /** By topic, as far as it can be known. */
    List<Lost> list(Disk rest) {
        List<Lost> all = new ArrayList<>(missing);
        all.addAll(inventory.list(rest));
        if (all.isEmpty() && !isTornOnly) {
            all.add(new Lost(UNKNOWN_PART, 1));
        }
        return all;
    }

    /** What stood in the parts that cannot be read, and was not written anew or taken away by what can. */
    private void takeInventory(List<Path> logs) throws IOException {
        LogFile.Records records = new LogFile.Records() {
            @Override
            public void record(ByteBuffer data, boolean isRead) {
                if (!BatchDecoder.decode(data, isRead ? later() : lost()) && !isRead) {
                    unknown();
                }
            }

            @Override
            public void unknown() {
                inventory.lostPart(UNKNOWN_PART);
            }
        };
        for (Path log : logs) {
            LogFile.read(log, records);
        }
    }

    private BatchDecoder.Changes lost() {
        return new BatchDecoder.Changes() {
            @Override
            public void put(Table table, byte[] key, byte[] value) {
                inventory.lost(table, key, value);
            }

            @Override
            public void delete(Table table, byte[] key) {
                inventory.lostRemoval(table, key);
            }

            @Override
            public void deleteRange(Table table, byte[] from, byte[] to) {
                inventory.lostRemoval(table, from, to);
            }
        };
    }

    private BatchDecoder.Changes later() {
        return new BatchDecoder.Changes() {
            @Override
            public void put(Table table, byte[] key, byte[] value) {
                inventory.superseded(table, key);
            }

            @Override
            public void delete(Table table, byte[] key) {
                inventory.superseded(table, key);
            }

            @Override
            public void deleteRange(Table table, byte[] from, byte[] to) {
                inventory.superseded(table, from, to);
            }
        };
    }
}
