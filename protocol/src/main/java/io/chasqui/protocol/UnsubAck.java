package io.chasqui.protocol;

import java.util.List;

/**
 * UNSUBACK, section 3.11.
 *
 * @param reasons one for each Topic Filter of the UNSUBSCRIBE, in its order; not on the wire in MQTT 3
 */
public record UnsubAck(int packetId, List<ReasonCode> reasons, AckProperties properties) implements Packet {
    public UnsubAck {
        assert packetId >= 1 && packetId <= 65_535 : packetId;
        reasons = List.copyOf(reasons);
    }

    public UnsubAck(int packetId, List<ReasonCode> reasons) {
        this(packetId, reasons, AckProperties.NONE);
    }
}
