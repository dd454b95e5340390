package io.chasqui.protocol;

/**
 * PUBREC, section 3.5: the receiver has taken ownership of one QoS 2 message, or refuses it.
 *
 * @param packetId the Packet Identifier of the PUBLISH, 1 to 65,535
 * @param reason always {@link ReasonCode#SUCCESS} in MQTT 3
 */
public record PubRec(int packetId, ReasonCode reason, AckProperties properties) implements Packet {
    public PubRec {
        assert packetId >= 1 && packetId <= 65_535 : packetId;
    }

    public PubRec(int packetId) {
        this(packetId, ReasonCode.SUCCESS, AckProperties.NONE);
    }

    public PubRec(int packetId, ReasonCode reason) {
        this(packetId, reason, AckProperties.NONE);
    }
}
