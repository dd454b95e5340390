package io.chasqui.broker.storage;

import io.chasqui.protocol.Will;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session as its changes have left it, but for the messages that it is owed: {@link Store#read} gives those.
 *
 * @param leftAtWallMillis when its connection went, in milliseconds since 1970, or {@link #CONNECTED} where that was never
 *     told: then it went when the process ended
 * @param subscriptions in no order
 * @param firstSequence of the messages that are owed, the lowest; 0 when none is
 * @param lastSequence the highest that was ever told and is still known; numbering goes on above it
 * @param beforeBytes {@link Change.Owed#endBytes} just before the first of them
 * @param endBytes the same at the last of them
 * @param received Packet Identifiers of QoS 2 messages that were taken and not released; not to be modified
 * @param will a Will that is not settled, or null
 * @param userName whose Will it is
 */
public record StoredSession(
        SessionId id,
        String clientId,
        long expirySeconds,
        long leftAtWallMillis,
        List<Change.Subscribed> subscriptions,
        long firstSequence,
        long lastSequence,
        long beforeBytes,
        long endBytes,
        int[] received,
        @Nullable Will will,
        @Nullable String userName) {
    public static final long CONNECTED = -1;
}
