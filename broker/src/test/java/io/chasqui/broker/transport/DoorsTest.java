package io.chasqui.broker.transport;

import static io.chasqui.broker.tls.TestPki.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.tls.ClientIdentity;
import io.chasqui.broker.tls.TestPki;
import io.chasqui.broker.tls.TlsConfig;
import io.chasqui.broker.tls.TlsConfig.ClientCertificates;
import io.chasqui.protocol.Qos;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Unix domain sockets, proxies in front of a listener, and one port for all. */
class DoorsTest {
    private static final TestPki PKI = new TestPki();
    private static final TestPki.Party SERVER = PKI.server("localhost");

    @TempDir
    Path directory;

    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();

    private Server start(UnaryOperator<ListenerConfig> change) {
        Server server = new Server();
        server.change = change;
        server.authenticator = (client, password) -> {
            peers.add(client.peer());
            return CompletableFuture.completedFuture(Authenticator.Verdict.ACCEPTED);
        };
        return server.start();
    }

    private SocketAddress peer() throws InterruptedException {
        return peers.poll(Server.DEADLINE.toSeconds(), TimeUnit.SECONDS).address();
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    /** What the clients of these tests know of a socket, over a Unix domain socket. */
    private static final class UnixDomain extends Socket {
        private final SocketChannel channel;

        UnixDomain(Path file) throws IOException {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(file));
        }

        @Override
        public InputStream getInputStream() {
            return Channels.newInputStream(channel);
        }

        @Override
        public OutputStream getOutputStream() {
            return Channels.newOutputStream(channel);
        }

        @Override
        public void setTcpNoDelay(boolean on) {}

        @Override
        public void setSoTimeout(int millis) {}

        @Override
        public synchronized void close() throws IOException {
            channel.close();
        }
    }

    @Test
    void mqttIsSpokenOverAUnixDomainSocket() throws Exception {
        Path file = directory.resolve("mqtt.sock");
        try (Server server = start(listener -> listener.withUnixSocket(file, "640"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-r-----");
            for (int i = 0; i < 8; i++) { // some are at home on the other loop
                try (SocketClient client = new SocketClient(new UnixDomain(file)).connect("c" + i, 0)) {
                    client.subscribe("t/" + i, Qos.AT_LEAST_ONCE);
                    assertThat(client.publishAndWaitForEcho("t/" + i, "hi")).isEqualTo("hi");
                    assertThat(peer()).isEqualTo(UnixDomainSocketAddress.of(file));
                }
            }
            assertThat(server.broker().addresses()).isEmpty();
            assertThatThrownBy(() -> start(listener -> listener.withUnixSocket(file, "600")))
                    .hasMessageContaining("address already in use");
            new UnixDomain(file).close(); // it is still there
        }
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void theFileOfADeadProcessIsReplacedAndNoOtherFileIs() throws Exception {
        Path file = directory.resolve("mqtt.sock");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(file));
        }
        assertThat(file).exists();
        try (Server server = start(listener -> listener.withUnixSocket(file, "600"));
                SocketClient client = new SocketClient(new UnixDomain(file)).connect("c", 0)) {
            client.ping();
            assertThat(server.figures().counters().connections).isEqualTo(1);
        }
        Files.writeString(file, "precious");
        assertThatThrownBy(() -> start(listener -> listener.withUnixSocket(file, "600")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("is no socket");
        assertThat(file).hasContent("precious");
    }

    private SocketClient behindProxy(Server server, byte... header) {
        SocketClient client = new SocketClient(server.port());
        client.sendBytes(header);
        return client;
    }

    @Test
    void aProxySaysWhoseConnectionItIs() throws Exception {
        byte[] line = "PROXY TCP4 192.0.2.7 127.0.0.1 4660 1883\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = ProxyHeaderTest.bytes(
                ProxyHeaderTest.SIGNATURE + "2111000c" + "c0000208" + "7f000001" + "1234" + "075b");
        byte[] itself = ProxyHeaderTest.bytes(ProxyHeaderTest.SIGNATURE + "20000000");
        try (Server server = start(listener -> listener.withProxyProtocolFrom("127.0.0.0/8"))) {
            try (SocketClient client = behindProxy(server, line).connect("a", 0)) {
                client.ping();
                assertThat(peer()).isEqualTo(at("192.0.2.7", 4660));
            }
            try (SocketClient client = new SocketClient(server.port())) { // all at once, and in two halves
                byte[] hello = client.bytes(SocketClient.hello("b", 0));
                byte[] all = Arrays.copyOf(bytes, bytes.length + hello.length);
                System.arraycopy(hello, 0, all, bytes.length, hello.length);
                client.sendBytes(Arrays.copyOf(all, 9));
                client.sendBytes(Arrays.copyOfRange(all, 9, all.length));
                assertThat(peer()).isEqualTo(at("192.0.2.8", 4660));
            }
            try (SocketClient client = behindProxy(server, itself).connect("c", 0)) {
                client.ping();
                assertThat(((InetSocketAddress) peer()).getAddress().isLoopbackAddress())
                        .isTrue();
            }
            try (SocketClient without = new SocketClient(server.port())) {
                without.sendUntilClosed(without.bytes(SocketClient.hello("d", 0)));
                assertThat(without.isClosed()).isTrue();
            }
            assertThat(server.figures().counters().faults).isZero();
        }
    }

    @Test
    void whoIsNoProxyMayNotSpeakForOthers() {
        byte[] line = "PROXY TCP4 192.0.2.7 127.0.0.1 4660 1883\r\n".getBytes(StandardCharsets.US_ASCII);
        try (Server server = start(listener -> listener.withProxyProtocolFrom("10.0.0.0/8"))) {
            try (SocketClient liar = behindProxy(server, line)) {
                assertThat(liar.isClosed()).isTrue();
            }
            try (SocketClient client = server.client("c")) {
                client.ping();
            }
        }
        try (Server server = start(listener -> listener);
                SocketClient liar = behindProxy(server, line)) {
            assertThat(liar.isClosed()).isTrue();
        }
        assertThat(peers).extracting(Peer::address).noneMatch(at("192.0.2.7", 4660)::equals);
    }

    @Test
    void aProxysHeaderThatIsNotEndedIsClosed() {
        Server server = new Server();
        server.connectTimeout = Duration.ofMillis(200);
        server.change = listener -> listener.withProxyProtocolFrom("127.0.0.0/8");
        try (server) {
            server.start();
            try (SocketClient half = behindProxy(server, (byte) 'P', (byte) 'R')) {
                assertThat(half.isClosed()).isTrue();
            }
        }
    }

    @Test
    void tlsComesBehindAProxysHeader() throws Exception {
        byte[] line = "PROXY TCP4 192.0.2.7 127.0.0.1 4660 1883\r\n".getBytes(StandardCharsets.US_ASCII);
        try (Server server = start(listener -> listener.withTls(tls()).withProxyProtocolFrom("127.0.0.1"))) {
            Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port());
            plain.getOutputStream().write(line);
            Socket encrypted =
                    PKI.clientContext(null).getSocketFactory().createSocket(plain, "localhost", server.port(), true);
            try (SocketClient client = new SocketClient(encrypted).connect("c", 0)) {
                client.ping();
                assertThat(peer()).isEqualTo(at("192.0.2.7", 4660));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 192.0.2.1, 192.0.2.1",
        "127.0.0.1, '192.0.2.1, 198.51.100.2', 198.51.100.2", // the client wrote the first one itself
        "'127.0.0.1 198.51.100.0/24', '192.0.2.1, 198.51.100.2', 192.0.2.1",
        "127.0.0.1, 2001:db8::1, 2001:db8::1",
        "127.0.0.1, '', 127.0.0.1",
        "10.0.0.0/8, 192.0.2.1, 127.0.0.1"
    })
    void aTrustedProxyOfWebSocketSaysWhoItsClientIs(String trusted, String header, String client) throws Exception {
        try (Server server = forwarding(trusted)) {
            String line = header.isEmpty() ? "" : "X-Forwarded-For: " + header + "\r\n";
            WebSocketPeer peer = new WebSocketPeer(server.port())
                    .open(WebSocketPeer.REQUEST.replace("Upgrade: w", line + "Upgrade: w"));
            try (WebSocketPeer connected = peer.connect("c")) {
                assertThat(((InetSocketAddress) peer()).getAddress()).isEqualTo(InetAddress.ofLiteral(client));
                assertThat(connected).isNotNull();
            }
        }
    }

    @Test
    void aTrustedProxyThatSaysNonsenseIsRefused() {
        try (Server server = forwarding("127.0.0.1");
                WebSocketPeer peer = new WebSocketPeer(server.port())) {
            assertThat(peer.ask(WebSocketPeer.REQUEST.replace("Upgrade: w", "X-Forwarded-For: unknown\r\nUpgrade: w")))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    private Server forwarding(String trusted) {
        return start(listener -> listener.withProtocol(ListenerConfig.Protocol.WEBSOCKET)
                .withWebsocket(List.of(), Duration.ZERO, trusted.split(" ", -1)));
    }

    private TlsConfig tls() {
        return TlsConfig.of(
                write(directory.resolve("server.pem"), SERVER.certificatePem()),
                write(directory.resolve("server.key"), SERVER.keyPem()));
    }

    private Socket encrypted(Server server) throws IOException {
        return PKI.clientContext(null).getSocketFactory().createSocket("localhost", server.port());
    }

    @Test
    void onePortTellsApartWhatClientsSpeak() throws Exception {
        try (Server server = start(
                listener -> listener.withProtocol(ListenerConfig.Protocol.AUTO).withTls(tls()))) {
            try (SocketClient plain = server.client("plain");
                    SocketClient tls = new SocketClient(encrypted(server)).connect("tls", 0);
                    WebSocketPeer ws = WebSocketPeer.connected(server.port(), "ws");
                    WebSocketPeer wss = new WebSocketPeer(encrypted(server))
                            .open(WebSocketPeer.REQUEST)
                            .connect("wss")) {
                plain.ping();
                tls.ping();
                ws.subscribe("t", Qos.AT_MOST_ONCE);
                wss.subscribe("t", Qos.AT_MOST_ONCE);
            }
            try (SocketClient other = new SocketClient(server.port())) {
                other.sendUntilClosed("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(other.isClosed()).isTrue();
            }
            assertThat(peers)
                    .extracting(peer -> peer.tls() != null)
                    .containsExactlyInAnyOrder(false, true, false, true);
            assertThat(server.figures().counters().faults).isZero();
        }
    }

    @Test
    void onePortThatRequiresCertificatesTakesNobodyWithoutTls() throws Exception {
        Path ca = write(directory.resolve("ca.pem"), PKI.pem());
        TlsConfig tls = tls().withClients(ClientCertificates.REQUIRED, List.of(ca), List.of(), ClientIdentity.CN);
        try (Server server = start(listener ->
                        listener.withProtocol(ListenerConfig.Protocol.AUTO).withTls(tls));
                SocketClient plain = new SocketClient(server.port());
                WebSocketPeer web = new WebSocketPeer(server.port())) {
            plain.sendUntilClosed(plain.bytes(SocketClient.hello("c", 0)));
            assertThat(plain.isClosed()).isTrue();
            web.sendBytes(WebSocketPeer.REQUEST.getBytes(StandardCharsets.US_ASCII));
            assertThat(web.rest()).isEmpty();
            TestPki.Party party = PKI.client("CN=c");
            Socket socket = PKI.clientContext(party).getSocketFactory().createSocket("localhost", server.port());
            try (SocketClient client = new SocketClient(socket).connect("c", 0)) {
                client.ping();
            }
        }
    }
}
