package io.chasqui.broker.storage.disk;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A disk in memory that can be made to fail: its next write, its reads, single records. */
public final class MemoryDisk implements Disk {
    final Map<Table, NavigableMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);

    /** Where reading fails, as if a block were damaged: the table and the key in hexadecimal. */
    final Set<String> damaged = new HashSet<>();

    volatile DiskException.@Nullable Kind writesFail;
    volatile boolean keepFailedWrites; // a failed write turns out to be kept
    private @Nullable MemoryDisk afterCrash; // has failed writes too
    volatile boolean readsFail;
    volatile long freeBytes = Long.MAX_VALUE;
    volatile int writes;
    volatile int compactions;
    volatile int largestBatch; // bytes
    volatile boolean isClosed;

    public MemoryDisk() {
        for (Table table : Table.values()) {
            tables.put(table, new ConcurrentSkipListMap<>(Arrays::compareUnsigned));
        }
    }

    NavigableMap<byte[], byte[]> table(Table table) {
        return tables.get(table);
    }

    int records() {
        return tables.values().stream().mapToInt(Map::size).sum();
    }

    void damage(Table table, byte[] key) {
        damaged.add(table + Arrays.toString(key));
    }

    @Override
    public void write(Batch batch) throws DiskException {
        DiskException.Kind failure = writesFail;
        if (failure == null || keepFailedWrites) {
            writes++;
            largestBatch = Math.max(largestBatch, batch.bytes());
            batch.forEach(new Apply());
        }
        if (afterCrash != null) {
            batch.forEach(afterCrash.new Apply());
        }
        if (failure != null) {
            throw new DiskException(failure, "writes fail", null);
        }
    }

    private final class Apply implements Batch.Visitor {
        @Override
        public void put(Table table, byte[] bytes, int key, int keyLength, int value, int valueLength) {
            tables.get(table)
                    .put(
                            Arrays.copyOfRange(bytes, key, key + keyLength),
                            Arrays.copyOfRange(bytes, value, value + valueLength));
        }

        @Override
        public void delete(Table table, byte[] bytes, int key, int keyLength) {
            tables.get(table).remove(Arrays.copyOfRange(bytes, key, key + keyLength));
        }

        @Override
        public void deleteRange(Table table, byte[] bytes, int from, int fromLength, int to, int toLength) {
            tables.get(table)
                    .subMap(
                            Arrays.copyOfRange(bytes, from, from + fromLength),
                            Arrays.copyOfRange(bytes, to, to + toLength))
                    .clear();
        }
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) throws DiskException {
        check(table, key);
        return tables.get(table).get(key);
    }

    private void check(Table table, byte[] key) throws DiskException {
        if (isClosed || readsFail) {
            throw new DiskException(DiskException.Kind.FAULT, isClosed ? "closed" : "reads fail", null);
        }
        if (damaged.contains(table + Arrays.toString(key))) {
            throw new DiskException(DiskException.Kind.DAMAGE, "damaged", null);
        }
    }

    @Override
    public Cursor scan(Table table, byte[] from, byte[] to) {
        NavigableMap<byte[], byte[]> part = tables.get(table).subMap(from, true, to, false);
        return new Cursor() {
            private Map.@Nullable Entry<byte[], byte[]> at;

            private boolean go(Map.@Nullable Entry<byte[], byte[]> entry) throws DiskException {
                at = null;
                check(table, entry == null ? new byte[0] : entry.getKey());
                at = entry;
                return entry != null;
            }

            @Override
            public boolean seek(byte[] key) throws DiskException {
                return go(part.ceilingEntry(key));
            }

            @Override
            public boolean seekBefore(byte[] key) throws DiskException {
                return go(part.lowerEntry(key));
            }

            @Override
            public boolean next() throws DiskException {
                return go(part.higherEntry(at.getKey()));
            }

            @Override
            public byte[] key() {
                return at.getKey();
            }

            @Override
            public byte[] value() {
                return at.getValue();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public long freeBytes() {
        return freeBytes;
    }

    @Override
    public void compact(Table table, byte[] from, byte[] to) {
        compactions++;
    }

    /** The next store on it finds what is there. */
    @Override
    public void close() {
        isClosed = true;
    }

    /** From now on failed writes are not to be seen, but are there when the disk is reopened. */
    void failedWritesComeBack() {
        afterCrash = reopened();
    }

    /** What a restarted process would see. */
    MemoryDisk reopened() {
        if (afterCrash != null) {
            return afterCrash;
        }
        MemoryDisk next = new MemoryDisk();
        tables.forEach((table, records) -> next.tables.get(table).putAll(records));
        next.damaged.addAll(damaged);
        next.freeBytes = freeBytes;
        return next;
    }
}
