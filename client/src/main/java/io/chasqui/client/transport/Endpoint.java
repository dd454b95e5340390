package io.chasqui.client.transport;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is and how it is reached.
 *
 * @param host name or address; for {@link Scheme#UNIX} the path of the socket
 * @param port 1 to 65,535; without meaning for {@link Scheme#UNIX}
 * @param path of a WebSocket, such as {@code /mqtt}
 * @param security how TLS is done, or null without TLS
 * @param proxy null to connect directly
 * @param connectTimeout for everything up to the first byte of MQTT, each step
 * @param localAddress to connect from, or null for the system's choice
 */
public record Endpoint(
        Scheme scheme,
        String host,
        int port,
        String path,
        @Nullable Security security,
        @Nullable Proxy proxy,
        Duration connectTimeout,
        @Nullable String localAddress) {
    /** What carries MQTT. */
    public enum Scheme {
        TCP(1883),
        TLS(8883),
        WEB_SOCKET(80),
        WEB_SOCKET_TLS(443),
        UNIX(0);

        private final int defaultPort;

        Scheme(int defaultPort) {
            this.defaultPort = defaultPort;
        }

        public boolean isSecure() {
            return this == TLS || this == WEB_SOCKET_TLS;
        }

        boolean isWebSocket() {
            return this == WEB_SOCKET || this == WEB_SOCKET_TLS;
        }
    }

    /**
     * One that is asked to connect us to the server.
     *
     * @param userName null for none, as is {@code password}
     */
    public record Proxy(
            Kind kind,
            String host,
            int port,
            @Nullable String userName,
            @Nullable String password) {
        /** What the proxy speaks. */
        public enum Kind {
            HTTP,
            SOCKS5
        }
    }

    /**
     * Reads {@code mqtt://host:port}, {@code mqtts://}, {@code ws://host:port/path}, {@code wss://}, {@code unix:///path} and
     * their other names {@code tcp}, {@code ssl} and {@code tls}.
     *
     * @throws IllegalArgumentException with the reason, for a human
     */
    public static Endpoint parse(String uri) {
        URI parsed;
        try {
            parsed = new URI(uri);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("\"" + uri + "\" is no URI: " + e.getReason(), e);
        }
        String name = parsed.getScheme();
        Scheme scheme = switch (name == null ? "" : name.toLowerCase(Locale.ROOT)) {
            case "mqtt", "tcp" -> Scheme.TCP;
            case "mqtts", "ssl", "tls" -> Scheme.TLS;
            case "ws" -> Scheme.WEB_SOCKET;
            case "wss" -> Scheme.WEB_SOCKET_TLS;
            case "unix", "mqtt+unix" -> Scheme.UNIX;
            default ->
                throw new IllegalArgumentException(
                        "\"" + uri + "\" begins with none of mqtt://, mqtts://, ws://, wss://, unix://");
        };
        String path = parsed.getPath() == null ? "" : parsed.getPath();
        if (scheme == Scheme.UNIX) {
            if (path.isEmpty()) {
                throw new IllegalArgumentException("\"" + uri + "\" has no path: give unix:///run/mqtt.sock");
            }
            return of(scheme, Path.of(path).toString(), 0, "");
        }
        if (parsed.getHost() == null) {
            throw new IllegalArgumentException("\"" + uri + "\" has no host: give mqtt://host or mqtt://host:1883");
        }
        int port = parsed.getPort() < 0 ? scheme.defaultPort : parsed.getPort();
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " of \"" + uri + "\" is not 1 to 65535");
        }
        return of(scheme, parsed.getHost(), port, path.isEmpty() ? "/mqtt" : path);
    }

    private static Endpoint of(Scheme scheme, String host, int port, String path) {
        return new Endpoint(scheme, host, port, path, null, null, Duration.ofSeconds(10), null);
    }

    /** The same server, reached in another way. */
    public Endpoint with(
            @Nullable Security newSecurity,
            @Nullable Proxy newProxy,
            Duration newConnectTimeout,
            @Nullable String newLocalAddress) {
        return new Endpoint(scheme, host, port, path, newSecurity, newProxy, newConnectTimeout, newLocalAddress);
    }

    @Override
    public String toString() {
        return scheme == Scheme.UNIX ? host : host + ":" + port;
    }
}
