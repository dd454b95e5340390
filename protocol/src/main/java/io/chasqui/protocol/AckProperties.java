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

    public static AckProperties reason(String reasonString) {
        return new AckProperties(reasonString, List.of());
    }
}
