package io.chasqui.broker;

import io.chasqui.broker.connection.ListenerLimits;
import io.chasqui.broker.tls.TlsConfig;
import io.chasqui.broker.transport.Networks;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One door of the broker.
 *
 * @param name what logs and errors call it: lower-case letters, digits and {@code -}, at most 32
 * @param host address to bind, such as {@code 127.0.0.1} or {@code 0.0.0.0}, or a host name in ASCII
 * @param port TCP port, 1 to 65,535, or 0 to let the system choose
 * @param unixSocket file of a Unix domain socket, to be bound instead of a host and port; the empty path for TCP
 * @param unixPermissions of that file, three octal digits; who may write to it may connect
 * @param protocol what is spoken behind the door
 * @param tls how it is encrypted; null where it is not
 * @param proxyProtocolFrom networks, see {@link Networks}, that have to begin with a header of the PROXY protocol; from
 *     all others none is taken
 * @param websocketPath where on a WebSocket listener MQTT is, such as {@code /mqtt}; this and the next three are for
 *     WebSocket alone
 * @param websocketOrigins web pages that may connect, by their origin, such as {@code https://app.example.com};
 *     {@code localhost} stands for all pages of this machine, {@code null} for those that hide where they come from.
 *     Empty for all. Clients that are no web pages say no origin and always may
 * @param websocketPingInterval a client that is silent for so long is sent a ping, and closed when it stays silent for as
 *     long again; 1 s to 1 h, or zero for never
 * @param websocketProxies networks whose X-Forwarded-For is believed
 * @param maxConnections sockets, 1 or more; one more is accepted and closed at once
 * @param connectRate connections that are let in a second, 1 or more; those beyond wait and are not read. 0 for any number
 * @param connectQueue connections that may wait so, 0 to 1,000,000; one more is told that the server is busy, without a
 *     handshake
 * @param limits what its clients are held to, beside what holds for all
 * @param connectTimeout from accept to CONNECT, above zero and at most 60 s (MQTT5 3.1.4, U5-26)
 * @param allowAnonymous whether clients that give no credentials come in, where authentication asks for some. Whoever starts
 *     a broker without authentication makes sure that this is true
 */
public record ListenerConfig(
        String name,
        String host,
        int port,
        Path unixSocket,
        String unixPermissions,
        Protocol protocol,
        @Nullable TlsConfig tls,
        List<String> proxyProtocolFrom,
        String websocketPath,
        List<String> websocketOrigins,
        Duration websocketPingInterval,
        List<String> websocketProxies,
        int maxConnections,
        int connectRate,
        int connectQueue,
        ListenerLimits limits,
        Duration connectTimeout,
        boolean allowAnonymous) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:%\\[\\]-]{1,255}");
    private static final Pattern PATH = Pattern.compile("/[!$-.0-;=@-Z_a-z~/%]{0,255}");
    private static final Pattern PERMISSIONS = Pattern.compile("[0-7]{3}");
    private static final int MAX_SOCKET_BYTES = 100; // of 108 that the system takes
    private static final Pattern PASSPHRASE = Pattern.compile("|file:.+|env:[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern ORIGIN = Pattern.compile("localhost|null|[a-z][a-z0-9+.-]{0,31}://[^\\s/?#,]{1,255}");

    /** What is spoken on the TCP connections of a listener. */
    public enum Protocol {
        /** MQTT, and nothing else. */
        MQTT,
        /** MQTT in the binary frames of a WebSocket. */
        WEBSOCKET,
        /** Both, told apart by the first bytes; with {@code tls} encrypted or not, unless that requires certificates. */
        AUTO
    }

    public static final ListenerConfig DEFAULT =
            new ListenerConfig("mqtt", "127.0.0.1", 1883, 100_000, Duration.ofSeconds(10));

    /** @throws InvalidConfigException with all faults at once */
    public ListenerConfig {
        websocketOrigins = List.copyOf(websocketOrigins);
        proxyProtocolFrom = List.copyOf(proxyProtocolFrom);
        websocketProxies = List.copyOf(websocketProxies);
        String badOrigin = websocketOrigins.stream()
                .filter(origin -> !ORIGIN.matcher(origin).matches())
                .findFirst()
                .orElse("");
        boolean possible = HOST.matcher(host).matches();
        Faults faults = new Faults()
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
                .range("connect-rate", connectRate, 0, 1_000_000)
                .range("connect-queue", connectQueue, 0, 1_000_000)
                .range(
                        "connect-timeout",
                        connectTimeout,
                        Duration.ofMillis(1),
                        Duration.ofSeconds(60),
                        "give more than zero and at most 60s");
        checkSocket(unixSocket, unixPermissions, faults);
        checkNetworks("proxy-protocol-from", proxyProtocolFrom, faults);
        checkNetworks("websocket-proxies", websocketProxies, faults);
        checkLimits(limits, faults);
        if (tls != null) {
            checkTls(tls, faults);
        }
        faults.throwIfAny("listener \"" + name + "\"");
    }

    private static void checkSocket(Path file, String permissions, Faults faults) {
        faults.check(
                        file.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8).length <= MAX_SOCKET_BYTES,
                        "unix-socket",
                        file,
                        () -> "give a path of at most " + MAX_SOCKET_BYTES + " bytes, directories included")
                .check(
                        PERMISSIONS.matcher(permissions).matches(),
                        "unix-permissions",
                        permissions,
                        () -> "give three octal digits, such as 660");
    }

    private static void checkNetworks(String key, List<String> networks, Faults faults) {
        for (String network : networks) {
            faults.check(
                    Networks.isNetwork(network),
                    key,
                    network,
                    () -> "give networks such as 10.0.0.0/8 or ::1, or unix for Unix domain sockets");
        }
    }

    private static void checkLimits(ListenerLimits limits, Faults faults) {
        faults.range("limits.messages-per-second", limits.messagesPerSecond(), 0, 1_000_000_000)
                .range("limits.bytes-per-second", limits.bytesPerSecond(), 0, Long.MAX_VALUE)
                .range("limits.connections-per-address", limits.connectionsPerAddress(), 0, 10_000_000)
                .range("limits.client-messages-per-second", limits.clientMessagesPerSecond(), 0, 10_000_000)
                .range("limits.client-bytes-per-second", limits.clientBytesPerSecond(), 0, Long.MAX_VALUE)
                .range("limits.client-subscriptions", limits.clientSubscriptions(), 0, 1_000_000_000)
                .range("limits.client-in-flight", limits.clientInFlight(), 0, 65_535)
                .range("limits.client-retained", limits.clientRetained(), 0, 1_000_000_000);
    }

    private static void checkTls(TlsConfig tls, Faults faults) {
        boolean asks = tls.clientCertificates() != TlsConfig.ClientCertificates.NONE;
        String passphrase = tls.keyPassphrase();
        faults.check(
                        !tls.certificate().isEmpty(),
                        "tls.certificate",
                        "missing",
                        () -> "give a PEM file with the certificate and its chain")
                .check(
                        tls.key().size() == tls.certificate().size(),
                        "tls.key",
                        tls.key().isEmpty() ? "missing" : tls.key().size() + " files",
                        () -> "give one PEM file for each of "
                                + tls.certificate().size() + " certificates")
                .check(
                        PASSPHRASE.matcher(passphrase).matches(),
                        "tls.key-passphrase",
                        "not shown",
                        () -> "give file:PATH or env:NAME, where the passphrase is")
                .check(
                        asks != tls.clientCa().isEmpty(),
                        "tls.client-ca",
                        asks ? "missing" : "given",
                        () -> asks
                                ? "give a PEM file with the authorities whose client certificates are taken"
                                : "set tls.client-certificates to optional or required, or remove it")
                .check(
                        asks || tls.clientCrl().isEmpty(),
                        "tls.client-crl",
                        "given",
                        () -> "set tls.client-certificates to optional or required, or remove it")
                .range(
                        "tls.reload-interval",
                        tls.reloadInterval(),
                        Duration.ofSeconds(1),
                        Duration.ofDays(1),
                        "give 1s to 1d");
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
                Path.of(""),
                "600",
                Protocol.MQTT,
                null,
                List.of(),
                "/mqtt",
                List.of("localhost"),
                Duration.ofSeconds(30),
                List.of(),
                maxConnections,
                0,
                1_000,
                ListenerLimits.NONE,
                connectTimeout,
                allowAnonymous);
    }

    public ListenerConfig withPort(int newPort) {
        Copy copy = new Copy();
        copy.port = newPort;
        return copy.make();
    }

    public ListenerConfig withUnixSocket(Path newUnixSocket, String newPermissions) {
        Copy copy = new Copy();
        copy.unixSocket = newUnixSocket;
        copy.unixPermissions = newPermissions;
        return copy.make();
    }

    public ListenerConfig withProtocol(Protocol newProtocol) {
        Copy copy = new Copy();
        copy.protocol = newProtocol;
        return copy.make();
    }

    public ListenerConfig withTls(@Nullable TlsConfig newTls) {
        Copy copy = new Copy();
        copy.tls = newTls;
        return copy.make();
    }

    public ListenerConfig withProxyProtocolFrom(String... networks) {
        Copy copy = new Copy();
        copy.proxyProtocolFrom = List.of(networks);
        return copy.make();
    }

    public ListenerConfig withWebsocket(List<String> newOrigins, Duration newPingInterval, String... proxies) {
        Copy copy = new Copy();
        copy.websocketOrigins = newOrigins;
        copy.websocketPingInterval = newPingInterval;
        copy.websocketProxies = List.of(proxies);
        return copy.make();
    }

    public ListenerConfig withConnectRate(int newConnectRate, int newConnectQueue) {
        Copy copy = new Copy();
        copy.connectRate = newConnectRate;
        copy.connectQueue = newConnectQueue;
        return copy.make();
    }

    public ListenerConfig withLimits(ListenerLimits newLimits) {
        Copy copy = new Copy();
        copy.limits = newLimits;
        return copy.make();
    }

    /** The same listener, of which something can still be changed. */
    private final class Copy {
        private int port = ListenerConfig.this.port;
        private Path unixSocket = ListenerConfig.this.unixSocket;
        private String unixPermissions = ListenerConfig.this.unixPermissions;
        private Protocol protocol = ListenerConfig.this.protocol;
        private @Nullable TlsConfig tls = ListenerConfig.this.tls;
        private List<String> proxyProtocolFrom = ListenerConfig.this.proxyProtocolFrom;
        private List<String> websocketOrigins = ListenerConfig.this.websocketOrigins;
        private Duration websocketPingInterval = ListenerConfig.this.websocketPingInterval;
        private List<String> websocketProxies = ListenerConfig.this.websocketProxies;
        private int connectRate = ListenerConfig.this.connectRate;
        private int connectQueue = ListenerConfig.this.connectQueue;
        private ListenerLimits limits = ListenerConfig.this.limits;

        ListenerConfig make() {
            return new ListenerConfig(
                    name,
                    host,
                    port,
                    unixSocket,
                    unixPermissions,
                    protocol,
                    tls,
                    proxyProtocolFrom,
                    websocketPath,
                    websocketOrigins,
                    websocketPingInterval,
                    websocketProxies,
                    maxConnections,
                    connectRate,
                    connectQueue,
                    limits,
                    connectTimeout,
                    allowAnonymous);
        }
    }

    /** Whether it is bound to a file, and not to an address. */
    public boolean isUnixSocket() {
        return !unixSocket.toString().isEmpty();
    }

    /** Whether only this machine can connect. */
    public boolean isLocal() {
        return isUnixSocket() || isLoopback(host);
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
