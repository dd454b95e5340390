package io.chasqui.protocol;

import io.chasqui.protocol.Property.Place;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** PUBACK, PUBREC, PUBREL and PUBCOMP, sections 3.4 to 3.7, which look alike; and the properties of all acknowledgements. */
final class AckCodec {
    private AckCodec() {}

    static Packet read(int type, BodyReader in, MqttVersion version) throws ProtocolException {
        int packetId = in.packetId();
        ReasonCode reason = ReasonCode.SUCCESS;
        AckProperties properties = AckProperties.NONE;
        if (version == MqttVersion.V5 && in.remaining() > 0) { // 3.4.2.1: may end here, which means success
            reason = table(type).read(in);
            properties = in.remaining() == 0 ? AckProperties.NONE : readProperties(in); // 3.4.2.2.1: or here
        }
        return switch (type) {
            case PacketType.PUBACK -> new PubAck(packetId, reason, properties);
            case PacketType.PUBREC -> new PubRec(packetId, reason, properties);
            case PacketType.PUBREL -> new PubRel(packetId, reason, properties);
            default -> new PubComp(packetId, reason, properties);
        };
    }

    static AckProperties readProperties(BodyReader in) throws ProtocolException {
        PropertyReader properties = in.properties(Place.ACK);
        String reasonString = null;
        List<UserProperty> userProperties = List.of();
        for (Property property; (property = properties.next()) != null; ) {
            switch (property) {
                case REASON_STRING -> reasonString = properties.utf8(property);
                default -> userProperties = properties.userProperty(userProperties);
            }
        }
        return reasonString == null && userProperties.isEmpty()
                ? AckProperties.NONE
                : new AckProperties(reasonString, userProperties);
    }

    static int length(ReasonCode reason, AckProperties properties, MqttVersion version) {
        if (version != MqttVersion.V5) {
            return 2;
        }
        if (isEmpty(properties)) {
            return reason == ReasonCode.SUCCESS ? 2 : 3;
        }
        return 3 + propertiesLength(properties);
    }

    static void write(
            int type, int packetId, ReasonCode reason, AckProperties properties, MqttVersion version, ByteBuf out) {
        int length = length(reason, properties, version);
        VariableByteInteger.writeFixedHeader(out, PacketType.firstByte(type), length);
        out.writeShort(packetId);
        if (length > 2) {
            out.writeByte(table(type).code(reason));
        }
        if (length > 3) {
            writeProperties(properties, out);
        }
    }

    /** With Property Length. */
    static int propertiesLength(AckProperties properties) {
        return isEmpty(properties)
                ? 1
                : properties(properties, PropertyWriter.counting()).fieldLength();
    }

    static void writeProperties(AckProperties properties, ByteBuf out) {
        VariableByteInteger.write(
                out, properties(properties, PropertyWriter.counting()).length());
        properties(properties, PropertyWriter.to(out));
    }

    private static PropertyWriter properties(AckProperties properties, PropertyWriter out) {
        return out.utf8(Property.REASON_STRING, properties.reasonString()).userProperties(properties.userProperties());
    }

    private static boolean isEmpty(AckProperties properties) {
        return properties.reasonString() == null && properties.userProperties().isEmpty();
    }

    private static ReasonTable table(int type) {
        return switch (type) {
            case PacketType.PUBACK -> ReasonTable.PUBACK;
            case PacketType.PUBREC -> ReasonTable.PUBREC;
            case PacketType.PUBREL -> ReasonTable.PUBREL;
            default -> ReasonTable.PUBCOMP;
        };
    }
}
