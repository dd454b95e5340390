package io.chasqui.protocol;

import java.util.List;

/**
 * SUBACK, section 3.9. In MQTT 3.1.1 every error is written as 0x80; MQTT 3.1 has no failure code.
 *
 * @param reasons one for each Topic Filter of the SUBSCRIBE, in its order
 */
public record SubAck(int packetId, List<ReasonCode> reasons, AckProperties properties) implements Packet {
    public SubAck {
        assert packetId >= 1 && packetId <= 65_535 : packetId;
        reasons = List.copyOf(reasons);
    }

    public SubAck(int packetId, List<ReasonCode> reasons) {
        this(packetId, reasons, AckProperties.NONE);
    }
}
