package io.chasqui.broker.storage.disk;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.disk.Disk.Table;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes one batch of the changes of a group: what is owed and settled in the same group is not written at all, a retained
 * message only as the last one has left it. Confined to the writer.
 *
 * <p>Use: {@link #add} while there is room, then {@link #commit}. After a failed commit the changes are as if they had never
 * been added, but may be on the disk all the same; so from then on every entry is looked for before it is written.
 */
final class GroupWriter {
    private static final int ENTRY_BYTES = 128; // of an entry beside its message, about

    private static final int PURGE_ONE_BY_ONE = 32; // records; more are deleted as a range
    private static final byte[] UNREADABLE = {};

    private record EntryKey(long session, long sequence) {}

    private static final class Pending {
        final Change.Owed owed;
        int packetId;
        boolean released;

        Pending(Change.Owed owed) {
            this.owed = owed;
            this.packetId = owed.packetId();
            this.released = owed.released();
        }
    }

    private final Disk disk;
    private final MessageRecord messages;
    private final SharedMessages shared;
    private final Damage damage;
    private final RecentEntries recent = new RecentEntries();
    private final RecordOutput key = new RecordOutput();
    private final RecordOutput value = new RecordOutput();
    private long lastSession;
    private long lastSessionOnDisk;
    private boolean uncertain; // after a write that failed: the disk may hold what we do not know of

    // The group at hand.
    private final Batch batch = new Batch();
    private final Map<EntryKey, Pending> owed = new LinkedHashMap<>();
    private final Map<TopicName, @Nullable Message> retained = new HashMap<>(); // null: none any more
    private final Set<EntryKey> released = new HashSet<>(); // their messages were released in this group
    private final Set<Long> ended = new HashSet<>();
    private long waitingBytes; // of what is not yet in the batch
    private int deletes;

    GroupWriter(Disk disk, MessageRecord messages, SharedMessages shared, Damage damage, long lastSession) {
        this.disk = disk;
        this.messages = messages;
        this.shared = shared;
        this.damage = damage;
        this.lastSession = lastSession;
        this.lastSessionOnDisk = lastSession;
    }

    void add(List<Change> changes) throws DiskException {
        for (Change change : changes) {
            add(change);
        }
    }

    private void add(Change change) throws DiskException {
        switch (change) {
            case Change.Owed message -> {
                owed.put(new EntryKey(message.session().number(), message.sequence()), new Pending(message));
                waitingBytes += message.message().bytes() + ENTRY_BYTES;
            }
            case Change.Settled settled -> settle(settled.session(), settled.sequence(), settled.message());
            case Change.Progress progress -> add(progress);
            case Change.Received received ->
                batch.put(Table.STATE, received(received.session(), received.packetId()), value.clear());
            case Change.Forgotten forgotten ->
                batch.delete(Table.STATE, received(forgotten.session(), forgotten.packetId()));
            case Change.Retained message -> {
                retained.put(message.message().topic(), message.message());
                waitingBytes += 2L * message.message().bytes() + ENTRY_BYTES;
            }
            case Change.Unretained unretained -> retained.put(unretained.topic(), null);
            case Change.Kept kept -> {
                lastSession = Math.max(lastSession, kept.session().number());
                SessionRecord.write(value.clear(), kept);
                batch.put(Table.STATE, Keys.state(key, kept.session(), Keys.SESSION), value);
            }
            case Change.Ended end -> {
                ended.add(end.session().number());
                SessionRecord.writeEnded(value.clear());
                batch.put(Table.STATE, Keys.state(key, end.session(), Keys.SESSION), value);
            }
            case Change.Subscribed subscribed -> {
                SessionRecord.write(value.clear(), subscribed.options(), subscribed.id());
                batch.put(
                        Table.STATE,
                        subscription(subscribed.session(), subscribed.filter().text()),
                        value);
            }
            case Change.Unsubscribed unsubscribed ->
                batch.delete(Table.STATE, subscription(unsubscribed.session(), unsubscribed.filter()));
        }
    }

    private void add(Change.Progress progress) {
        long session = progress.session().number();
        Pending pending = owed.get(new EntryKey(session, progress.sequence()));
        if (pending != null) {
            pending.packetId = progress.packetId();
            pending.released = progress.released();
            return;
        }
        EntryRecord.Progress.write(value.clear(), progress.packetId(), progress.released());
        batch.put(Table.QUEUE, Keys.progress(key, progress.session(), progress.sequence()), value);
        recent.progress(session, progress.sequence());
    }

    private void settle(SessionId session, long sequence, @Nullable Message message) throws DiskException {
        EntryKey entry = new EntryKey(session.number(), sequence);
        boolean elided = owed.remove(entry) != null;
        if (!elided || mayBeOnDisk(entry)) {
            delete(session, entry, uncertain ? RecentEntries.UNKNOWN : idOf(message));
        }
    }

    /** The id under which the entry of {@code message} refers to it, 0 when it is in the entry itself. */
    private static long idOf(@Nullable Message message) {
        if (message == null) {
            return RecentEntries.UNKNOWN;
        }
        if (message.isForOne()) {
            return 0;
        }
        return message.storeNote() == 0 ? RecentEntries.UNKNOWN : message.storeNote();
    }

    private boolean mayBeOnDisk(EntryKey entry) {
        return uncertain || recent.messageId(entry.session, entry.sequence) != RecentEntries.UNKNOWN;
    }

    /**
     * Deletes an entry, if it is there, with all that it holds; also one that a crash may bring back, for the write of it failed.
     *
     * @param known the id of its message as far as the caller knows it
     */
    private void delete(SessionId session, EntryKey entry, long known) throws DiskException {
        long messageId = recent.messageId(entry.session, entry.sequence);
        boolean mayHaveProgress = recent.mayHaveProgress(entry.session, entry.sequence);
        recent.remove(entry.session, entry.sequence);
        messageId = messageId == RecentEntries.UNKNOWN ? known : messageId;
        if (messageId == RecentEntries.UNKNOWN) {
            byte[] record = read(session, entry);
            if (record == null && !uncertain) {
                return;
            }
            messageId = record == null ? 0 : messageIdOf(record);
        }
        if (messageId != 0 && released.add(entry)) {
            shared.release(messageId);
        }
        batch.delete(Table.QUEUE, Keys.entry(key, session, entry.sequence));
        if (mayHaveProgress) {
            batch.delete(Table.QUEUE, Keys.progress(key, session, entry.sequence));
        }
        deletes++;
    }

    private byte @Nullable [] read(SessionId session, EntryKey entry) throws DiskException {
        try {
            return disk.get(Table.QUEUE, Keys.entry(session, entry.sequence));
        } catch (DiskException e) {
            if (e.kind() != DiskException.Kind.DAMAGE) {
                throw e;
            }
            return UNREADABLE;
        }
    }

    /** 0 for a damaged record: its message, if it is in another table, stays until the store is repaired. */
    private long messageIdOf(byte[] record) {
        try {
            return EntryRecord.readHead(record).messageId();
        } catch (DamagedRecordException e) {
            damage.add(Damage.UNKNOWN_TOPIC, "entry: " + e.getMessage());
            return 0;
        }
    }

    /** Deletes the entries of an ended session that a walk stands at, up to {@code max} records.
     *  @return the sequence to go on from, or 0 when no more is there */
    long purge(SessionId session, Walk walk, long from, int max) throws DiskException {
        byte[] first = null;
        byte[] last = null;
        int count = 0;
        boolean more = walk.seek(from);
        for (; more && count < max; more = walk.next(), count++) {
            last = walk.key();
            first = first == null ? last : first;
            if (Keys.isEntry(last)) {
                EntryKey entry = new EntryKey(session.number(), Keys.sequenceOf(last));
                long messageId = messageIdOf(walk.value());
                if (messageId != 0 && released.add(entry)) {
                    shared.release(messageId);
                }
                recent.remove(entry.session, entry.sequence);
            }
            if (count < PURGE_ONE_BY_ONE) {
                batch.delete(Table.QUEUE, last);
            }
        }
        if (first != null && last != null && count > PURGE_ONE_BY_ONE) {
            batch.deleteRange(Table.QUEUE, first, Arrays.copyOf(last, last.length + 1));
        }
        deletes += count;
        return more ? walk.number() : 0;
    }

    /** Deletes what is left of an ended session: all but its queue. */
    void purgeState(SessionId session) throws DiskException {
        byte[] from = Keys.session(session);
        byte[] to = Keys.afterSession(session);
        int count = 0;
        boolean[] gap = {false};
        try (Walk walk = new Walk(disk, Table.STATE, Keys.shard(session.shard()), to, false, (_, _) -> gap[0] = true)) {
            for (boolean more = walk.seek(session.number());
                    more && count < PURGE_ONE_BY_ONE;
                    more = walk.next(), count++) {
                batch.delete(Table.STATE, walk.key());
            }
        }
        if (count == PURGE_ONE_BY_ONE || gap[0]) {
            batch.deleteRange(Table.STATE, from, to);
        }
    }

    void probe(long value) {
        batch.put(Table.STATE, Keys.PROBE, this.value.clear().varint(value).toBytes());
    }

    /** What the group takes so far, about. */
    long bytes() {
        return batch.bytes() + waitingBytes;
    }

    /** Entries that were deleted since this was last asked. */
    int takeDeletes() {
        int count = deletes;
        deletes = 0;
        return count;
    }

    /**
     * Writes the group and begins the next one, in any case.
     *
     * @return whether there was anything to write
     */
    boolean commit() throws DiskException {
        boolean safe = false;
        try {
            finish();
            boolean write = !batch.isEmpty();
            if (write) {
                disk.write(batch);
            }
            safe = true;
            lastSessionOnDisk = lastSession;
            shared.committed();
            return write;
        } finally {
            if (!safe) {
                failed();
            }
            clear();
        }
    }

    /** Forgets the group. */
    void abandon() {
        failed();
        clear();
    }

    private void failed() {
        uncertain = true;
        shared.failed();
        recent.clear();
    }

    private void clear() {
        batch.clear();
        owed.clear();
        retained.clear();
        released.clear();
        ended.clear();
        waitingBytes = 0;
    }

    private void finish() throws DiskException {
        for (Map.Entry<EntryKey, Pending> entry : owed.entrySet()) {
            if (!ended.contains(entry.getKey().session)) {
                write(entry.getKey(), entry.getValue());
            }
        }
        shared.finish(batch);
        retained.forEach((topic, message) -> {
            if (message == null) {
                batch.delete(Table.RETAINED, Keys.retained(key, topic));
            } else {
                messages.write(value.clear(), message);
                batch.put(Table.RETAINED, Keys.retained(key, topic), value);
            }
        });
        if (lastSession != lastSessionOnDisk) {
            batch.put(
                    Table.STATE,
                    Keys.LAST_SESSION,
                    value.clear().varint(lastSession).toBytes());
        }
    }

    private void write(EntryKey entry, Pending pending) throws DiskException {
        Change.Owed message = pending.owed;
        if (mayBeOnDisk(entry)) {
            delete(message.session(), entry, RecentEntries.UNKNOWN);
        }
        long id = message.message().isForOne() ? 0 : shared.retain(message.message(), batch);
        EntryRecord.write(value.clear(), message, pending.packetId, pending.released, id, messages);
        batch.put(Table.QUEUE, Keys.entry(key, message.session(), message.sequence()), value);
        recent.put(entry.session, entry.sequence, id);
    }

    private RecordOutput received(SessionId session, int packetId) {
        return Keys.state(key, session, Keys.RECEIVED).u16(packetId);
    }

    private RecordOutput subscription(SessionId session, String filter) {
        return Keys.state(key, session, Keys.SUBSCRIPTION).raw(filter.getBytes(StandardCharsets.UTF_8));
    }
}
