package io.chasqui.protocol;

/**
 * Subscription Options, section 3.8.3.1. In MQTT 3 only the QoS is on the wire and the rest is at its default.
 *
 * @param qos the highest QoS at which the server may send
 * @param noLocal not to the connection that published
 * @param retainAsPublished keep the RETAIN flag of the PUBLISH
 */
public record SubscriptionOptions(Qos qos, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {
    /** What to do with retained messages when the subscription is made. The ordinal is the value on the wire. */
    public enum RetainHandling {
        SEND,
        SEND_IF_NEW,
        DO_NOT_SEND
    }

    public SubscriptionOptions(Qos qos) {
        this(qos, false, false, RetainHandling.SEND);
    }
}
