package io.chasqui.server.config;

import io.chasqui.broker.BrokerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * The configuration as resolved: every key has a value and an origin.
 *
 * @param broker what the broker is started with
 * @param store how what has to outlive the process is kept
 * @param security who may come and what they may do
 * @param data where
 * @param logLevel how much is logged
 * @param keys see {@link #resolved}
 * @param warnings what looks like a mistake and is none for sure, one line each
 */
public record Configuration(
        BrokerConfig broker,
        StoreSettings store,
        SecuritySettings security,
        Path data,
        LogLevel logLevel,
        Supplier<List<Resolved>> keys,
        List<String> warnings) {
    public Configuration {
        warnings = List.copyOf(warnings);
    }

    /** Every key with its value, in the order of the table. Found anew at each call: a start needs it not. */
    public List<Resolved> resolved() {
        return keys.get();
    }

    /**
     * One key.
     *
     * @param key dotted, with the real name of a listener
     * @param text the value as it would be written in the file
     */
    public record Resolved(String key, String text, Origin origin) {}
}
