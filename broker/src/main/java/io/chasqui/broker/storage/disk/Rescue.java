package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.disk.Disk.Table;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Copies what can be read of a damaged disk to another. Confined to one thread. */
public final class Rescue {
    private static final int BATCH_BYTES = 1 << 20;
    private static final int MOST_SHARDS = 4_096;

    private final Disk from;
    private final Disk doubtful;
    private final Disk to;
    private final Damage damage = new Damage();
    private final Inventory inventory = new Inventory();
    private final Batch batch = new Batch();
    private final Set<Long> sessions = new LinkedHashSet<>(); // of the shard at hand
    private byte[] copied = Keys.FIRST; // the last key

    private Rescue(Disk from, Disk doubtful, Disk to) {
        this.from = from;
        this.doubtful = doubtful;
        this.to = to;
    }

    /** @param doubtful the same as {@code from}; if it can, it shows also what is damaged, which is not copied but named
     *  @return what could not be read
     *  @throws DiskException when {@code to} fails, or {@code from} for another reason than damage */
    public static List<Lost> copy(Disk from, Disk doubtful, Disk to) throws DiskException {
        Rescue rescue = new Rescue(from, doubtful, to);
        rescue.copySessions();
        rescue.copyAll(Table.MESSAGES, Keys.FIRST, Keys.LAST, "(messages owed to several)");
        rescue.copyAll(Table.RETAINED, Keys.FIRST, Keys.LAST, "(retained messages)");
        rescue.flush();
        rescue.inventory.list(to).forEach(rescue.damage::add);
        return rescue.damage.list();
    }

    private void copySessions() throws DiskException {
        int shards = shards();
        for (int shard = 0; shard < shards; shard++) {
            byte[] first = Keys.shard(shard);
            byte[] next = Keys.shard(shard + 1);
            sessions.clear();
            copyAll(Table.STATE, first, next, "(sessions)");
            for (long number : sessions) {
                copyAll(
                        Table.QUEUE,
                        Keys.session(shard, number),
                        Keys.session(shard, number + 1),
                        "(the queue of session " + number + ")");
            }
            nameOrphans(first, next);
        }
        copyAll(Table.STATE, Keys.shard(Keys.MAX_SHARDS), Keys.LAST, "(store)");
    }

    /** What is owed to sessions that could not be copied is lost with them. */
    private void nameOrphans(byte[] first, byte[] next) throws DiskException {
        try (Walk walk = new Walk(from, Table.QUEUE, first, next, true, (_, _) -> {})) {
            boolean more = walk.seek(0);
            while (more) {
                boolean isCopied = sessions.contains(walk.number());
                if (!isCopied) {
                    inventory.lost(Table.QUEUE, walk.key(), walk.value());
                }
                more = isCopied ? walk.seek(walk.number() + 1) : walk.next();
            }
        }
    }

    /** As many as the store says that it has, or as many as one may have. */
    private int shards() throws DiskException {
        try {
            int shards = Origin.shards(from, damage);
            return shards == 0 ? MOST_SHARDS : shards;
        } catch (StoreFormatException newer) {
            return MOST_SHARDS;
        }
    }

    private Walk walk(Table table, byte[] first, byte[] end, String what) throws DiskException {
        byte[] prefix = first.length == 2 || first.length == Keys.SESSION_BYTES ? first : Keys.FIRST;
        return new Walk(from, table, prefix, end, true, (low, high) -> gap(table, prefix, low, high, end, what));
    }

    /** Names what is in a part that cannot be read, or says at least which part it is. */
    private void gap(Table table, byte[] prefix, long low, long high, byte[] end, String what) {
        boolean found = false;
        byte[] last = copied; // the part begins behind it, and may do so before the number
        byte[] next = high == -1 ? end : Walk.keyOf(prefix, high);
        try (Disk.Cursor cursor = doubtful.scan(table, last, next)) {
            for (boolean more = cursor.seek(last); more; more = cursor.next()) {
                if (found || !Arrays.equals(cursor.key(), last)) {
                    inventory.lost(table, cursor.key(), cursor.value());
                    found = true;
                }
            }
        } catch (DiskException e) {
            // that is as far as it goes
        }
        if (!found) {
            damage.add(what, "unreadable from " + low + " to before " + high);
        }
    }

    private void copyAll(Table table, byte[] first, byte[] end, String what) throws DiskException {
        copied = first;
        try (Walk walk = walk(table, first, end, what)) {
            for (boolean more = walk.seek(0); more; more = walk.next()) {
                copied = walk.key();
                batch.put(table, copied, walk.value());
                if (table == Table.STATE && Keys.isSession(copied)) {
                    sessions.add(walk.number());
                }
                if (batch.bytes() >= BATCH_BYTES) {
                    flush();
                }
            }
        }
    }

    private void flush() throws DiskException {
        if (!batch.isEmpty()) {
            to.write(batch);
            batch.clear();
        }
    }
}
