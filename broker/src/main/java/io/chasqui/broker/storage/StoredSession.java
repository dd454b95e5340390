package io.chasqui.broker.storage;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.Will;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session as its changes have left it.
 *
 * @param leftAtWallMillis when its connection went, in milliseconds since 1970, or {@link #CONNECTED} where that was never
 *     told: then it went when the process ended
 * @param messages what is owed, in order
 * @param received Packet Identifiers of QoS 2 messages that were taken and not released; not to be modified
 * @param will a Will that is not settled, or null
 * @param userName whose Will it is
 */
public record StoredSession(
        String clientId,
        long expirySeconds,
        long leftAtWallMillis,
        List<Change.Subscribed> subscriptions,
        List<Owed> messages,
        int[] received,
        @Nullable Will will,
        @Nullable String userName) {
    public static final long CONNECTED = -1;

    /**
     * One message that is owed.
     *
     * @param packetId 0 while it waits; its Packet Identifier once it was sent
     * @param released PUBREC came
     */
    public record Owed(
            long sequence,
            Message message,
            Qos qos,
            boolean retain,
            int[] subscriptionIds,
            @Nullable TopicFilter share,
            int packetId,
            boolean released) {}
}
