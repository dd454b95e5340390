package io.chasqui.broker;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Qos;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that a peer could otherwise fill or wear out, and the features that are offered.
 *
 * @param maxConnections Network Connections of all listeners together
 * @param maxSessions sessions, connected or not
 * @param maxPacketBytes Maximum Packet Size, 16 to 268,435,460; known from the fixed header, before anything is buffered
 * @param receiveMaximum QoS 1 and 2 messages that a v5 client may have unacknowledged with us, 1 to 65,535
 * @param topicAliasMaximum aliases a v5 client may set, 0 to 65,535
 * @param outboundTopicAliasMaximum aliases used towards one client that allows them, 0 to 65,535
 * @param maxQos the highest QoS that is taken in a PUBLISH and granted in a SUBACK
 * @param maxInFlight QoS 1 and 2 messages unacknowledged by one client, 1 to 65,535; the client's Receive Maximum can lower it
 * @param queueMessages messages that wait for one session, 0 or more
 * @param queueBytes bytes of payload and topic that wait for one session
 * @param totalQueueBytes the same over all sessions
 * @param queueMemoryBytes of these, what is held in memory, with 128 bytes for each message; beyond it what the store has
 *     waits there alone, and the rest is refused
 * @param queuePolicy what a full queue does
 * @param outboundBufferBytes bytes that may wait in one socket's buffer before further messages wait in the queue
 * @param connectionMemoryBytes bytes that all connections together may hold: parts of packets that have come, and what their
 *     clients have not taken. Near it clients are refused with 0x89, those that hold most are closed, and publishers wait
 * @param maxTopicLevels levels of a Topic Name or Topic Filter, 1 to 65,535
 * @param maxSubscriptionsPerClient subscriptions of one session
 * @param maxClientIdBytes UTF-8 bytes of a Client Identifier, 23 to 65,535
 * @param retainedMessages retained messages in all
 * @param retainedBytes bytes of their payloads and topics
 * @param retainedPerClient retained messages that one Client Identifier may have set, 0 or more
 * @param maxKeepAlive the longest Keep Alive; a client that asks for more, or for none, is told Server Keep Alive. Zero
 *     for no limit
 * @param maxSessionExpiry the longest Session Expiry Interval; {@link Connect#NEVER_EXPIRES} seconds for no limit
 * @param retainAvailable false: RETAIN is refused with 0x9A
 * @param wildcardSubscriptions false: refused with 0xA2
 * @param sharedSubscriptions false: refused with 0x9E
 * @param subscriptionIdentifiers false: refused with 0xA1
 * @param checkPayloadFormat true: a payload that is said to be UTF-8 and is not is refused with 0x99
 * @param disconnectRefusedV3 what a client of MQTT 3 meets whose message is refused for lack of room, since it cannot be
 *     told: true disconnects it, so that it keeps the message; false acknowledges a message that did not reach everyone
 */
public record Limits(
        int maxConnections,
        int maxSessions,
        int maxPacketBytes,
        int receiveMaximum,
        int topicAliasMaximum,
        int outboundTopicAliasMaximum,
        Qos maxQos,
        int maxInFlight,
        int queueMessages,
        long queueBytes,
        long totalQueueBytes,
        long queueMemoryBytes,
        QueuePolicy queuePolicy,
        int outboundBufferBytes,
        long connectionMemoryBytes,
        int maxTopicLevels,
        int maxSubscriptionsPerClient,
        int maxClientIdBytes,
        int retainedMessages,
        long retainedBytes,
        int retainedPerClient,
        Duration maxKeepAlive,
        Duration maxSessionExpiry,
        boolean retainAvailable,
        boolean wildcardSubscriptions,
        boolean sharedSubscriptions,
        boolean subscriptionIdentifiers,
        boolean checkPayloadFormat,
        boolean disconnectRefusedV3) {
    private static final int MAX_PACKET_BYTES = 268_435_460; // 5 bytes of fixed header and the longest Remaining Length
    private static final int MIN_PACKET_BYTES = 16; // the shortest v5 CONNECT has 15
    private static final long MIN_CONNECTION_MEMORY = 1 << 20;
    private static final int MAX_COUNT = 1_000_000_000;

    // What a thing costs besides the bytes that a peer chooses: objects, maps, buffers' slack. Rounded up.
    private static final int CONNECTION_BYTES = 8 << 10;
    private static final int SESSION_BYTES = 2 << 10;
    private static final int SUBSCRIPTION_BYTES = 512;
    private static final int MESSAGE_BYTES = 256;
    private static final int PACKET_ID_BYTES = 64;

    public static final Limits DEFAULT = new Limits(
            100_000,
            1_000_000,
            1 << 20,
            1_000,
            100,
            100,
            Qos.EXACTLY_ONCE,
            1_000,
            1_000_000,
            256L << 20,
            Runtime.getRuntime().maxMemory() / 2,
            Runtime.getRuntime().maxMemory() / 4,
            QueuePolicy.REFUSE,
            1 << 20,
            Runtime.getRuntime().maxMemory() / 4,
            128,
            100_000,
            65_535,
            10_000_000,
            Runtime.getRuntime().maxMemory() / 4,
            10_000_000,
            Duration.ZERO,
            Duration.ofSeconds(Connect.NEVER_EXPIRES),
            true,
            true,
            true,
            true,
            false,
            true);

    /** For a store on disk: queues may be far larger than memory. */
    public static final Limits ON_DISK = DEFAULT.withQueues(10_000_000, 4L << 30, 64L << 30);

    private Limits withQueues(int newQueueMessages, long newQueueBytes, long newTotalQueueBytes) {
        return new Limits(
                maxConnections,
                maxSessions,
                maxPacketBytes,
                receiveMaximum,
                topicAliasMaximum,
                outboundTopicAliasMaximum,
                maxQos,
                maxInFlight,
                newQueueMessages,
                newQueueBytes,
                newTotalQueueBytes,
                queueMemoryBytes,
                queuePolicy,
                outboundBufferBytes,
                connectionMemoryBytes,
                maxTopicLevels,
                maxSubscriptionsPerClient,
                maxClientIdBytes,
                retainedMessages,
                retainedBytes,
                retainedPerClient,
                maxKeepAlive,
                maxSessionExpiry,
                retainAvailable,
                wildcardSubscriptions,
                sharedSubscriptions,
                subscriptionIdentifiers,
                checkPayloadFormat,
                disconnectRefusedV3);
    }

    /** @throws InvalidConfigException with all faults at once */
    public Limits {
        new Faults()
                .range("max-connections", maxConnections, 1, 10_000_000)
                .range("max-sessions", maxSessions, 1, MAX_COUNT)
                .range("max-packet-bytes", maxPacketBytes, MIN_PACKET_BYTES, MAX_PACKET_BYTES)
                .range("receive-maximum", receiveMaximum, 1, 65_535)
                .range("topic-alias-maximum", topicAliasMaximum, 0, 65_535)
                .range("outbound-topic-alias-maximum", outboundTopicAliasMaximum, 0, 65_535)
                .range("max-in-flight", maxInFlight, 1, 65_535)
                .range("queue-messages", queueMessages, 0, MAX_COUNT)
                .range("queue-bytes", queueBytes, 0, Long.MAX_VALUE)
                .range("total-queue-bytes", totalQueueBytes, 0, Long.MAX_VALUE)
                .range("queue-memory-bytes", queueMemoryBytes, 0, Long.MAX_VALUE)
                .range("outbound-buffer-bytes", outboundBufferBytes, 1, 1 << 30)
                .range("connection-memory-bytes", connectionMemoryBytes, MIN_CONNECTION_MEMORY, Long.MAX_VALUE)
                .range("max-topic-levels", maxTopicLevels, 1, 65_535)
                .range("max-subscriptions-per-client", maxSubscriptionsPerClient, 1, MAX_COUNT)
                .range("max-client-id-bytes", maxClientIdBytes, 23, 65_535)
                .range("retained-messages", retainedMessages, 0, MAX_COUNT)
                .range("retained-bytes", retainedBytes, 0, Long.MAX_VALUE)
                .range("retained-per-client", retainedPerClient, 0, MAX_COUNT)
                .check(
                        isSeconds(maxKeepAlive, 65_535),
                        "max-keep-alive",
                        maxKeepAlive,
                        () -> "give whole seconds up to 65535s, or unlimited")
                .check(
                        isSeconds(maxSessionExpiry, Connect.NEVER_EXPIRES),
                        "max-session-expiry",
                        maxSessionExpiry,
                        () -> "give whole seconds up to 4294967294s, or never")
                .throwIfAny("limits");
    }

    /** What peers could make the broker hold in memory if they filled every limit at once, in bytes; at most Long.MAX_VALUE. */
    public long worstCaseBytes() {
        return worstCase().values().stream().reduce(0L, Limits::plus);
    }

    /** The parts of {@link #worstCaseBytes}, by what holds the bytes. Each is at most Long.MAX_VALUE. */
    public Map<String, Long> worstCase() {
        long topicBytes = Math.min(65_535, maxPacketBytes);
        long aliases = times((long) topicAliasMaximum + outboundTopicAliasMaximum, topicBytes);
        long buffers = times(maxConnections, (long) maxPacketBytes + outboundBufferBytes);
        long perSession = SESSION_BYTES
                + (long) maxClientIdBytes
                + maxPacketBytes // the Will
                + (long) receiveMaximum * PACKET_ID_BYTES; // QoS 2 duplicates are known by their Packet Identifier
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("connections", times(maxConnections, CONNECTION_BYTES + aliases));
        parts.put("connections' buffers", Math.min(buffers, connectionMemoryBytes));
        parts.put("sessions", times(maxSessions, perSession));
        parts.put(
                "subscriptions", times(times(maxSessions, maxSubscriptionsPerClient), SUBSCRIPTION_BYTES + topicBytes));
        parts.put("in-flight", times(times(maxSessions, maxInFlight), MESSAGE_BYTES + (long) maxPacketBytes));
        parts.put("queues", queueMemoryBytes);
        parts.put("retained", plus(retainedBytes, times(retainedMessages, MESSAGE_BYTES)));
        return parts;
    }

    private static boolean isSeconds(Duration duration, long max) {
        return duration.getNano() == 0 && duration.getSeconds() >= 0 && duration.getSeconds() <= max;
    }

    private static long times(long a, long b) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        return high == 0 && low >= 0 ? low : Long.MAX_VALUE;
    }

    private static long plus(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
