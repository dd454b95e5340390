package io.chasqui.broker.storage.disk;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.disk.Disk.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every record of a disk that no store has opened: whether it can be decoded, whether what it refers to is there, and
 * whether messages are counted right. With {@code repair} what is wrong is deleted or counted anew. Confined to one thread.
 *
 * <p>Memory: a few bytes for each session, and for each message that several are owed, at most some two million at a time;
 * with more the queues are walked several times.
 */
public final class Audit {
    private static final int BATCH_BYTES = 1 << 20;
    private static final int IDS_AT_ONCE = 2_000_000;
    private static final int MAX_QUEUES = 1_000; // reported by session

    /** Hears what is taken out, before that happens. */
    public interface Aside {
        /** @param why for humans */
        void record(Table table, byte[] key, byte[] value, String topic, String why) throws DiskException;
    }

    /**
     * What was found.
     *
     * @param records by table
     * @param bytes of keys and values, by table
     * @param queues messages by Client Identifier, of at most {@value #MAX_QUEUES} sessions
     * @param faults number by topic and what is wrong with its records; empty when all is well
     */
    public record Report(
            Map<Table, Long> records,
            Map<Table, Long> bytes,
            long sessions,
            long endedSessions,
            long subscriptions,
            long owed,
            long retained,
            Map<String, Long> queues,
            List<Fault> faults) {}

    /** @param what is wrong with so many records of this topic */
    public record Fault(String topic, String what, long count) {}

    private final Disk disk;
    private final boolean repair;
    private final Aside aside;
    private final Damage damage = new Damage();
    private final MessageRecord messages = new MessageRecord(DiskStore.Clock.SYSTEM);
    private final Batch batch = new Batch();
    private final Map<Table, Long> records = new EnumMap<>(Table.class);
    private final Map<Table, Long> bytes = new EnumMap<>(Table.class);
    private final Map<String, Map<String, Long>> faults = new TreeMap<>(); // topic, what: count
    private final Map<Long, String> clients = new HashMap<>(); // by number of the session
    private final Set<Long> ended = new HashSet<>();
    private final Map<String, Long> queues = new TreeMap<>();
    private long subscriptions;
    private long owed;
    private long retained;
    private boolean stateHasGap;

    private Audit(Disk disk, boolean repair, Aside aside) {
        this.disk = disk;
        this.repair = repair;
        this.aside = aside;
    }

    /**
     * @throws StoreFormatException when the store is of a newer format
     * @throws DiskException when the disk fails for another reason than damage
     */
    public static Report run(Disk disk, boolean repair, Aside aside) throws DiskException, StoreFormatException {
        Audit audit = new Audit(disk, repair, aside);
        Origin.shards(disk, audit.damage);
        disk.lost().forEach(lost -> audit.fault(lost.topic(), "lost when the files were opened", lost.count()));
        audit.state();
        audit.queue();
        audit.messages();
        audit.retained();
        audit.flush();
        return audit.report();
    }

    private Report report() {
        List<Fault> found = new ArrayList<>();
        faults.forEach((topic, kinds) -> kinds.forEach((what, count) -> found.add(new Fault(topic, what, count))));
        return new Report(
                Map.copyOf(records),
                Map.copyOf(bytes),
                clients.size(),
                ended.size(),
                subscriptions,
                owed,
                retained,
                Map.copyOf(queues),
                found);
    }

    private void fault(String topic, String what, long count) {
        faults.computeIfAbsent(faults.size() < Damage.MAX_TOPICS ? topic : Damage.OTHER_TOPICS, _ -> new TreeMap<>())
                .merge(what, count, Long::sum);
    }

    /** A record is wrong; with {@code repair} it goes. */
    private void wrong(Table table, byte[] key, byte[] value, String topic, String what) throws DiskException {
        fault(topic, what, 1);
        if (repair) {
            aside.record(table, key, value, topic, what);
            batch.delete(table, key);
            flushIfFull();
        }
    }

    private Walk walk(Table table, byte[] from, byte[] to) throws DiskException {
        return new Walk(disk, table, from, to, false, (_, _) -> {
            stateHasGap |= table == Table.STATE;
            fault("(" + table + ")", "a part of the files cannot be read", 1);
        });
    }

    private void count(Table table, Walk walk) {
        records.merge(table, 1L, Long::sum);
        bytes.merge(table, (long) walk.key().length + walk.value().length, Long::sum);
    }

    private void state() throws DiskException {
        try (Walk walk = walk(Table.STATE, Keys.FIRST, Keys.shard(Keys.MAX_SHARDS))) {
            for (boolean more = walk.seek(0); more; more = walk.next()) {
                count(Table.STATE, walk);
                byte[] key = walk.key();
                try {
                    state(key, walk.value());
                } catch (DamagedRecordException e) {
                    wrong(Table.STATE, key, walk.value(), "(sessions)", "state of a session: " + e.getMessage());
                }
            }
        }
    }

    private void state(byte[] key, byte[] value) throws DamagedRecordException {
        if (key.length <= Keys.SESSION_BYTES) {
            throw new DamagedRecordException("a key of " + key.length + " bytes");
        }
        SessionId session = Keys.sessionOf(key);
        switch (key[Keys.SESSION_BYTES]) {
            case Keys.SESSION -> {
                Change.Kept kept = SessionRecord.read(session, value);
                if (kept == null) {
                    ended.add(session.number());
                } else {
                    clients.put(session.number(), kept.clientId());
                }
            }
            case Keys.SUBSCRIPTION -> {
                SessionRecord.readSubscription(session, key, value);
                subscriptions++;
            }
            case Keys.RECEIVED -> SessionRecord.packetId(key);
            default -> throw new DamagedRecordException("a key of kind " + key[Keys.SESSION_BYTES]);
        }
    }

    private void queue() throws DiskException {
        try (Walk walk = walk(Table.QUEUE, Keys.FIRST, Keys.LAST)) {
            byte[] entry = null;
            for (boolean more = walk.seek(0); more; more = walk.next()) {
                count(Table.QUEUE, walk);
                byte[] key = walk.key();
                if (Keys.isEntry(key)) {
                    entry = key;
                    entry(key, walk.value());
                } else if (Keys.isProgress(key)) {
                    progress(key, walk.value(), entry);
                } else {
                    wrong(Table.QUEUE, key, walk.value(), Damage.UNKNOWN_TOPIC, "a key of another kind");
                }
            }
        }
    }

    private void entry(byte[] key, byte[] value) throws DiskException {
        long session = Keys.sessionOf(key).number();
        String clientId = clients.get(session);
        try {
            EntryRecord.read(value, messages);
        } catch (DamagedRecordException e) {
            wrong(Table.QUEUE, key, value, EntryRecord.topicOf(value), "a message of a queue: " + e.getMessage());
            return;
        }
        if (clientId == null) {
            if (!ended.contains(session) && !stateHasGap) {
                wrong(Table.QUEUE, key, value, EntryRecord.topicOf(value), "the session of a message is not there");
            }
            return;
        }
        owed++;
        if (queues.size() < MAX_QUEUES || queues.containsKey(clientId)) {
            queues.merge(clientId, 1L, Long::sum);
        }
    }

    private void progress(byte[] key, byte[] value, byte @Nullable [] entry) throws DiskException {
        try {
            EntryRecord.Progress.read(value);
        } catch (DamagedRecordException e) {
            wrong(Table.QUEUE, key, value, Damage.UNKNOWN_TOPIC, "the progress of a message: " + e.getMessage());
            return;
        }
        if (entry == null || !Arrays.equals(entry, Arrays.copyOf(key, Keys.ENTRY_BYTES))) {
            wrong(Table.QUEUE, key, value, Damage.UNKNOWN_TOPIC, "the message of a progress is not there");
        }
    }

    /** What refers to a message, and whether it is there. */
    private static final class References {
        long count;
        boolean hasBody;
    }

    private void messages() throws DiskException {
        long bodies = 0;
        try (Walk walk = walk(Table.MESSAGES, Keys.FIRST, Keys.LAST)) {
            for (boolean more = walk.seek(0); more; more = walk.next()) {
                count(Table.MESSAGES, walk);
                bodies++;
            }
        }
        int passes = (int) (1 + bodies / 2 / IDS_AT_ONCE);
        for (int pass = 0; pass < passes; pass++) {
            flush();
            messages(pass, passes);
        }
    }

    private void messages(int pass, int passes) throws DiskException {
        Map<Long, References> references = new HashMap<>();
        eachReference(pass, passes, (id, _, _) -> references.computeIfAbsent(id, _ -> new References()).count++);
        try (Walk walk = walk(Table.MESSAGES, Keys.FIRST, Keys.LAST)) {
            for (boolean more = walk.seek(0); more; more = walk.next()) {
                long id = walk.number();
                if (id % passes != pass) {
                    continue;
                }
                byte[] key = walk.key();
                References known = references.get(id);
                if (key.length == Keys.MESSAGE_BYTES && key[Keys.MESSAGE_BYTES - 1] == Keys.BODY) {
                    body(key, walk.value(), known);
                } else {
                    counted(key, walk.value(), id, known);
                }
            }
        }
        eachReference(pass, passes, (id, key, value) -> {
            References known = references.get(id);
            if (known == null || !known.hasBody) {
                wrong(Table.QUEUE, key, value, Damage.UNKNOWN_TOPIC, "the message of an entry is not there");
            }
        });
    }

    private void body(byte[] key, byte[] value, @Nullable References known) throws DiskException {
        String topic = Damage.UNKNOWN_TOPIC;
        try {
            topic = MessageRecord.topicOf(new RecordInput(value));
            messages.read(new RecordInput(value));
        } catch (DamagedRecordException e) {
            wrong(Table.MESSAGES, key, value, topic, "a message: " + e.getMessage());
            return;
        }
        if (known == null) {
            wrong(Table.MESSAGES, key, value, topic, "a message that nobody is owed");
            return;
        }
        known.hasBody = true;
        byte[] countKey = Keys.message(ByteBuffer.wrap(key).getLong(), Keys.COUNT);
        if (disk.get(Table.MESSAGES, countKey) == null) {
            recount(countKey, known.count, topic);
        }
    }

    private void counted(byte[] key, byte[] value, long id, @Nullable References known) throws DiskException {
        long count;
        try {
            count = SharedMessages.readCount(value);
        } catch (DamagedRecordException e) {
            count = 0;
        }
        if (known == null || !known.hasBody) {
            wrong(Table.MESSAGES, key, value, Damage.UNKNOWN_TOPIC, "the count of a message that is not there");
        } else if (count != known.count) {
            recount(Keys.message(id, Keys.COUNT), known.count, Damage.UNKNOWN_TOPIC);
        }
    }

    private void recount(byte[] key, long count, String topic) throws DiskException {
        fault(topic, "a message that is not counted right", 1);
        if (repair) {
            RecordOutput out = new RecordOutput();
            SharedMessages.writeCount(out, count);
            batch.put(Table.MESSAGES, key, out.toBytes());
            flushIfFull();
        }
    }

    private interface Reference {
        void at(long id, byte[] key, byte[] value) throws DiskException;
    }

    private void eachReference(int pass, int passes, Reference reference) throws DiskException {
        try (Walk walk = new Walk(disk, Table.QUEUE, Keys.FIRST, Keys.LAST, false, (_, _) -> {})) {
            for (boolean more = walk.seek(0); more; more = walk.next()) {
                if (Keys.isEntry(walk.key())) {
                    byte[] value = walk.value();
                    long id = messageIdOf(value);
                    if (id != 0 && id % passes == pass) {
                        reference.at(id, walk.key(), value);
                    }
                }
            }
        }
    }

    /** 0 for an entry that is damaged, which was said before. */
    private static long messageIdOf(byte[] entry) {
        try {
            return EntryRecord.readHead(entry).messageId();
        } catch (DamagedRecordException e) {
            return 0;
        }
    }

    private void retained() throws DiskException {
        try (Walk walk = walk(Table.RETAINED, Keys.FIRST, Keys.LAST)) {
            for (boolean more = walk.seek(0); more; more = walk.next()) {
                count(Table.RETAINED, walk);
                byte[] key = walk.key();
                try {
                    Message message = messages.read(new RecordInput(walk.value()));
                    byte[] expected =
                            Keys.retained(new RecordOutput(), message.topic()).toBytes();
                    if (!Arrays.equals(key, expected)) {
                        throw new DamagedRecordException("kept under another topic");
                    }
                    retained++;
                } catch (DamagedRecordException e) {
                    wrong(
                            Table.RETAINED,
                            key,
                            walk.value(),
                            Keys.topicOf(key),
                            "a retained message: " + e.getMessage());
                }
            }
        }
    }

    private void flushIfFull() throws DiskException {
        if (batch.bytes() >= BATCH_BYTES) {
            flush();
        }
    }

    private void flush() throws DiskException {
        if (!batch.isEmpty()) {
            disk.write(batch);
            batch.clear();
        }
    }
}
