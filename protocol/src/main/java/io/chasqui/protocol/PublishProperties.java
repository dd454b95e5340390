package io.chasqui.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The properties of an Application Message that a server forwards unchanged, section 3.3.2.3 (MQTT5-3.3.2-4, -15 to -18,
 * -20), as one value that is shared by all copies of the message. What belongs to one hop (Topic Alias, Subscription
 * Identifier) or changes on the way (Message Expiry Interval) is not here but in {@link Publish}.
 *
 * @param payloadFormat Payload Format Indicator: 0 unspecified bytes, 1 UTF-8, {@link #ABSENT} when not sent
 */
public record PublishProperties(
        int payloadFormat,
        @Nullable String contentType,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<UserProperty> userProperties) {
    public static final int ABSENT = -1;

    /** The properties of most messages: none. Compared by identity on the hot path. */
    public static final PublishProperties NONE = new PublishProperties(ABSENT, null, null, null, List.of());

    public PublishProperties {
        userProperties = List.copyOf(userProperties);
    }
}
