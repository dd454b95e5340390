package io.chasqui.broker;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Qos;
import java.time.Duration;

/**
 * Everything that a peer could otherwise fill or wear out, and the features that are offered.
 *
 * @param maxConnections Network Connections of all listeners together
 * @param maxSessions sessions, connected or not
 * @param maxPacketBytes Maximum Packet Size, 1 to 268,435,460; known from the fixed header, before anything is buffered
 * @param receiveMaximum QoS 1 and 2 messages that a v5 client may have unacknowledged with us, 1 to 65,535
 * @param topicAliasMaximum aliases a v5 client may set, 0 to 65,535
 * @param outboundTopicAliasMaximum aliases used towards one client that allows them, 0 to 65,535
 * @param maxQos the highest QoS that is taken in a PUBLISH and granted in a SUBACK
 * @param maxInFlight QoS 1 and 2 messages unacknowledged by one client, 1 to 65,535; the client's Receive Maximum can lower it
 * @param queueMessages messages that wait for one session, 0 or more
 * @param queueBytes bytes of payload and topic that wait for one session
 * @param totalQueueBytes the same over all sessions
 * @param queuePolicy what a full queue does
 * @param outboundBufferBytes bytes that may wait in one socket's buffer before further messages wait in the queue
 * @param maxTopicLevels levels of a Topic Name or Topic Filter, 1 to 65,535
 * @param maxSubscriptionsPerClient subscriptions of one session
 * @param maxClientIdBytes UTF-8 bytes of a Client Identifier, 23 to 65,535
 * @param retainedMessages retained messages in all
 * @param retainedBytes bytes of their payloads and topics
 * @param maxKeepAlive the longest Keep Alive; a client that asks for more, or for none, is told Server Keep Alive. Zero
 *     for no limit
 * @param maxSessionExpiry the longest Session Expiry Interval; {@link Connect#NEVER_EXPIRES} seconds for no limit
 * @param retainAvailable false: RETAIN is refused with 0x9A
 * @param wildcardSubscriptions false: refused with 0xA2
 * @param sharedSubscriptions false: refused with 0x9E
 * @param subscriptionIdentifiers false: refused with 0xA1
 * @param checkPayloadFormat true: a payload that is said to be UTF-8 and is not is refused with 0x99
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
        QueuePolicy queuePolicy,
        int outboundBufferBytes,
        int maxTopicLevels,
        int maxSubscriptionsPerClient,
        int maxClientIdBytes,
        int retainedMessages,
        long retainedBytes,
        Duration maxKeepAlive,
        Duration maxSessionExpiry,
        boolean retainAvailable,
        boolean wildcardSubscriptions,
        boolean sharedSubscriptions,
        boolean subscriptionIdentifiers,
        boolean checkPayloadFormat) {
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
            QueuePolicy.REFUSE,
            1 << 20,
            128,
            100_000,
            65_535,
            10_000_000,
            Runtime.getRuntime().maxMemory() / 4,
            Duration.ZERO,
            Duration.ofSeconds(Connect.NEVER_EXPIRES),
            true,
            true,
            true,
            true,
            false);
}
