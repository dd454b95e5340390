package io.chasqui.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DISCONNECT, section 3.14.
 *
 * @param reason always {@link ReasonCode#NORMAL_DISCONNECTION} in MQTT 3
 * @param sessionExpirySeconds 0 to 4,294,967,295, or {@link #ABSENT}; from a client only
 * @param serverReference from a server only
 */
public record Disconnect(
        ReasonCode reason,
        long sessionExpirySeconds,
        @Nullable String reasonString,
        @Nullable String serverReference,
        List<UserProperty> userProperties)
        implements Packet {
    /** No Session Expiry Interval: that of CONNECT stays in force. */
    public static final long ABSENT = -1;

    public static final Disconnect NORMAL = new Disconnect(ReasonCode.NORMAL_DISCONNECTION);

    public Disconnect {
        userProperties = List.copyOf(userProperties);
    }

    public Disconnect(ReasonCode reason) {
        this(reason, ABSENT, null, null, List.of());
    }

    public Disconnect(ReasonCode reason, @Nullable String reasonString) {
        this(reason, ABSENT, reasonString, null, List.of());
    }
}
