package io.chasqui.client;

import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UserProperty;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An Application Message to be published. Immutable, but for the payload's array, which nobody may change.
 *
 * @param topic the Topic Name; keep it for many messages, for making one checks and encodes it
 * @param payload at most 256 MiB less the rest of the packet; servers take less
 * @param qos what the client does for it, see {@link MqttClient#publish(Message)}
 * @param retain whether the server keeps it for those who subscribe later
 * @param expiry after which it is worthless, in whole seconds: the client drops it if it could not be sent until then, and an
 *     MQTT 5 server does the same; null for never
 * @param properties of MQTT 5; not sent in 3.1.1
 */
public record Message(
        TopicName topic,
        byte[] payload,
        Qos qos,
        boolean retain,
        @Nullable Duration expiry,
        PublishProperties properties) {
    private static final long MAX_EXPIRY_SECONDS = 0xFFFF_FFFFL;

    /** @throws IllegalArgumentException when {@code expiry} is below 1 s or above 4,294,967,295 s */
    public Message {
        if (expiry != null && (expiry.toSeconds() < 1 || expiry.toSeconds() > MAX_EXPIRY_SECONDS)) {
            throw new IllegalArgumentException("expiry is " + expiry + "; give 1 s to 4294967295 s, or null for never");
        }
    }

    /**
     * A message at QoS 1.
     *
     * @throws IllegalArgumentException when {@code topic} is not a Topic Name
     */
    public static Message of(String topic, byte[] payload) {
        return of(TopicName.of(topic), payload);
    }

    /** A message at QoS 1 with a text, in UTF-8. */
    public static Message of(String topic, String text) {
        return of(topic, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A message at QoS 1. */
    public static Message of(TopicName topic, byte[] payload) {
        return new Message(topic, payload, Qos.AT_LEAST_ONCE, false, null, PublishProperties.NONE);
    }

    public Message withQos(Qos newQos) {
        return new Message(topic, payload, newQos, retain, expiry, properties);
    }

    public Message withRetain(boolean newRetain) {
        return new Message(topic, payload, qos, newRetain, expiry, properties);
    }

    /** See {@link #expiry}. */
    public Message withExpiry(@Nullable Duration newExpiry) {
        return new Message(topic, payload, qos, retain, newExpiry, properties);
    }

    public Message withProperties(PublishProperties newProperties) {
        return new Message(topic, payload, qos, retain, expiry, newProperties);
    }

    public Message withContentType(String contentType) {
        return withProperties(new PublishProperties(
                properties.payloadFormat(),
                contentType,
                properties.responseTopic(),
                properties.correlationData(),
                properties.userProperties()));
    }

    /** Where answers go, and what they carry so that they can be told apart. */
    public Message withResponseTopic(@Nullable String responseTopic, byte @Nullable [] correlationData) {
        return withProperties(new PublishProperties(
                properties.payloadFormat(),
                properties.contentType(),
                responseTopic,
                correlationData,
                properties.userProperties()));
    }

    /** One more User Property. */
    public Message withUserProperty(String name, String value) {
        List<UserProperty> more = new ArrayList<>(properties.userProperties());
        more.add(new UserProperty(name, value));
        return withProperties(new PublishProperties(
                properties.payloadFormat(),
                properties.contentType(),
                properties.responseTopic(),
                properties.correlationData(),
                more));
    }

    @Override
    public String toString() {
        return "Message[" + topic + ", " + payload.length + " bytes, " + qos + (retain ? ", retain" : "") + "]";
    }
}
