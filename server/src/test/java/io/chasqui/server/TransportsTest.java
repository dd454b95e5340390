package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.tls.TestPki;
import io.chasqui.broker.tls.TlsConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command with a connection, over everything that carries MQTT. */
@Timeout(60)
class TransportsTest {
    @TempDir
    private static Path directory;

    private static SharedBroker broker;

    private final Typed typed = new Typed();

    @BeforeAll
    static void start() throws Exception {
        TestPki pki = new TestPki();
        TestPki.Party server = pki.server("localhost");
        write("ca.pem", pki.pem());
        ListenerConfig all = new ListenerConfig("all", "127.0.0.1", 0, 100, Duration.ofSeconds(10))
                .withProtocol(ListenerConfig.Protocol.AUTO)
                .withTls(TlsConfig.of(
                        write("server.pem", server.certificatePem()), write("server.key", server.keyPem())));
        broker = new SharedBroker(
                all,
                new ListenerConfig("unix", "127.0.0.1", 0, 100, Duration.ofSeconds(10))
                        .withUnixSocket(directory.resolve("mqtt.sock"), "600"));
        broker.start();
    }

    @AfterAll
    static void stop() {
        broker.broker().close();
    }

    private static Path write(String name, String text) throws Exception {
        return Files.writeString(directory.resolve(name), text);
    }

    private static String[] typed(String way, String... more) {
        Stream<String> where = Arrays.stream(way.split(" ", -1))
                .map(word -> word.replace("PORT", broker.port()).replace("DIR", directory.toString()));
        return Stream.concat(where, Arrays.stream(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-h localhost -p PORT --cafile DIR/ca.pem",
                "-L ws://127.0.0.1:PORT/mqtt",
                "-L wss://localhost:PORT/mqtt --cafile DIR/ca.pem",
                "--unix DIR/mqtt.sock",
            })
    void eachCommandGoesOverEachTransport(String way) throws Exception {
        assertThat(typed.pub("", typed(way, "-t", "over", "-m", "it", "-r", "-q", "2")))
                .as("%s", typed.err)
                .isZero();
        assertThat(typed.sub(typed(way, "-t", "over", "-C", "1", "-W", "20"))).isZero();
        assertThat(typed.out.toString()).isEqualTo("it\n");

        assertThat(typed.ping(typed(way, "-C", "2", "--interval", "0"))).isZero();
        assertThat(typed.out.toString()).contains("2 sent, 2 answered, 0 % lost");

        assertThat(typed.info(typed(way))).isZero();
        assertThat(typed.out.toString()).containsPattern("MQTT 5.0 +yes +tried\n");

        assertThat(typed.bench(
                        false, typed(way, "offline", "-n", "1", "--messages", "10", "--patience", "20s", "--strict")))
                .as("%s", typed.err)
                .isZero();
        assertThat(typed.out.toString()).containsPattern("drained +10 messages\n");

        CompletableFuture<Integer> server = CompletableFuture.supplyAsync(
                () -> new Typed().rr("", typed(way, "--serve", "-t", "ask", "-m", "answered", "-C", "1")));
        while (typed.rr("", typed(way, "-t", "ask", "-m", "x", "-W", "1")) != 0) {
            assertThat(server).isNotDone();
        }
        assertThat(typed.out.toString()).endsWith("answered\n");
        assertThat(server.join()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-h 127.0.0.1 -p PORT --cafile DIR/ca.pem --insecure",
                "-L mqtts://localhost:PORT --cafile DIR/ca.pem",
                "-h localhost -p PORT --cafile DIR/ca.pem --tls-version tlsv1.2 --tls-alpn mqtt",
                "-L unix://DIR/mqtt.sock",
            })
    void pubHasOtherWaysToSayIt(String way) {
        assertThat(typed.pub("", typed(way, "-t", "over", "-m", "it", "-q", "1")))
                .as("%s", typed.err)
                .isZero();
    }

    @Test
    void whatIsWrongWithTlsIsSaidInOneLine() {
        String[] untrusted = typed("-L mqtts://localhost:PORT", "-t", "a", "-m", "b");
        assertThat(typed.pub("", untrusted)).isEqualTo(8); // as mosquitto_pub
        assertThat(typed.err.toString())
                .isEqualTo("chasqui: cannot connect to localhost:" + broker.port()
                        + ": TLS: nobody whom we trust has signed its certificate; give the authority that has signed"
                        + " the broker's certificate with --cafile\n");
        typed.err.getBuffer().setLength(0);
        String[] misnamed = typed("-h 127.0.0.1 -p PORT --cafile DIR/ca.pem", "-t", "a", "-m", "b");
        assertThat(typed.pub("", misnamed)).isEqualTo(8);
        assertThat(typed.err.toString())
                .contains("the certificate is for another host")
                .hasLineCount(1);
        typed.err.getBuffer().setLength(0);
        assertThat(typed.ping(typed("-L mqtts://localhost:PORT", "-C", "1"))).isEqualTo(ExitCode.FAILED);
        assertThat(typed.err.toString()).contains("--cafile says whom to trust").hasLineCount(1);
    }
}
