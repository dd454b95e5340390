package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;

/** Writes packets. Stateless; safe on any thread. */
public final class PacketEncoder {
    private PacketEncoder() {}

    /** The number of bytes that {@link #encode} writes. */
    public static int encodedLength(Packet packet, MqttVersion version) {
        throw new UnsupportedOperationException("codec");
    }

    /** Appends {@code packet} to {@code out}, in the form of {@code version}. */
    public static void encode(Packet packet, MqttVersion version, ByteBuf out) {
        throw new UnsupportedOperationException("codec");
    }

    /**
     * Appends {@code packet} unless it is larger than {@code maximumPacketSize}: then without its User Properties, then
     * without its Reason String too (MQTT5-3.4.2-2 and its siblings).
     *
     * @return false when it does not fit even so; nothing was written
     */
    public static boolean encodeWithin(Packet packet, MqttVersion version, long maximumPacketSize, ByteBuf out) {
        throw new UnsupportedOperationException("codec");
    }

    /** The number of bytes that {@link #encodePublish} writes. */
    public static int publishLength(
            MqttVersion version,
            Qos qos,
            TopicName topic,
            PublishProperties properties,
            long messageExpirySeconds,
            int topicAlias,
            int[] subscriptionIds,
            int payloadBytes) {
        throw new UnsupportedOperationException("codec");
    }

    /**
     * Appends a PUBLISH without a {@link Publish} being made for it: the way of every delivery. Parameters are those of
     * {@link Publish}; what {@code version} does not have is not written. Allocates nothing.
     */
    public static void encodePublish(
            ByteBuf out,
            MqttVersion version,
            boolean dup,
            Qos qos,
            boolean retain,
            TopicName topic,
            int packetId,
            PublishProperties properties,
            long messageExpirySeconds,
            int topicAlias,
            int[] subscriptionIds,
            byte[] payload) {
        throw new UnsupportedOperationException("codec");
    }
}
