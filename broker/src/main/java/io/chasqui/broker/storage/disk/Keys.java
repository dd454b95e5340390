package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.SessionId;
import io.chasqui.protocol.TopicName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How keys are built. Every key begins with eight bytes that spread or count, so that the part of a table that cannot be read
 * can be stepped over by a number; in front of it stands what it belongs to.
 *
 * <pre>
 * STATE     shard(2) number(8) 0                  the session
 *           shard(2) number(8) 1 filter           a subscription
 *           shard(2) number(8) 2 packetId(2)      a QoS 2 message that was taken
 *           0xFFFF letter(1)                      what is said of the store
 * QUEUE     shard(2) number(8) sequence(8)        a message that is owed
 *           shard(2) number(8) sequence(8) 1      how far its delivery has come
 * MESSAGES  id(8) 0                               a message that is owed to several
 *           id(8) 1                               how many owe it
 * RETAINED  hash of the topic(8) topic            the retained message
 * </pre>
 */
final class Keys {
    static final int SESSION = 0;
    static final int SUBSCRIPTION = 1;
    static final int RECEIVED = 2;
    static final int PROGRESS = 1;
    static final int BODY = 0;
    static final int COUNT = 1;

    static final int SESSION_BYTES = 10;
    static final int ENTRY_BYTES = 18;
    static final int MESSAGE_BYTES = 9;

    /** Shards are numbered below this. */
    static final int MAX_SHARDS = 0xFFFF;

    static final byte[] FORMAT = {(byte) 0xFF, (byte) 0xFF, 'f'};
    static final byte[] STARTS = {(byte) 0xFF, (byte) 0xFF, 's'};
    static final byte[] LAST_SESSION = {(byte) 0xFF, (byte) 0xFF, 'n'};
    static final byte[] PROBE = {(byte) 0xFF, (byte) 0xFF, 'p'};

    /** Below every key, and above every key. */
    static final byte[] FIRST = {};

    static final byte[] LAST = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};

    private Keys() {}

    /** Where a shard begins in STATE and QUEUE; the next one's is where it ends. */
    static byte[] shard(int shard) {
        return new byte[] {(byte) (shard >> 8), (byte) shard};
    }

    /** Where a session begins in STATE and QUEUE; that of the next number is where it ends. */
    static byte[] session(int shard, long number) {
        return ByteBuffer.allocate(SESSION_BYTES)
                .putShort((short) shard)
                .putLong(number)
                .array();
    }

    static byte[] session(SessionId session) {
        return session(session.shard(), session.number());
    }

    static byte[] afterSession(SessionId session) {
        return session(session.shard(), session.number() + 1);
    }

    static RecordOutput state(RecordOutput out, SessionId session, int kind) {
        return out.clear().u16(session.shard()).u64(session.number()).u8(kind);
    }

    static RecordOutput entry(RecordOutput out, SessionId session, long sequence) {
        return out.clear().u16(session.shard()).u64(session.number()).u64(sequence);
    }

    static byte[] entry(SessionId session, long sequence) {
        return ByteBuffer.allocate(ENTRY_BYTES)
                .putShort((short) session.shard())
                .putLong(session.number())
                .putLong(sequence)
                .array();
    }

    static RecordOutput progress(RecordOutput out, SessionId session, long sequence) {
        return entry(out, session, sequence).u8(PROGRESS);
    }

    static byte[] message(long id, int kind) {
        return ByteBuffer.allocate(MESSAGE_BYTES).putLong(id).put((byte) kind).array();
    }

    static RecordOutput retained(RecordOutput out, TopicName topic) {
        return out.clear().u64(hash(topic.utf8())).raw(topic.utf8());
    }

    /** The topic in a key of RETAINED. */
    static String topicOf(byte[] key) {
        return new String(key, Math.min(8, key.length), Math.max(0, key.length - 8), StandardCharsets.UTF_8);
    }

    /** FNV-1a, stirred. Part of the format. */
    static long hash(byte[] bytes) {
        long hash = 0xCBF2_9CE4_8422_2325L;
        for (byte b : bytes) {
            hash = (hash ^ b & 0xFF) * 0x100_0000_01B3L;
        }
        hash = (hash ^ hash >>> 32) * 0x9E37_79B9_7F4A_7C15L;
        return hash ^ hash >>> 29;
    }

    static SessionId sessionOf(byte[] key) {
        ByteBuffer in = ByteBuffer.wrap(key);
        return new SessionId(in.getShort() & 0xFFFF, in.getLong());
    }

    static long sequenceOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong(SESSION_BYTES);
    }

    /** Whether this key of STATE is a session itself. */
    static boolean isSession(byte[] key) {
        return key.length == SESSION_BYTES + 1 && key[SESSION_BYTES] == SESSION;
    }

    /** Whether this key of QUEUE is a message and not its progress. */
    static boolean isEntry(byte[] key) {
        return key.length == ENTRY_BYTES;
    }

    static boolean isProgress(byte[] key) {
        return key.length == ENTRY_BYTES + 1 && key[ENTRY_BYTES] == PROGRESS;
    }
}
