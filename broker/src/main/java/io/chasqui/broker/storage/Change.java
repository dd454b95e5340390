package io.chasqui.broker.storage;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is now different in what must outlive the process: in a session with a Session Expiry Interval above zero, or in
 * the retained messages. Says how it is now, not what happened, so applying one twice does no harm. A value.
 */
public sealed interface Change {
    /** A change to one session. */
    sealed interface OfSession extends Change {
        SessionId session();
    }

    /**
     * The session is there, and this is its state; in place of what was told before.
     *
     * @param leftAtWallMillis when its connection went, in milliseconds since 1970, or {@link StoredSession#CONNECTED}
     * @param will to be published when the connection ends without DISCONNECT 0x00 or its delay has passed, or null
     * @param userName whose Will it is
     */
    record Kept(
            SessionId session,
            String clientId,
            long expirySeconds,
            long leftAtWallMillis,
            @Nullable Will will,
            @Nullable String userName)
            implements OfSession {}

    /** The session has ended, and all that belonged to it. Nothing of it is told afterwards but {@link Settled}. */
    record Ended(SessionId session) implements OfSession {}

    /**
     * In place of the subscription with the same Topic Filter.
     *
     * @param id Subscription Identifier, or 0
     */
    record Subscribed(SessionId session, TopicFilter filter, SubscriptionOptions options, int id)
            implements OfSession {}

    /** @param filter as it was subscribed to, {@code $share/} included */
    record Unsubscribed(SessionId session, String filter) implements OfSession {}

    /**
     * A QoS 1 or 2 message is owed to the client. Told once for each sequence.
     *
     * @param sequence grows with each message of this session, in the order in which they are owed; above zero
     * @param endBytes {@link Message#bytes} of this one and of all that were ever owed to this session before it
     * @param qos at which it is delivered
     * @param retain the RETAIN flag with which it is delivered
     * @param subscriptionIds not to be modified
     * @param share the shared subscription that it came by, or null
     * @param packetId 0 while it waits; its Packet Identifier once it is to be sent
     * @param released PUBREC came
     */
    record Owed(
            SessionId session,
            long sequence,
            long endBytes,
            Message message,
            Qos qos,
            boolean retain,
            int[] subscriptionIds,
            @Nullable TopicFilter share,
            int packetId,
            boolean released)
            implements OfSession {}

    /** How far the delivery of an {@link Owed} has come: its Packet Identifier, and whether PUBREC came. */
    record Progress(SessionId session, long sequence, int packetId, boolean released) implements OfSession {}

    /**
     * The message is owed no longer: acknowledged, or ended in a fate. Told once for each {@link Owed}, if at all.
     *
     * @param message the one that was owed, which spares the store a look; null where it cannot be told, or where the session may have
     *     {@link Ended} before
     */
    record Settled(
            SessionId session, long sequence, @Nullable Message message) implements OfSession {
        public Settled(SessionId session, long sequence) {
            this(session, sequence, null);
        }
    }

    /** The client's QoS 2 message with this Packet Identifier was taken. */
    record Received(SessionId session, int packetId) implements OfSession {}

    /** PUBREL came for it. */
    record Forgotten(SessionId session, int packetId) implements OfSession {}

    /** The retained message of its topic. */
    record Retained(Message message) implements Change {}

    /** The topic has no retained message any more. */
    record Unretained(TopicName topic) implements Change {}
}
