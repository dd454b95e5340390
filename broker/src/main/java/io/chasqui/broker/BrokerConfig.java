package io.chasqui.broker;

import java.time.Duration;
import java.util.List;

/**
 * What a broker is started with. Immutable.
 *
 * @param listeners one or more doors
 * @param limits everything a peer can fill
 * @param loops event loops, 1 to 64; sessions are spread over them by Client Identifier
 * @param shards parts that sessions are divided into, each at home on one loop; fixed for the life of a store
 * @param sysInterval how often the {@code $SYS} topics are published; zero turns them off
 * @param shutdownGrace how long {@code close} waits for clients to take the last bytes
 */
public record BrokerConfig(
        List<ListenerConfig> listeners,
        Limits limits,
        int loops,
        int shards,
        Duration sysInterval,
        Duration shutdownGrace) {
    public static final BrokerConfig DEFAULT = new BrokerConfig(
            List.of(ListenerConfig.DEFAULT),
            Limits.DEFAULT,
            Math.min(64, Runtime.getRuntime().availableProcessors()),
            64,
            Duration.ofSeconds(10),
            Duration.ofSeconds(2));

    public BrokerConfig {
        listeners = List.copyOf(listeners);
    }
}
