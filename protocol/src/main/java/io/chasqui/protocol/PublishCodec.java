package io.chasqui.protocol;

import io.chasqui.protocol.PacketDecoder.Role;
import io.chasqui.protocol.Property.Place;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** PUBLISH, section 3.3. */
final class PublishCodec {
    private static final int TYPE = 0x30;
    private static final int DUP = 0b1000;
    private static final int RETAIN = 0b0001;

    private PublishCodec() {}

    static Publish read(int flags, BodyReader in, MqttVersion version, Role role, TopicNames topics)
            throws ProtocolException {
        int qosBits = (flags & 0b0110) >> 1;
        if (qosBits == 3) {
            throw new ProtocolException(ReasonCode.MALFORMED_PACKET, "MQTT5-3.3.1-4", "both QoS bits are 1");
        }
        Qos qos = Qos.of(qosBits);
        boolean dup = (flags & DUP) != 0;
        if (dup && qos == Qos.AT_MOST_ONCE) {
            throw new ProtocolException(ReasonCode.MALFORMED_PACKET, "MQTT5-3.3.1-2", "DUP is 1 at QoS 0");
        }
        boolean retain = (flags & RETAIN) != 0;
        TopicName topic = in.topicName(topics, "Topic Name");
        int packetId = qos == Qos.AT_MOST_ONCE ? 0 : in.packetId();
        if (version != MqttVersion.V5) {
            if (topic.isEmpty()) {
                throw new ProtocolException(ReasonCode.MALFORMED_PACKET, "MQTT5-4.7.3-1", "empty Topic Name");
            }
            return new Publish(dup, qos, retain, topic, packetId, in.rest());
        }
        PropertyReader properties = in.properties(Place.PUBLISH);
        MessageProperties message = null; // most have none
        long messageExpirySeconds = Publish.ABSENT;
        int topicAlias = 0;
        int[] subscriptionIds = Publish.NO_IDS;
        int subscriptionIdCount = 0;
        for (Property property; (property = properties.next()) != null; ) {
            switch (property) {
                case MESSAGE_EXPIRY_INTERVAL -> messageExpirySeconds = properties.u32(property);
                case TOPIC_ALIAS ->
                    topicAlias = properties.positive16(property, ReasonCode.TOPIC_ALIAS_INVALID, "MQTT5-3.3.2-8");
                case SUBSCRIPTION_IDENTIFIER -> {
                    if (role == Role.SERVER) {
                        throw new ProtocolException(
                                ReasonCode.PROTOCOL_ERROR, "MQTT5-3.3.4-6", "Subscription Identifier from a client");
                    }
                    if (subscriptionIdCount == subscriptionIds.length) {
                        subscriptionIds = Arrays.copyOf(subscriptionIds, Math.max(1, 2 * subscriptionIdCount));
                    }
                    subscriptionIds[subscriptionIdCount++] = properties.subscriptionId();
                }
                default -> {
                    message = message == null ? new MessageProperties() : message;
                    message.read(property, properties);
                }
            }
        }
        if (topic.isEmpty() && topicAlias == 0) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "U5-18", "neither Topic Name nor Topic Alias");
        }
        return new Publish(
                dup,
                qos,
                retain,
                topic,
                packetId,
                message == null ? PublishProperties.NONE : message.toPublishProperties(),
                messageExpirySeconds,
                topicAlias,
                subscriptionIdCount == subscriptionIds.length
                        ? subscriptionIds
                        : Arrays.copyOf(subscriptionIds, subscriptionIdCount),
                in.rest());
    }

    /** Remaining Length. */
    static int length(
            MqttVersion version,
            Qos qos,
            TopicName topic,
            PublishProperties properties,
            long messageExpirySeconds,
            int topicAlias,
            int[] subscriptionIds,
            int payloadBytes) {
        int length = 2 + topic.utf8().length + payloadBytes + (qos == Qos.AT_MOST_ONCE ? 0 : 2);
        if (version == MqttVersion.V5) {
            int propertyLength = propertyLength(properties, messageExpirySeconds, topicAlias, subscriptionIds);
            length += VariableByteInteger.length(propertyLength) + propertyLength;
        }
        return length;
    }

    /** All but the payload. */
    static void writeHead(
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
        assert !topic.isEmpty() || topicAlias != 0 && version == MqttVersion.V5 : "MQTT5-4.7.3-1";
        assert !dup || qos != Qos.AT_MOST_ONCE : "MQTT5-3.3.1-2";
        byte[] topicBytes = topic.utf8();
        int firstByte = TYPE | (dup ? DUP : 0) | qos.level() << 1 | (retain ? RETAIN : 0);
        int length = length(
                version, qos, topic, properties, messageExpirySeconds, topicAlias, subscriptionIds, payloadBytes);
        VariableByteInteger.writeFixedHeader(out, firstByte, length);
        out.writeShort(topicBytes.length);
        out.writeBytes(topicBytes);
        if (qos != Qos.AT_MOST_ONCE) {
            out.writeShort(packetId);
        }
        if (version == MqttVersion.V5) {
            writeProperties(out, properties, messageExpirySeconds, topicAlias, subscriptionIds);
        }
    }

    private static int propertyLength(
            PublishProperties properties, long messageExpirySeconds, int topicAlias, int[] subscriptionIds) {
        int length = properties.encoded().length;
        if (messageExpirySeconds != Publish.ABSENT) {
            length += 5;
        }
        if (topicAlias != 0) {
            length += 3;
        }
        for (int id : subscriptionIds) {
            length += 1 + VariableByteInteger.length(id);
        }
        return length;
    }

    private static void writeProperties(
            ByteBuf out,
            PublishProperties properties,
            long messageExpirySeconds,
            int topicAlias,
            int[] subscriptionIds) {
        VariableByteInteger.write(out, propertyLength(properties, messageExpirySeconds, topicAlias, subscriptionIds));
        if (messageExpirySeconds != Publish.ABSENT) {
            out.writeByte(Property.MESSAGE_EXPIRY_INTERVAL.id());
            out.writeInt((int) messageExpirySeconds);
        }
        if (topicAlias != 0) {
            out.writeMedium(Property.TOPIC_ALIAS.id() << 16 | topicAlias);
        }
        for (int id : subscriptionIds) {
            out.writeByte(Property.SUBSCRIPTION_IDENTIFIER.id());
            VariableByteInteger.write(out, id);
        }
        if (!properties.isEmpty()) {
            out.writeBytes(properties.encoded());
        }
    }
}
