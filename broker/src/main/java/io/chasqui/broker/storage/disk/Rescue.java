package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.disk.Disk.Table;
import java.util.List;

/** Copies what can be read of a damaged disk to another. Confined to one thread. */
public final class Rescue {
    private static final int BATCH_BYTES = 1 << 20;
    private static final int MOST_SHARDS = 4_096;

    private final Disk from;
    private final Disk to;
    private final Damage damage = new Damage();
    private final Batch batch = new Batch();

    private Rescue(Disk from, Disk to) {
        this.from = from;
        this.to = to;
    }

    /** @return what could not be read
     *  @throws DiskException when {@code to} fails, or {@code from} for another reason than damage */
    public static List<Lost> copy(Disk from, Disk to) throws DiskException {
        Rescue rescue = new Rescue(from, to);
        rescue.copySessions();
        rescue.copyAll(Table.MESSAGES, Keys.FIRST, Keys.LAST, "(messages owed to several)");
        rescue.copyAll(Table.RETAINED, Keys.FIRST, Keys.LAST, "(retained messages)");
        rescue.flush();
        return rescue.damage.list();
    }

    private void copySessions() throws DiskException {
        int shards = shards();
        for (int shard = 0; shard < shards; shard++) {
            byte[] first = Keys.shard(shard);
            byte[] next = Keys.shard(shard + 1);
            copyAll(Table.STATE, first, next, "(sessions)");
            try (Walk walk = walk(Table.QUEUE, first, next, "(queues)")) {
                for (boolean more = walk.seek(0); more; more = walk.seek(walk.number() + 1)) {
                    SessionId session = Keys.sessionOf(walk.key());
                    copyAll(
                            Table.QUEUE,
                            Keys.session(session),
                            Keys.afterSession(session),
                            "(the queue of session " + session.number() + ")");
                }
            }
        }
        copyAll(Table.STATE, Keys.shard(Keys.MAX_SHARDS), Keys.LAST, "(store)");
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
        return new Walk(
                from,
                table,
                first.length == 2 || first.length == Keys.SESSION_BYTES ? first : Keys.FIRST,
                end,
                true,
                (low, high) -> damage.add(what, "unreadable from " + low + " to before " + high));
    }

    private void copyAll(Table table, byte[] first, byte[] end, String what) throws DiskException {
        try (Walk walk = walk(table, first, end, what)) {
            for (boolean more = walk.seek(0); more; more = walk.next()) {
                batch.put(table, walk.key(), walk.value());
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
