package io.chasqui.broker.auth;

/**
 * What clients are held to, beside the rules.
 *
 * @param slowsFights whether clients that take one session from each other again and again have to wait
 * @param disconnectsDenied whether a client is disconnected whose message is denied and who cannot be told: one of MQTT 3, or
 *     at QoS 0. Otherwise the message is dropped
 * @param messagesPerSecond that one client may publish, with bursts of a second's worth. 0 for no limit
 * @param bytesPerSecond of payloads, likewise
 * @param overLimit what a client meets that publishes faster, subscribes to more or has more retained than it may
 */
public record Conduct(
        boolean slowsFights,
        boolean disconnectsDenied,
        int messagesPerSecond,
        long bytesPerSecond,
        OverLimit overLimit) {
    /** What a client meets that wants more than it may. */
    public enum OverLimit {
        /** It is not read for a while. Where waiting does not help, as with subscriptions, the same as REFUSE. */
        SLOW,
        /** 0x97 Quota exceeded for the message or subscription that is too much. */
        REFUSE,
        /** It is disconnected, with 0x96 Message rate too high or 0x97 Quota exceeded. */
        DISCONNECT
    }

    /** Fights are slowed, and everything else is as the client likes. */
    public static final Conduct USUAL = new Conduct(true, false, 0, 0);

    /** Who wants more than he may waits. */
    public Conduct(boolean slowsFights, boolean disconnectsDenied, int messagesPerSecond, long bytesPerSecond) {
        this(slowsFights, disconnectsDenied, messagesPerSecond, bytesPerSecond, OverLimit.SLOW);
    }

    /** @throws IllegalArgumentException for a negative limit */
    public Conduct {
        if (messagesPerSecond < 0 || bytesPerSecond < 0) {
            throw new IllegalArgumentException("a rate is 0 or more");
        }
    }
}
