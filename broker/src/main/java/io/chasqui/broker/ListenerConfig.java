package io.chasqui.broker;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One door of the broker.
 *
 * @param name what logs and errors call it: lower-case letters, digits and {@code -}, at most 32
 * @param host address to bind, such as {@code 127.0.0.1} or {@code 0.0.0.0}, or a host name in ASCII
 * @param port TCP port, 1 to 65,535, or 0 to let the system choose
 * @param protocol what is spoken behind the door
 * @param websocketPath where on a WebSocket listener MQTT is, such as {@code /mqtt}; this and the next two are for
 *     {@link Protocol#WEBSOCKET} alone
 * @param websocketOrigins web pages that may connect, by their origin, such as {@code https://app.example.com};
 *     {@code localhost} stands for all pages of this machine, {@code null} for those that hide where they come from.
 *     Empty for all. Clients that are no web pages say no origin and always may
 * @param websocketPingInterval a client that is silent for so long is sent a ping, and closed when it stays silent for as
 *     long again; 1 s to 1 h, or zero for never
 * @param maxConnections sockets, 1 or more; one more is accepted and closed at once
 * @param connectTimeout from accept to CONNECT, above zero and at most 60 s (MQTT5 3.1.4, U5-26)
 * @param allowAnonymous whether clients that give no credentials come in, where authentication asks for some. Whoever starts
 *     a broker without authentication makes sure that this is true
 */
public record ListenerConfig(
        String name,
        String host,
        int port,
        Protocol protocol,
        String websocketPath,
        List<String> websocketOrigins,
        Duration websocketPingInterval,
        int maxConnections,
        Duration connectTimeout,
        boolean allowAnonymous) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:%\\[\\]-]{1,255}");
    private static final Pattern PATH = Pattern.compile("/[!$-.0-;=@-Z_a-z~/%]{0,255}");
    private static final Pattern ORIGIN = Pattern.compile("localhost|null|[a-z][a-z0-9+.-]{0,31}://[^\\s/?#,]{1,255}");

    /** What is spoken on the TCP connections of a listener. */
    public enum Protocol {
        /** MQTT, and nothing else. */
        MQTT,
        /** MQTT in the binary frames of a WebSocket. */
        WEBSOCKET
    }

    public static final ListenerConfig DEFAULT =
            new ListenerConfig("mqtt", "127.0.0.1", 1883, 100_000, Duration.ofSeconds(10));

    /** @throws InvalidConfigException with all faults at once */
    public ListenerConfig {
        websocketOrigins = List.copyOf(websocketOrigins);
        String badOrigin = websocketOrigins.stream()
                .filter(origin -> !ORIGIN.matcher(origin).matches())
                .findFirst()
                .orElse("");
        boolean possible = HOST.matcher(host).matches();
        new Faults()
                .check(NAME.matcher(name).matches(), "name", name, () -> "use 1 to 32 of a-z, 0-9 and -")
                .check(
                        possible,
                        "host",
                        host.isEmpty() ? "empty" : host,
                        () -> "give an address to bind, such as 127.0.0.1 or 0.0.0.0, or a host name")
                .check(
                        port >= 0 && port <= 65_535,
                        "port",
                        port,
                        () -> "give 1 to 65535, or 0 to let the system choose")
                .check(
                        PATH.matcher(websocketPath).matches(),
                        "websocket-path",
                        websocketPath,
                        () -> "give the path of a URL, such as /mqtt")
                .check(
                        badOrigin.isEmpty(),
                        "websocket-origins",
                        badOrigin,
                        () -> "give origins such as https://app.example.com:8443 (no path), localhost or null")
                .check(
                        websocketPingInterval.isZero()
                                || websocketPingInterval.compareTo(Duration.ofSeconds(1)) >= 0
                                        && websocketPingInterval.compareTo(Duration.ofHours(1)) <= 0,
                        "websocket-ping-interval",
                        websocketPingInterval,
                        () -> "give 1s to 1h, or off")
                .range("max-connections", maxConnections, 1, 10_000_000)
                .range(
                        "connect-timeout",
                        connectTimeout,
                        Duration.ofMillis(1),
                        Duration.ofSeconds(60),
                        "give more than zero and at most 60s")
                .throwIfAny("listener \"" + name + "\"");
    }

    /** A listener for MQTT over TCP that lets anonymous clients in only where {@code host} is loopback. */
    public ListenerConfig(String name, String host, int port, int maxConnections, Duration connectTimeout) {
        this(name, host, port, maxConnections, connectTimeout, isLoopback(host));
    }

    /** A listener for MQTT over TCP. */
    public ListenerConfig(
            String name, String host, int port, int maxConnections, Duration connectTimeout, boolean allowAnonymous) {
        this(
                name,
                host,
                port,
                Protocol.MQTT,
                "/mqtt",
                List.of("localhost"),
                Duration.ofSeconds(30),
                maxConnections,
                connectTimeout,
                allowAnonymous);
    }

    public ListenerConfig withPort(int newPort) {
        return with(newPort, protocol);
    }

    public ListenerConfig withProtocol(Protocol newProtocol) {
        return with(port, newProtocol);
    }

    private ListenerConfig with(int newPort, Protocol newProtocol) {
        return new ListenerConfig(
                name,
                host,
                newPort,
                newProtocol,
                websocketPath,
                websocketOrigins,
                websocketPingInterval,
                maxConnections,
                connectTimeout,
                allowAnonymous);
    }

    /** Whether only this machine can connect to {@code host}. Asks no name server: of names only localhost is known. */
    public static boolean isLoopback(String host) {
        if (host.toLowerCase(Locale.ROOT).equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException nameOfAHost) {
            return false;
        }
    }
}
