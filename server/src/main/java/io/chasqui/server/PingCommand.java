package io.chasqui.server;

import io.chasqui.protocol.Qos;
import io.chasqui.server.json.Json;
import io.chasqui.server.probe.Pings;
import io.chasqui.server.probe.TalkException;
import io.chasqui.server.probe.Target;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui ping}: how long the broker takes to answer, like ping(8). */
final class PingCommand {
    private final Console console;
    private final CommandSpec spec = ClientOptions.command(
            this::call,
            "Measure round trips to a broker: PINGREQ and its answer, or with -t a message that we publish and get back"
                    + " by our own subscription. -h is the host.");
    private final ClientOptions options = ClientOptions.connectionOf(spec);

    PingCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        options.text("TOPIC", "Through publish and subscribe on this topic, at the QoS of -q.", "-t", "--topic");
        options.number("End after so many. Default: when stopped (Ctrl-C).", "-C", "--count");
        options.text("SECONDS", "From one to the next. Default: 1.", "--interval");
        options.text("SECONDS", "How long to wait for each answer. Default: 5.", "-W", "--timeout");
        options.flag("Print the summary as JSON, and nothing else.", "--json");
        options.flag("Print the summary alone.", "--quiet");
        Map<String, String> codes = new LinkedHashMap<>(ClientOptions.probeExitCodes());
        codes.put("0", "at least one was answered");
        codes.put("1", "none was answered, or the broker could not be reached or refused");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes)
                .footer(
                        "%nExamples:",
                        "  chasqui ping -h broker.example",
                        "  chasqui ping -L mqtts://broker.example -C 5 --interval 0.2",
                        "  chasqui ping -t ping/me -q 1 -C 100 --interval 0 --json");
        return spec;
    }

    private int call() throws InterruptedException {
        Target target = options.target();
        Pings pings = new Pings(target, settings());
        String way = options.text("-t") == null
                ? "PINGREQ"
                : "publish and subscribe at QoS " + options.qos("-q").level() + " on " + options.text("-t");
        boolean lines = !options.has("--json") && !options.has("--quiet");
        try (CtrlC ctrlC = CtrlC.calls(pings::stop)) {
            if (lines) {
                console.out().println("PING " + target + ": " + way);
            }
            Pings.Summary summary;
            try {
                summary = pings.run(reply -> {
                    if (lines) {
                        console.out()
                                .println(reply.number() + ": "
                                        + (reply.nanos() < 0 ? reply.fault() : millis(reply.nanos()) + " ms"));
                    }
                    if (console.out().checkError()) {
                        pings.stop(); // a broken pipe is quiet
                    }
                });
            } catch (TalkException e) {
                console.fail("ping: " + e.getMessage());
                return ctrlC.ends(ExitCode.FAILED);
            }
            console.out()
                    .print(options.has("--json") ? Json.of(json(target, way, summary)) + "\n" : text(target, summary));
            console.out().flush();
            return ctrlC.ends(summary.answered() > 0 ? ExitCode.OK : ExitCode.FAILED);
        }
    }

    private Pings.Settings settings() {
        try {
            Qos qos = options.qos("-q");
            return new Pings.Settings(
                    options.number("-C", Integer.MAX_VALUE),
                    seconds("--interval", "1"),
                    options.text("-t"),
                    qos,
                    seconds("-W", "5"));
        } catch (IllegalArgumentException e) {
            throw options.wrong(String.valueOf(e.getMessage()));
        }
    }

    private Duration seconds(String option, String otherwise) {
        String text = options.text(option) == null ? otherwise : options.text(option);
        try {
            return Duration.ofNanos((long) (Double.parseDouble(text) * 1e9));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " is " + text + "; give seconds, such as 0.5", e);
        }
    }

    private static String millis(Number nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos.doubleValue() / 1e6);
    }

    private static String text(Target target, Pings.Summary summary) {
        Histogram times = summary.nanos();
        String text = String.format(
                Locale.ROOT,
                "--- %s: %d sent, %d answered, %.0f %% lost%n",
                target,
                summary.sent(),
                summary.answered(),
                summary.sent() == 0 ? 0.0 : 100.0 * (summary.sent() - summary.answered()) / summary.sent());
        return summary.answered() == 0
                ? text
                : text + "round trip min/avg/p50/p99/max = " + millis(times.getMinValue()) + "/"
                        + millis(times.getMean())
                        + "/" + millis(times.getValueAtPercentile(50)) + "/" + millis(times.getValueAtPercentile(99))
                        + "/" + millis(times.getMaxValue()) + " ms\n";
    }

    private static Map<String, Object> json(Target target, String way, Pings.Summary summary) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("broker", target.toString());
        all.put("way", way);
        all.put("sent", summary.sent());
        all.put("answered", summary.answered());
        if (summary.answered() > 0) {
            Histogram times = summary.nanos();
            all.put("min_ms", rounded(times.getMinValue()));
            all.put("avg_ms", rounded(times.getMean()));
            all.put("p50_ms", rounded(times.getValueAtPercentile(50)));
            all.put("p99_ms", rounded(times.getValueAtPercentile(99)));
            all.put("max_ms", rounded(times.getMaxValue()));
        }
        return all;
    }

    private static double rounded(Number nanos) {
        return Math.round(nanos.doubleValue() / 1e3) / 1e3;
    }
}
