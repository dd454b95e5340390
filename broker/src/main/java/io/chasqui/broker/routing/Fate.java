package io.chasqui.broker.routing;

/**
 * How a message ended for one receiver, or for none. Each copy that a subscriber was entitled to ends in exactly one fate;
 * a message that nobody was entitled to ends in one, too.
 */
public enum Fate {
    /** QoS 0: written to the connection. QoS 1 and 2: acknowledged by the receiver. */
    DELIVERED("delivered"),
    /** No subscription matched. */
    NO_SUBSCRIBER("no-subscriber"),
    /** The publisher may not publish to this topic. */
    NOT_AUTHORIZED("not-authorized"),
    /** The only matching subscriptions are the publisher's own, with No Local. */
    NO_LOCAL("no-local"),
    /** The Message Expiry Interval passed before delivery began. */
    EXPIRED("expired"),
    /** The session's queue had no room in messages or bytes; the publisher was told, or the policy dropped it. */
    QUEUE_FULL("queue-full"),
    /** The queue's policy gave its place to a newer message. */
    DISPLACED("displaced"),
    /**
     * A limit of the whole broker was reached: bytes in all queues, retained messages, also of one client, or what the embedding
     * program may hand over without waiting for an answer.
     */
    QUOTA_EXCEEDED("quota-exceeded"),
    /** It was published faster than its publisher, or the listener, may; the publisher was told. */
    RATE_EXCEEDED("rate-exceeded"),
    /** The store could not keep it: the disk is full or fails. The publisher was told. */
    STORE_UNAVAILABLE("store-unavailable"),
    /** The packet would be larger than the receiver's Maximum Packet Size. */
    PACKET_TOO_LARGE("packet-too-large"),
    /** QoS 0, and the receiver was not connected. */
    QOS0_OFFLINE("qos0-offline"),
    /** QoS 0, written to a connection that broke or was closed before its queue was empty. */
    CONNECTION_LOST("connection-lost"),
    /** The session ended, by expiry, by Clean Start or by a shorter expiry at DISCONNECT, before the message was acknowledged. */
    SESSION_ENDED("session-ended"),
    /** The receiver answered with a Reason Code of 0x80 or more. */
    REFUSED_BY_RECEIVER("refused-by-receiver"),
    /** Said to be UTF-8 by its Payload Format Indicator and was not. */
    PAYLOAD_FORMAT_INVALID("payload-format-invalid"),
    /** The publisher broke the protocol or a limit that closes the connection with this very PUBLISH. */
    PROTOCOL_ERROR("protocol-error"),
    /** The interceptor of the embedding program refused it; the publisher was told. */
    REFUSED_BY_INTERCEPTOR("refused-by-interceptor"),
    /** The interceptor of the embedding program dropped it; the publisher was told that all is well. */
    DROPPED_BY_INTERCEPTOR("dropped-by-interceptor"),
    /** The interceptor of the embedding program threw, or made a message that may not be; the publisher was told. */
    INTERCEPTOR_FAILED("interceptor-failed"),
    /** The embedding program published it while the broker stopped, before it was routed; the program was told. */
    SHUTTING_DOWN("shutting-down");

    private final String label;

    Fate(String label) {
        this.label = label;
    }

    /** The name in {@code $SYS} topics, metrics and answers. */
    public String label() {
        return label;
    }
}
