package io.chasqui.server.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One key of the configuration: a row of the table in {@link Settings}.
 *
 * @param key dotted, with {@code *} for the name of a listener: {@code listeners.*.port}
 * @param unit what a number counts, for the documentation; empty where the type says it
 * @param lowest the smallest value that the record takes, as it is written; null where that is no question
 * @param highest the largest; null for none
 * @param defaultText the default in words, where it depends on the machine or on another setting; otherwise it is read from
 *     the record
 * @param doc one or two sentences
 */
record Setting(
        String key,
        ValueType<?> type,
        String unit,
        @Nullable String lowest,
        @Nullable String highest,
        @Nullable String defaultText,
        String doc) {
    static final String ANY_LISTENER = "listeners.*.";
    static final String TLS_OF_LISTENER = ANY_LISTENER + "tls.";
    static final String LIMITS_OF_LISTENER = ANY_LISTENER + "limits.";

    static Setting setting(String key, ValueType<?> type, String doc) {
        return new Setting(key, type, "", null, null, null, doc);
    }

    static Setting number(
            String key, ValueType<?> type, String unit, String lowest, @Nullable String highest, String doc) {
        return new Setting(key, type, unit, lowest, highest, null, doc);
    }

    Setting withDefault(String text) {
        return new Setting(key, type, unit, lowest, highest, text, doc);
    }

    /** The key without its section: {@code port}. */
    String name() {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    /** What is in front of the name: {@code limits.}, {@code listeners.*.}, or empty. */
    String section() {
        return key.substring(0, key.lastIndexOf('.') + 1);
    }

    boolean isOfListener() {
        return key.startsWith(ANY_LISTENER);
    }

    /** The component of the record that takes the value: {@code maxConnections}. */
    String component() {
        StringBuilder camel = new StringBuilder();
        for (String word : name().split("-", -1)) {
            camel.append(camel.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return camel.toString();
    }

    /** The range in words, empty where the type says it all. */
    String range() {
        if (lowest == null) {
            return "";
        }
        return highest == null ? lowest + " or more" : lowest + " to " + highest;
    }

    /** {@code listeners.*.port} for the listener {@code mqtt}: {@code listeners.mqtt.port}. */
    String keyFor(String listener) {
        return key.replace("*", listener);
    }

    /** The environment variable of a key: {@code listeners.mqtt.port} is CHASQUI_LISTENERS_MQTT_PORT. */
    static String variable(String key) {
        return "CHASQUI_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
