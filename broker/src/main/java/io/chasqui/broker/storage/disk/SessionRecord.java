package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How a session and its subscriptions are written. */
final class SessionRecord {
    private static final int FORMAT = 1;
    private static final int ENDED = 0b1;
    private static final int WILL = 0b10;
    private static final int USER_NAME = 0b100;
    private static final int KNOWN = 0b111;
    private static final int RETAIN_WILL = 0b100;
    private static final int NO_LOCAL = 0b100;
    private static final int RETAIN_AS_PUBLISHED = 0b1000;
    private static final int RETAIN_HANDLING_SHIFT = 4;
    private static final long MAX_U32 = 0xFFFF_FFFFL;

    private SessionRecord() {}

    /** What stands in place of the session until all that belonged to it is purged. */
    static void writeEnded(RecordOutput out) {
        out.u8(FORMAT).u8(ENDED);
    }

    static void write(RecordOutput out, Change.Kept kept) {
        Will will = kept.will();
        String userName = kept.userName();
        out.u8(FORMAT)
                .u8((will == null ? 0 : WILL) | (userName == null ? 0 : USER_NAME))
                .text(kept.clientId())
                .varint(kept.expirySeconds())
                .varint(kept.leftAtWallMillis() - StoredSession.CONNECTED);
        if (userName != null) {
            out.text(userName);
        }
        if (will != null) {
            out.u8(will.qos().level() | (will.retain() ? RETAIN_WILL : 0))
                    .binary(will.topic().utf8())
                    .binary(will.properties().encoded())
                    .varint(will.delaySeconds())
                    .varint(will.messageExpirySeconds() - Publish.ABSENT)
                    .raw(will.payload());
        }
    }

    /** Null for a session that has ended. */
    static Change.@Nullable Kept read(SessionId session, byte[] record) throws DamagedRecordException {
        RecordInput in = new RecordInput(record);
        in.format(FORMAT, "session");
        int flags = in.u8("flags");
        if ((flags & ~KNOWN) != 0) {
            throw new DamagedRecordException("flags " + flags + " of session");
        }
        if ((flags & ENDED) != 0) {
            in.end("session");
            return null;
        }
        String clientId = in.text("Client Identifier");
        long expirySeconds = in.varint("Session Expiry Interval");
        long leftAt = in.varint("time of leaving") + StoredSession.CONNECTED;
        String userName = (flags & USER_NAME) == 0 ? null : in.text("User Name");
        Will will = (flags & WILL) == 0 ? null : will(in);
        in.end("session");
        return new Change.Kept(session, clientId, expirySeconds, leftAt, will, userName);
    }

    private static Will will(RecordInput in) throws DamagedRecordException {
        int flags = in.u8("flags of Will");
        if (flags > (RETAIN_WILL | Qos.EXACTLY_ONCE.level()) || (flags & 3) == 3) {
            throw new DamagedRecordException("flags " + flags + " of Will");
        }
        TopicName topic = in.topicName("Will Topic");
        return new Will(
                Qos.of(flags & 3),
                (flags & RETAIN_WILL) != 0,
                topic,
                MessageRecord.properties(in.binary("Will Properties")),
                in.varint(MAX_U32, "Will Delay Interval"),
                in.varint(MAX_U32 + 1, "Message Expiry Interval of Will") + Publish.ABSENT,
                in.rest());
    }

    static void write(RecordOutput out, SubscriptionOptions options, int id) {
        out.u8(FORMAT)
                .u8(options.qos().level()
                        | (options.noLocal() ? NO_LOCAL : 0)
                        | (options.retainAsPublished() ? RETAIN_AS_PUBLISHED : 0)
                        | options.retainHandling().ordinal() << RETAIN_HANDLING_SHIFT)
                .varint(id);
    }

    /** @param key as in {@link Keys}: the Topic Filter is in it */
    static Change.Subscribed readSubscription(SessionId session, byte[] key, byte[] record)
            throws DamagedRecordException {
        RecordInput in = new RecordInput(record);
        in.format(FORMAT, "subscription");
        int flags = in.u8("Subscription Options");
        int retainHandling = flags >> RETAIN_HANDLING_SHIFT;
        if ((flags & 3) == 3 || retainHandling >= RetainHandling.values().length) {
            throw new DamagedRecordException("Subscription Options " + flags);
        }
        int id = (int) in.varint(Integer.MAX_VALUE, "Subscription Identifier");
        in.end("subscription");
        int start = Keys.SESSION_BYTES + 1;
        String filter = RecordInput.decode(key, start, key.length - start, "Topic Filter");
        SubscriptionOptions options = new SubscriptionOptions(
                Qos.of(flags & 3),
                (flags & NO_LOCAL) != 0,
                (flags & RETAIN_AS_PUBLISHED) != 0,
                RetainHandling.values()[retainHandling]);
        return new Change.Subscribed(session, RecordInput.topicFilter(filter, "Topic Filter"), options, id);
    }

    /** @param key as in {@link Keys} */
    static int packetId(byte[] key) throws DamagedRecordException {
        int start = Keys.SESSION_BYTES + 1;
        return new RecordInput(Arrays.copyOfRange(key, start, key.length)).u16("Packet Identifier");
    }
}
