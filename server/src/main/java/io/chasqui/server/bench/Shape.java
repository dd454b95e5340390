package io.chasqui.server.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Who sends to whom. */
public enum Shape {
    /** Each publisher has one subscriber. */
    PAIRS,
    /** Many publishers; each subscriber gets all messages. */
    FAN_IN,
    /** Few publishers, many subscribers that get all messages. */
    FAN_OUT,
    /** Publishers to one shared subscription: each message to one of the subscribers. */
    SHARED,
    /** Connections that are opened and held. */
    CONNECTIONS,
    /** Retained messages: set, then fetched by subscribers. */
    RETAINED,
    /** Messages for sessions that are away: queued, then drained. */
    OFFLINE;

    /** As it is written on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException which lists those there are */
    public static Shape of(String label) {
        return Arrays.stream(values())
                .filter(shape -> shape.label().equals(label)
                        || shape.label().replace("-", "").equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no shape " + label + "; give one of "
                        + Arrays.stream(values()).map(Shape::label).collect(Collectors.joining(", "))));
    }

    /** Whether messages flow for a time, and are counted while they do. */
    public boolean isTraffic() {
        return this == PAIRS || this == FAN_IN || this == FAN_OUT || this == SHARED;
    }
}
