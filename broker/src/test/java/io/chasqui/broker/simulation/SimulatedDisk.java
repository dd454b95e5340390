package io.chasqui.broker.simulation;

import io.chasqui.broker.storage.disk.Batch;
import io.chasqui.broker.storage.disk.Disk;
import io.chasqui.broker.storage.disk.DiskException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk of which a crash leaves what was promised: every batch whose write returned, in order. A batch whose write failed is not
 * to be seen, and after a crash it is wholly there or not at all, as the seed wants: its record in the log was whole or torn.
 *
 * <p>Time passes around it and not in it: the threads of the store get their turns late, so a crash comes before a write or between
 * a write and all that follows from it.
 */
final class SimulatedDisk implements Disk {
    private final Scheduler scheduler;
    private Map<Table, NavigableMap<byte[], byte[]>> tables = empty();

    /** What is in the log, in order, from the first write that failed on; {@code before} is what was there then. */
    private final List<Written> log = new ArrayList<>();

    private Map<Table, NavigableMap<byte[], byte[]>> before = empty();
    private int writesFail; // percent
    private boolean readsFail;
    private long freeBytes = Long.MAX_VALUE;
    private DiskException.Kind failure = DiskException.Kind.FAULT;
    private long writes;

    /** @param failed whether its write said so */
    private record Written(List<Change> changes, boolean failed) {}

    /** @param value null to delete; {@code to} null for one key */
    private record Change(Table table, byte[] key, byte @Nullable [] value, byte @Nullable [] to) {}

    SimulatedDisk(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    private static Map<Table, NavigableMap<byte[], byte[]>> empty() {
        Map<Table, NavigableMap<byte[], byte[]>> made = new EnumMap<>(Table.class);
        for (Table table : Table.values()) {
            made.put(table, new TreeMap<>(Arrays::compareUnsigned));
        }
        return made;
    }

    private static Map<Table, NavigableMap<byte[], byte[]>> copy(Map<Table, NavigableMap<byte[], byte[]>> of) {
        Map<Table, NavigableMap<byte[], byte[]>> made = empty();
        of.forEach((table, records) -> made.get(table).putAll(records));
        return made;
    }

    /** From now on, for better or worse. */
    void trouble(int percentOfWrites, boolean reads, DiskException.Kind kind, long free) {
        writesFail = percentOfWrites;
        readsFail = reads;
        failure = kind;
        freeBytes = free;
    }

    /** Writes that were seen. */
    long writes() {
        return writes;
    }

    /** The process is gone: what the next one finds. */
    void crash() {
        if (log.isEmpty()) {
            return;
        }
        tables = copy(before);
        for (Written written : log) {
            if (!written.failed || scheduler.oneIn(2)) {
                apply(written.changes);
            }
        }
        log.clear();
    }

    /** Records of a table, with keys from {@code from} on. */
    int records(Table table, byte[] from) {
        return tables.get(table).tailMap(from).size();
    }

    /** Messages that several were owed, without counts: a crash may bring a count back when several writes have failed before. */
    long messages() {
        return tables.get(Table.MESSAGES).keySet().stream()
                .filter(key -> key[key.length - 1] == 0)
                .count();
    }

    /** Records of a table below a key. */
    int recordsBelow(Table table, byte[] to) {
        return tables.get(table).headMap(to).size();
    }

    @Override
    public void write(Batch batch) throws DiskException {
        List<Change> changes = new ArrayList<>();
        batch.forEach(new Collector(changes));
        boolean fails = scheduler.random().nextInt(100) < writesFail;
        if (fails && log.isEmpty()) {
            before = copy(tables);
        }
        if (fails || !log.isEmpty()) {
            log.add(new Written(changes, fails));
        }
        if (fails) {
            throw new DiskException(failure, "simulated", null);
        }
        apply(changes);
        writes++;
    }

    private void apply(List<Change> changes) {
        for (Change change : changes) {
            NavigableMap<byte[], byte[]> table = tables.get(change.table);
            if (change.to != null) {
                table.subMap(change.key, change.to).clear();
            } else if (change.value == null) {
                table.remove(change.key);
            } else {
                table.put(change.key, change.value);
            }
        }
    }

    private record Collector(List<Change> into) implements Batch.Visitor {
        @Override
        public void put(Table table, byte[] bytes, int key, int keyLength, int value, int valueLength) {
            into.add(new Change(table, part(bytes, key, keyLength), part(bytes, value, valueLength), null));
        }

        @Override
        public void delete(Table table, byte[] bytes, int key, int keyLength) {
            into.add(new Change(table, part(bytes, key, keyLength), null, null));
        }

        @Override
        public void deleteRange(Table table, byte[] bytes, int from, int fromLength, int to, int toLength) {
            into.add(new Change(table, part(bytes, from, fromLength), null, part(bytes, to, toLength)));
        }

        private static byte[] part(byte[] bytes, int from, int length) {
            return Arrays.copyOfRange(bytes, from, from + length);
        }
    }

    private void checkRead() throws DiskException {
        if (readsFail && scheduler.oneIn(2)) {
            throw new DiskException(DiskException.Kind.FAULT, "simulated", null);
        }
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) throws DiskException {
        checkRead();
        return tables.get(table).get(key);
    }

    @Override
    public Cursor scan(Table table, byte[] from, byte[] to) throws DiskException {
        checkRead();
        return new Place(tables.get(table).subMap(from, true, to, false));
    }

    private final class Place implements Cursor {
        private final NavigableMap<byte[], byte[]> part;
        private Map.@Nullable Entry<byte[], byte[]> at;

        Place(NavigableMap<byte[], byte[]> part) {
            this.part = part;
        }

        private boolean go(Map.@Nullable Entry<byte[], byte[]> entry) throws DiskException {
            checkRead();
            at = entry;
            return entry != null;
        }

        private Map.Entry<byte[], byte[]> here() {
            if (at == null) {
                throw new IllegalStateException("at no record");
            }
            return at;
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
            return go(part.higherEntry(here().getKey()));
        }

        @Override
        public byte[] key() {
            return here().getKey();
        }

        @Override
        public byte[] value() {
            return here().getValue();
        }

        @Override
        public void close() {}
    }

    @Override
    public long freeBytes() {
        return freeBytes;
    }

    @Override
    public void compact(Table table, byte[] from, byte[] to) {}

    @Override
    public void close() {}
}
