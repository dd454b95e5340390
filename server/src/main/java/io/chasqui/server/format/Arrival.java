package io.chasqui.server.format;

import io.chasqui.client.Received;
import io.chasqui.protocol.PublishProperties;
import java.time.ZonedDateTime;
import java.util.List;

/**
 * A message that has come, and when.
 *
 * @param time of the arrival, in the zone in which times are printed
 * @param payload not to be modified
 * @param qos 0, 1 or 2
 * @param packetId 1 to 65,535, or 0 at QoS 0
 * @param expirySeconds what is left of the Message Expiry Interval, or -1
 */
public record Arrival(
        ZonedDateTime time,
        String topic,
        byte[] payload,
        int qos,
        boolean retained,
        int packetId,
        PublishProperties properties,
        long expirySeconds,
        List<Integer> subscriptionIds) {
    public static Arrival of(Received message, ZonedDateTime time) {
        return new Arrival(
                time,
                message.topic(),
                message.payload(),
                message.qos().level(),
                message.isRetained(),
                message.packetId(),
                message.properties(),
                message.expirySeconds(),
                message.subscriptionIds().boxed().toList());
    }
}
