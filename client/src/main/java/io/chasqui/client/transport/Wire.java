package io.chasqui.client.transport;

import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;

/**
 * The client's end of one Network Connection. What is written during a turn of the event thread leaves together at its
 * end. On the event thread only. After the connection has closed all calls do nothing.
 */
public interface Wire {
    /** Bytes of a whole packet that the server takes; {@code Connect.NO_LIMIT} until it has said otherwise. */
    void maximumPacketSize(long bytes);

    /** @return false when the packet is larger than the server takes, whatever is left out; then nothing is written */
    boolean write(Packet packet);

    /** A payload of up to so many bytes is copied before {@link #publish} returns; a longer one may not be changed any more. */
    int COPIED_BYTES = 16 << 10;

    /** Writes a PUBLISH, without one being made; parameters are those of {@code Publish}. See {@link #COPIED_BYTES}. */
    void publish(
            boolean dup,
            Qos qos,
            boolean retain,
            TopicName topic,
            int packetId,
            PublishProperties properties,
            long messageExpirySeconds,
            int topicAlias,
            byte[] payload);

    /** Whether messages should be written now. When it has said no, {@link WireListener#onWritable} follows. */
    boolean isWritable();

    /** When something was last written, of the event thread's clock. */
    long lastWriteNanos();

    /** Stops taking packets in, and soon bytes. Idempotent. */
    void pauseReading();

    /** Idempotent. */
    void resumeReading();

    /** Closes when all that was written has left, or after a second. {@link WireListener#onClosed} follows. */
    void close();

    /** Closes at once. {@link WireListener#onClosed} follows. */
    void abort(Throwable why);
}
