package io.chasqui.server;

import io.chasqui.client.Received;
import io.chasqui.protocol.UserProperty;
import io.chasqui.server.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How {@code sub} prints a message: the format of {@code mosquitto_sub -F}, with {@code %} and {@code \} sequences. */
final class MessageFormat {
    private final String format;

    private MessageFormat(String format) {
        this.format = format;
    }

    /** @param given of {@code -F}, or null for what {@code -v} and {@code -N} make of it */
    static MessageFormat of(@Nullable String given, boolean topic, boolean lineFeed) {
        String format = given == null ? (topic ? "%t %p" : "%p") : given;
        return new MessageFormat(lineFeed ? format + "\\n" : format);
    }

    String apply(Received message) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            boolean escape = (c == '%' || c == '\\') && i + 1 < format.length();
            if (!escape) {
                out.append(c);
            } else if (c == '%') {
                out.append(field(format.charAt(++i), message));
            } else {
                out.append(escaped(format.charAt(++i)));
            }
        }
        return out.toString();
    }

    private static String escaped(char letter) {
        return switch (letter) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case '0' -> "\0";
            case 'a' -> "\u0007";
            case 'e' -> "\u001b";
            case '\\' -> "\\";
            default -> "\\" + letter;
        };
    }

    private static String field(char letter, Received message) {
        byte[] correlation = message.properties().correlationData();
        return switch (letter) {
            case '%' -> "%";
            case 't' -> message.topic();
            case 'p' -> message.text();
            case 'x' -> HexFormat.of().formatHex(message.payload());
            case 'X' -> HexFormat.of().withUpperCase().formatHex(message.payload());
            case 'l' -> "" + message.payload().length;
            case 'q' -> "" + message.qos().level();
            case 'r' -> message.isRetained() ? "1" : "0";
            case 'C' -> text(message.properties().contentType());
            case 'R' -> text(message.properties().responseTopic());
            case 'D' -> correlation == null ? "" : new String(correlation, StandardCharsets.UTF_8);
            case 'E' -> message.expirySeconds() < 0 ? "" : "" + message.expirySeconds();
            case 'F' ->
                message.properties().payloadFormat() < 0
                        ? ""
                        : "" + message.properties().payloadFormat();
            case 'P' ->
                message.properties().userProperties().stream()
                        .map(property -> property.name() + ":" + property.value())
                        .collect(Collectors.joining(" "));
            case 'S' -> message.subscriptionIds().mapToObj(Integer::toString).collect(Collectors.joining(" "));
            case 'I' -> Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            case 'U' -> {
                Instant now = Instant.now();
                yield "%d.%09d".formatted(now.getEpochSecond(), now.getNano());
            }
            case 'j' -> json(message);
            default -> "%" + letter;
        };
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static String json(Received message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("tst", Instant.now().toString());
        fields.put("topic", message.topic());
        fields.put("qos", message.qos().level());
        fields.put("retain", message.isRetained() ? 1 : 0);
        fields.put("payloadlen", message.payload().length);
        if (!message.properties().userProperties().isEmpty()) {
            Map<String, String> properties = new LinkedHashMap<>();
            for (UserProperty property : message.properties().userProperties()) {
                properties.put(property.name(), property.value());
            }
            fields.put("properties", properties);
        }
        fields.put("payload", message.text());
        return Json.of(fields);
    }
}
