package io.chasqui.broker.storage;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened to what must outlive the process: to a session with a Session Expiry Interval above zero, or to a
 * retained message. Applied in order, the changes of a shard give its sessions as they are. A value; applying one twice must
 * do no harm, because a crash may hide that it was applied.
 */
public sealed interface Change {
    /** A change to one session. */
    sealed interface OfSession extends Change {
        String clientId();
    }

    /** The session exists and is connected; one of that Client Identifier goes on. */
    record Opened(String clientId, long expirySeconds) implements OfSession {}

    /** Its connection is gone. */
    record Left(String clientId, long expirySeconds, long leftAtWallMillis) implements OfSession {}

    /** It has ended, and all that belonged to it. */
    record Ended(String clientId) implements OfSession {}

    /** @param id Subscription Identifier, or 0 */
    record Subscribed(String clientId, TopicFilter filter, SubscriptionOptions options, int id) implements OfSession {}

    /** @param filter as it was subscribed to, {@code $share/} included */
    record Unsubscribed(String clientId, String filter) implements OfSession {}

    /**
     * A QoS 1 or 2 message is owed to the client.
     *
     * @param sequence grows with each message of this session, in the order in which they are owed
     * @param qos at which it is delivered
     * @param retain the RETAIN flag with which it is delivered
     * @param subscriptionIds not to be modified
     * @param share the shared subscription that it came by, or null
     */
    record Queued(
            String clientId,
            long sequence,
            Message message,
            Qos qos,
            boolean retain,
            int[] subscriptionIds,
            @Nullable TopicFilter share)
            implements OfSession {}

    /** It was sent for the first time, with this Packet Identifier. */
    record Sent(String clientId, long sequence, int packetId) implements OfSession {}

    /** PUBREC came for it. */
    record Released(String clientId, long sequence) implements OfSession {}

    /** It is owed no longer: acknowledged, or ended in a fate. */
    record Settled(String clientId, long sequence) implements OfSession {}

    /** The client's QoS 2 message with this Packet Identifier was taken. */
    record Received(String clientId, int packetId) implements OfSession {}

    /** PUBREL came for it. */
    record Forgotten(String clientId, int packetId) implements OfSession {}

    /** The connection has this Will, to be published when it ends without DISCONNECT 0x00. */
    record WillMade(String clientId, Will will, @Nullable String userName) implements OfSession {}

    /** The Will has been published, or shall not be. */
    record WillSettled(String clientId) implements OfSession {}

    /** The retained message of its topic. */
    record Retained(Message message) implements Change {}

    /** The topic has no retained message any more. */
    record Unretained(TopicName topic) implements Change {}
}
