package io.chasqui.broker.storage.disk;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.disk.Disk.Table;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The messages that stand in MESSAGES, each once, with the exact number of queue entries that refer to it; at 0 both go. What a
 * group changes is staged until its write has succeeded. Confined to the writer.
 *
 * <p>An id is given once: its upper part is the number of the store's start, and a message whose count has dropped to 0 is
 * written anew under another id when it is owed again, unless that was in a group that failed.
 */
final class SharedMessages {
    static final int START_SHIFT = 40;
    private static final int CACHED = 1 << 14; // counts
    private static final int FORMAT = 1;

    /** Stands for a count that could not be read: the message stays. */
    private static final long LOST_COUNT = Long.MAX_VALUE >>> 1;

    private static final class Staged {
        long count;

        Staged(long count) {
            this.count = count;
        }
    }

    private final Disk disk;
    private final MessageRecord messages;
    private final Damage damage;
    private final RecordOutput out = new RecordOutput();
    private final RecordOutput keyOut = new RecordOutput();
    private final Map<Long, Staged> staged = new HashMap<>();

    /** Ids of groups that failed since one was written: they are written again, for after a crash the disk may have them. */
    private final Set<Long> doubtful = new HashSet<>();

    private long lastId;

    // What is on the disk, for ids that were asked for lately; 0 is no id.
    private final long[] cachedIds = new long[CACHED];
    private final long[] cachedCounts = new long[CACHED];

    /** @param start above that of all before on this disk, above 0 */
    SharedMessages(Disk disk, MessageRecord messages, Damage damage, long start) {
        this.disk = disk;
        this.messages = messages;
        this.damage = damage;
        this.lastId = start << START_SHIFT;
    }

    /** Counts one more entry that refers to {@code message}, and writes it where it is not written.
     *  @return its id */
    long retain(Message message, Batch batch) throws DiskException {
        long note = message.storeNote();
        if (note != 0) {
            Staged known = stage(note);
            if (known.count > 0) {
                known.count++;
                return note;
            }
        }
        long id = doubtful.contains(note) ? note : ++lastId;
        staged.put(id, new Staged(1));
        message.storeNote(id);
        messages.write(out.clear(), message);
        batch.put(Table.MESSAGES, key(id, Keys.BODY), out);
        return id;
    }

    /** Counts one entry less. */
    void release(long id) throws DiskException {
        Staged known = stage(id);
        if (known.count > 0) {
            known.count--;
        }
    }

    private Staged stage(long id) throws DiskException {
        Staged known = staged.get(id);
        if (known == null) {
            known = new Staged(count(id));
            staged.put(id, known);
        }
        return known;
    }

    private long count(long id) throws DiskException {
        int slot = slot(id);
        if (cachedIds[slot] == id) {
            return cachedCounts[slot];
        }
        byte[] record;
        try {
            record = disk.get(Table.MESSAGES, Keys.message(id, Keys.COUNT));
        } catch (DiskException e) {
            if (e.kind() != DiskException.Kind.DAMAGE) {
                throw e;
            }
            damage.add(Damage.UNKNOWN_TOPIC, "count of message " + id + ": " + e.getMessage());
            return LOST_COUNT;
        }
        try {
            return record == null ? 0 : readCount(record);
        } catch (DamagedRecordException e) {
            damage.add(Damage.UNKNOWN_TOPIC, "count of message " + id + ": " + e.getMessage());
            return LOST_COUNT;
        }
    }

    /** Writes what the group has changed in the counts. */
    void finish(Batch batch) throws DiskException {
        for (long id : doubtful) {
            stage(id);
        }
        staged.forEach((id, known) -> {
            if (known.count > 0) {
                writeCount(out.clear(), known.count);
                batch.put(Table.MESSAGES, key(id, Keys.COUNT), out);
            } else {
                batch.delete(Table.MESSAGES, key(id, Keys.BODY));
                batch.delete(Table.MESSAGES, key(id, Keys.COUNT));
            }
        });
    }

    void committed() {
        staged.forEach((id, known) -> {
            int slot = slot(id);
            cachedIds[slot] = id;
            cachedCounts[slot] = known.count;
        });
        staged.clear();
        doubtful.clear();
    }

    /** Nothing of the group may be taken as written, and nothing as not written. */
    void failed() {
        doubtful.addAll(staged.keySet());
        staged.clear();
        Arrays.fill(cachedIds, 0);
    }

    private RecordOutput key(long id, int kind) {
        return keyOut.clear().u64(id).u8(kind);
    }

    private static int slot(long id) {
        return (int) (id * 0x9E37_79B9_7F4A_7C15L >>> 50);
    }

    static void writeCount(RecordOutput out, long count) {
        out.u8(FORMAT).varint(count);
    }

    static long readCount(byte[] record) throws DamagedRecordException {
        RecordInput in = new RecordInput(record);
        in.format(FORMAT, "count");
        long count = in.varint("count");
        in.end("count");
        if (count == 0) {
            throw new DamagedRecordException("count is 0");
        }
        return count;
    }
}
