package io.chasqui.broker;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Settings that make no sense: all faults of one configuration record at once, in the words of the configuration file.
 * Thrown by the constructors of {@link BrokerConfig}, {@link ListenerConfig} and {@link Limits}; correct the settings.
 */
public final class InvalidConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Fault> faults;

    /** @param what the record, such as {@code limits} or {@code listener "mqtt"} */
    InvalidConfigException(String what, List<Fault> faults) {
        super(what + ": " + faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
        this.faults = List.copyOf(faults);
    }

    /** One or more, in the order of the record's components. */
    public List<Fault> faults() {
        return faults;
    }

    /**
     * One setting that makes no sense.
     *
     * @param key the setting, as the configuration file calls it inside its section: {@code max-connections}
     * @param value what it was set to
     * @param advice what is possible instead: {@code give 1 to 65535}
     */
    public record Fault(String key, String value, String advice) {
        @Override
        public String toString() {
            return key + " is " + value + "; " + advice;
        }
    }
}
