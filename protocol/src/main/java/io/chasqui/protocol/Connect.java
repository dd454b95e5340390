package io.chasqui.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CONNECT, section 3.1. What a version does not have is at its default.
 *
 * @param bridge the top bit of the level byte was set: an MQTT 3 peer that says it is a bridge, as mosquitto does
 * @param cleanStart Clean Start (5.0), Clean Session (3)
 * @param keepAliveSeconds 0 to 65,535; 0 turns it off
 * @param clientId may be empty: then the server assigns one
 * @param sessionExpirySeconds 0 to 4,294,967,295. For MQTT 3 the decoder sets what Clean Session means: 0, or
 *     {@link #NEVER_EXPIRES}
 * @param receiveMaximum QoS 1 and 2 messages that the client takes at once, 1 to 65,535
 * @param maximumPacketSize bytes, 1 to 4,294,967,295, or {@link #NO_LIMIT}
 * @param topicAliasMaximum 0 to 65,535; 0 means that the server must not use aliases
 * @param authenticationMethod null when the client does not ask for enhanced authentication
 */
public record Connect(
        MqttVersion version,
        boolean bridge,
        boolean cleanStart,
        int keepAliveSeconds,
        String clientId,
        @Nullable Will will,
        @Nullable String userName,
        byte @Nullable [] password,
        long sessionExpirySeconds,
        int receiveMaximum,
        long maximumPacketSize,
        int topicAliasMaximum,
        boolean requestResponseInformation,
        boolean requestProblemInformation,
        @Nullable String authenticationMethod,
        byte @Nullable [] authenticationData,
        List<UserProperty> userProperties)
        implements Packet {
    /** A session with this Session Expiry Interval does not end by time. */
    public static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    public static final long NO_LIMIT = Long.MAX_VALUE;

    public Connect {
        userProperties = List.copyOf(userProperties);
    }

    /** A CONNECT with everything optional left out. */
    public static Connect of(MqttVersion version, String clientId, boolean cleanStart, int keepAliveSeconds) {
        long sessionExpirySeconds = cleanStart || version == MqttVersion.V5 ? 0 : NEVER_EXPIRES;
        return new Connect(
                version,
                false,
                cleanStart,
                keepAliveSeconds,
                clientId,
                null,
                null,
                null,
                sessionExpirySeconds,
                65_535,
                NO_LIMIT,
                0,
                false,
                true,
                null,
                null,
                List.of());
    }

    /**
     * A CONNECT that asks for the session of an earlier connection, or for one to come back to.
     *
     * @param sessionExpirySeconds for MQTT 5; in MQTT 3 such a session never expires
     */
    public static Connect resuming(
            MqttVersion version,
            String clientId,
            int keepAliveSeconds,
            @Nullable Will will,
            long sessionExpirySeconds,
            int receiveMaximum) {
        return new Connect(
                version,
                false,
                false,
                keepAliveSeconds,
                clientId,
                will,
                null,
                null,
                version == MqttVersion.V5 ? sessionExpirySeconds : NEVER_EXPIRES,
                receiveMaximum,
                NO_LIMIT,
                0,
                false,
                true,
                null,
                null,
                List.of());
    }
}
