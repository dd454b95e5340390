package io.chasqui.client;

import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One message that the application has handed over, and the future that it was given for it: one object, for there may be
 * millions a second. All but the final fields is confined to the event thread.
 */
final class Outgoing extends CompletableFuture<ReasonCode> {
    static final long NEVER = Long.MAX_VALUE;

    /** How far it has come. */
    enum Stage {
        /** It has not been sent. */
        WAITING,
        /** PUBLISH was sent, PUBACK or PUBREC has not come. */
        PUBLISHED,
        /** QoS 2: PUBREC has come, PUBCOMP has not. */
        RELEASED
    }

    final TopicName topic;
    final byte[] payload;
    final Qos qos;
    final boolean retain;
    final PublishProperties properties;
    final long expiresAtNanos; // of the event thread's clock, or NEVER

    // Valid for the session.
    Stage stage = Stage.WAITING;
    int packetId; // 0 while it has none
    long record; // its number in the outbox on disk, or 0
    boolean noting; // on its way to the outbox on disk with its Packet Identifier
    boolean noted; // it is there, so that QoS 2 may be sent
    int clearedOn; // the connection that the server was asked on to release its Packet Identifier
    int sentOn; // the number of the connection that it was last sent on

    // The list of those in flight, in the order in which they were first sent.
    @Nullable
    Outgoing next;

    @Nullable
    Outgoing previous;

    Outgoing(Message message, long nowNanos) {
        this(
                message.topic(),
                message.payload(),
                message.qos(),
                message.retain(),
                message.properties(),
                message.expiry() == null ? NEVER : nowNanos + message.expiry().toNanos());
    }

    Outgoing(
            TopicName topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            PublishProperties properties,
            long expiresAtNanos) {
        this.topic = topic;
        this.payload = payload;
        this.qos = qos;
        this.retain = retain;
        this.properties = properties;
        this.expiresAtNanos = expiresAtNanos;
    }

    /** What it counts against the limit of the outbox. */
    int bytes() {
        return payload.length + topic.utf8().length;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>(); // what depends on it is no message
    }
}
