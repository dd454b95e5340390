package io.chasqui.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CONNACK, section 3.2. In MQTT 3 only the first two are on the wire, the reason as the nearest return code.
 *
 * @param sessionPresent false whenever {@code reason} is an error (MQTT5-3.2.2-6)
 */
public record ConnAck(boolean sessionPresent, ReasonCode reason, Properties properties) implements Packet {
    public ConnAck(boolean sessionPresent, ReasonCode reason) {
        this(sessionPresent, reason, Properties.NONE);
    }

    /** In a User Property of a CONNACK that lets a client in: the seconds after which its credentials expire. */
    public static final String EXPIRES_IN = "authentication-expires-in";

    /**
     * The same with what authentication has to say.
     *
     * @param method the Authentication Method of CONNECT, or null where it has none (MQTT5-4.12.0-5, MQTT5-4.12.0-6)
     * @param data the last Authentication Data, or null
     * @param expiresInSeconds until the credentials expire, told as {@link #EXPIRES_IN}; negative for never
     */
    public ConnAck authenticated(@Nullable String method, byte @Nullable [] data, long expiresInSeconds) {
        if (method == null && expiresInSeconds < 0) {
            return this;
        }
        return new ConnAck(sessionPresent, reason, properties.authenticated(method, data, expiresInSeconds));
    }

    /**
     * The properties of CONNACK, section 3.2.2.3. Each field at its default is not on the wire.
     *
     * @param sessionExpirySeconds what the server uses in place of the client's wish, or {@link #ABSENT}
     * @param receiveMaximum 1 to 65,535
     * @param maximumQos the highest QoS the server takes
     * @param maximumPacketSize bytes, or {@link Connect#NO_LIMIT}
     * @param topicAliasMaximum 0 to 65,535
     * @param serverKeepAliveSeconds 0 to 65,535, or {@link #ABSENT}
     */
    public record Properties(
            long sessionExpirySeconds,
            int receiveMaximum,
            Qos maximumQos,
            boolean retainAvailable,
            long maximumPacketSize,
            @Nullable String assignedClientId,
            int topicAliasMaximum,
            @Nullable String reasonString,
            List<UserProperty> userProperties,
            boolean wildcardSubscriptionAvailable,
            boolean subscriptionIdentifiersAvailable,
            boolean sharedSubscriptionAvailable,
            int serverKeepAliveSeconds,
            @Nullable String responseInformation,
            @Nullable String serverReference,
            @Nullable String authenticationMethod,
            byte @Nullable [] authenticationData) {
        public static final int ABSENT = -1;

        public static final Properties NONE = new Properties(
                ABSENT,
                65_535,
                Qos.EXACTLY_ONCE,
                true,
                Connect.NO_LIMIT,
                null,
                0,
                null,
                List.of(),
                true,
                true,
                true,
                ABSENT,
                null,
                null,
                null,
                null);

        public Properties {
            userProperties = List.copyOf(userProperties);
        }

        /** What a server grants that has nothing to say but the figures. */
        public static Properties granted(
                long sessionExpirySeconds,
                int receiveMaximum,
                Qos maximumQos,
                boolean retainAvailable,
                long maximumPacketSize,
                @Nullable String assignedClientId,
                int topicAliasMaximum,
                boolean wildcardSubscriptionAvailable,
                boolean subscriptionIdentifiersAvailable,
                boolean sharedSubscriptionAvailable,
                int serverKeepAliveSeconds) {
            return new Properties(
                    sessionExpirySeconds,
                    receiveMaximum,
                    maximumQos,
                    retainAvailable,
                    maximumPacketSize,
                    assignedClientId,
                    topicAliasMaximum,
                    null,
                    List.of(),
                    wildcardSubscriptionAvailable,
                    subscriptionIdentifiersAvailable,
                    sharedSubscriptionAvailable,
                    serverKeepAliveSeconds,
                    null,
                    null,
                    null,
                    null);
        }

        /** Nothing but a Reason String. */
        public static Properties reason(@Nullable String reasonString) {
            return new Properties(
                    ABSENT,
                    65_535,
                    Qos.EXACTLY_ONCE,
                    true,
                    Connect.NO_LIMIT,
                    null,
                    0,
                    reasonString,
                    List.of(),
                    true,
                    true,
                    true,
                    ABSENT,
                    null,
                    null,
                    null,
                    null);
        }

        private Properties authenticated(@Nullable String method, byte @Nullable [] data, long expiresInSeconds) {
            List<UserProperty> told = new ArrayList<>(userProperties);
            if (expiresInSeconds >= 0) {
                told.add(new UserProperty(EXPIRES_IN, String.valueOf(expiresInSeconds)));
            }
            return new Properties(
                    sessionExpirySeconds,
                    receiveMaximum,
                    maximumQos,
                    retainAvailable,
                    maximumPacketSize,
                    assignedClientId,
                    topicAliasMaximum,
                    reasonString,
                    told,
                    wildcardSubscriptionAvailable,
                    subscriptionIdentifiersAvailable,
                    sharedSubscriptionAvailable,
                    serverKeepAliveSeconds,
                    responseInformation,
                    serverReference,
                    method,
                    data);
        }

        Properties withoutUserProperties() {
            return new Properties(
                    sessionExpirySeconds,
                    receiveMaximum,
                    maximumQos,
                    retainAvailable,
                    maximumPacketSize,
                    assignedClientId,
                    topicAliasMaximum,
                    reasonString,
                    List.of(),
                    wildcardSubscriptionAvailable,
                    subscriptionIdentifiersAvailable,
                    sharedSubscriptionAvailable,
                    serverKeepAliveSeconds,
                    responseInformation,
                    serverReference,
                    authenticationMethod,
                    authenticationData);
        }

        Properties withoutReasonString() {
            return new Properties(
                    sessionExpirySeconds,
                    receiveMaximum,
                    maximumQos,
                    retainAvailable,
                    maximumPacketSize,
                    assignedClientId,
                    topicAliasMaximum,
                    null,
                    userProperties,
                    wildcardSubscriptionAvailable,
                    subscriptionIdentifiersAvailable,
                    sharedSubscriptionAvailable,
                    serverKeepAliveSeconds,
                    responseInformation,
                    serverReference,
                    authenticationMethod,
                    authenticationData);
        }
    }
}
