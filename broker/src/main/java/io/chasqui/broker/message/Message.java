package io.chasqui.broker.message;

import io.chasqui.broker.loop.Loop;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;

/**
 * One Application Message (MQTT 5, section 1.2): shared by all who are owed it, on any loop. Immutable, but for two notes beside it.
 */
public final class Message {
    /** The time at which a message without Message Expiry Interval expires. */
    public static final long NEVER = Long.MAX_VALUE;

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

    /** What one copy counts against limits in bytes: payload and topic. */
    public int bytes() {
        return payload.length + topic.utf8().length;
    }

    @Override
    public String toString() {
        return topic + " (" + payload.length + " bytes, " + qos + (retain ? ", retain)" : ")");
    }
}
