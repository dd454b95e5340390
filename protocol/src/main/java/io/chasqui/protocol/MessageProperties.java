package io.chasqui.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what becomes {@link PublishProperties}, while a PUBLISH or the Will of a CONNECT is read. */
final class MessageProperties {
    private int payloadFormat = PublishProperties.ABSENT;
    private @Nullable String contentType;
    private @Nullable String responseTopic;
    private byte @Nullable [] correlationData;
    private List<UserProperty> userProperties = List.of();

    void read(Property property, PropertyReader in) throws ProtocolException {
        switch (property) {
            case PAYLOAD_FORMAT_INDICATOR ->
                payloadFormat = in.flag(property, ReasonCode.MALFORMED_PACKET, "U5-01") ? 1 : 0;
            case CONTENT_TYPE -> contentType = in.utf8(property);
            case RESPONSE_TOPIC -> responseTopic = responseTopic(in.utf8(property));
            case CORRELATION_DATA -> correlationData = in.binary(property);
            case USER_PROPERTY -> userProperties = in.userProperty(userProperties);
            default -> // a codec reads the others itself
                throw new ProtocolException(
                        ReasonCode.MALFORMED_PACKET, "U5-01", property + " among those of the message");
        }
    }

    PublishProperties toPublishProperties() {
        return new PublishProperties(payloadFormat, contentType, responseTopic, correlationData, userProperties);
    }

    private static String responseTopic(String topic) throws ProtocolException {
        if (topic.isEmpty()) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-4.7.3-1", "empty Response Topic");
        }
        if (TopicName.hasWildcard(topic)) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR, "MQTT5-3.3.2-14", "wildcard in " + ProtocolException.quote(topic));
        }
        return topic;
    }
}
