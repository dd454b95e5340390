package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** UNSUBACK, section 3.11. In MQTT 3 it is its Packet Identifier and no more. */
final class UnsubAckCodec {
    private UnsubAckCodec() {}

    static UnsubAck read(BodyReader in, MqttVersion version) throws ProtocolException {
        int packetId = in.packetId();
        if (version != MqttVersion.V5) {
            return new UnsubAck(packetId, List.of());
        }
        AckProperties properties = AckCodec.readProperties(in);
        List<ReasonCode> reasons = new ArrayList<>();
        while (in.remaining() > 0) {
            reasons.add(ReasonTable.UNSUBACK.read(in));
        }
        if (reasons.isEmpty()) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-3.11.3-2", "UNSUBACK without a Reason Code");
        }
        return new UnsubAck(packetId, reasons, properties);
    }

    static int length(UnsubAck packet, MqttVersion version) {
        return version != MqttVersion.V5
                ? 2
                : 2
                        + AckCodec.propertiesLength(packet.properties())
                        + packet.reasons().size();
    }

    static void write(UnsubAck packet, MqttVersion version, ByteBuf out) {
        VariableByteInteger.writeFixedHeader(out, PacketType.firstByte(PacketType.UNSUBACK), length(packet, version));
        out.writeShort(packet.packetId());
        if (version == MqttVersion.V5) {
            AckCodec.writeProperties(packet.properties(), out);
            for (ReasonCode reason : packet.reasons()) {
                out.writeByte(ReasonTable.UNSUBACK.code(reason));
            }
        }
    }
}
