package io.chasqui.server;

import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.server.bench.Bench;
import io.chasqui.server.bench.BenchException;
import io.chasqui.server.bench.BenchReport;
import io.chasqui.server.bench.BenchResult;
import io.chasqui.server.bench.BenchSettings;
import io.chasqui.server.bench.Second;
import io.chasqui.server.bench.Shape;
import io.chasqui.server.json.Json;
import io.chasqui.server.probe.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code chasqui bench}: loads a broker, any broker, and says what it bore. */
final class BenchCommand {
    private static final int NOT_CLEAN = 3;
    private static final String[] HELP = {
        "Load a broker and measure what it bears. Works with any broker.",
        "",
        "Closed loop, the default: each publisher has up to --window messages on the way, sent and not yet received;"
                + " finds the highest rate. The latency is then mostly that of the queue which the load itself makes.",
        "Open loop, --rate: messages are due at fixed times, whether the broker keeps up or not, and the latency of"
            + " each is counted from the time at which it was DUE, not from when it could be sent. So a broker that"
            + " stalls for a second shows it in every message that was due in that second (no coordinated omission)."
            + " What could not be sent at all is shown as unsent.",
        "",
        "Every payload has a number, so lost, repeated and overtaken messages are counted, warm-up included. When the"
                + " generator itself may have been the limit, it says so ('attention')."
    };

    private final Console console;
    private final BooleanSupplier terminal;
    private final CommandSpec spec = ClientOptions.command(this::call, HELP);
    private final ClientOptions options = ClientOptions.connectionOf(spec);

    /** @param terminal whether people look on: then there is a line of progress each second */
    BenchCommand(Console console, BooleanSupplier terminal) {
        this.console = console;
        this.terminal = terminal;
    }

    CommandSpec spec() {
        spec.addPositional(PositionalParamSpec.builder()
                .paramLabel("SHAPE")
                .arity("1")
                .type(String.class)
                .completionCandidates(
                        Arrays.stream(Shape.values()).map(Shape::label).toList())
                .description(
                        "pairs: each publisher has its subscriber. fan-in: many publishers, one subscriber. fan-out:"
                            + " one publisher, many subscribers. shared: one shared subscription. connections: open"
                            + " and hold. retained: set, then fetch. offline: queue for sessions that are away, then"
                            + " drain.")
                .build());
        options.number(
                "How many: pairs, publishers of fan-in, subscribers of fan-out and retained, both of shared,"
                        + " connections, sessions of offline. Default: 10; fan-in and fan-out 50; connections 1000.",
                "-n",
                "--clients");
        options.number("Publishers, where -n does not say.", "--publishers");
        options.number("Subscribers, where -n does not say.", "--subscribers");
        options.number("Topics of each publisher. Default: 1.", "--topics");
        options.number("Bytes of each message, 24 or more. Default: 64.", "--payload");
        options.text("N", "Open loop: messages a second, all publishers together; or connections.", "--rate");
        options.number("Closed loop: messages of a publisher on the way. Default: 500.", "--window");
        options.number(
                "Unacknowledged messages of a publisher at QoS 1 and 2. Default: 100, with MQTT 3 20, for there the"
                        + " broker cannot say what it bears, and some disconnect those who send more.",
                "--in-flight");
        options.number("QoS of the subscriptions. Default: that of -q.", "--sub-qos");
        options.text(
                "TIME",
                "How long it measures, or holds connections: seconds, or with a unit, such as 90s, 5m, 1h. Default:"
                        + " 10.",
                "-d",
                "--duration");
        options.text(
                "TIME",
                "How long it runs before that, for JVMs on either side to warm up. Default: 5.",
                "--warm-up",
                "--warmup");
        options.number("offline: messages for each session; retained: topics. Default: 1000.", "--messages");
        options.number("Connections that are opened at the same time. Default: 64.", "--parallel");
        options.number("Threads of the generator. Default: one a core, 4 at the most.", "--threads");
        options.text("TIME", "How long no message comes before what is missing is lost. Default: 3.", "--patience");
        options.texts("FILE", "Write a report with plots: FILE.html or FILE.svg; may be repeated.", "--report");
        options.flag("Print the result as JSON, with each second of the run.", "--json");
        options.flag("No line of progress.", "--quiet");
        options.flag("Exit code 3 when messages or connections were lost, repeated or overtaken.", "--strict");
        Map<String, String> codes = new LinkedHashMap<>(ClientOptions.probeExitCodes());
        codes.put("" + NOT_CLEAN, "with --strict: something was lost, repeated, overtaken, refused or unsent");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes)
                .footer(
                        "%nExamples:",
                        "  chasqui bench pairs -n 50 -q 1                          what can it do?",
                        "  chasqui bench pairs -n 50 -q 1 --rate 20000             how long does it take at this rate?",
                        "  chasqui bench fan-out -n 1000 --rate 100 --report fan-out.html",
                        "  chasqui bench connections -n 20000 --rate 500 -d 1m",
                        "  chasqui bench offline -n 10 --messages 10000 -q 1 --json | jq .drained_per_s");
        return spec;
    }

    private int call() throws InterruptedException, IOException {
        BenchSettings settings = settings();
        List<Path> reports = reports();
        AtomicReference<@Nullable Bench> running = new AtomicReference<>();
        AtomicBoolean stopped = new AtomicBoolean();
        try (CtrlC ctrlC = CtrlC.calls(() -> stop(running.get(), stopped))) {
            BenchResult result;
            try {
                result = Bench.run(settings, this::progress, running::set);
            } catch (BenchException e) {
                clearProgress();
                console.fail("bench: " + e.getMessage());
                return ctrlC.ends(ExitCode.FAILED);
            }
            clearProgress();
            console.out().print(options.has("--json") ? Json.of(result.json()) + "\n" : result.text());
            console.out().flush();
            for (Path report : reports) {
                Files.writeString(
                        report, BenchReport.of(result, report.toString().endsWith(".svg")));
            }
            if (!result.complete() && !stopped.get()) {
                return ctrlC.ends(ExitCode.FAILED); // the broker is gone
            }
            return ctrlC.ends(options.has("--strict") && !result.clean() ? NOT_CLEAN : ExitCode.OK);
        } catch (IOException e) {
            console.fail("bench: the report cannot be written: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    private static void stop(@Nullable Bench bench, AtomicBoolean stopped) {
        stopped.set(true);
        if (bench != null) {
            bench.stop();
        }
    }

    private List<Path> reports() {
        List<Path> reports = options.texts("--report").stream().map(Path::of).toList();
        for (Path report : reports) {
            String name = report.toString();
            if (!name.endsWith(".html") && !name.endsWith(".svg")) {
                throw options.wrong("--report is " + name + "; give a name that ends in .html or .svg");
            }
            Path directory = report.toAbsolutePath().getParent();
            if (directory == null || !Files.isWritable(directory)) {
                throw options.wrong("--report is " + name + ": cannot write to " + directory);
            }
        }
        return reports;
    }

    private BenchSettings settings() {
        try {
            String label = spec.positionalParameters().getFirst().getValue();
            Shape shape = Shape.of(label);
            int many = options.number("-n", shape == Shape.FAN_IN || shape == Shape.FAN_OUT ? 50 : 10);
            boolean onePublisher = shape == Shape.FAN_OUT || shape == Shape.RETAINED;
            int publishers = options.number("--publishers", onePublisher ? 1 : many);
            boolean alike = shape == Shape.PAIRS || shape == Shape.OFFLINE;
            int subscribers = options.number("--subscribers", shape == Shape.FAN_IN ? 1 : alike ? publishers : many);
            if (alike && subscribers != publishers) {
                throw new IllegalArgumentException(
                        "--publishers and --subscribers differ, which " + shape.label() + " cannot have; give -n");
            }
            Target target = options.target();
            Qos qos = options.has("-q") || shape != Shape.OFFLINE ? options.qos("-q") : Qos.AT_LEAST_ONCE;
            return new BenchSettings(
                    shape,
                    target,
                    qos,
                    options.has("--sub-qos") ? options.qos("--sub-qos") : qos,
                    publishers,
                    subscribers,
                    options.number("--topics", 1),
                    options.number("--payload", 64),
                    rate(),
                    options.number("--window", 500),
                    options.number("--in-flight", target.version() == MqttVersion.V5 ? 100 : 20),
                    options.time("--duration", "10"),
                    options.time("--warm-up", "5"),
                    options.number("--messages", 1_000),
                    options.number("-n", 1_000),
                    options.number("--parallel", 64),
                    options.number("--threads", 64),
                    options.time("--patience", "3"));
        } catch (IllegalArgumentException e) {
            throw options.wrong(String.valueOf(e.getMessage()));
        }
    }

    private double rate() {
        String text = options.text("--rate");
        try {
            double rate = text == null ? 0 : Double.parseDouble(text);
            if (text != null && !(rate >= 0.01)) {
                throw new IllegalArgumentException("--rate is " + text + "; give 0.01 or more");
            }
            return rate;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--rate is " + text + "; give a number, such as 20000", e);
        }
    }

    private void progress(Second second) {
        if (terminal.getAsBoolean() && !options.has("--quiet")) {
            console.err().print("\r\u001b[K" + line(second));
            console.err().flush();
        }
    }

    private void clearProgress() {
        if (terminal.getAsBoolean() && !options.has("--quiet")) {
            console.err().print("\r\u001b[K");
            console.err().flush();
        }
    }

    static String line(Second second) {
        String line = String.format(
                Locale.ROOT,
                "%s %4.0f s  sent %,.0f/s  received %,.0f/s",
                second.phase(),
                second.atSeconds(),
                second.sentRate(),
                second.receivedRate());
        if (second.maxMicros() > 0) {
            line += String.format(
                    Locale.ROOT,
                    "  p50 %.2f  p99 %.2f  max %.1f ms",
                    second.p50Micros() / 1e3,
                    second.p99Micros() / 1e3,
                    second.maxMicros() / 1e3);
        }
        return second.troubled() == 0 ? line : line + "  repeated, overtaken or refused " + second.troubled();
    }
}
