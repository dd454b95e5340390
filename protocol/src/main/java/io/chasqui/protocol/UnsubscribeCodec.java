package io.chasqui.protocol;

import io.chasqui.protocol.Property.Place;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** UNSUBSCRIBE, section 3.10. */
final class UnsubscribeCodec {
    private UnsubscribeCodec() {}

    static Unsubscribe read(BodyReader in, MqttVersion version) throws ProtocolException {
        int packetId = in.packetId();
        List<UserProperty> userProperties = List.of();
        if (version == MqttVersion.V5) {
            PropertyReader properties = in.properties(Place.UNSUBSCRIBE);
            while (properties.next() != null) { // USER_PROPERTY is all that there can be
                userProperties = properties.userProperty(userProperties);
            }
        }
        List<String> filters = new ArrayList<>();
        while (in.remaining() > 0) {
            filters.add(in.utf8("Topic Filter"));
        }
        if (filters.isEmpty()) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR, "MQTT5-3.10.3-2", "UNSUBSCRIBE without a Topic Filter");
        }
        return new Unsubscribe(packetId, filters, userProperties);
    }

    static int length(Unsubscribe packet, MqttVersion version) {
        int length = 2
                + (version == MqttVersion.V5
                        ? properties(packet, PropertyWriter.counting()).fieldLength()
                        : 0);
        for (String filter : packet.filters()) {
            length += Utf8.fieldLength(filter);
        }
        return length;
    }

    static void write(Unsubscribe packet, MqttVersion version, ByteBuf out) {
        VariableByteInteger.writeFixedHeader(
                out, PacketType.firstByte(PacketType.UNSUBSCRIBE), length(packet, version));
        out.writeShort(packet.packetId());
        if (version == MqttVersion.V5) {
            VariableByteInteger.write(
                    out, properties(packet, PropertyWriter.counting()).length());
            properties(packet, PropertyWriter.to(out));
        }
        for (String filter : packet.filters()) {
            Utf8.write(out, filter);
        }
    }

    private static PropertyWriter properties(Unsubscribe packet, PropertyWriter out) {
        return out.userProperties(packet.userProperties());
    }
}
