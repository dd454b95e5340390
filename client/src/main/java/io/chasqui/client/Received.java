package io.chasqui.client;

import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An Application Message that has come. Safe on any thread.
 *
 * <p>At QoS 1 and 2 it is acknowledged when all that were given it have returned, or with manual acknowledgement when each
 * of them has called {@link #acknowledge}. Acknowledgements leave in the order in which the messages came (MQTT5-4.6.0-2,
 * MQTT5-4.6.0-3), so one that is not decided holds back those behind it; when Receive Maximum of them wait the server sends no more.
 */
public final class Received {
    private static final VarHandle OPEN;
    private static final VarHandle DECISION;

    static {
        try {
            OPEN = MethodHandles.lookup().findVarHandle(Received.class, "open", int.class);
            DECISION = MethodHandles.lookup().findVarHandle(Received.class, "decision", ReasonCode.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Publish publish;
    private final Receiver receiver;

    @SuppressWarnings("unused") // OPEN
    private volatile int open; // those that were given it and have not yet decided

    private volatile @Nullable ReasonCode decision; // from the first who refuses, or else from all

    boolean sent; // the decision; confined to the event thread

    Received(Publish publish, Receiver receiver) {
        this.publish = publish;
        this.receiver = receiver;
    }

    public String topic() {
        return publish.topic().name();
    }

    /** Not to be modified. */
    public byte[] payload() {
        return publish.payload();
    }

    /** The payload as UTF-8. */
    public String text() {
        return new String(publish.payload(), StandardCharsets.UTF_8);
    }

    public Qos qos() {
        return publish.qos();
    }

    /** Packet Identifier of the PUBLISH that brought it, 1 to 65,535; 0 at QoS 0. For diagnosis: it is soon used again. */
    public int packetId() {
        return publish.packetId();
    }

    /** Whether it was kept by the server and is not new. */
    public boolean isRetained() {
        return publish.retain();
    }

    /** DUP: at QoS 1 it may have come before. */
    public boolean isDuplicate() {
        return publish.dup();
    }

    /** Of MQTT 5; empty in 3.1.1. */
    public PublishProperties properties() {
        return publish.properties();
    }

    /** What is left of the Message Expiry Interval, in seconds, or {@link Publish#ABSENT}. */
    public long expirySeconds() {
        return publish.messageExpirySeconds();
    }

    /** Subscription Identifiers of the subscriptions that it came for. */
    public IntStream subscriptionIds() {
        return Arrays.stream(publish.subscriptionIds());
    }

    /**
     * Says that this receiver is done with it. Needed only with manual acknowledgement, otherwise it comes by itself. Returns
     * at once; what could not be sent before the connection was lost comes again, as a duplicate at QoS 1.
     */
    public void acknowledge() {
        if (publish.qos() != Qos.AT_MOST_ONCE && decision == null && (int) OPEN.getAndAdd(this, -1) == 1) {
            decide(ReasonCode.SUCCESS);
        }
    }

    /**
     * Says that it cannot be taken: an MQTT 5 server is told {@code reason} and does not send it again; in 3.1.1 it is
     * acknowledged like any other.
     *
     * @param reason one that PUBACK and PUBREC may have, such as NOT_AUTHORIZED or IMPLEMENTATION_SPECIFIC_ERROR
     */
    public void refuse(ReasonCode reason) {
        switch (reason) {
            case UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    NOT_AUTHORIZED,
                    TOPIC_NAME_INVALID,
                    QUOTA_EXCEEDED,
                    PAYLOAD_FORMAT_INVALID -> {
                if (publish.qos() != Qos.AT_MOST_ONCE) {
                    decide(reason);
                }
            }
            default -> throw new IllegalArgumentException(reason + " is no reason to refuse a message");
        }
    }

    private void decide(ReasonCode reason) {
        if (DECISION.compareAndSet(this, null, reason)) {
            receiver.decided();
        }
    }

    /** @param receivers those whom it is given to, 1 or more */
    void open(int receivers) {
        open = receivers;
    }

    @Nullable
    ReasonCode decision() {
        return decision;
    }

    Publish publish() {
        return publish;
    }

    @Override
    public String toString() {
        return "Received[" + publish.topic() + ", " + publish.payload().length + " bytes, " + publish.qos() + "]";
    }
}
