package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each command prints and ends with. A broker is never started here: LauncherTest does that. */
class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true));

    @TempDir
    Path directory;

    @Test
    void help() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("Usage: chasqui [COMMAND] [OPTIONS]", "serve ", "config ", "Exit codes:")
                .doesNotContain("warm-up", "\u001b");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void helpOfServe() {
        assertThat(run("serve", "--help")).isZero();
        assertThat(out.toString()).contains("--config=FILE", "--port=N", "--data=DIR", "--set=KEY=VALUE", "78");
    }

    @Test
    void helpOfTorture() {
        assertThat(run("torture", "--help")).isZero();
        assertThat(out.toString())
                .contains(
                        "--broker-command=COMMAND",
                        "--kill-command=COMMAND",
                        "--seed=N",
                        "Examples:",
                        "a promise was broken");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "torture | give either --broker-command or --kill-command",
                "torture --broker-command a --kill-command b | give either --broker-command or --kill-command",
                "torture --broker-command a --start-command b | --start-command belongs to --kill-command",
                "torture --kill-command a --seed x | --seed is x; give a whole number",
                "torture --kill-command a --mqtt 4 | --mqtt is 4; give 3.1.1, 5 or both",
                "torture --kill-command a --up x-1"
                        + " | --up is x-1; give two numbers of milliseconds, such as 500-3000",
                "torture --kill-command a --up 9-1 --port 0 --payload 63 | --port is 0; give 1 to 65535;"
                        + " --payload is 63; give 64 to 65536; --up is 9 to 1 ms; give the shorter time first",
            })
    void aWrongTortureIsRefusedWithAllItsFaults(String arguments, String message) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("chasqui: " + message + " (chasqui torture --help lists all)" + System.lineSeparator());
    }

    @Test
    void aBrokerThatCannotBeTorturedIsExitCode3() {
        assertThat(run("torture", "--broker-command", "exit 4", "--port", "1")).isEqualTo(3);
        assertThat(err.toString()).startsWith("chasqui: torture: --broker-command ended by itself with exit code 4");
    }

    @Test
    void version() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).matches("(?s)chasqui [0-9]+\\.[0-9]+\\.[0-9]+\\S*\\RJava 2[5-9].*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --prot 1     | unknown option --prot; did you mean --port? (chasqui serve --help lists all)",
                "--prot=1           | unknown option --prot; did you mean --port? (chasqui serve --help lists all)",
                "--wombat           | unknown option --wombat (chasqui serve --help lists all)",
                "srve               | unknown command or argument srve; did you mean serve? (chasqui --help lists all)",
                "warmup             | unknown command or argument warmup (chasqui --help lists all)",
                "config sho         | unknown command or argument sho; did you mean show? (chasqui config --help lists"
                        + " all)",
                "config             | Missing required subcommand (chasqui config --help lists all)",
                "config check       | Missing required parameter: 'FILE' (chasqui config check --help lists all)",
                "serve --port       | Missing required parameter for option '--port' (N) (chasqui serve --help lists"
                        + " all)",
            })
    void aWrongCommandLineIsOneLineAndExitCode2(String arguments, String message) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("chasqui: " + message + System.lineSeparator());
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void configCheck() throws Exception {
        Path good = Files.writeString(directory.resolve("good.yaml"), "loops: 1\n");
        assertThat(run("config", "check", good.toString())).isZero();
        assertThat(out.toString()).isEqualTo(good + ": no faults" + System.lineSeparator());

        Path bad = Files.writeString(directory.resolve("bad.yaml"), "lops: 1\nshards: x\n");
        assertThat(run("config", "check", bad.toString())).isEqualTo(78);
        assertThat(err.toString())
                .isEqualTo(bad + ":1: unknown key lops; did you mean loops?\n" + bad
                        + ":2: shards is x; give a whole number in digits, such as 100\n"
                        + "2 faults in the configuration\n");
    }

    @Test
    void configShow() {
        Map<String, String> environment = Map.of("CHASQUI_LIMITS_MAX_QOS", "1");
        int code = Chasqui.run(
                new String[] {"config", "show", "-s", "loops=2", "-s", "shards=8", "-p", "7", "-d", "x"},
                environment,
                console,
                _ -> new FakeBroker());
        assertThat(code).isZero();
        assertThat(out.toString().replaceAll(" +", " "))
                .contains(
                        "max-qos: 1 # environment CHASQUI_LIMITS_MAX_QOS\n",
                        "loops: 2 # command line --set loops=2\n",
                        "shards: 8 # command line --set shards=8\n",
                        "port: 7 # command line --port 7\n",
                        "data: x # command line --data x\n");
    }

    @Test
    void serveRefusesAWrongConfiguration() {
        assertThat(run("--set", "limits.max-qos=7")).isEqualTo(78);
        assertThat(err.toString()).isEqualTo("""
            command line --set limits.max-qos=7: limits.max-qos is 7; give 0, 1 or 2
            1 fault in the configuration
            """);
    }

    @Test
    void serveRefusesAListenerForAllWithoutAuthentication() {
        assertThat(run("serve", "--set", "listeners.mqtt.host=0.0.0.0")).isEqualTo(78);
        assertThat(err.toString())
                .contains("there are no authentication.methods; give some, or true if everybody who reaches it may");
    }

    @Test
    void serveSaysWhyItCannotStart() {
        UncheckedIOException inUse = new UncheckedIOException(
                "listener mqtt cannot bind 127.0.0.1:1883", new BindException("Address already in use"));
        int code = Chasqui.run(new String[0], Map.of(), console, _ -> {
            throw inUse;
        });
        assertThat(code).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo(
                        "chasqui: listener mqtt cannot bind 127.0.0.1:1883; another program listens there: stop it, or"
                                + " choose another port, such as --port 1884" + System.lineSeparator());
    }

    @ParameterizedTest
    @CsvSource({"Permission denied, ports below 1024", "Cannot assign requested address, does not have that address"})
    void eachReasonHasItsAdvice(String reason, String advice) {
        assertThat(StartFailure.explain(new UncheckedIOException("cannot bind", new BindException(reason))))
                .contains(advice);
    }

    @Test
    void theReasonIsInTheWordsOfTheSystem() {
        IOException cause =
                new IOException("listener \"mqtt\" cannot bind 127.0.0.1:1883: bind(..) failed with error(-98):"
                        + " Address already in use");
        assertThat(StartFailure.explain(new UncheckedIOException(cause)))
                .startsWith("listener \"mqtt\" cannot bind 127.0.0.1:1883: Address already in use; another program");
    }

    @Test
    void anUnknownHostIsNamed() {
        assertThat(StartFailure.explain(new UncheckedIOException("cannot bind", new UnknownHostException("nowhere"))))
                .isEqualTo("cannot bind; no such host is known, check the listener's host");
        assertThat(StartFailure.explain(new UncheckedIOException("odd", new BindException("odd"))))
                .isEqualTo("odd");
    }

    @Test
    void theBannerSaysWhatListensForWhom() throws Exception {
        Configuration configuration = ConfigReader.read(new Sources(
                null,
                Map.of("CHASQUI_LOPS", "1"),
                List.of(
                        "listeners.web.protocol=websocket",
                        "listeners.all.host=::",
                        "listeners.all.allow-anonymous=true",
                        "listeners.web.port=0"),
                null,
                "store"));
        String banner = Banner.text(
                configuration,
                Path.of("chasqui.yaml"),
                List.of(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4711),
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8083),
                        new InetSocketAddress(InetAddress.ofLiteral("::"), 1883)),
                List.of("3 sessions, 2 retained messages"));
        assertThat(banner)
                .contains(
                        "127.0.0.1:4711 (MQTT), for clients of this machine only; no password asked",
                        "127.0.0.1:8083 (MQTT over WebSocket, path /mqtt), for clients of this machine only",
                        "[0:0:0:0:0:0:0:0]:1883 (MQTT), for EVERYBODY who can reach it; no password asked",
                        "config    chasqui.yaml",
                        Path.of("store").toAbsolutePath() + ": what is acknowledged survives the loss of power",
                        "3 sessions, 2 retained messages",
                        "mosquitto_sub -p 4711 -v -t 'hello/#'",
                        "mosquitto_pub -p 4711 -t hello/world -m 'Hi there'",
                        "warning   environment variable CHASQUI_LOPS is no setting and is ignored");
    }

    @Test
    void aStopThatGoesWellIsNoFailure() {
        FakeBroker broker = new FakeBroker();
        assertThat(Shutdown.close(broker, Duration.ofSeconds(30), console)).isZero();
        assertThat(broker.closed.getCount()).isZero();
        assertThat(out.toString()).isEqualTo("chasqui: stopped" + System.lineSeparator());
    }

    @Test
    void aStopThatFailsIsSaid() {
        FakeBroker broken = new FakeBroker() {
            @Override
            public void close() {
                throw new IllegalStateException("stuck");
            }
        };
        assertThat(Shutdown.close(broken, Duration.ofSeconds(30), console)).isEqualTo(1);
        assertThat(err.toString()).contains("stopped, but not cleanly: java.lang.IllegalStateException: stuck");
    }

    @Test
    void aStopThatHangsIsGivenUp() {
        CountDownLatch never = new CountDownLatch(1);
        FakeBroker stuck = new FakeBroker() {
            @Override
            public void close() {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        assertThat(Shutdown.close(stuck, Duration.ofMillis(1), console)).isEqualTo(1);
        assertThat(err.toString()).contains("did not stop within");
        never.countDown();
    }

    private int run(String... arguments) {
        return Chasqui.run(arguments, Map.of(), console, _ -> new FakeBroker());
    }

    private static class FakeBroker implements RunningBroker {
        final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public List<InetSocketAddress> addresses() {
            return List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1));
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
