package io.chasqui.protocol;

/**
 * PUBLISH, section 3.3.
 *
 * @param topic the Topic Name; {@link TopicName#EMPTY} only in MQTT 5 and only with a {@code topicAlias}
 * @param packetId 1 to 65,535, or 0 at QoS 0, which has none
 * @param messageExpirySeconds 0 to 4,294,967,295, or {@link #ABSENT}
 * @param topicAlias 1 to 65,535, or 0 for none
 * @param subscriptionIds Subscription Identifiers in the order of the wire, server to client only; mostly
 *     {@link #NO_IDS}. Not to be modified.
 * @param payload not to be modified
 */
public record Publish(
        boolean dup,
        Qos qos,
        boolean retain,
        TopicName topic,
        int packetId,
        PublishProperties properties,
        long messageExpirySeconds,
        int topicAlias,
        int[] subscriptionIds,
        byte[] payload)
        implements Packet {
    public static final long ABSENT = -1;
    public static final int[] NO_IDS = {};

    public Publish {
        assert qos == Qos.AT_MOST_ONCE ? packetId == 0 : packetId >= 1 && packetId <= 65_535 : qos + " " + packetId;
    }

    /** A PUBLISH as MQTT 3 knows it: without properties. */
    public Publish(boolean dup, Qos qos, boolean retain, TopicName topic, int packetId, byte[] payload) {
        this(dup, qos, retain, topic, packetId, PublishProperties.NONE, ABSENT, 0, NO_IDS, payload);
    }
}
