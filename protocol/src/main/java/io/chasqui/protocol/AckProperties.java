package io.chasqui.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every acknowledgement of MQTT 5 may carry beside its Reason Code. Both are left out when they would make the packet
 * larger than the receiver's Maximum Packet Size (MQTT5-3.4.2-2 and its siblings).
 */
public record AckProperties(@Nullable String reasonString, List<UserProperty> userProperties) {
    public static final AckProperties NONE = new AckProperties(null, List.of());

    public AckProperties {
        userProperties = List.copyOf(userProperties);
    }

    /**
     * Tells when credentials expire, as {@link ConnAck#EXPIRES_IN}.
     *
     * @param seconds until then; negative for never, which is not told
     */
    public static AckProperties expiresIn(long seconds) {
        return seconds < 0
                ? NONE
                : new AckProperties(null, List.of(new UserProperty(ConnAck.EXPIRES_IN, String.valueOf(seconds))));
    }

    public static AckProperties reason(String reasonString) {
        return new AckProperties(reasonString, List.of());
    }
}
