package io.chasqui.server.format;

import io.chasqui.client.Message;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UserProperty;
import io.chasqui.server.json.Json;
import io.chasqui.server.json.JsonReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages in a file, one JSON object a line (docs/recording.md): {@code at}, seconds since the first message; {@code time}, when it came;
 * {@code topic}, {@code qos}, {@code retain}; {@code payload}, or {@code payloadBase64} where it is not UTF-8; and the
 * properties that it has. Confined to the thread that writes, as it remembers when the first message came.
 */
public final class Recording {
    private @Nullable ZonedDateTime first;

    /**
     * A message of a recording.
     *
     * @param at since the first one
     */
    public record Step(Duration at, Message message) {}

    /** A line of a recording is none; the message says why. */
    public static final class BadLineException extends Exception {
        private static final long serialVersionUID = 1L;

        BadLineException(String message) {
            super(message, null, false, false);
        }
    }

    /** The line for a message, without its line feed. */
    public String line(Arrival message) {
        ZonedDateTime start = first == null ? message.time() : first;
        first = start;
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(
                "at", BigDecimal.valueOf(Duration.between(start, message.time()).toNanos() / 1_000, 6));
        fields.put("time", message.time().toInstant());
        fields.put("topic", message.topic());
        fields.put("qos", message.qos());
        fields.put("retain", message.retained());
        put(fields, "payload", message.payload());
        if (message.expirySeconds() >= 0) {
            fields.put("expirySeconds", message.expirySeconds());
        }
        PublishProperties properties = message.properties();
        if (properties.payloadFormat() >= 0) {
            fields.put("payloadFormat", properties.payloadFormat());
        }
        String contentType = properties.contentType();
        if (contentType != null) {
            fields.put("contentType", contentType);
        }
        String responseTopic = properties.responseTopic();
        if (responseTopic != null) {
            fields.put("responseTopic", responseTopic);
        }
        byte[] correlation = properties.correlationData();
        if (correlation != null) {
            put(fields, "correlationData", correlation);
        }
        if (!properties.userProperties().isEmpty()) {
            fields.put(
                    "userProperties",
                    properties.userProperties().stream()
                            .map(each -> List.of(each.name(), each.value()))
                            .toList());
        }
        return Json.of(fields);
    }

    private static void put(Map<String, Object> fields, String name, byte[] bytes) {
        Text.of(bytes)
                .ifPresentOrElse(
                        text -> fields.put(name, text),
                        () -> fields.put(name + "Base64", Base64.getEncoder().encodeToString(bytes)));
    }

    /** Reads a line. Names that it does not know are passed over. */
    public static Step read(String line) throws BadLineException {
        try {
            Map<String, @Nullable Object> fields = JsonReader.object(line.getBytes(StandardCharsets.UTF_8));
            byte[] payload = bytes(fields, "payload");
            Long expiry = optional(fields, "expirySeconds", Long.class);
            Message message = new Message(
                    TopicName.of(required(fields, "topic", String.class)),
                    payload == null ? new byte[0] : payload,
                    qos(optional(fields, "qos", Long.class)),
                    Boolean.TRUE.equals(optional(fields, "retain", Boolean.class)),
                    expiry == null ? null : Duration.ofSeconds(Math.max(1, expiry)),
                    properties(fields));
            Number at = optional(fields, "at", Number.class);
            return new Step(Duration.ofNanos(at == null ? 0 : Math.round(at.doubleValue() * 1e9)), message);
        } catch (JsonReader.SyntaxException | IllegalArgumentException e) {
            throw new BadLineException(String.valueOf(e.getMessage()));
        }
    }

    private static PublishProperties properties(Map<String, @Nullable Object> fields) throws BadLineException {
        Long format = optional(fields, "payloadFormat", Long.class);
        if (format != null && format != 0 && format != 1) {
            throw new BadLineException("payloadFormat is " + format + "; give 0 or 1");
        }
        List<UserProperty> users = new ArrayList<>();
        List<?> given = optional(fields, "userProperties", List.class);
        for (Object each : given == null ? List.of() : given) {
            if (!(each instanceof List<?> pair)
                    || pair.size() != 2
                    || !(pair.get(0) instanceof String name)
                    || !(pair.get(1) instanceof String value)) {
                throw new BadLineException("userProperties is no list of pairs of strings");
            }
            users.add(new UserProperty(name, value));
        }
        return new PublishProperties(
                format == null ? PublishProperties.ABSENT : format.intValue(),
                optional(fields, "contentType", String.class),
                optional(fields, "responseTopic", String.class),
                bytes(fields, "correlationData"),
                users);
    }

    private static Qos qos(@Nullable Long level) throws BadLineException {
        if (level != null && (level < 0 || level > 2)) {
            throw new BadLineException("qos is " + level + "; give 0, 1 or 2");
        }
        return Qos.of(level == null ? 0 : level.intValue());
    }

    private static byte @Nullable [] bytes(Map<String, @Nullable Object> fields, String name) throws BadLineException {
        String text = optional(fields, name, String.class);
        String base64 = optional(fields, name + "Base64", String.class);
        return text != null
                ? text.getBytes(StandardCharsets.UTF_8)
                : base64 == null ? null : Base64.getDecoder().decode(base64);
    }

    private static <T> T required(Map<String, @Nullable Object> fields, String name, Class<T> type)
            throws BadLineException {
        T value = optional(fields, name, type);
        if (value == null) {
            throw new BadLineException("there is no " + name);
        }
        return value;
    }

    private static <T> @Nullable T optional(Map<String, @Nullable Object> fields, String name, Class<T> type)
            throws BadLineException {
        Object value = fields.get(name);
        if (value != null && !type.isInstance(value)) {
            throw new BadLineException(name + " is of the wrong kind");
        }
        return type.cast(value);
    }
}
