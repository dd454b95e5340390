package io.chasqui.broker.connection;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;

/**
 * The transport as a connection sees it; the other direction is {@link Connection}'s own methods. Encodes in the version of
 * the CONNECT that it decoded. What is written leaves together at the end of the loop's turn. Home loop only.
 */
public interface Wire {
    /**
     * Writes a packet, without its User Properties and Reason String where they would make it larger than the receiver's
     * Maximum Packet Size (MQTT5-3.4.2-2 and its siblings), and not at all if even that is too large.
     *
     * @return false when it is too large
     */
    boolean write(Packet packet);

    /**
     * Writes a PUBLISH of {@code message}.
     *
     * @param topic the message's, or {@link TopicName#EMPTY} where {@code topicAlias} says it
     * @param packetId 0 at QoS 0
     * @param expirySeconds remaining, or {@link io.chasqui.protocol.Publish#ABSENT}
     * @param topicAlias 0 for none
     */
    void publish(
            Message message,
            boolean dup,
            Qos qos,
            boolean retain,
            TopicName topic,
            int packetId,
            long expirySeconds,
            int topicAlias,
            int[] subscriptionIds);

    /** False while more waits to be sent than the limit allows; then {@link Connection#onWritable} follows. */
    boolean isWritable();

    /** Bytes that were written and that the peer's machine has not yet taken room for. */
    long unsentBytes();

    /** No packet is handed to the connection any more until {@link #resumeReading}. */
    void pauseReading();

    void resumeReading();

    /** Sends what was written, then closes. Nothing is handed to the connection any more. */
    void close();
}
