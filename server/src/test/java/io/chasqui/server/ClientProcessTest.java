package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.Received;
import io.chasqui.protocol.Qos;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code pub} and {@code sub} as processes: how they end when somebody ends them. */
@Timeout(60)
class ClientProcessTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private MqttClient client;
    private final String port = BROKER.port();
    private Process process;

    @BeforeEach
    void start() {
        client = MqttClient.to("mqtt://127.0.0.1:" + port).build();
        client.connect();
        client.publish(Message.of("there", "yes").withRetain(true));
    }

    @AfterEach
    void stop() {
        process.destroyForcibly();
        client.close();
    }

    private BufferedReader run(String... arguments) throws IOException {
        List<String> jvm = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.chasqui.server.Chasqui");
        process = new ProcessBuilder(
                        Stream.concat(jvm.stream(), Stream.of(arguments)).toList())
                .redirectErrorStream(true)
                .start();
        return process.inputReader();
    }

    private int exitCode() throws InterruptedException {
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void anInterruptedSubSaysGoodbyeAndEndsWithZero() throws Exception {
        LinkedBlockingQueue<Received> wills = new LinkedBlockingQueue<>();
        client.subscribe("will", Qos.AT_LEAST_ONCE, wills::add);
        BufferedReader output = run("sub", "-p", port, "-t", "there", "--will-topic", "will", "--will-qos", "1");
        assertThat(output.readLine()).isEqualTo("yes");
        process.toHandle().destroy(); // SIGTERM, which is handled as SIGINT; the streams stay open
        assertThat(exitCode()).isZero();
        assertThat(output.readLine()).isNull();
        client.publish("will", "no");
        assertThat(wills.poll(20, TimeUnit.SECONDS).text()).isEqualTo("no");
    }

    @Test
    void aBrokenPipeIsQuiet() throws Exception {
        BufferedReader output = run("sub", "-p", port, "-t", "there");
        assertThat(output.readLine()).isEqualTo("yes");
        output.close(); // as head -1 does
        client.publish("there", "anybody?");
        assertThat(exitCode()).isZero();
    }

    @Test
    void anInterruptedPubEndsWithTheCodeOfAnInterruption() throws Exception {
        LinkedBlockingQueue<Received> messages = new LinkedBlockingQueue<>();
        client.subscribe("lines", Qos.AT_LEAST_ONCE, messages::add);
        BufferedReader output = run("pub", "-p", port, "-t", "lines", "-l");
        process.outputWriter().write("one\n");
        process.outputWriter().flush();
        assertThat(messages.poll(20, TimeUnit.SECONDS).text()).isEqualTo("one");
        process.toHandle().destroy();
        assertThat(exitCode()).isEqualTo(130);
        assertThat(output.readLine()).isNull();
    }
}
