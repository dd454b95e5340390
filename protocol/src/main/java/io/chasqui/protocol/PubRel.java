package io.chasqui.protocol;

/**
 * PUBREL, section 3.6: the sender of a QoS 2 message will not send that PUBLISH again.
 *
 * @param packetId the Packet Identifier of the PUBLISH, 1 to 65,535
 * @param reason always {@link ReasonCode#SUCCESS} in MQTT 3
 */
public record PubRel(int packetId, ReasonCode reason, AckProperties properties) implements Packet {
    public PubRel {
        assert packetId >= 1 && packetId <= 65_535 : packetId;
    }

    public PubRel(int packetId) {
        this(packetId, ReasonCode.SUCCESS, AckProperties.NONE);
    }

    public PubRel(int packetId, ReasonCode reason) {
        this(packetId, reason, AckProperties.NONE);
    }
}
