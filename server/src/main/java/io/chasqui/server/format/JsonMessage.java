package io.chasqui.server.format;

import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.UserProperty;
import io.chasqui.server.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A message as JSON, with the names of mosquitto_sub's {@code %j} and {@code %J}. A User Property that is there more than once has an array
 * of its values, for no reader of JSON sees a name that is there twice.
 */
final class JsonMessage {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxx", Locale.ROOT);

    private JsonMessage() {}

    /**
     * @param payloadIsJson whether the payload stands there as it is, and not as a string
     * @throws NotJsonException when it should and cannot
     */
    static String of(Arrival message, boolean payloadIsJson, boolean pretty) throws NotJsonException {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("tst", TIME.format(message.time()));
        fields.put("topic", message.topic());
        fields.put("qos", message.qos());
        fields.put("retain", message.retained() ? 1 : 0);
        fields.put("payloadlen", message.payload().length);
        if (message.packetId() > 0) {
            fields.put("mid", message.packetId());
        }
        Map<String, Object> properties = properties(message);
        if (!properties.isEmpty()) {
            fields.put("properties", properties);
        }
        String text = new String(message.payload(), StandardCharsets.UTF_8);
        String payload = payloadIsJson
                ? JsonText.compact(text).orElseThrow(() -> new NotJsonException(message.topic()))
                : Json.of(text);
        String head = Json.of(fields);
        String all = head.substring(0, head.length() - 1) + ",\"payload\":" + payload + "}";
        return pretty ? JsonText.pretty(all).orElse(all) : all;
    }

    private static Map<String, Object> properties(Arrival message) {
        Map<String, Object> all = new LinkedHashMap<>();
        PublishProperties properties = message.properties();
        List<Integer> ids = message.subscriptionIds();
        if (!ids.isEmpty()) {
            all.put("subscription-identifier", ids.size() == 1 ? ids.getFirst() : ids);
        }
        if (!properties.userProperties().isEmpty()) {
            all.put("user-properties", userProperties(properties.userProperties()));
        }
        String contentType = properties.contentType();
        if (contentType != null) {
            all.put("content-type", contentType);
        }
        byte[] correlation = properties.correlationData();
        if (correlation != null) {
            all.put("correlation-data", new String(correlation, StandardCharsets.UTF_8));
        }
        String responseTopic = properties.responseTopic();
        if (responseTopic != null) {
            all.put("response-topic", responseTopic);
        }
        if (properties.payloadFormat() >= 0) {
            all.put("payload-format-indicator", properties.payloadFormat());
        }
        if (message.expirySeconds() >= 0) {
            all.put("message-expiry-interval", message.expirySeconds());
        }
        return all;
    }

    private static Map<String, Object> userProperties(List<UserProperty> properties) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (UserProperty property : properties) {
            values.computeIfAbsent(property.name(), _ -> new ArrayList<>()).add(property.value());
        }
        Map<String, Object> all = new LinkedHashMap<>();
        values.forEach((name, each) -> all.put(name, each.size() == 1 ? each.getFirst() : each));
        return all;
    }
}
