package io.chasqui.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.Qos;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ways to a server beside plain TCP, each with a relay before a real broker. */
@Timeout(60)
class TransportTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    static Path directory;

    private static BrokerFixture broker;

    @BeforeAll
    static void start() throws Exception {
        broker = new BrokerFixture();
        makeKeys("server", "dns:localhost");
        makeKeys("client", "dns:nowhere");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** A key store, and the certificate and key in it as PEM. */
    private static void makeKeys(String name, String alternativeName) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=" + alternativeName,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".keytool").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = load(store);
        Key key = keys.getKey(name, PASSWORD);
        pem(name + ".key", "PRIVATE KEY", key.getEncoded());
        pem(name + ".pem", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    }

    private static KeyStore load(Path store) throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static void pem(String file, String type, byte[] bytes) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n");
    }

    private static SSLServerSocket tlsDoor(boolean askForCertificate) throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(load(directory.resolve("server.p12")), PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "client", load(directory.resolve("client.p12")).getCertificate("client"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        SSLServerSocket door = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        door.setNeedClientAuth(askForCertificate);
        return door;
    }

    private static Relay relay(ServerSocket door, Relay.Greeting greeting) {
        return new Relay(
                new Relay.Door() {
                    @Override
                    public Relay.Visitor accept() throws IOException {
                        Socket socket = door.accept();
                        return new Relay.Visitor(socket.getInputStream(), socket.getOutputStream(), socket);
                    }

                    @Override
                    public void close() throws IOException {
                        door.close();
                    }
                },
                greeting);
    }

    /** Connects, and sends a large and a small message to itself. */
    private static void works(MqttClientBuilder builder) throws InterruptedException {
        try (MqttClient client = builder.build()) {
            client.connect();
            Messages messages = client.messages("transport");
            client.subscribe("transport", Qos.EXACTLY_ONCE);
            byte[] large = new byte[200_000];
            large[100_000] = 1;
            client.publish(Message.of("transport", large).withQos(Qos.EXACTLY_ONCE));
            client.publish("transport", "small");
            assertThat(messages.poll(PATIENCE).payload()).isEqualTo(large);
            assertThat(messages.poll(PATIENCE).text()).isEqualTo("small");
            client.unsubscribe("transport");
        }
    }

    @Test
    void mqtt3_7_1_2_1_tlsWithATrustedCertificate() throws Exception {
        SSLServerSocket door = tlsDoor(false);
        try (Relay relay = relay(door, (in, out) -> broker.port())) {
            assertThat(relay).isNotNull();
            String uri = "mqtts://localhost:" + door.getLocalPort();
            works(MqttClient.to(uri).trust(directory.resolve("server.pem")));
            try (MqttClient stranger = MqttClient.to(uri).build()) {
                assertThatThrownBy(stranger::connect)
                        .isInstanceOf(MqttException.ConnectFailed.class)
                        .hasMessageContaining("unable to find valid certification path");
            }
        }
    }

    @Test
    void tlsChecksTheHostNameUnlessToldOtherwise() throws Exception {
        SSLServerSocket door = tlsDoor(false);
        try (Relay relay = relay(door, (in, out) -> broker.port())) {
            assertThat(relay).isNotNull();
            String uri = "mqtts://127.0.0.1:" + door.getLocalPort(); // the certificate is for localhost
            try (MqttClient careful =
                    MqttClient.to(uri).trust(directory.resolve("server.pem")).build()) {
                assertThatThrownBy(careful::connect)
                        .isInstanceOf(MqttException.ConnectFailed.class)
                        .hasMessageContaining("No subject alternative names");
            }
            works(MqttClient.to(uri).trust(directory.resolve("server.pem")).anyHostName());
        }
    }

    @Test
    void tlsWithOurOwnCertificate() throws Exception {
        SSLServerSocket door = tlsDoor(true);
        try (Relay relay = relay(door, (in, out) -> broker.port())) {
            assertThat(relay).isNotNull();
            works(MqttClient.to("mqtts://localhost:" + door.getLocalPort())
                    .trust(directory.resolve("server.pem"))
                    .certificate(directory.resolve("client.pem"), directory.resolve("client.key")));
        }
        assertThatThrownBy(() -> MqttClient.to("mqtts://localhost")
                        .trust(directory.resolve("none.pem"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot read")
                .hasMessageContaining("none.pem");
    }

    @Test
    void mqtt3_7_1_2_1_webSocketOverTls() throws Exception {
        int port = Integer.parseInt(broker.webSocketUri().replaceAll(".*:(\\d+)/.*", "$1"));
        SSLServerSocket door = tlsDoor(false);
        try (Relay relay = relay(door, (in, out) -> port)) {
            assertThat(relay).isNotNull();
            works(MqttClient.to("wss://localhost:" + door.getLocalPort() + "/mqtt")
                    .trust(directory.resolve("server.pem")));
        }
    }

    @Test
    void unixSocket() throws Exception {
        Path path = directory.resolve("mqtt.sock");
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(path));
        Relay.Door unix = new Relay.Door() {
            @Override
            public Relay.Visitor accept() throws IOException {
                SocketChannel socket = door.accept();
                return new Relay.Visitor(Channels.newInputStream(socket), Channels.newOutputStream(socket), socket);
            }

            @Override
            public void close() throws IOException {
                door.close();
            }
        };
        try (Relay relay = new Relay(unix, (in, out) -> broker.port())) {
            assertThat(relay).isNotNull();
            works(MqttClient.to("unix://" + path));
        }
        try (MqttClient nobody =
                MqttClient.to("unix://" + directory.resolve("none.sock")).build()) {
            assertThatThrownBy(nobody::connect)
                    .isInstanceOf(MqttException.ConnectFailed.class)
                    .hasMessageContaining("none.sock");
        }
    }

    private static ServerSocket door() throws IOException {
        return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @Test
    void httpProxyWithLogin() throws Exception {
        List<String> heads = new CopyOnWriteArrayList<>();
        ServerSocket door = door();
        try (Relay relay = relay(door, (in, out) -> {
            String head = head(in);
            heads.add(head);
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return Integer.parseInt(head.replaceAll("(?s)CONNECT [^:]*:(\\d+) .*", "$1"));
        })) {
            assertThat(relay).isNotNull();
            works(MqttClient.to(broker.uri())
                    .httpProxy("127.0.0.1", door.getLocalPort())
                    .proxyLogin("me", "secret"));
        }
        assertThat(heads)
                .singleElement()
                .asString()
                .startsWith("CONNECT 127.0.0.1:" + broker.port())
                .containsIgnoringCase("proxy-authorization: Basic "
                        + Base64.getEncoder().encodeToString("me:secret".getBytes(StandardCharsets.UTF_8)));
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    @Test
    void aProxyThatRefusesIsNamed() throws Exception {
        ServerSocket door = door();
        try (Relay relay = relay(door, (in, out) -> {
                    head(in);
                    out.write("HTTP/1.1 403 Forbidden\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    throw new IOException("refused");
                });
                MqttClient client = MqttClient.to(broker.uri())
                        .httpProxy("127.0.0.1", door.getLocalPort())
                        .build()) {
            assertThat(relay).isNotNull();
            assertThatThrownBy(client::connect)
                    .isInstanceOf(MqttException.ConnectFailed.class)
                    .hasMessageContaining("403 Forbidden");
        }
    }

    @Test
    void socksProxyAndTheNameIsResolvedThere() throws Exception {
        List<String> names = new ArrayList<>();
        ServerSocket door = door();
        try (Relay relay = relay(door, (in, out) -> socks(in, out, names))) {
            assertThat(relay).isNotNull();
            works(MqttClient.to("mqtt://broker.invalid:" + broker.port()).socksProxy("127.0.0.1", door.getLocalPort()));
        }
        assertThat(names).containsExactly("broker.invalid");
    }

    /** RFC 1928: no authentication, CONNECT to a domain name. */
    private static int socks(InputStream stream, OutputStream out, List<String> names) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        in.readByte();
        in.readFully(new byte[in.readUnsignedByte()]);
        out.write(new byte[] {5, 0});
        in.readFully(new byte[3]);
        assertThat(in.readUnsignedByte()).isEqualTo(3); // a domain name
        byte[] name = new byte[in.readUnsignedByte()];
        in.readFully(name);
        names.add(new String(name, StandardCharsets.US_ASCII));
        int port = in.readUnsignedShort();
        out.write(new byte[] {5, 0, 0, 1, 127, 0, 0, 1, 0, 0});
        return port;
    }
}
