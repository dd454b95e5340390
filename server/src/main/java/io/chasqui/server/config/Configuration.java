package io.chasqui.server.config;

import io.chasqui.broker.BrokerConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * The configuration as resolved: every key has a value and an origin.
 *
 * @param broker what the broker is started with
 * @param store how what has to outlive the process is kept
 * @param security who may come and what they may do
 * @param data where
 * @param logLevel how much is logged
 * @param resolved every key with its value, in the order of the table
 * @param warnings what looks like a mistake and is none for sure, one line each
 */
public record Configuration(
        BrokerConfig broker,
        StoreSettings store,
        SecuritySettings security,
        Path data,
        LogLevel logLevel,
        List<Resolved> resolved,
        List<String> warnings) {
    public Configuration {
        resolved = List.copyOf(resolved);
        warnings = List.copyOf(warnings);
    }

    /**
     * One key.
     *
     * @param key dotted, with the real name of a listener
     * @param text the value as it would be written in the file
     */
    public record Resolved(String key, String text, Origin origin) {}
}
