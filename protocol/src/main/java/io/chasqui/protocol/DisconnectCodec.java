package io.chasqui.protocol;

import io.chasqui.protocol.PacketDecoder.Role;
import io.chasqui.protocol.Property.Place;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** DISCONNECT, section 3.14. In MQTT 3 it has no body. */
final class DisconnectCodec {
    private DisconnectCodec() {}

    static Disconnect read(BodyReader in, MqttVersion version, Role role) throws ProtocolException {
        if (version != MqttVersion.V5 || in.remaining() == 0) {
            return Disconnect.NORMAL; // 3.14.2.1
        }
        ReasonTable legal = role == Role.SERVER ? ReasonTable.DISCONNECT_OF_CLIENT : ReasonTable.DISCONNECT_OF_SERVER;
        ReasonCode reason = legal.read(in);
        if (in.remaining() == 0) {
            return new Disconnect(reason); // 3.14.2.2.1
        }
        long sessionExpirySeconds = Disconnect.ABSENT;
        String reasonString = null;
        String serverReference = null;
        List<UserProperty> userProperties = List.of();
        PropertyReader properties = in.properties(Place.DISCONNECT);
        for (Property property; (property = properties.next()) != null; ) {
            switch (property) {
                case SESSION_EXPIRY_INTERVAL -> {
                    if (role == Role.CLIENT) {
                        throw new ProtocolException(
                                ReasonCode.PROTOCOL_ERROR, "MQTT5-3.14.2-2", property + " from a server");
                    }
                    sessionExpirySeconds = properties.u32(property);
                }
                case SERVER_REFERENCE -> {
                    if (role == Role.SERVER) {
                        throw new ProtocolException(ReasonCode.MALFORMED_PACKET, "U5-01", property + " from a client");
                    }
                    serverReference = properties.utf8(property);
                }
                case REASON_STRING -> reasonString = properties.utf8(property);
                default -> userProperties = properties.userProperty(userProperties);
            }
        }
        return new Disconnect(reason, sessionExpirySeconds, reasonString, serverReference, userProperties);
    }

    static int length(Disconnect packet, MqttVersion version) {
        if (version != MqttVersion.V5) {
            return 0;
        }
        PropertyWriter properties = properties(packet, PropertyWriter.counting());
        if (properties.length() > 0) {
            return 1 + properties.fieldLength();
        }
        return packet.reason() == ReasonCode.NORMAL_DISCONNECTION ? 0 : 1;
    }

    static void write(Disconnect packet, MqttVersion version, ByteBuf out) {
        int length = length(packet, version);
        VariableByteInteger.writeFixedHeader(out, PacketType.firstByte(PacketType.DISCONNECT), length);
        if (length > 0) {
            ReasonCode reason = packet.reason();
            out.writeByte(
                    ReasonTable.DISCONNECT_OF_CLIENT.has(reason)
                            ? reason.code()
                            : ReasonTable.DISCONNECT_OF_SERVER.code(reason));
        }
        if (length > 1) {
            VariableByteInteger.write(
                    out, properties(packet, PropertyWriter.counting()).length());
            properties(packet, PropertyWriter.to(out));
        }
    }

    private static PropertyWriter properties(Disconnect packet, PropertyWriter out) {
        if (packet.sessionExpirySeconds() != Disconnect.ABSENT) {
            out.u32(Property.SESSION_EXPIRY_INTERVAL, packet.sessionExpirySeconds());
        }
        return out.utf8(Property.REASON_STRING, packet.reasonString())
                .utf8(Property.SERVER_REFERENCE, packet.serverReference())
                .userProperties(packet.userProperties());
    }
}
