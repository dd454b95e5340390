package io.chasqui.broker.auth;

/**
 * What clients are held to, beside the rules.
 *
 * @param slowsFights whether clients that take one session from each other again and again have to wait
 * @param disconnectsDenied whether a client is disconnected whose message is denied and who cannot be told: one of MQTT 3, or
 *     at QoS 0. Otherwise the message is dropped
 * @param messagesPerSecond that one client may publish, with bursts of a second's worth; beyond that it is not read for a
 *     while. 0 for no limit
 * @param bytesPerSecond of payloads, likewise
 */
public record Conduct(boolean slowsFights, boolean disconnectsDenied, int messagesPerSecond, long bytesPerSecond) {
    /** Fights are slowed, and everything else is as the client likes. */
    public static final Conduct USUAL = new Conduct(true, false, 0, 0);

    /** @throws IllegalArgumentException for a negative limit */
    public Conduct {
        if (messagesPerSecond < 0 || bytesPerSecond < 0) {
            throw new IllegalArgumentException("a rate is 0 or more");
        }
    }
}
