package io.chasqui.broker.session;

/**
 * What one session may hold.
 *
 * @param inFlight QoS 1 and 2 messages unacknowledged by the client, 1 to 65,535
 * @param queueMessages messages that wait
 * @param queueBytes bytes of their payloads and topics
 * @param loopQueueBytes the same over all sessions of a loop
 * @param loopMemoryBytes of these, what is held in memory: beyond it a queue waits in the store alone, where it can
 */
public record SessionLimits(
        int inFlight,
        int queueMessages,
        long queueBytes,
        long loopQueueBytes,
        long loopMemoryBytes,
        Overflow overflow) {
    /** What happens to a message for a queue that is full. */
    public enum Overflow {
        REFUSE,
        DROP_OLDEST,
        DROP_NEWEST
    }
}
