package io.chasqui.broker;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a broker is started with. Immutable.
 *
 * @param listeners one or more doors
 * @param limits everything a peer can fill
 * @param loops event loops, 1 to 64; sessions are spread over them by Client Identifier
 * @param shards parts that sessions are divided into, each at home on one loop; fixed for the life of a store; at least
 *     as many as loops, at most 4,096
 * @param sysInterval how often the {@code $SYS} topics are published, 1 s to 1 h; zero turns them off
 * @param shutdownGrace how long {@code close} waits for clients to take the last bytes, at most 60 s
 */
public record BrokerConfig(
        List<ListenerConfig> listeners,
        Limits limits,
        int loops,
        int shards,
        Duration sysInterval,
        Duration shutdownGrace) {
    private static final int MAX_LOOPS = 64;
    private static final int MAX_SHARDS = 4_096;

    public static final BrokerConfig DEFAULT = new BrokerConfig(
            List.of(ListenerConfig.DEFAULT),
            Limits.DEFAULT,
            Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors()),
            64,
            Duration.ofSeconds(10),
            Duration.ofSeconds(2));

    /** @throws InvalidConfigException with all faults at once */
    public BrokerConfig {
        listeners = List.copyOf(listeners);
        int fewestShards = Math.clamp(loops, 1, MAX_LOOPS);
        Faults faults = new Faults()
                .check(!listeners.isEmpty(), "listeners", "empty", () -> "give at least one, or leave the section out")
                .range("loops", loops, 1, MAX_LOOPS)
                .check(
                        shards >= fewestShards && shards <= MAX_SHARDS,
                        "shards",
                        shards,
                        () -> "give " + fewestShards + " (as many as loops) to " + MAX_SHARDS)
                .check(
                        sysInterval.isZero() || isBetween(sysInterval, Duration.ofSeconds(1), Duration.ofHours(1)),
                        "sys-interval",
                        sysInterval,
                        () -> "give 1s to 1h, or off")
                .range("shutdown-grace", shutdownGrace, Duration.ZERO, Duration.ofSeconds(60), "give 0s to 60s");
        checkDistinct(listeners, faults);
        faults.throwIfAny("configuration");
    }

    /** The same with other listeners. */
    public BrokerConfig withListeners(List<ListenerConfig> newListeners) {
        return new BrokerConfig(newListeners, limits, loops, shards, sysInterval, shutdownGrace);
    }

    /** What peers could make the broker hold if they filled every limit at once, in bytes. */
    public long worstCaseBytes() {
        return limits.worstCaseBytes();
    }

    private static void checkDistinct(List<ListenerConfig> listeners, Faults faults) {
        Set<String> names = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (ListenerConfig listener : listeners) {
            faults.check(
                    names.add(listener.name()), "listeners", listener.name(), () -> "a listener has that name already");
            String address = listener.isUnixSocket()
                    ? listener.unixSocket().toString()
                    : listener.host() + ":" + listener.port();
            faults.check(
                    listener.port() == 0 && !listener.isUnixSocket() || addresses.add(address),
                    "listeners." + listener.name() + (listener.isUnixSocket() ? ".unix-socket" : ".port"),
                    listener.isUnixSocket() ? listener.unixSocket() : listener.port(),
                    () -> "another listener has " + address + " already");
        }
    }

    private static boolean isBetween(Duration value, Duration min, Duration max) {
        return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    }
}
