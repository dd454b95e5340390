package io.chasqui.broker.transport;

import static io.chasqui.broker.tls.TestPki.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.tls.ClientIdentity;
import io.chasqui.broker.tls.TestPki;
import io.chasqui.broker.tls.TestPki.Party;
import io.chasqui.broker.tls.TlsConfig;
import io.chasqui.broker.tls.TlsConfig.ClientCertificates;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encrypted listeners, and who comes in through them. */
class TlsTest {
    private static final TestPki PKI = new TestPki();
    private static final Party SERVER = PKI.server("localhost");

    @TempDir
    Path directory;

    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();

    private TlsConfig config() {
        return TlsConfig.of(
                write(directory.resolve("server.pem"), SERVER.certificatePem()),
                write(directory.resolve("server.key"), SERVER.keyPem()));
    }

    private TlsConfig config(ClientCertificates clients, Path... crl) {
        Path ca = write(directory.resolve("ca.pem"), PKI.pem());
        return config().withClients(clients, List.of(ca), List.of(crl), ClientIdentity.CN);
    }

    private Server start(TlsConfig tls) {
        Server server = new Server();
        server.tls = tls;
        server.authenticator = (client, password) -> {
            peers.add(client.peer());
            return CompletableFuture.completedFuture(Authenticator.Verdict.ACCEPTED);
        };
        return server.start();
    }

    private Peer peer() {
        try {
            Peer peer = peers.poll(Server.DEADLINE.toSeconds(), TimeUnit.SECONDS);
            assertThat(peer).isNotNull();
            return peer;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLSocket socket(Server server, SSLContext context, String name, String... protocols) {
        try {
            SSLSocket socket = (SSLSocket)
                    context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port());
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            if (protocols.length > 0) {
                parameters.setProtocols(protocols);
            }
            socket.setSSLParameters(parameters);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SocketClient client(Server server, @Nullable Party self, String... protocols) {
        return new SocketClient(socket(server, PKI.clientContext(self), "localhost", protocols));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void mqttIsSpokenOverTls(String protocol) {
        try (Server server = start(config())) {
            for (int i = 0; i < 8; i++) { // some are at home on the other loop, and move there
                try (SocketClient client = client(server, null, protocol).connect("c" + i, 0)) {
                    client.subscribe("t/" + i, Qos.AT_LEAST_ONCE);
                    assertThat(client.publishAndWaitForEcho("t/" + i, "x".repeat(100_000)))
                            .hasSize(100_000);
                    Peer.Tls tls = peer().tls();
                    assertThat(tls.protocol()).isEqualTo(protocol);
                    assertThat(tls.cipher()).contains("GCM");
                    assertThat(tls.serverName()).isEqualTo("localhost");
                    assertThat(tls.certificate()).isNull();
                }
            }
            assertThat(server.figures().counters().tlsHandshakes).isEqualTo(8);
        }
    }

    @Test
    void theEndIsSaidInTlsToo() throws IOException {
        try (Server server = start(config())) {
            SSLSocket socket = socket(server, PKI.clientContext(null), "localhost");
            SocketClient first = new SocketClient(socket).connect("c", 0);
            try (SocketClient second = client(server, null).connect("c", 0)) {
                assertThat(first.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
                InputStream rest = socket.getInputStream();
                assertThat(rest.read()).isEqualTo(-1); // without close_notify it would throw
                second.ping();
            }
        }
    }

    @Test
    void websocketOverTls() throws IOException {
        Server server = new Server();
        server.tls = config();
        server.protocol = io.chasqui.broker.ListenerConfig.Protocol.WEBSOCKET;
        try (server) {
            server.start();
            SSLSocket socket = socket(server, PKI.clientContext(null), "localhost");
            try (WebSocketPeer peer = new WebSocketPeer(socket)) {
                peer.open(WebSocketPeer.REQUEST).connect("c").subscribe("t", Qos.AT_MOST_ONCE);
            }
        }
    }

    @Test
    void aRequiredCertificateIsDemandedAndHandedOn() {
        try (Server server = start(config(ClientCertificates.REQUIRED))) {
            Party pump = PKI.client("CN=pump,O=Chasqui");
            try (SocketClient client = client(server, pump).connect("c", 0)) {
                client.ping();
            }
            Peer.Certificate certificate = peer().certificate();
            assertThat(certificate.identity()).isEqualTo("pump");
            assertThat(certificate.subject()).isEqualTo("CN=pump,O=Chasqui");
            assertThat(certificate.fingerprint()).matches("[0-9a-f]{64}");
            assertThat(certificate.notAfter())
                    .isEqualTo(pump.certificate().getNotAfter().toInstant());
            refused(server, null);
            refused(server, PKI.issue("CN=late", "EC", Duration.ofDays(-1)));
            refused(server, new TestPki().client("CN=stranger"));
        }
    }

    @Test
    void anOptionalCertificateMustBeGoodToo() {
        try (Server server = start(config(ClientCertificates.OPTIONAL))) {
            try (SocketClient client = client(server, null).connect("c", 0)) {
                client.ping();
                assertThat(peer().certificate()).isNull();
            }
            refused(server, PKI.issue("CN=late", "EC", Duration.ofDays(-1)));
        }
    }

    @Test
    void aRevokedCertificateIsRefused() {
        Party good = PKI.client("CN=good");
        Party bad = PKI.client("CN=bad");
        Path crl = write(directory.resolve("crl.pem"), PKI.revoking(Duration.ofDays(1), bad));
        try (Server server = start(config(ClientCertificates.REQUIRED, crl))) {
            try (SocketClient client = client(server, good).connect("c", 0)) {
                client.ping();
                assertThat(peer().certificate().identity()).isEqualTo("good");
            }
            refused(server, bad);
        }
    }

    @Test
    void withAnOldRevocationListNobodyComesIn() {
        Path crl = write(directory.resolve("crl.pem"), PKI.revoking(Duration.ofDays(-1)));
        try (Server server = start(config(ClientCertificates.REQUIRED, crl))) {
            refused(server, PKI.client("CN=good"));
        }
    }

    private void refused(Server server, @Nullable Party self) {
        long before = server.figures().counters().tlsHandshakesFailed;
        try (SocketClient client = client(server, self)) {
            assertThatThrownBy(() -> client.connect("refused", 0))
                    .satisfiesAnyOf(
                            e -> assertThat(e).hasCauseInstanceOf(IOException.class),
                            e -> assertThat(e).hasMessageContaining("end of stream"));
        }
        server.await(figures -> figures.counters().tlsHandshakesFailed > before);
        assertThat(peers).isEmpty();
    }

    @Test
    void oldVersionsAreRefused() {
        try (Server server = start(config())) {
            SSLSocket socket = socket(server, PKI.clientContext(null), "localhost", "TLSv1.2");
            try (SocketClient client = new SocketClient(socket)) {
                assertThat(client.connect("c", 0)).isNotNull();
            }
        }
        TlsConfig usual = config();
        TlsConfig newest = new TlsConfig(
                usual.certificate(),
                usual.key(),
                "",
                usual.clientCertificates(),
                List.of(),
                List.of(),
                usual.identity(),
                TlsConfig.Version.TLS_1_3,
                List.of(),
                usual.reloadInterval());
        try (Server server = start(newest);
                SocketClient client = client(server, null, "TLSv1.2")) {
            assertThatThrownBy(() -> client.connect("c", 0)).hasCauseInstanceOf(SSLException.class);
        }
    }

    @Test
    void theDaysOfTheCertificateArePublished() {
        Server server = new Server();
        server.tls = config();
        server.sysInterval = Duration.ofSeconds(1);
        try (server) {
            server.start();
            try (SocketClient client = client(server, null).connect("c", 0)) {
                client.subscribe("$SYS/broker/listeners/mqtt0/certificate/days", Qos.AT_MOST_ONCE);
                assertThat(client.message()).isEqualTo("0"); // and some hours
            }
        }
    }

    @Test
    void aCipherThatThereIsNotIsSaidAtTheStart() {
        TlsConfig usual = config();
        TlsConfig wrong = new TlsConfig(
                usual.certificate(),
                usual.key(),
                "",
                usual.clientCertificates(),
                List.of(),
                List.of(),
                usual.identity(),
                usual.minVersion(),
                List.of("TLS_NO_SUCH_THING"),
                usual.reloadInterval());
        assertThatThrownBy(() -> start(wrong))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("listener \"mqtt0\"");
    }

    @Test
    void halfARecordIsKeptInABufferOfItsSize() {
        ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
        ByteBuf read = allocator.directBuffer(64 << 10).writeZero(100);
        ByteBuf kept = TlsStage.gather(allocator, Unpooled.EMPTY_BUFFER, read);
        assertThat(kept.capacity()).isLessThan(1_000);
        assertThat(read.refCnt()).isZero();
        ByteBuf more = TlsStage.gather(
                allocator, kept, allocator.directBuffer(64 << 10).writeZero(100));
        assertThat(more.readableBytes()).isEqualTo(200);
        assertThat(more.capacity()).isLessThan(1_000);
        more.release();
    }

    /** A half-open handshake has no more time than any other connection without CONNECT, and holds little memory. */
    @Test
    void aHandshakeThatIsNotEndedIsClosed() {
        Server server = new Server();
        server.tls = config();
        server.connectTimeout = Duration.ofMillis(300);
        try (server) {
            server.start();
            try (SocketClient silent = new SocketClient(server.port());
                    SocketClient half = new SocketClient(server.port());
                    SocketClient handshakeOnly = client(server, null)) {
                half.sendBytes((byte) 22, (byte) 3, (byte) 1, (byte) 2, (byte) 0, (byte) 1);
                assertThat(silent.isClosed()).isTrue();
                assertThat(half.isClosed()).isTrue();
                assertThat(handshakeOnly.isClosed()).isTrue();
            }
            assertThat(server.figures().counters().faults).isZero();
        }
    }

    @Test
    void whatIsNotTlsIsClosedWithoutAFault() {
        try (Server server = start(config());
                SocketClient plain = new SocketClient(server.port())) {
            plain.send(SocketClient.hello("plain", 0));
            plain.skipToEnd();
            server.await(figures -> figures.counters().tlsHandshakesFailed == 1);
            assertThat(server.figures().counters().faults).isZero();
        }
    }

    @Test
    void aSessionIsResumed() throws IOException {
        try (Server server = start(config())) {
            SSLContext context = PKI.clientContext(null);
            long first = created(server, context);
            assertThat(created(server, context)).isEqualTo(first);
        }
    }

    /** When the session of a new connection was created: that of the first one, if it was resumed. */
    private static long created(Server server, SSLContext context) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", server.port());
                SocketClient client = new SocketClient(socket).connect("c", 0)) {
            client.ping(); // after it the ticket of TLS 1.3 has come
            return socket.getSession().getCreationTime();
        }
    }

    /** New files serve those who come from then on; those who are there stay, but for the one whose certificate is revoked. */
    @Test
    void filesAreReloadedUnderConnections() {
        Party revoked = PKI.client("CN=soon-revoked");
        Party client = PKI.client("CN=good");
        Path crl = write(directory.resolve("crl.pem"), PKI.revoking(Duration.ofDays(1)));
        TlsConfig tls = config(ClientCertificates.REQUIRED, crl).withReloadInterval(Duration.ofSeconds(1));
        try (Server server = start(tls)) {
            SSLContext context = PKI.clientContext(revoked);
            try (SocketClient goes = new SocketClient(socket(server, context, "localhost")).connect("goes", 0);
                    SocketClient stays = client(server, client).connect("stays", 0)) {
                goes.ping(); // and has a ticket to come back with
                assertThat(peer().certificate().identity()).isEqualTo("soon-revoked");
                Instant before = server.broker().certificateExpiries().get("mqtt0");
                Party renewed = PKI.issue("CN=localhost", "EC", Duration.ofHours(5), TestPki.Name.dns("localhost"));
                write(directory.resolve("server.pem"), renewed.certificatePem());
                write(directory.resolve("server.key"), renewed.keyPem());
                write(crl, PKI.revoking(Duration.ofDays(1), revoked));
                Instant after = renewed.certificate().getNotAfter().toInstant();
                assertThat(before).isNotEqualTo(after);
                server.await(
                        _ -> after.equals(server.broker().certificateExpiries().get("mqtt0")));
                assertThat(goes.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
                assertThat(comesIn(server, context)).isFalse();
                stays.ping();
                peers.clear();
                try (SocketClient next = client(server, client).connect("next", 0)) {
                    assertThat(peer().certificate().identity()).isEqualTo("good");
                    next.ping();
                }
            }
        }
    }

    @Test
    void revocationUnderLoadHitsThoseWhoAreRevokedAndNobodyElse() throws InterruptedException {
        Party revoked = PKI.client("CN=stolen");
        Party good = PKI.client("CN=good");
        Path crl = write(directory.resolve("crl.pem"), PKI.revoking(Duration.ofDays(1)));
        TlsConfig tls = config(ClientCertificates.REQUIRED, crl).withReloadInterval(Duration.ofSeconds(1));
        List<SocketClient> bad = new ArrayList<>();
        List<Thread> load = new ArrayList<>();
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        try (Server server = start(tls)) {
            for (int i = 0; i < 10; i++) {
                bad.add(client(server, revoked).connect("stolen" + i, 0));
                SocketClient peer = client(server, good).connect("good" + i, 0);
                String topic = "t/" + i;
                load.add(Thread.ofVirtual().start(() -> {
                    try (peer) {
                        peer.subscribe(topic, Qos.AT_MOST_ONCE); // it acknowledges nothing
                        while (!done.get()) {
                            assertThat(peer.publishAndWaitForEcho(topic, topic)).isEqualTo(topic);
                        }
                        answered.incrementAndGet();
                    }
                }));
            }
            write(crl, PKI.revoking(Duration.ofDays(1), revoked));
            for (SocketClient client : bad) {
                assertThat(client.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            }
            done.set(true);
            for (Thread thread : load) {
                assertThat(thread.join(Server.DEADLINE)).isTrue();
            }
            assertThat(answered).hasValue(10);
        } finally {
            bad.forEach(SocketClient::close);
        }
    }

    private static boolean comesIn(Server server, SSLContext context) {
        try (SocketClient client = new SocketClient(socket(server, context, "localhost"))) {
            client.connect("again", 0);
            return true;
        } catch (UncheckedIOException | NullPointerException e) {
            return false;
        }
    }
}
