package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The properties of an Application Message that a server forwards unchanged, section 3.3.2.3 (MQTT5-3.3.2-4, -15 to -18,
 * -20), as one value that is shared by all copies of the message. What belongs to one hop (Topic Alias, Subscription
 * Identifier) or changes on the way (Message Expiry Interval) is not here but in {@link Publish}.
 *
 * <p>Immutable, and safe on any thread. Its form on the wire is made once, when it is first written, so that a message with
 * many User Properties costs a thousand subscribers one encoding and a thousand copies of bytes.
 */
public final class PublishProperties {
    public static final int ABSENT = -1;

    /** The properties of most messages: none. */
    public static final PublishProperties NONE = new PublishProperties(ABSENT, null, null, null, List.of());

    private final int payloadFormat;
    private final @Nullable String contentType;
    private final @Nullable String responseTopic;
    private final byte @Nullable [] correlationData;
    private final List<UserProperty> userProperties;

    // Volatile because the loops of several subscribers may be first at once; each would make the same bytes.
    private volatile byte @Nullable [] encoded;

    /**
     * @param payloadFormat Payload Format Indicator: 0 unspecified bytes, 1 UTF-8, {@link #ABSENT} when not sent
     * @param correlationData not to be modified
     */
    public PublishProperties(
            int payloadFormat,
            @Nullable String contentType,
            @Nullable String responseTopic,
            byte @Nullable [] correlationData,
            List<UserProperty> userProperties) {
        assert payloadFormat >= ABSENT && payloadFormat <= 1 : payloadFormat;
        this.payloadFormat = payloadFormat;
        this.contentType = contentType;
        this.responseTopic = responseTopic;
        this.correlationData = correlationData;
        this.userProperties = List.copyOf(userProperties);
    }

    /** Payload Format Indicator: 0 unspecified bytes, 1 UTF-8, {@link #ABSENT} when not sent. */
    public int payloadFormat() {
        return payloadFormat;
    }

    public @Nullable String contentType() {
        return contentType;
    }

    public @Nullable String responseTopic() {
        return responseTopic;
    }

    /** Not to be modified. */
    public byte @Nullable [] correlationData() {
        return correlationData;
    }

    /** In the order of the publisher. */
    public List<UserProperty> userProperties() {
        return userProperties;
    }

    /** Whether there are none, as in most messages. */
    public boolean isEmpty() {
        return encoded().length == 0;
    }

    /**
     * Reads what {@link #encoded} has made.
     *
     * @throws ProtocolException when these are no such properties
     */
    public static PublishProperties decode(byte[] encoded) throws ProtocolException {
        if (encoded.length == 0) {
            return NONE;
        }
        BodyReader in = new BodyReader();
        in.open(Unpooled.wrappedBuffer(encoded), 0, encoded.length);
        PropertyReader reader = new PropertyReader(in).openRest(Property.Place.PUBLISH);
        MessageProperties properties = new MessageProperties();
        for (Property property; (property = reader.next()) != null; ) {
            properties.read(property, reader);
        }
        return properties.toPublishProperties();
    }

    /** The form on the wire, without Property Length; not to be modified. */
    public byte[] encoded() {
        byte[] bytes = encoded;
        if (bytes == null) {
            bytes = new byte[write(PropertyWriter.counting()).length()];
            ByteBuf out = Unpooled.wrappedBuffer(bytes).clear();
            write(PropertyWriter.to(out));
            encoded = bytes;
        }
        return bytes;
    }

    private PropertyWriter write(PropertyWriter out) {
        if (payloadFormat != ABSENT) {
            out.u8(Property.PAYLOAD_FORMAT_INDICATOR, payloadFormat);
        }
        return out.utf8(Property.CONTENT_TYPE, contentType)
                .utf8(Property.RESPONSE_TOPIC, responseTopic)
                .binary(Property.CORRELATION_DATA, correlationData)
                .userProperties(userProperties);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof PublishProperties that
                        && payloadFormat == that.payloadFormat
                        && Objects.equals(contentType, that.contentType)
                        && Objects.equals(responseTopic, that.responseTopic)
                        && Arrays.equals(correlationData, that.correlationData)
                        && userProperties.equals(that.userProperties);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                payloadFormat, contentType, responseTopic, Arrays.hashCode(correlationData), userProperties);
    }

    @Override
    public String toString() {
        return "PublishProperties[payloadFormat=" + payloadFormat + ", contentType=" + contentType + ", responseTopic="
                + responseTopic + ", correlationData="
                + (correlationData == null ? null : correlationData.length + " bytes") + ", userProperties="
                + userProperties + "]";
    }
}
