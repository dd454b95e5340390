package io.chasqui.protocol;

/**
 * PUBACK, section 3.4: the receiver has taken ownership of one QoS 1 message, or refuses it.
 *
 * @param packetId the Packet Identifier of the PUBLISH, 1 to 65,535
 * @param reason always {@link ReasonCode#SUCCESS} in MQTT 3
 */
public record PubAck(int packetId, ReasonCode reason, AckProperties properties) implements Packet {
    public PubAck {
        assert packetId >= 1 && packetId <= 65_535 : packetId;
    }

    public PubAck(int packetId) {
        this(packetId, ReasonCode.SUCCESS, AckProperties.NONE);
    }

    public PubAck(int packetId, ReasonCode reason) {
        this(packetId, reason, AckProperties.NONE);
    }
}
