package io.chasqui.broker.connection;

/**
 * What the clients of one listener are held to, beside what holds for all. 0 is no limit of its own everywhere.
 *
 * @param messagesPerSecond that all its clients together may publish
 * @param bytesPerSecond of payloads, likewise
 * @param connectionsPerAddress Network Connections that one address may have at a time
 * @param clientMessagesPerSecond that each of them may publish, in place of what holds for all
 * @param clientBytesPerSecond of payloads, likewise
 * @param clientSubscriptions of each; the limit for all holds too
 * @param clientInFlight QoS 1 and 2 messages unacknowledged by each; the limit for all holds too
 * @param clientRetained retained messages that each may have set; the limit for all holds too
 */
public record ListenerLimits(
        int messagesPerSecond,
        long bytesPerSecond,
        int connectionsPerAddress,
        int clientMessagesPerSecond,
        long clientBytesPerSecond,
        int clientSubscriptions,
        int clientInFlight,
        int clientRetained) {
    /** What holds for all holds here. */
    public static final ListenerLimits NONE = new ListenerLimits(0, 0, 0, 0, 0, 0, 0, 0);

    /** A limit of a client as a number: the largest one for none. */
    static int most(int limit) {
        return limit == 0 ? Integer.MAX_VALUE : limit;
    }
}
