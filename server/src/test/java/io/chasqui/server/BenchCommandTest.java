package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.Broker;
import io.chasqui.server.bench.Second;
import io.chasqui.server.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code bench}, {@code ping}, {@code info} and {@code rr} as they are typed, with a broker in this JVM. */
@Timeout(60)
class BenchCommandTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    private final String port = BROKER.port();
    private final Typed typed = new Typed();
    private final StringWriter out = typed.out;
    private final StringWriter err = typed.err;
    private final Console console = typed.console;

    private int bench(boolean terminal, String... args) {
        return typed.bench(terminal, args);
    }

    private int rr(String... args) {
        return typed.rr("of the input", args);
    }

    private Map<String, @Nullable Object> json() throws Exception {
        return JsonReader.object(out.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void benchPrintsItsFiguresAndWritesItsReports() throws Exception {
        Path svg = directory.resolve("r.svg");
        Path page = directory.resolve("r.html");
        assertThat(bench(
                        true,
                        "pairs",
                        "-p",
                        port,
                        "-n",
                        "2",
                        "-q",
                        "1",
                        "-d",
                        "1s",
                        "--warm-up",
                        "0ms",
                        "--strict",
                        "--report",
                        svg.toString(),
                        "--report",
                        page.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .startsWith("bench pairs: localhost:" + port + ", MQTT 5.0, closed loop\n")
                .contains("received per s", "latency p99 ", "generator cpu per message", "lost  ")
                .doesNotContain("\u001b");
        assertThat(err.toString())
                .contains("run ", "/s  received ", " p99 ")
                .startsWith("\r")
                .endsWith("\r\u001b[K");
        assertThat(Files.readString(svg)).startsWith("<svg ");
        assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>");
    }

    @Test
    void benchAsJsonHasEachSecondAndNoProgressWhereNobodyLooks() throws Exception {
        assertThat(bench(false, "offline", "-p", port, "-n", "2", "--messages", "20", "--json"))
                .isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(json())
                .containsEntry("queued", 40L)
                .containsEntry("drained", 40L)
                .containsEntry("lost", 0L)
                .containsEntry("clean", true)
                .containsEntry("complete", true)
                .containsKeys("seconds", "bottlenecks", "queued_per_s", "generator_cpu_per_message");
    }

    @Test
    void aBrokerThatDiesEndsTheRunWithExitCode1() {
        Broker mortal = Broker.start(SharedBroker.config());
        String at = SharedBroker.port(mortal);
        PrintWriter closing = new PrintWriter(err, true) {
            @Override
            public void print(String text) {
                super.print(text);
                if (text.contains("run ")) { // the first line of progress of the measured part
                    mortal.close();
                }
            }
        };
        BenchCommand command = new BenchCommand(new Console(console.out(), closing), () -> true);
        assertThat(new CommandLine(command.spec())
                        .execute("pairs", "-p", at, "-n", "2", "--duration", "3600", "--warm-up", "0"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(out.toString()).contains("note: ended early", "stopped early", "lost connections             4");
    }

    @Test
    void theLineOfProgressIsShort() {
        Second second = new Second("run", 12, 1, 203_456, 203_440, 0, 310, 1_200, 4_040);
        assertThat(BenchCommand.line(second))
                .isEqualTo("run   12 s  sent 203,456/s  received 203,440/s  p50 0.31  p99 1.20  max 4.0 ms");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pears | there is no shape pears; give one of pairs, fan-in, fan-out, shared, connections, retained,"
                        + " offline",
                "pairs --duration 5x | --duration is 5x; give seconds, or a time such as 500ms, 90s, 5m or 1h",
                "pairs --rate x | --rate is x; give a number, such as 20000",
                "pairs --rate 0 | --rate is 0; give 0.01 or more",
                "pairs --payload 23 --duration 0 | --payload is 23; give 24 to 16777216; --duration is 0; give 1 to"
                        + " 86400",
                "pairs --publishers 3 --subscribers 4 | --publishers and --subscribers differ, which pairs cannot have;"
                        + " give -n",
                "pairs --report x.pdf | --report is x.pdf; give a name that ends in .html or .svg",
                "fan-out -q 3 | -q is 3; give 0, 1 or 2",
                "shared --publishers 99999 --subscribers 99999 | --publishers times --subscribers times --topics is"
                        + " more than 20000000, which would take too much memory; give less of one of them",
            })
    void aWrongBenchIsRefusedInOneLine(String arguments, String message) {
        assertThat(bench(false, arguments.split(" ", -1))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines().findFirst()).contains(message);
    }

    @Test
    void aBrokerThatIsNotThereIsOneLineForEachOfThem() {
        assertThat(bench(false, "pairs", "-p", "1", "--parallel", "1")).isEqualTo(ExitCode.FAILED);
        assertThat(typed.ping("-p", "1", "--quiet")).isEqualTo(ExitCode.FAILED);
        assertThat(typed.info("-p", "1")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString().lines())
                .containsExactly(
                        "chasqui: bench: cannot connect to localhost:1: connection refused; is a broker running there?",
                        "chasqui: ping: cannot connect to localhost:1: connection refused; is a broker running there?",
                        "chasqui: info: cannot connect to localhost:1: connection refused; is a broker running there?");
    }

    @Test
    void pingPrintsALineEachAndASummary() {
        assertThat(typed.ping("-p", port, "-C", "3", "--interval", "0")).isZero();
        assertThat(out.toString().lines().toList().get(0)).isEqualTo("PING localhost:" + port + ": PINGREQ");
        assertThat(out.toString())
                .containsPattern("\n3: [0-9]+\\.[0-9]{3} ms\n--- localhost:" + port + ": 3 sent, 3 answered, 0 % lost\n"
                        + "round trip min/avg/p50/p99/max = ([0-9.]+/){4}[0-9.]+ ms\n$");
    }

    @ParameterizedTest
    @CsvSource({"0, 311", "1, 5", "2, 5"})
    void pingGoesThroughATopicAtEachQos(String qos, String version) throws Exception {
        assertThat(typed.ping(
                        "-p", port, "-C", "5", "--interval", "0", "-t", "ping/me", "-q", qos, "-V", version, "--json"))
                .isZero();
        assertThat(json())
                .containsEntry("sent", 5L)
                .containsEntry("answered", 5L)
                .containsEntry("way", "publish and subscribe at QoS " + qos + " on ping/me")
                .containsKeys("min_ms", "avg_ms", "p50_ms", "p99_ms", "max_ms");
    }

    @Test
    void aPingThatIsNotAnsweredIsExitCode1() {
        assertThat(typed.ping("-p", port, "-C", "1", "-t", "$SYS/not/for/us", "-q", "1", "-W", "3"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(out.toString())
                .contains("refuses the message: not authorized (0x87)", "1 sent, 0 answered, 100 % lost");
    }

    @Test
    void infoFindsWhatTheBrokerCan() throws Exception {
        assertThat(typed.info("-p", port)).isZero();
        assertThat(out.toString())
                .containsPattern("MQTT 5.0 +yes +tried\n")
                .containsPattern("MQTT 3.1 +yes +tried\n")
                .containsPattern("receive maximum +1000 +CONNACK\n")
                .containsPattern("maximum qos +2 +CONNACK\n")
                .containsPattern("empty client id +accepted, assigned \\S+ +tried\n")
                .containsPattern("shared subscription +granted at QoS 2 +tried\n")
                .containsPattern("publish qos 2 +accepted +tried\n")
                .containsPattern("retained message +kept, and sent to who comes later +tried\n")
                .containsPattern("version +chasqui .* +\\$SYS\n");
        out.getBuffer().setLength(0);
        assertThat(typed.info("-p", port, "--json")).isZero();
        assertThat(json()).containsEntry("maximum_qos", Map.of("value", 2L, "from", "CONNACK"));
    }

    @Test
    void aRequestIsAnsweredByACommand() throws Exception {
        StringWriter served = new StringWriter();
        CompletableFuture<Integer> server = serving(
                served, "-t", "ask/+", "-C", "2", "-q", "1", "--exec", "tr a-z A-Z; echo \" $MQTT_TOPIC\"; exit 3");
        // until it has subscribed nobody answers
        while (rr("-p", port, "-t", "ask/1", "-s", "-q", "1", "-W", "1") != 0) {
            assertThat(server).isNotDone();
        }
        assertThat(out.toString()).isEqualTo("OF THE INPUT ask/1\n\n");
        assertThat(rr("-p", port, "-t", "ask/2", "-m", "again", "-e", "answers/2", "-W", "20", "--json"))
                .isZero();
        assertThat(out.toString())
                .contains("\"topic\":\"answers/2\"", "\"error\":\"the command ended with exit code 3\"", "AGAIN ask/2");
        assertThat(server.join()).isZero();
        assertThat(served.toString()).contains("rr: 2 requests answered");
    }

    @Test
    void withMqtt3BothSidesKnowTheResponseTopic() {
        CompletableFuture<Integer> server = serving(
                new StringWriter(), "-V", "311", "-t", "old/ask", "-e", "old/answer", "-m", "as ever", "-C", "1");
        while (rr("-p", port, "-V", "311", "-t", "old/ask", "-e", "old/answer", "-n", "-W", "1") != 0) {
            assertThat(server).isNotDone();
        }
        assertThat(out.toString()).isEqualTo("as ever\n");
        assertThat(server.join()).isZero();
    }

    private CompletableFuture<Integer> serving(StringWriter log, String... args) {
        Console other = new Console(new PrintWriter(new StringWriter(), true), new PrintWriter(log, true));
        String[] all = new String[args.length + 3];
        all[0] = "--serve";
        all[1] = "-p";
        all[2] = port;
        System.arraycopy(args, 0, all, 3, args.length);
        return CompletableFuture.supplyAsync(() ->
                new CommandLine(new RrCommand(other, new ByteArrayInputStream(new byte[0])).spec()).execute(all));
    }

    @Test
    void aRequestThatNobodyServesTimesOut() {
        assertThat(rr("-p", port, "-t", "nobody", "-m", "x", "-W", "1")).isEqualTo(27);
        assertThat(err.toString())
                .contains("within 1 s; does anybody serve nobody?")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-m x | give a topic with -t",
                "-t a/+ -m x | -t is a/+: a Topic Name has no wildcard",
                "-t a | give one of -m, -f, -s and -n",
                "-t a -m x -V 311 | MQTT 3 requests do not carry a response topic; give it with -e, here and there",
                "-t a -m x --exec y | --exec belongs to --serve",
                "--serve -t a -m x --exec y | give --exec or -m, not both",
                "--serve -t a/# -e a/b | -t a/# matches the response topic a/b, so each response would be a request;"
                        + " give another -e",
            })
    void aWrongRrIsRefusedInOneLine(String arguments, String message) {
        assertThat(rr(arguments.split(" ", -1))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines().findFirst().orElse("")).startsWith(message);
    }

    @Test
    void aCommandThatDoesNotEndIsKilled() {
        RrAnswer answer = RrAnswer.of("sleep 100", "a", new byte[0], 1);
        assertThat(answer.fault()).isEqualTo("the command did not end within 1 s");
        assertThat(RrAnswer.of("head -c 17000000 /dev/zero", "a", new byte[0], 20)
                        .fault())
                .isEqualTo("the command printed more than 16 MiB");
        assertThat(RrAnswer.of("true", "a", new byte[1 << 20], 20).fault()).isNull(); // reads none of its input
    }

    @Test
    void ctrlCWaitsForTheSummaryAndEndsWithItsCode() {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CtrlC ctrlC = CtrlC.calls(() -> {});
        CompletableFuture<Integer> hook =
                CompletableFuture.supplyAsync(() -> ctrlC.stopped(() -> asked.complete(null)));
        asked.join();
        assertThat(hook).isNotDone();
        assertThat(ctrlC.ends(3)).isEqualTo(3);
        ctrlC.close();
        assertThat(hook.join()).isEqualTo(3);
    }

    @Test
    void eachHasHelpWithExamples() {
        for (String command : List.of("bench", "ping", "info", "rr")) {
            out.getBuffer().setLength(0);
            assertThat(Chasqui.run(new String[] {command, "--help"}, Map.of(), console, config -> {
                        throw new AssertionError(config);
                    }))
                    .isZero();
            assertThat(out.toString())
                    .contains("Usage: chasqui " + command, "Examples:", "Exit codes:")
                    .doesNotContain("%n", "%%");
        }
    }
}
