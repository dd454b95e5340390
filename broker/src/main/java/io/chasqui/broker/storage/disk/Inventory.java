package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.disk.Disk.Table;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Says by topic what was lost, from what can still be made out of the damaged records. It is a report and no more: nothing is
 * restored from here. A message counts once for each session that was owed it. Confined to one thread.
 *
 * <p>Records are gathered in the order in which they were written, those that are lost and what later took them away or wrote
 * them again. Memory: at most {@value #MAX_BYTES} bytes of records; what comes above that is counted and not named.
 */
public final class Inventory {
    private static final long MAX_BYTES = 64 << 20;
    private static final String REMOVALS = "(what was settled or removed: it may be back)";
    private static final String UNNAMED = "(more records than can be named)";

    private final Map<Table, NavigableMap<byte[], byte[]>> lost = new EnumMap<>(Table.class);
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private long bytes;

    private NavigableMap<byte[], byte[]> of(Table table) {
        return lost.computeIfAbsent(table, _ -> new TreeMap<>(Arrays::compareUnsigned));
    }

    /** This record is lost. Its value may be damaged, and its key too. */
    public void lost(Table table, byte[] key, byte[] value) {
        if (bytes >= MAX_BYTES) {
            count(UNNAMED, 1);
            return;
        }
        bytes += key.length + value.length;
        of(table).put(key, value);
    }

    /** That this key was deleted is lost: also what was lost before of the same key would be gone. */
    public void lostRemoval(Table table, byte[] key) {
        if (of(table).remove(key) == null) {
            count(REMOVALS, 1);
        }
    }

    /** The same for all from this key to before that. */
    public void lostRemoval(Table table, byte[] from, byte[] to) {
        superseded(table, from, to);
        count(REMOVALS, 1);
    }

    /** A part of which nothing is known but this. */
    public void lostPart(String what) {
        count(what, 1);
    }

    /** This key was written again, or deleted, later on. */
    public void superseded(Table table, byte[] key) {
        of(table).remove(key);
    }

    /** All from this key to before that was deleted later on. */
    public void superseded(Table table, byte[] from, byte[] to) {
        if (Arrays.compareUnsigned(from, to) < 0) {
            of(table).subMap(from, true, to, false).clear();
        }
    }

    /**
     * What was lost.
     *
     * @param rest where what is not lost can be read, to name what refers to it
     */
    public List<Lost> list(Disk rest) {
        Map<Long, Long> named = new HashMap<>(); // entries of queues, by id of their message
        of(Table.QUEUE).forEach((key, value) -> queue(key, value, rest, named));
        of(Table.MESSAGES).forEach((key, value) -> message(key, value, rest, named));
        of(Table.RETAINED).keySet().forEach(key -> count(Keys.topicOf(key), 1));
        of(Table.STATE).forEach(this::state);
        return counts.entrySet().stream()
                .map(each -> new Lost(each.getKey(), each.getValue()))
                .toList();
    }

    private void count(String topic, long count) {
        boolean known = counts.containsKey(topic) || counts.size() < Damage.MAX_TOPICS;
        counts.merge(known ? topic : Damage.OTHER_TOPICS, count, Long::sum);
    }

    private void queue(byte[] key, byte[] value, Disk rest, Map<Long, Long> named) {
        if (!Keys.isEntry(key)) {
            return; // the entry says more, here or where it was read
        }
        long id = 0;
        try {
            id = EntryRecord.readHead(value).messageId();
        } catch (DamagedRecordException unknown) {
            // then it has no topic either
        }
        String topic = id == 0 ? EntryRecord.topicOf(value) : topicOf(id, rest);
        named.merge(id, 1L, Long::sum);
        count(topic.equals(Damage.UNKNOWN_TOPIC) ? queueOf(Keys.sessionOf(key), rest) : topic, 1);
    }

    /** The name of a queue whose messages have none. */
    static String queueOf(SessionId session, Disk rest) {
        try {
            byte[] record = rest.get(
                    Table.STATE,
                    Keys.state(new RecordOutput(), session, Keys.SESSION).toBytes());
            Change.Kept kept = record == null ? null : SessionRecord.read(session, record);
            if (kept != null) {
                return "(queue of client " + kept.clientId() + ")";
            }
        } catch (DiskException | DamagedRecordException unknown) {
            // the number has to do
        }
        return "(queue of session " + session.number() + ")";
    }

    private String topicOf(long id, Disk rest) {
        byte[] key = Keys.message(id, Keys.BODY);
        byte[] record = of(Table.MESSAGES).get(key);
        try {
            record = record == null ? rest.get(Table.MESSAGES, key) : record;
            return record == null ? Damage.UNKNOWN_TOPIC : MessageRecord.topicOf(new RecordInput(record));
        } catch (DiskException | DamagedRecordException unknown) {
            return Damage.UNKNOWN_TOPIC;
        }
    }

    /** A message that several are owed: for those whose entries are not lost, too. */
    private void message(byte[] key, byte[] value, Disk rest, Map<Long, Long> named) {
        if (key.length != Keys.MESSAGE_BYTES || key[Keys.MESSAGE_BYTES - 1] != Keys.BODY) {
            return;
        }
        long id = ByteBuffer.wrap(key).getLong();
        long owed = owed(id, rest) - named.getOrDefault(id, 0L);
        if (owed > 0) {
            String topic;
            try {
                topic = MessageRecord.topicOf(new RecordInput(value));
            } catch (DamagedRecordException e) {
                topic = Damage.UNKNOWN_TOPIC;
            }
            count(topic, owed);
        }
    }

    private long owed(long id, Disk rest) {
        byte[] key = Keys.message(id, Keys.COUNT);
        byte @Nullable [] record = of(Table.MESSAGES).get(key);
        try {
            record = record == null ? rest.get(Table.MESSAGES, key) : record;
            return record == null ? 1 : SharedMessages.readCount(record);
        } catch (DiskException | DamagedRecordException unknown) {
            return 1;
        }
    }

    private void state(byte[] key, byte[] value) {
        if (key.length <= Keys.SESSION_BYTES) {
            count("(store)", 1);
            return;
        }
        SessionId session = Keys.sessionOf(key);
        try {
            switch (key[Keys.SESSION_BYTES]) {
                case Keys.SESSION -> {
                    Change.Kept kept = SessionRecord.read(session, value);
                    if (kept != null) {
                        count("(session of client " + kept.clientId() + ")", 1);
                    }
                }
                case Keys.SUBSCRIPTION ->
                    count(
                            "(subscription to "
                                    + SessionRecord.readSubscription(session, key, value)
                                            .filter() + ")",
                            1);
                default -> count("(QoS 2 identifiers)", 1);
            }
        } catch (DamagedRecordException e) {
            count("(sessions)", 1);
        }
    }
}
