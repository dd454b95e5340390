package io.chasqui.client;

import io.chasqui.client.transport.Endpoint;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.UserProperty;
import io.chasqui.protocol.Will;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What a client was built with; {@link MqttClientBuilder} says what each means, and has checked it. */
record Settings(
        Endpoint endpoint,
        MqttVersion version,
        String clientId,
        boolean cleanStart,
        long sessionExpirySeconds,
        int keepAliveSeconds,
        @Nullable String userName,
        byte @Nullable [] password,
        @Nullable Will will,
        @Nullable EnhancedAuthentication authentication,
        List<UserProperty> userProperties,
        int receiveMaximum,
        long maximumPacketBytes,
        int topicAliasMaximum,
        int sendTopicAliases,
        int maxInFlight,
        int outboxMessages,
        long outboxBytes,
        WhenFull whenFull,
        @Nullable Path outboxDirectory,
        boolean outboxSync,
        int inboxMessages,
        boolean manualAcknowledgement,
        Executor callbacks,
        @Nullable ConnectionListener listener,
        Reconnect reconnect,
        Duration answerTimeout,
        boolean requestResponseInformation,
        boolean requestProblemInformation,
        @Nullable PacketListener packets) {
    boolean isV5() {
        return version == MqttVersion.V5;
    }
}
