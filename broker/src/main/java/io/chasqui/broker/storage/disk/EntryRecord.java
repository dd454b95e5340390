package io.chasqui.broker.storage.disk;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * One message in a session's queue, as it is written: format, flags, sums of bytes, what there is of Packet Identifier,
 * Subscription Identifiers and share, and then the id of the message, or the message itself.
 *
 * @param bytes {@link Message#bytes}
 * @param messageId where the message is in MESSAGES, or 0 when it is here
 * @param message when it is here; without those of MESSAGES
 */
record EntryRecord(
        long endBytes,
        int bytes,
        Qos qos,
        boolean retain,
        int[] subscriptionIds,
        @Nullable TopicFilter share,
        int packetId,
        boolean released,
        long messageId,
        @Nullable Message message) {
    private static final int FORMAT = 1;
    private static final int QOS = 0b11;
    private static final int RETAIN = 0b100;
    private static final int RELEASED = 0b1000;
    private static final int PACKET_ID = 0b1_0000;
    private static final int SUBSCRIPTION_IDS = 0b10_0000;
    private static final int SHARE = 0b100_0000;
    private static final int INLINE = 0b1000_0000;

    private static final int MAX_SUBSCRIPTION_ID = 268_435_455;

    /** @param messageId 0 to write the message here */
    static void write(
            RecordOutput out,
            Change.Owed owed,
            int packetId,
            boolean released,
            long messageId,
            MessageRecord messages) {
        TopicFilter share = owed.share();
        int[] ids = owed.subscriptionIds();
        out.u8(FORMAT)
                .u8(owed.qos().level()
                        | (owed.retain() ? RETAIN : 0)
                        | (released ? RELEASED : 0)
                        | (packetId != 0 ? PACKET_ID : 0)
                        | (ids.length > 0 ? SUBSCRIPTION_IDS : 0)
                        | (share != null ? SHARE : 0)
                        | (messageId == 0 ? INLINE : 0))
                .varint(owed.endBytes())
                .varint(owed.message().bytes());
        if (packetId != 0) {
            out.u16(packetId);
        }
        if (ids.length > 0) {
            out.varint(ids.length);
            for (int id : ids) {
                out.varint(id);
            }
        }
        if (share != null) {
            out.text(share.text());
        }
        if (messageId == 0) {
            messages.write(out, owed.message());
        } else {
            out.varint(messageId);
        }
    }

    static EntryRecord read(byte[] record, MessageRecord messages) throws DamagedRecordException {
        RecordInput in = new RecordInput(record);
        EntryRecord head = readHead(in);
        if (head.messageId == 0) {
            return head.with(messages.read(in));
        }
        in.end("entry");
        return head;
    }

    /** All but the message. */
    static EntryRecord readHead(byte[] record) throws DamagedRecordException {
        return readHead(new RecordInput(record));
    }

    /** The topic in an entry that is damaged behind it, or a stand-in. */
    static String topicOf(byte[] record) {
        try {
            RecordInput in = new RecordInput(record);
            return readHead(in).messageId == 0 ? MessageRecord.topicOf(in) : Damage.UNKNOWN_TOPIC;
        } catch (DamagedRecordException e) {
            return Damage.UNKNOWN_TOPIC;
        }
    }

    private static EntryRecord readHead(RecordInput in) throws DamagedRecordException {
        in.format(FORMAT, "entry");
        int flags = in.u8("flags");
        if ((flags & QOS) == QOS) {
            throw new DamagedRecordException("flags " + flags + " of entry");
        }
        long endBytes = in.varint("sum of bytes");
        int bytes = (int) in.varint(Integer.MAX_VALUE, "bytes");
        int packetId = (flags & PACKET_ID) == 0 ? 0 : in.u16("Packet Identifier");
        int[] ids = (flags & SUBSCRIPTION_IDS) == 0 ? Publish.NO_IDS : subscriptionIds(in);
        TopicFilter share = (flags & SHARE) == 0 ? null : in.topicFilter("share");
        long messageId = (flags & INLINE) != 0 ? 0 : in.varint("message id");
        if (messageId == 0 && (flags & INLINE) == 0) {
            throw new DamagedRecordException("message id 0");
        }
        return new EntryRecord(
                endBytes,
                bytes,
                Qos.of(flags & QOS),
                (flags & RETAIN) != 0,
                ids,
                share,
                packetId,
                (flags & RELEASED) != 0,
                messageId,
                null);
    }

    private static int[] subscriptionIds(RecordInput in) throws DamagedRecordException {
        int[] ids = new int[(int) in.varint(1 << 20, "number of Subscription Identifiers")];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) in.varint(MAX_SUBSCRIPTION_ID, "Subscription Identifier");
        }
        return ids;
    }

    private EntryRecord with(Message theMessage) {
        return new EntryRecord(
                endBytes, bytes, qos, retain, subscriptionIds, share, packetId, released, messageId, theMessage);
    }

    Change.Owed owed(SessionId session, long sequence, Message theMessage, @Nullable Progress progress) {
        return new Change.Owed(
                session,
                sequence,
                endBytes,
                theMessage,
                qos,
                retain,
                subscriptionIds,
                share,
                progress == null ? packetId : progress.packetId,
                progress == null ? released : progress.released);
    }

    /** How far the delivery of an entry has come, as it is written beside it. */
    record Progress(int packetId, boolean released) {
        static void write(RecordOutput out, int packetId, boolean released) {
            out.u8(FORMAT).u8(released ? 1 : 0).u16(packetId);
        }

        static Progress read(byte[] record) throws DamagedRecordException {
            RecordInput in = new RecordInput(record);
            in.format(FORMAT, "progress");
            int released = in.u8("released");
            if (released > 1) {
                throw new DamagedRecordException("released is " + released);
            }
            Progress progress = new Progress(in.u16("Packet Identifier"), released == 1);
            in.end("progress");
            return progress;
        }
    }
}
