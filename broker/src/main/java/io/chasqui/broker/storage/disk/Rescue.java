package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.disk.Disk.Table;
import java.util.List;

/** Copies what can be read of a damaged disk to another. Confined to one thread. */
public final class Rescue {
    private static final int BATCH_BYTES = 1 << 20;

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
        for (int shard = 0; shard < Keys.MAX_SHARDS; shard++) {
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
            if (shard % 16 == 0 && isEmptyFrom(shard + 1)) {
                break;
            }
        }
        copyAll(Table.STATE, Keys.shard(Keys.MAX_SHARDS), Keys.LAST, "(store)");
    }

    /** Whether no session is in this shard or a later one, as far as can be read. */
    private boolean isEmptyFrom(int shard) throws DiskException {
        boolean[] gap = {false};
        for (Table table : new Table[] {Table.STATE, Table.QUEUE}) {
            byte[] end = Keys.shard(Keys.MAX_SHARDS);
            try (Walk walk = new Walk(from, table, Keys.FIRST, end, true, (_, _) -> gap[0] = true)) {
                if (walk.seek((long) shard << 48) || gap[0]) {
                    return false;
                }
            }
        }
        return true;
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
