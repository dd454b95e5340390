package io.chasqui.broker.message;

import io.chasqui.broker.loop.Loop;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;

/**
 * One Application Message (MQTT 5, section 1.2): shared by all who are owed it, on any loop. Immutable, but for two notes beside it.
 */
public final class Message {
    /** The time at which a message without Message Expiry Interval expires. */
    public static final long NEVER = Long.MAX_VALUE;

    /** The publisher of messages that the embedding program publishes itself. */
    public static final String EMBEDDER = "(embedding program)";

    private final TopicName topic;
    private final byte[] payload;
    private final PublishProperties properties;
    private final String publisher;
    private final long expiresAtNanos;
    private final Qos qos;
    private final boolean retain;
    private boolean forOne; // written before it is handed to another loop
    private long storeNote;

    /**
     * @param retain the RETAIN flag of the PUBLISH
     * @param publisher Client Identifier; empty for the broker itself
     * @param expiresAtNanos in the time of {@link Loop#nanoTime}, or {@link #NEVER}
     * @param payload not to be modified
     */
    public Message(
            TopicName topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            PublishProperties properties,
            String publisher,
            long expiresAtNanos) {
        this.topic = topic;
        this.payload = payload;
        this.qos = qos;
        this.retain = retain;
        this.properties = properties;
        this.publisher = publisher;
        this.expiresAtNanos = expiresAtNanos;
    }

    /**
     * A message of the program that the broker is embedded in: QoS 1, not retained, without properties and without expiry.
     *
     * @param topic a Topic Name
     * @param payload not to be modified any more
     * @throws IllegalArgumentException with the reason when {@code topic} is not a Topic Name
     */
    public static Message of(String topic, byte[] payload) {
        return new Message(
                TopicName.of(topic), payload, Qos.AT_LEAST_ONCE, false, PublishProperties.NONE, EMBEDDER, NEVER);
    }

    /** Likewise, with a text as UTF-8. */
    public static Message of(String topic, String text) {
        return of(topic, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same message to another topic. */
    public Message withTopic(TopicName newTopic) {
        return new Message(newTopic, payload, qos, retain, properties, publisher, expiresAtNanos);
    }

    /** @param newPayload not to be modified any more */
    public Message withPayload(byte[] newPayload) {
        return new Message(topic, newPayload, qos, retain, properties, publisher, expiresAtNanos);
    }

    public Message withQos(Qos newQos) {
        return new Message(topic, payload, newQos, retain, properties, publisher, expiresAtNanos);
    }

    public Message withRetain(boolean newRetain) {
        return new Message(topic, payload, qos, newRetain, properties, publisher, expiresAtNanos);
    }

    public Message withProperties(PublishProperties newProperties) {
        return new Message(topic, payload, qos, retain, newProperties, publisher, expiresAtNanos);
    }

    /** @param newExpiry in the time of {@link Loop#nanoTime}, or {@link #NEVER} */
    public Message withExpiresAtNanos(long newExpiry) {
        return new Message(topic, payload, qos, retain, properties, publisher, newExpiry);
    }

    /** As one receiver gets it; itself where nothing differs. */
    public Message asDelivered(Qos deliveredQos, boolean deliveredRetain) {
        return deliveredQos == qos && deliveredRetain == retain
                ? this
                : new Message(topic, payload, deliveredQos, deliveredRetain, properties, publisher, expiresAtNanos);
    }

    /**
     * When a message expires that is received now with this Message Expiry Interval. Here and below the clock is read for messages
     * that expire only: to read it takes as long as to find who gets a message.
     */
    public static long expiresAt(long messageExpirySeconds, Loop clock) {
        return messageExpirySeconds == Publish.ABSENT
                ? NEVER
                : clock.nanoTime() + messageExpirySeconds * 1_000_000_000L;
    }

    public TopicName topic() {
        return topic;
    }

    public byte[] payload() {
        return payload;
    }

    public Qos qos() {
        return qos;
    }

    public boolean retain() {
        return retain;
    }

    public PublishProperties properties() {
        return properties;
    }

    public String publisher() {
        return publisher;
    }

    public long expiresAtNanos() {
        return expiresAtNanos;
    }

    public boolean isExpired(Loop clock) {
        return expiresAtNanos != NEVER && isExpired(clock.nanoTime());
    }

    public boolean isExpired(long nowNanos) {
        return expiresAtNanos != NEVER && expiresAtNanos - nowNanos <= 0;
    }

    /** As {@link #remainingExpirySeconds(long)}, now. */
    public long remainingExpirySeconds(Loop clock) {
        return expiresAtNanos == NEVER ? Publish.ABSENT : remainingExpirySeconds(clock.nanoTime());
    }

    /** The Message Expiry Interval to forward: what was received less the whole seconds waited here (MQTT5-3.3.2-6). */
    public long remainingExpirySeconds(long nowNanos) {
        if (expiresAtNanos == NEVER) {
            return Publish.ABSENT;
        }
        return Math.max(0, (expiresAtNanos - nowNanos + 999_999_999L) / 1_000_000_000L);
    }

    /** Notes that one subscriber at the most is owed this message: the store may keep it with that one. By its router, before it is delivered. */
    public void forOne() {
        forOne = true;
    }

    public boolean isForOne() {
        return forOne;
    }

    /** What the store remembers of this message, 0 at first. Confined to the thread of the store that writes. */
    public long storeNote() {
        return storeNote;
    }

    public void storeNote(long newNote) {
        storeNote = newNote;
    }

    /** The payload as UTF-8. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** What one copy counts against limits in bytes: payload and topic. */
    public int bytes() {
        return payload.length + topic.utf8().length;
    }

    @Override
    public String toString() {
        return topic + " (" + payload.length + " bytes, " + qos + (retain ? ", retain)" : ")");
    }
}
