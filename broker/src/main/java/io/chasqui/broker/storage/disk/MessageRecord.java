package io.chasqui.broker.storage.disk;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;

/**
 * How a message is written: format, flags, topic, publisher, expiry as wall time, properties as on the wire, payload to the end.
 * Confined to one thread: it remembers the last publisher's bytes.
 */
final class MessageRecord {
    private static final int FORMAT = 1;
    private static final int QOS = 0b11;
    private static final int RETAIN = 0b100;
    private static final int EXPIRES = 0b1000;
    private static final int PROPERTIES = 0b1_0000;
    private static final int KNOWN = 0b1_1111;

    private static final String RECORD = "message";

    private final DiskStore.Clock clock;
    private String lastPublisher = "";
    private byte[] lastPublisherUtf8 = {};

    MessageRecord(DiskStore.Clock clock) {
        this.clock = clock;
    }

    void write(RecordOutput out, Message message) {
        boolean expires = message.expiresAtNanos() != Message.NEVER;
        byte[] properties = message.properties().encoded();
        out.u8(FORMAT)
                .u8(message.qos().level()
                        | (message.retain() ? RETAIN : 0)
                        | (expires ? EXPIRES : 0)
                        | (properties.length > 0 ? PROPERTIES : 0))
                .binary(message.topic().utf8())
                .binary(utf8(message.publisher()));
        if (expires) {
            out.varint(wallMillis(message.expiresAtNanos()));
        }
        if (properties.length > 0) {
            out.binary(properties);
        }
        out.raw(message.payload());
    }

    Message read(RecordInput in) throws DamagedRecordException {
        in.format(FORMAT, RECORD);
        int flags = in.u8("flags");
        if ((flags & ~KNOWN) != 0 || (flags & QOS) == QOS) {
            throw new DamagedRecordException("flags " + flags + " of " + RECORD);
        }
        TopicName topic = in.topicName("Topic Name");
        String publisher = in.text("publisher");
        long expiresAt = (flags & EXPIRES) == 0 ? Message.NEVER : nanos(in.varint("expiry"));
        PublishProperties properties =
                (flags & PROPERTIES) == 0 ? PublishProperties.NONE : properties(in.binary("properties"));
        return new Message(
                topic, in.rest(), Qos.of(flags & QOS), (flags & RETAIN) != 0, properties, publisher, expiresAt);
    }

    static PublishProperties properties(byte[] encoded) throws DamagedRecordException {
        try {
            return PublishProperties.decode(encoded);
        } catch (ProtocolException e) {
            throw new DamagedRecordException(String.valueOf(e.getMessage()));
        }
    }

    /** Rounds up, so that nothing expires early. */
    private long wallMillis(long expiresAtNanos) {
        long left = expiresAtNanos - clock.nanoTime();
        return Math.max(0, clock.wallMillis() + Math.ceilDiv(left, 1_000_000L));
    }

    private long nanos(long wallMillis) {
        long left = Math.clamp(wallMillis - clock.wallMillis(), Long.MIN_VALUE / 2_000_000, Long.MAX_VALUE / 2_000_000);
        long at = clock.nanoTime() + left * 1_000_000L;
        return at == Message.NEVER ? at - 1 : at;
    }

    private byte[] utf8(String publisher) {
        if (!publisher.equals(lastPublisher)) {
            lastPublisher = publisher;
            lastPublisherUtf8 = publisher.getBytes(StandardCharsets.UTF_8);
        }
        return lastPublisherUtf8;
    }

    /** The topic of a record that may be damaged behind it. */
    static String topicOf(RecordInput in) throws DamagedRecordException {
        in.format(FORMAT, RECORD);
        in.u8("flags");
        return in.topicName("Topic Name").name();
    }
}
