package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** SUBACK, section 3.9. */
final class SubAckCodec {
    private static final int FAILURE = 0x80;

    private SubAckCodec() {}

    static SubAck read(BodyReader in, MqttVersion version) throws ProtocolException {
        int packetId = in.packetId();
        boolean v5 = version == MqttVersion.V5;
        AckProperties properties = v5 ? AckCodec.readProperties(in) : AckProperties.NONE;
        List<ReasonCode> reasons = new ArrayList<>();
        while (in.remaining() > 0) {
            ReasonCode reason = ReasonTable.SUBACK.read(in);
            if (!v5 && reason.code() > FAILURE) {
                throw new ProtocolException(ReasonCode.MALFORMED_PACKET, "MQTT3-3.9.3-2", "return code " + reason);
            }
            reasons.add(reason);
        }
        if (reasons.isEmpty()) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-3.8.4-6", "SUBACK without a Reason Code");
        }
        return new SubAck(packetId, reasons, properties);
    }

    static int length(SubAck packet, MqttVersion version) {
        int properties = version == MqttVersion.V5 ? AckCodec.propertiesLength(packet.properties()) : 0;
        return 2 + properties + packet.reasons().size();
    }

    static void write(SubAck packet, MqttVersion version, ByteBuf out) {
        VariableByteInteger.writeFixedHeader(out, PacketType.firstByte(PacketType.SUBACK), length(packet, version));
        out.writeShort(packet.packetId());
        if (version == MqttVersion.V5) {
            AckCodec.writeProperties(packet.properties(), out);
        }
        for (ReasonCode reason : packet.reasons()) {
            int code = ReasonTable.SUBACK.code(reason);
            // MQTT3-3.9.3-2. MQTT 3.1 has no failure code, but there too 0x80 is the least wrong: whoever looks at
            // the two QoS bits alone reads a grant of QoS 0, and libraries that serve both versions read a failure.
            out.writeByte(version == MqttVersion.V5 ? code : Math.min(code, FAILURE));
        }
    }
}
