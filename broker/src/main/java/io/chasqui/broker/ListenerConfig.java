package io.chasqui.broker;

import java.time.Duration;

/**
 * One door of the broker.
 *
 * @param name what logs and errors call it
 * @param host address to bind, such as {@code 127.0.0.1} or {@code 0.0.0.0}
 * @param port TCP port, 1 to 65,535, or 0 to let the system choose
 * @param maxConnections sockets, 1 or more; one more is accepted and closed at once
 * @param connectTimeout from accept to CONNECT, above zero and at most 60 s (MQTT5 3.1.4, U5-26)
 */
public record ListenerConfig(String name, String host, int port, int maxConnections, Duration connectTimeout) {
    public static final ListenerConfig DEFAULT =
            new ListenerConfig("mqtt", "127.0.0.1", 1883, 100_000, Duration.ofSeconds(10));

    public ListenerConfig withPort(int newPort) {
        return new ListenerConfig(name, host, newPort, maxConnections, connectTimeout);
    }
}
