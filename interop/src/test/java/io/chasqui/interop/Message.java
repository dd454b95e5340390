package io.chasqui.interop;

import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An Application Message as a library is given it or reports it.
 *
 * @param expirySeconds Message Expiry Interval, or {@link Publish#ABSENT}
 * @param subscriptionIds Subscription Identifiers, of a received message
 */
record Message(
        String topic,
        byte[] payload,
        Qos qos,
        boolean retain,
        PublishProperties properties,
        long expirySeconds,
        List<Integer> subscriptionIds) {
    static Message of(String topic, String text, Qos qos) {
        return of(topic, text.getBytes(StandardCharsets.UTF_8), qos, false);
    }

    static Message retained(String topic, String text, Qos qos) {
        return of(topic, text.getBytes(StandardCharsets.UTF_8), qos, true);
    }

    /** A message as MQTT 3 knows it. */
    static Message of(String topic, byte[] payload, Qos qos, boolean retain) {
        return new Message(topic, payload, qos, retain, PublishProperties.NONE, Publish.ABSENT, List.of());
    }

    Message with(PublishProperties newProperties) {
        return new Message(topic, payload, qos, retain, newProperties, expirySeconds, subscriptionIds);
    }

    Message expiringIn(long seconds) {
        return new Message(topic, payload, qos, retain, properties, seconds, subscriptionIds);
    }

    String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        String what = payload.length > 40 ? payload.length + " bytes" : text();
        return topic + "=" + what + " QoS " + qos.level() + (retain ? " retained" : "");
    }
}
