package io.chasqui.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.server.SharedBroker;
import io.chasqui.server.probe.Target;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole runs, short ones, with a broker in this JVM, and with mosquitto where it is installed. */
@Timeout(60)
class BenchTest {
    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.withoutSys();

    @TempDir
    Path directory;

    private final String url = "mqtt://127.0.0.1:" + BROKER.port();
    private final List<Second> seconds = new ArrayList<>();

    private static BenchSettings settings(
            String url, MqttVersion version, Shape shape, Qos qos, double rate, int messages) {
        boolean many = shape != Shape.PAIRS && shape != Shape.OFFLINE;
        return new BenchSettings(
                shape,
                Target.of(url, version, null, null, 60, null, null, null, true),
                qos,
                qos,
                2,
                many ? 3 : 2,
                2,
                40,
                rate,
                50,
                10,
                Duration.ofMillis(150),
                Duration.ZERO,
                messages,
                20,
                4,
                2,
                Duration.ofMillis(500));
    }

    private BenchResult run(BenchSettings settings) throws Exception {
        return Bench.run(settings, seconds::add, bench -> {});
    }

    private static double figure(BenchResult result, String name) {
        return result.figures().get(name).value();
    }

    @ParameterizedTest
    @EnumSource(
            value = Shape.class,
            names = {"PAIRS", "FAN_IN", "FAN_OUT", "SHARED"})
    void messagesFlowAndNoneIsLost(Shape shape) throws Exception {
        Qos qos = Qos.of(shape.ordinal() % 3);
        BenchResult result = run(settings(url, MqttVersion.V5, shape, qos, 0, 1));
        assertThat(result.clean()).as(result.text()).isTrue();
        assertThat(result.complete()).isTrue();
        assertThat(figure(result, "received_per_s")).isPositive();
        assertThat(figure(result, "latency_p99")).isPositive();
        assertThat(result.latency().getTotalCount()).isPositive();
        assertThat(seconds).extracting(Second::phase).contains("run", "drain");
        assertThat(seconds.stream().mapToLong(Second::sent).sum()
                        * (shape == Shape.FAN_IN || shape == Shape.FAN_OUT ? 3 : 1))
                .isEqualTo(seconds.stream().mapToLong(Second::received).sum());
    }

    @Test
    void theOpenLoopSendsAtItsRate() throws Exception {
        BenchResult result = run(settings(url, MqttVersion.V3_1_1, Shape.PAIRS, Qos.AT_LEAST_ONCE, 400, 1));
        assertThat(figure(result, "lost")).isZero();
        // What was due while this machine was busy is made up for; without a rate it is many times this.
        assertThat(figure(result, "sent_per_s")).isBetween(1.0, 10_000.0);
        assertThat(result.figures()).containsKeys("generator_late_p99", "unsent");
        assertThat(result.title()).contains("MQTT 3.1.1, open loop");
    }

    @Test
    void connectionsAreOpenedAndHeld() throws Exception {
        BenchResult result = run(settings(url, MqttVersion.V5, Shape.CONNECTIONS, Qos.AT_MOST_ONCE, 1_000, 1));
        assertThat(figure(result, "connected")).isEqualTo(20);
        assertThat(result.latency().getTotalCount()).isEqualTo(20);
        assertThat(result.clean()).isTrue();
    }

    @Test
    void retainedMessagesAreSetFetchedAndRemoved() throws Exception {
        BenchSettings settings = settings(url, MqttVersion.V5, Shape.RETAINED, Qos.AT_LEAST_ONCE, 0, 30);
        BenchResult result = run(settings);
        assertThat(figure(result, "set")).isEqualTo(60);
        assertThat(figure(result, "fetched")).isEqualTo(180);
        assertThat(figure(result, "fetched_per_s")).isBetween(1.0, 1e9); // and not by a time of none
        assertThat(figure(result, "lost")).isZero();
        assertThat(BROKER.broker().statistics().join().retainedMessages()).isZero();
    }

    @Test
    void sessionsThatAreAwayGetAllAndAreRemoved() throws Exception {
        BenchResult result = run(settings(url, MqttVersion.V5, Shape.OFFLINE, Qos.EXACTLY_ONCE, 0, 30));
        assertThat(figure(result, "queued")).isEqualTo(60);
        assertThat(figure(result, "drained")).isEqualTo(60);
        assertThat(result.clean()).as(result.text()).isTrue();
    }

    @Test
    void whenItIsStoppedItSaysWhatItHasSoFar() throws Exception {
        BenchSettings settings = settings(url, MqttVersion.V5, Shape.PAIRS, Qos.AT_MOST_ONCE, 0, 1);
        List<Bench> running = new ArrayList<>();
        BenchResult result = Bench.run(
                new BenchSettings(
                        settings.shape(),
                        settings.target(),
                        settings.qos(),
                        settings.subscriberQos(),
                        2,
                        2,
                        1,
                        40,
                        0,
                        50,
                        10,
                        Duration.ofHours(1),
                        Duration.ZERO,
                        1,
                        1,
                        4,
                        1,
                        Duration.ofSeconds(1)),
                second -> {
                    if (second.phase().equals("run")) {
                        running.getFirst().stop();
                    }
                },
                running::add);
        assertThat(result.complete()).isFalse();
        assertThat(result.text()).contains("stopped early");
        assertThat(figure(result, "received_per_s")).isPositive();
    }

    @Test
    void whatDoesNotFitBelowTheLimitOfFilesIsSaidBefore() {
        BenchSettings settings = settings(url, MqttVersion.V5, Shape.CONNECTIONS, Qos.AT_MOST_ONCE, 0, 1);
        assertThatThrownBy(() -> Bench.checkFiles(settings, 119, 200))
                .hasMessage(
                        "20 connections do not fit below this process's limit of 200 open files: raise it (ulimit -n"
                                + " 201), or ask for fewer");
        assertThat(settings.connections()).isEqualTo(20);
    }

    @Test
    void allFaultsOfTheSettingsAreSaidAtOnce() {
        assertThatThrownBy(() -> settings(url, MqttVersion.V5, Shape.OFFLINE, Qos.AT_MOST_ONCE, 5, 0))
                .hasMessage(
                        "--messages is 0; give 1 to 10000000; --rate does not go with offline, which is as fast as the"
                            + " broker; leave it out; -q is 0, at which brokers need not queue for those who are away;"
                            + " give 1 or 2");
    }

    /** Also the proof that a loss is seen: of 100 messages this broker queues 50, and says so to nobody. */
    @Test
    void mosquittoIsMeasuredAndItsLossesAreFound() throws Exception {
        Path program = mosquitto();
        if (System.getenv("CI") == null) {
            assumeTrue(Files.isExecutable(program), "needs mosquitto (Debian: mosquitto)");
        }
        Path socket = directory.resolve("s");
        Path config = Files.writeString(
                directory.resolve("m.conf"),
                "listener 0 " + socket + "\nallow_anonymous true\nmax_queued_messages 50\nuser "
                        + System.getProperty("user.name") + "\n");
        Process mosquitto = new ProcessBuilder(program.toString(), "-c", config.toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader log = mosquitto.inputReader()) {
            String line = log.readLine();
            while (line != null && !line.contains("running")) {
                line = log.readLine();
            }
            assertThat(line).as("mosquitto runs").isNotNull();
            String at = "unix://" + socket;
            BenchResult pairs = run(settings(at, MqttVersion.V5, Shape.PAIRS, Qos.AT_LEAST_ONCE, 0, 1));
            assertThat(pairs.clean()).as(pairs.text()).isTrue();
            BenchResult offline = run(settings(at, MqttVersion.V3_1_1, Shape.OFFLINE, Qos.AT_LEAST_ONCE, 0, 100));
            assertThat(figure(offline, "queued")).isEqualTo(200);
            assertThat(figure(offline, "lost"))
                    .isEqualTo(200 - figure(offline, "drained"))
                    .isPositive();
            assertThat(offline.clean()).isFalse();
        } finally {
            mosquitto.destroyForcibly().waitFor();
        }
    }

    private static Path mosquitto() {
        return List.of(
                        Path.of("/usr/sbin/mosquitto"),
                        Path.of("/usr/local/sbin/mosquitto"),
                        Path.of("/opt/homebrew/sbin/mosquitto"))
                .stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of("/usr/sbin/mosquitto"));
    }
}
