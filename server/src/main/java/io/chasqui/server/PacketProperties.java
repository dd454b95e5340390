package io.chasqui.server;

import io.chasqui.client.EnhancedAuthentication;
import io.chasqui.client.Message;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.UserProperty;
import io.chasqui.server.config.Suggestion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The properties of MQTT 5 that {@code -D} gives to packets, as mosquitto_pub and mosquitto_sub do: {@code -D packet property value},
 * and {@code -D packet user-property name value}. Checked when they are given. Filled by the parser, then only read.
 */
final class PacketProperties {
    private static final String USER = "user-property";
    private static final long U8 = 1; // all that are one byte mean no or yes
    private static final long U16 = 0xFFFF;
    private static final long U32 = 0xFFFF_FFFFL;
    private static final long VARINT = 268_435_455;
    private static final long TEXT = -1;

    /** By packet and property: the largest number, or {@link #TEXT}. */
    private static final Map<String, Map<String, Long>> KNOWN = Map.of(
            "connect",
            Map.of(
                    "authentication-data",
                    TEXT,
                    "authentication-method",
                    TEXT,
                    "maximum-packet-size",
                    U32,
                    "receive-maximum",
                    U16,
                    "request-problem-information",
                    U8,
                    "request-response-information",
                    U8,
                    "session-expiry-interval",
                    U32,
                    "topic-alias-maximum",
                    U16,
                    USER,
                    TEXT),
            "publish",
            Map.of(
                    "content-type",
                    TEXT,
                    "correlation-data",
                    TEXT,
                    "message-expiry-interval",
                    U32,
                    "payload-format-indicator",
                    U8,
                    "response-topic",
                    TEXT,
                    "topic-alias",
                    U16,
                    USER,
                    TEXT),
            "will",
            Map.of(
                    "content-type",
                    TEXT,
                    "correlation-data",
                    TEXT,
                    "message-expiry-interval",
                    U32,
                    "payload-format-indicator",
                    U8,
                    "response-topic",
                    TEXT,
                    "will-delay-interval",
                    U32,
                    USER,
                    TEXT),
            "subscribe",
            Map.of("subscription-identifier", VARINT, USER, TEXT),
            "unsubscribe",
            Map.of(USER, TEXT),
            "disconnect",
            Map.of("session-expiry-interval", U32, USER, TEXT));

    private final Map<String, Map<String, String>> values = new LinkedHashMap<>();
    private final Map<String, List<UserProperty>> userProperties = new LinkedHashMap<>();

    /** How many words a property takes after its own: 2 for a User Property, else 1. */
    static int words(String property) {
        return property.equals(USER) ? 2 : 1;
    }

    /** @throws IllegalArgumentException which says what is wrong, for a human */
    void add(String typed, String property, List<String> words) {
        String packet = typed.toLowerCase(Locale.ROOT);
        Map<String, Long> known = KNOWN.get(packet);
        if (known == null) {
            boolean exists =
                    List.of("auth", "puback", "pubrec", "pubrel", "pubcomp").contains(packet);
            throw new IllegalArgumentException("-D " + typed
                    + (exists ? " is not supported, the client makes that packet itself" : " is no packet")
                    + "; give connect, publish, will, subscribe, unsubscribe or disconnect");
        }
        Long most = known.get(property);
        if (most == null) {
            throw new IllegalArgumentException("-D " + packet + " has no property " + property
                    + Suggestion.near(property, known.keySet())
                            .map(near -> "; did you mean " + near + "?")
                            .orElse("; it has "
                                    + String.join(
                                            ", ",
                                            known.keySet().stream().sorted().toList())));
        }
        if (property.equals(USER)) {
            userProperties
                    .computeIfAbsent(packet, _ -> new ArrayList<>())
                    .add(new UserProperty(words.get(0), words.get(1)));
            return;
        }
        String value = words.getFirst();
        long least = List.of("receive-maximum", "maximum-packet-size", "topic-alias", "subscription-identifier")
                        .contains(property)
                ? 1
                : 0;
        if (most != TEXT
                && !(value.matches("[0-9]{1,10}") && Long.parseLong(value) >= least && Long.parseLong(value) <= most)) {
            throw new IllegalArgumentException(
                    "-D " + packet + " " + property + " is " + value + "; give " + least + " to " + most);
        }
        if (values.computeIfAbsent(packet, _ -> new LinkedHashMap<>()).put(property, value) != null) {
            throw new IllegalArgumentException("-D " + packet + " " + property + " is there twice");
        }
    }

    boolean isEmpty() {
        return values.isEmpty() && userProperties.isEmpty();
    }

    boolean has(String packet) {
        return values.containsKey(packet) || userProperties.containsKey(packet);
    }

    /** Those of CONNECT, but for the Session Expiry Interval. */
    void configure(MqttClientBuilder builder) {
        userProperties("connect").forEach(each -> builder.userProperty(each.name(), each.value()));
        builder.receiveMaximum((int) number("connect", "receive-maximum", 1_000));
        if (text("connect", "maximum-packet-size") != null) {
            builder.maximumPacketBytes(number("connect", "maximum-packet-size", 0));
        }
        builder.topicAliases((int) number("connect", "topic-alias-maximum", 16), 16);
        builder.requestInformation(
                number("connect", "request-response-information", 1) == 1,
                number("connect", "request-problem-information", 1) == 1);
        String method = text("connect", "authentication-method");
        if (method != null) {
            builder.authentication(new FixedAuthentication(method, bytes("connect", "authentication-data")));
        }
    }

    /** Of CONNECT or DISCONNECT, in seconds; -1 when it is not given. */
    long sessionExpiry(String packet) {
        return number(packet, "session-expiry-interval", -1);
    }

    /** Will Delay Interval. */
    Duration willDelay() {
        return Duration.ofSeconds(number("will", "will-delay-interval", 0));
    }

    int subscriptionId() {
        return (int) number("subscribe", "subscription-identifier", 0);
    }

    List<UserProperty> userProperties(String packet) {
        return userProperties.getOrDefault(packet, List.of());
    }

    /** The message with the properties of {@code packet}, which is publish or will. */
    Message applyTo(Message message, String packet) {
        long expiry = number(packet, "message-expiry-interval", -1);
        return message.withExpiry(expiry < 0 ? null : Duration.ofSeconds(expiry))
                .withProperties(new PublishProperties(
                        (int) number(packet, "payload-format-indicator", PublishProperties.ABSENT),
                        text(packet, "content-type"),
                        text(packet, "response-topic"),
                        bytes(packet, "correlation-data"),
                        userProperties(packet)));
    }

    private @Nullable String text(String packet, String property) {
        return values.getOrDefault(packet, Map.of()).get(property);
    }

    private byte @Nullable [] bytes(String packet, String property) {
        String text = text(packet, property);
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private long number(String packet, String property, long otherwise) {
        String text = text(packet, property);
        return text == null ? otherwise : Long.parseLong(text);
    }

    /** Says one thing, and has no answer to a challenge. */
    private record FixedAuthentication(String method, byte @Nullable [] data) implements EnhancedAuthentication {
        @Override
        public byte @Nullable [] begin() {
            return data;
        }

        @Override
        public byte @Nullable [] answer(byte @Nullable [] challenge) {
            return null;
        }
    }
}
