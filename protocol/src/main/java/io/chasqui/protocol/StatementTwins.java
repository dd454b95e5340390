package io.chasqui.protocol;

import static java.util.Map.entry;

import java.util.Map;

/**
 * The statements of MQTT 3.1.1 that say the same as one of MQTT 5 under another number. The codecs name those of MQTT 5; what
 * breaks on an MQTT 3 connection is reported by its twin.
 */
final class StatementTwins {
    private static final Map<String, String> MQTT3_BY_MQTT5 = Map.ofEntries(
            entry("MQTT5-1.5.4-1", "MQTT3-1.5.3-1"),
            entry("MQTT5-1.5.4-2", "MQTT3-1.5.3-2"),
            entry("MQTT5-2.1.3-1", "MQTT3-2.2.2-2"),
            entry("MQTT5-2.2.1-3", "MQTT3-2.3.1-1"),
            entry("MQTT5-3.1.0-1", "MQTT3-3.1.0-1"),
            entry("MQTT5-3.1.0-2", "MQTT3-3.1.0-2"),
            entry("MQTT5-3.1.2-3", "MQTT3-3.1.2-3"),
            entry("MQTT5-3.1.2-11", "MQTT3-3.1.2-13"),
            entry("MQTT5-3.1.2-12", "MQTT3-3.1.2-14"),
            entry("MQTT5-3.1.2-13", "MQTT3-3.1.2-15"),
            entry("MQTT5-3.2.2-6", "MQTT3-3.2.2-4"),
            entry("MQTT5-3.3.1-2", "MQTT3-3.3.1-2"),
            entry("MQTT5-3.3.1-4", "MQTT3-3.3.1-4"),
            entry("MQTT5-3.3.2-2", "MQTT3-3.3.2-2"),
            entry("MQTT5-3.6.1-1", "MQTT3-3.6.1-1"),
            entry("MQTT5-3.8.1-1", "MQTT3-3.8.1-1"),
            entry("MQTT5-3.8.3-2", "MQTT3-3.8.3-3"),
            entry("MQTT5-3.8.4-6", "MQTT3-3.8.4-5"),
            entry("MQTT5-3.9.3-2", "MQTT3-3.9.3-2"),
            entry("MQTT5-3.10.1-1", "MQTT3-3.10.1-1"),
            entry("MQTT5-3.10.3-2", "MQTT3-3.10.3-2"),
            entry("MQTT5-3.14.1-1", "MQTT3-3.14.1-1"),
            entry("MQTT5-4.7.3-1", "MQTT3-4.7.3-1"),
            entry("MQTT5-4.13.1-1", "MQTT3-4.8.0-1"));

    private StatementTwins() {}

    /** The same fault, in the words of MQTT 3.1.1; one that has no number there is a protocol violation. */
    static ProtocolException inMqtt3(ProtocolException fault) {
        String statement = fault.statement();
        if (!statement.startsWith("MQTT5-")) {
            return fault;
        }
        String twin = MQTT3_BY_MQTT5.getOrDefault(statement, "MQTT3-4.8.0-1");
        return new ProtocolException(fault.reason(), twin, fault.detail());
    }
}
