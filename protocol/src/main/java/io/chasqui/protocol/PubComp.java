package io.chasqui.protocol;

/**
 * PUBCOMP, section 3.7: the Packet Identifier of a QoS 2 message is free again.
 *
 * @param packetId the Packet Identifier of the PUBLISH, 1 to 65,535
 * @param reason always {@link ReasonCode#SUCCESS} in MQTT 3
 */
public record PubComp(int packetId, ReasonCode reason, AckProperties properties) implements Packet {
    public PubComp {
        assert packetId >= 1 && packetId <= 65_535 : packetId;
    }

    public PubComp(int packetId) {
        this(packetId, ReasonCode.SUCCESS, AckProperties.NONE);
    }

    public PubComp(int packetId, ReasonCode reason) {
        this(packetId, reason, AckProperties.NONE);
    }
}
