package io.chasqui.server;

import io.chasqui.server.torture.Torture;
import io.chasqui.server.torture.TortureSettings;
import io.chasqui.server.torture.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code chasqui torture}: kills a broker, any broker, and holds it to what it has acknowledged. */
final class TortureCommand {
    private static final int UNAVAILABLE = 3;

    private final Console console;
    private final CommandSpec spec = Chasqui.spec(
            this::call,
            "Kill a broker again and again while clients publish and receive, and report what it had acknowledged and"
                    + " did not keep. Works against any broker.",
            "",
            "Publishers and subscribers at all QoS keep a ledger on their side. Judged are messages that were"
                    + " acknowledged (PUBACK, PUBREC), Session Present, subscriptions and their end, retained messages,"
                    + " Wills with a delay, order, and QoS 2 exactly once. What was under way and not acknowledged may"
                    + " come or not. The broker must keep its data over restarts and let in clients without a password;"
                    + " its limits must have room for what is queued.");

    TortureCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        text(
                "--broker-command",
                "COMMAND",
                "Starts the broker in the foreground, for sh -c. It and all that it starts is"
                        + " killed with SIGKILL, and it is started again.");
        text("--kill-command", "COMMAND", "In its place: ends a broker that runs elsewhere, for sh -c.");
        text("--start-command", "COMMAND", "Starts that broker again. Without it a supervisor must.");
        text("--host", "HOST", "Where the broker is. Default: 127.0.0.1.");
        number("--port", "Its plain MQTT port. Default: 1883.");
        number("--rounds", "Kills. Default: 20.");
        number("--duration", "Seconds after which no further round is begun. Default: no limit.");
        text(
                "--seed",
                "N",
                "Repeats the decisions of an earlier run, though not the broker's timing. Default: a random"
                        + " one, which is printed.");
        text("--up", "MIN-MAX", "Milliseconds from each start to the kill, at random. Default: 500-3000.");
        number("--publishers", "Default: 4. Half of them disconnect at random, too.");
        number("--subscribers", "With long-lived subscriptions, half of them away half of the time. Default: 6.");
        number("--rate", "Messages a second of all publishers together. Default: 1000.");
        number("--window", "Messages of one publisher that may be unacknowledged. Default: 20.");
        number("--payload", "Bytes of each message, 64 or more. Default: 100.");
        number(
                "--max-messages",
                "After so many the publishers stop; each takes up to 40 bytes of memory. Default: 5000000.");
        number("--max-qos", "For brokers without QoS 2. Default: 2.");
        text("--mqtt", "VERSION", "3.1.1, 5, or both. Wills are tried with 5 only. Default: both.");
        number(
                "--start-timeout",
                "Seconds that the broker may take to accept MQTT, and that each command for a broker elsewhere may"
                        + " take. Default: 60.");
        number(
                "--patience",
                "Seconds without any message, at the end, before what is owed is called lost. Default: 10.");
        text("--broker-log", "FILE", "Where the output of these commands is appended. Default: nowhere.");
        spec.addOption(OptionSpec.builder("--json")
                .description("Print the result as JSON.")
                .build());
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(exitCodes())
                .footer(
                        "%nExamples:",
                        "  chasqui torture --broker-command './chasqui --port 1884 --data d' --port 1884 --rounds 200",
                        "  chasqui torture --broker-command 'mosquitto -c mosquitto.conf' --port 1884",
                        "  chasqui torture --host broker --kill-command 'ssh broker docker kill mq' \\",
                        "      --start-command 'ssh broker docker start mq' --duration 600 --json");
        return spec;
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "all promises held");
        codes.put("1", "a promise was broken; the report says which");
        codes.put("2", "the command line is wrong");
        codes.put("3", "the broker could not be started, killed or reached; nothing is judged");
        return codes;
    }

    private void text(String name, String label, String description) {
        spec.addOption(OptionSpec.builder(name)
                .paramLabel(label)
                .type(String.class)
                .description(description)
                .build());
    }

    private void number(String name, String description) {
        spec.addOption(OptionSpec.builder(name)
                .paramLabel("N")
                .type(Integer.class)
                .description(description)
                .build());
    }

    private int call() throws InterruptedException {
        TortureSettings settings = settings();
        Verdict verdict;
        try {
            verdict = Torture.run(settings, line -> console.err().println("torture: " + line));
        } catch (Torture.TortureException e) {
            console.fail("torture: " + e.getMessage());
            return UNAVAILABLE;
        }
        boolean json = spec.commandLine().getParseResult().hasMatchedOption("--json");
        console.out().println(json ? verdict.json() : verdict.text());
        console.out().flush();
        return verdict.held() ? ExitCode.OK : ExitCode.FAILED;
    }

    private TortureSettings settings() {
        ParseResult parsed = spec.commandLine().getParseResult();
        try {
            long[] up = up(text(parsed, "--up", "500-3000"));
            String log = parsed.matchedOptionValue("--broker-log", (String) null);
            int seconds = number(parsed, "--duration", 0);
            return new TortureSettings(
                    text(parsed, "--host", "127.0.0.1"),
                    number(parsed, "--port", 1883),
                    parsed.matchedOptionValue("--broker-command", (String) null),
                    parsed.matchedOptionValue("--kill-command", (String) null),
                    parsed.matchedOptionValue("--start-command", (String) null),
                    log == null ? null : Path.of(log),
                    number(parsed, "--rounds", parsed.hasMatchedOption("--duration") ? 1_000_000 : 20),
                    parsed.hasMatchedOption("--duration") ? Duration.ofSeconds(seconds) : null,
                    seed(parsed.matchedOptionValue("--seed", (String) null)),
                    number(parsed, "--publishers", 4),
                    number(parsed, "--subscribers", 6),
                    number(parsed, "--rate", 1_000),
                    number(parsed, "--window", 20),
                    number(parsed, "--payload", 100),
                    number(parsed, "--max-messages", 5_000_000),
                    number(parsed, "--max-qos", 2),
                    versions(text(parsed, "--mqtt", "both")),
                    Duration.ofMillis(up[0]),
                    Duration.ofMillis(up[1]),
                    Duration.ofSeconds(number(parsed, "--start-timeout", 60)),
                    Duration.ofSeconds(number(parsed, "--patience", 10)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private static String text(ParseResult parsed, String name, String unless) {
        return parsed.matchedOptionValue(name, unless);
    }

    private static int number(ParseResult parsed, String name, int unless) {
        return parsed.matchedOptionValue(name, unless);
    }

    private static long seed(@Nullable String text) {
        try {
            return text == null ? System.nanoTime() & 0xFFFF_FFFFL : Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("--seed is " + text + "; give a whole number");
        }
    }

    private static long[] up(String text) {
        try {
            String[] ends = text.split("-", -1);
            long min = Long.parseUnsignedLong(ends[0]);
            return new long[] {min, ends.length == 1 ? min : Long.parseUnsignedLong(ends[1])};
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException(
                    "--up is " + text + "; give two numbers of milliseconds, such as 500-3000");
        }
    }

    private static List<Integer> versions(String text) {
        return switch (text) {
            case "3.1.1" -> List.of(4);
            case "5", "5.0" -> List.of(5);
            case "both" -> List.of(5, 4);
            default -> throw new IllegalArgumentException("--mqtt is " + text + "; give 3.1.1, 5 or both");
        };
    }
}
