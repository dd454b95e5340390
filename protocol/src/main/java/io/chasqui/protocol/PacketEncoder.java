package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Writes packets. Stateless; safe on any thread. What the standard does not let us send, such as a Reason Code that does not
 * belong in a packet, is our own fault and an {@link IllegalArgumentException}.
 */
public final class PacketEncoder {
    private PacketEncoder() {}

    /** The number of bytes that {@link #encode} writes. */
    public static int encodedLength(Packet packet, MqttVersion version) {
        int remainingLength = switch (packet) {
            case Connect p -> ConnectCodec.length(p);
            case ConnAck p -> ConnAckCodec.length(p, version);
            case Publish p ->
                PublishCodec.length(
                        version,
                        p.qos(),
                        p.topic(),
                        p.properties(),
                        p.messageExpirySeconds(),
                        p.topicAlias(),
                        p.subscriptionIds(),
                        p.payload().length);
            case PubAck p -> AckCodec.length(p.reason(), p.properties(), version);
            case PubRec p -> AckCodec.length(p.reason(), p.properties(), version);
            case PubRel p -> AckCodec.length(p.reason(), p.properties(), version);
            case PubComp p -> AckCodec.length(p.reason(), p.properties(), version);
            case Subscribe p -> SubscribeCodec.length(p, version);
            case SubAck p -> SubAckCodec.length(p, version);
            case Unsubscribe p -> UnsubscribeCodec.length(p, version);
            case UnsubAck p -> UnsubAckCodec.length(p, version);
            case PingReq p -> 0;
            case PingResp p -> 0;
            case Disconnect p -> DisconnectCodec.length(p, version);
            case Auth p -> AuthCodec.length(p);
        };
        return packetLength(remainingLength);
    }

    /**
     * Appends {@code packet} to {@code out}, in the form of {@code version}; a {@link Connect} in that of its own.
     *
     * @throws IllegalArgumentException when the standard does not allow the packet; {@code out} may hold a part of it
     */
    public static void encode(Packet packet, MqttVersion version, ByteBuf out) {
        switch (packet) {
            case Connect p -> ConnectCodec.write(p, out);
            case ConnAck p -> ConnAckCodec.write(p, version, out);
            case Publish p ->
                encodePublish(
                        out,
                        version,
                        p.dup(),
                        p.qos(),
                        p.retain(),
                        p.topic(),
                        p.packetId(),
                        p.properties(),
                        p.messageExpirySeconds(),
                        p.topicAlias(),
                        p.subscriptionIds(),
                        p.payload());
            case PubAck p -> AckCodec.write(PacketType.PUBACK, p.packetId(), p.reason(), p.properties(), version, out);
            case PubRec p -> AckCodec.write(PacketType.PUBREC, p.packetId(), p.reason(), p.properties(), version, out);
            case PubRel p -> AckCodec.write(PacketType.PUBREL, p.packetId(), p.reason(), p.properties(), version, out);
            case PubComp p ->
                AckCodec.write(PacketType.PUBCOMP, p.packetId(), p.reason(), p.properties(), version, out);
            case Subscribe p -> SubscribeCodec.write(p, version, out);
            case SubAck p -> SubAckCodec.write(p, version, out);
            case Unsubscribe p -> UnsubscribeCodec.write(p, version, out);
            case UnsubAck p -> UnsubAckCodec.write(p, version, out);
            case PingReq p -> writeEmpty(PacketType.PINGREQ, out);
            case PingResp p -> writeEmpty(PacketType.PINGRESP, out);
            case Disconnect p -> DisconnectCodec.write(p, version, out);
            case Auth p -> {
                if (version != MqttVersion.V5) {
                    throw new IllegalArgumentException("MQTT 3 has no AUTH");
                }
                AuthCodec.write(p, out);
            }
        }
    }

    /**
     * Appends {@code packet} unless it is larger than {@code maximumPacketSize}: then without its User Properties, then
     * without its Reason String too (MQTT5-3.4.2-2 and its siblings).
     *
     * @return false when it does not fit even so; nothing was written
     */
    public static boolean encodeWithin(Packet packet, MqttVersion version, long maximumPacketSize, ByteBuf out) {
        Packet smaller = packet;
        if (!fits(smaller, version, maximumPacketSize)) {
            smaller = withoutUserProperties(smaller);
            if (!fits(smaller, version, maximumPacketSize)) {
                smaller = withoutReasonString(smaller);
                if (!fits(smaller, version, maximumPacketSize)) {
                    return false;
                }
            }
        }
        encode(smaller, version, out);
        return true;
    }

    private static boolean fits(Packet packet, MqttVersion version, long maximumPacketSize) {
        return maximumPacketSize == Connect.NO_LIMIT || encodedLength(packet, version) <= maximumPacketSize;
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
        return packetLength(PublishCodec.length(
                version, qos, topic, properties, messageExpirySeconds, topicAlias, subscriptionIds, payloadBytes));
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
        encodePublishHead(
                out,
                version,
                dup,
                qos,
                retain,
                topic,
                packetId,
                properties,
                messageExpirySeconds,
                topicAlias,
                subscriptionIds,
                payload.length);
        out.writeBytes(payload);
    }

    /**
     * Appends all of a PUBLISH but its payload, which must follow: for a payload that is written from a buffer of its own.
     *
     * @param payloadBytes the length of the payload
     */
    public static void encodePublishHead(
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
            int payloadBytes) {
        PublishCodec.writeHead(
                out,
                version,
                dup,
                qos,
                retain,
                topic,
                packetId,
                properties,
                messageExpirySeconds,
                topicAlias,
                subscriptionIds,
                payloadBytes);
    }

    private static int packetLength(int remainingLength) {
        return 1 + VariableByteInteger.length(remainingLength) + remainingLength;
    }

    private static void writeEmpty(int type, ByteBuf out) {
        VariableByteInteger.writeFixedHeader(out, PacketType.firstByte(type), 0);
    }

    /** User Properties that a sender may leave out: those of every answer, but not those of a request or of a message. */
    private static Packet withoutUserProperties(Packet packet) {
        return switch (packet) {
            case ConnAck p ->
                new ConnAck(p.sessionPresent(), p.reason(), p.properties().withoutUserProperties());
            case PubAck p -> new PubAck(p.packetId(), p.reason(), onlyReasonString(p.properties()));
            case PubRec p -> new PubRec(p.packetId(), p.reason(), onlyReasonString(p.properties()));
            case PubRel p -> new PubRel(p.packetId(), p.reason(), onlyReasonString(p.properties()));
            case PubComp p -> new PubComp(p.packetId(), p.reason(), onlyReasonString(p.properties()));
            case SubAck p -> new SubAck(p.packetId(), p.reasons(), onlyReasonString(p.properties()));
            case UnsubAck p -> new UnsubAck(p.packetId(), p.reasons(), onlyReasonString(p.properties()));
            case Disconnect p ->
                new Disconnect(p.reason(), p.sessionExpirySeconds(), p.reasonString(), p.serverReference(), List.of());
            case Auth p -> new Auth(p.reason(), p.method(), p.data(), onlyReasonString(p.properties()));
            case Connect p -> p;
            case Publish p -> p;
            case Subscribe p -> p;
            case Unsubscribe p -> p;
            case PingReq p -> p;
            case PingResp p -> p;
        };
    }

    private static AckProperties onlyReasonString(AckProperties properties) {
        return new AckProperties(properties.reasonString(), List.of());
    }

    /** @param packet without User Properties */
    private static Packet withoutReasonString(Packet packet) {
        return switch (packet) {
            case ConnAck p ->
                new ConnAck(p.sessionPresent(), p.reason(), p.properties().withoutReasonString());
            case PubAck p -> new PubAck(p.packetId(), p.reason());
            case PubRec p -> new PubRec(p.packetId(), p.reason());
            case PubRel p -> new PubRel(p.packetId(), p.reason());
            case PubComp p -> new PubComp(p.packetId(), p.reason());
            case SubAck p -> new SubAck(p.packetId(), p.reasons());
            case UnsubAck p -> new UnsubAck(p.packetId(), p.reasons());
            case Disconnect p ->
                new Disconnect(p.reason(), p.sessionExpirySeconds(), null, p.serverReference(), List.of());
            case Auth p -> new Auth(p.reason(), p.method(), p.data(), AckProperties.NONE);
            case Connect p -> p;
            case Publish p -> p;
            case Subscribe p -> p;
            case Unsubscribe p -> p;
            case PingReq p -> p;
            case PingResp p -> p;
        };
    }
}
