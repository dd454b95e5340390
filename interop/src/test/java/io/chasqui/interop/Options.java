package io.chasqui.interop;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Will;
import org.jspecify.annotations.Nullable;

/**
 * How a client connects; what its version of MQTT does not have is not used. Sessions of MQTT 3 outlive the connection
 * when {@code cleanStart} is false.
 *
 * @param clientId may be empty: then the broker assigns one
 * @param maximumPacketSize bytes, or {@link Connect#NO_LIMIT}
 */
record Options(
        String clientId,
        boolean cleanStart,
        long sessionExpirySeconds,
        int keepAliveSeconds,
        @Nullable Will will,
        int receiveMaximum,
        long maximumPacketSize,
        int topicAliasMaximum) {
    static Options clean(String clientId) {
        return new Options(clientId, true, 0, 60, null, 65_535, Connect.NO_LIMIT, 0);
    }

    /** Resumes the session if there is one, and leaves one behind. */
    static Options lasting(String clientId) {
        return new Options(clientId, false, 3_600, 60, null, 65_535, Connect.NO_LIMIT, 0);
    }

    Options withWill(Will newWill) {
        return new Options(
                clientId,
                cleanStart,
                sessionExpirySeconds,
                keepAliveSeconds,
                newWill,
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum);
    }

    Options withKeepAlive(int seconds) {
        return new Options(
                clientId,
                cleanStart,
                sessionExpirySeconds,
                seconds,
                will,
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum);
    }

    /** What the client is ready to take. */
    Options withLimits(int newReceiveMaximum, long newMaximumPacketSize, int newTopicAliasMaximum) {
        return new Options(
                clientId,
                cleanStart,
                sessionExpirySeconds,
                keepAliveSeconds,
                will,
                newReceiveMaximum,
                newMaximumPacketSize,
                newTopicAliasMaximum);
    }
}
