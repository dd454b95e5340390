package io.chasqui.protocol;

import io.chasqui.protocol.PacketDecoder.Role;
import io.chasqui.protocol.Property.Place;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** AUTH, section 3.15. */
final class AuthCodec {
    private AuthCodec() {}

    static Auth read(BodyReader in, Role role) throws ProtocolException {
        ReasonTable legal = role == Role.SERVER ? ReasonTable.AUTH_OF_CLIENT : ReasonTable.AUTH_OF_SERVER;
        if (in.remaining() == 0) { // 3.15.2.1: success
            legal.require(ReasonCode.SUCCESS);
            return new Auth(ReasonCode.SUCCESS, null, null, AckProperties.NONE);
        }
        ReasonCode reason = legal.read(in);
        String method = null;
        byte[] data = null;
        String reasonString = null;
        List<UserProperty> userProperties = List.of();
        PropertyReader properties = in.properties(Place.AUTH);
        for (Property property; (property = properties.next()) != null; ) {
            switch (property) {
                case AUTHENTICATION_METHOD -> method = properties.utf8(property);
                case AUTHENTICATION_DATA -> data = properties.binary(property);
                case REASON_STRING -> reasonString = properties.utf8(property);
                default -> userProperties = properties.userProperty(userProperties);
            }
        }
        if (method == null) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "U5-21", "AUTH without Authentication Method");
        }
        return new Auth(reason, method, data, new AckProperties(reasonString, userProperties));
    }

    static int length(Auth packet) {
        int properties = properties(packet, PropertyWriter.counting()).fieldLength();
        return properties == 1 && packet.reason() == ReasonCode.SUCCESS ? 0 : 1 + properties;
    }

    static void write(Auth packet, ByteBuf out) {
        int length = length(packet);
        VariableByteInteger.writeFixedHeader(out, PacketType.firstByte(PacketType.AUTH), length);
        if (length > 0) {
            ReasonCode reason = packet.reason();
            out.writeByte(
                    ReasonTable.AUTH_OF_CLIENT.has(reason) ? reason.code() : ReasonTable.AUTH_OF_SERVER.code(reason));
            VariableByteInteger.write(
                    out, properties(packet, PropertyWriter.counting()).length());
            properties(packet, PropertyWriter.to(out));
        }
    }

    private static PropertyWriter properties(Auth packet, PropertyWriter out) {
        return out.utf8(Property.AUTHENTICATION_METHOD, packet.method())
                .binary(Property.AUTHENTICATION_DATA, packet.data())
                .utf8(Property.REASON_STRING, packet.properties().reasonString())
                .userProperties(packet.properties().userProperties());
    }
}
