package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.disk.Disk.Table;
import org.jspecify.annotations.Nullable;

/**
 * What a store says of itself, read and written when it is opened.
 *
 * @param start how often it was opened, this time included
 * @param lastSession the highest number of a session that was ever told, 0 for none
 */
record Origin(long start, long lastSession) {
    private static final long LOST_SESSIONS = 1L << 32; // further than anybody has numbered since

    static Origin open(Disk disk, int shards, Damage damage) throws DiskException, StoreFormatException {
        RecordInput format = read(disk, Keys.FORMAT, damage);
        if (format != null) {
            check(format, shards, damage);
        }
        RecordInput starts = read(disk, Keys.STARTS, damage);
        RecordInput last = read(disk, Keys.LAST_SESSION, damage);
        long start;
        long lastSession;
        try {
            start = 1 + (starts == null ? 0 : starts.varint("starts"));
            lastSession = last == null ? 0 : last.varint("last session");
        } catch (DamagedRecordException e) {
            damage.add("(store)", e.getMessage());
            start = 0;
            lastSession = -1;
        }
        if (starts == null && !isEmpty(disk) || start == 0) {
            start = lostStart(disk);
            lastSession = -1;
        }
        if (lastSession < 0 || last == null && !isEmpty(disk)) {
            lastSession = lostLastSession(disk, shards);
        }
        write(disk, shards, start, lastSession);
        return new Origin(start, lastSession);
    }

    private static void check(RecordInput format, int shards, Damage damage) throws StoreFormatException {
        long version;
        long itsShards;
        try {
            version = format.varint("format of the store");
            itsShards = format.varint("shards");
        } catch (DamagedRecordException e) {
            damage.add("(store)", e.getMessage());
            return;
        }
        if (version > DiskStore.FORMAT) {
            throw new StoreFormatException(
                    "the store is of format " + version + ", written by a newer version; this one"
                            + " reads up to format " + DiskStore.FORMAT + ": use that version, or another directory");
        }
        if (itsShards != shards) {
            throw new StoreFormatException("the store has " + itsShards + " shards, fixed when it was made, and "
                    + shards + " are configured: set shards to " + itsShards + ", or use another directory");
        }
    }

    /** The shards of a store, or 0 when it does not say. */
    static int shards(Disk disk, Damage damage) throws DiskException, StoreFormatException {
        RecordInput format = read(disk, Keys.FORMAT, damage);
        if (format == null) {
            return 0;
        }
        try {
            long version = format.varint("format of the store");
            int shards = (int) format.varint(Keys.MAX_SHARDS, "shards");
            check(
                    new RecordInput(
                            new RecordOutput().varint(version).varint(shards).toBytes()),
                    shards,
                    damage);
            return shards;
        } catch (DamagedRecordException e) {
            damage.add("(store)", e.getMessage());
            return 0;
        }
    }

    private static @Nullable RecordInput read(Disk disk, byte[] key, Damage damage) throws DiskException {
        try {
            byte[] record = disk.get(Table.STATE, key);
            return record == null ? null : new RecordInput(record);
        } catch (DiskException e) {
            if (e.kind() != DiskException.Kind.DAMAGE) {
                throw e;
            }
            damage.add("(store)", e.getMessage());
            return null;
        }
    }

    private static void write(Disk disk, int shards, long start, long lastSession) throws DiskException {
        Batch batch = new Batch();
        RecordOutput out = new RecordOutput();
        batch.put(
                Table.STATE,
                Keys.FORMAT,
                out.varint(DiskStore.FORMAT).varint(shards).toBytes());
        batch.put(Table.STATE, Keys.STARTS, out.clear().varint(start).toBytes());
        batch.put(
                Table.STATE, Keys.LAST_SESSION, out.clear().varint(lastSession).toBytes());
        disk.write(batch);
    }

    private static boolean isEmpty(Disk disk) throws DiskException {
        for (Table table : Table.values()) {
            try (Walk walk = new Walk(disk, table, Keys.FIRST, Keys.LAST, false, (_, _) -> {})) {
                if (walk.seek(0)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Above that of the last message. */
    private static long lostStart(Disk disk) throws DiskException {
        try (Walk walk = new Walk(disk, Table.MESSAGES, Keys.FIRST, Keys.LAST, false, (_, _) -> {})) {
            boolean found = walk.seekBefore(Keys.LAST);
            return 1 + (found ? walk.number() >>> SharedMessages.START_SHIFT : 0) + (1 << 10);
        }
    }

    private static long lostLastSession(Disk disk, int shards) throws DiskException {
        long last = 0;
        for (int shard = 0; shard < shards; shard++) {
            for (Table table : new Table[] {Table.STATE, Table.QUEUE}) {
                try (Walk walk = new Walk(disk, table, Keys.shard(shard), Keys.shard(shard + 1), false, (_, _) -> {})) {
                    if (walk.seekBefore(Keys.shard(shard + 1))) {
                        last = Math.max(last, walk.number());
                    }
                }
            }
        }
        return last + LOST_SESSIONS;
    }
}
