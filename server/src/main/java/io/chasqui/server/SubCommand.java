package io.chasqui.server;

import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttException;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.server.format.Printer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui sub}: prints messages, with the options of mosquitto_sub. */
final class SubCommand {
    private final Console console;
    private final CommandSpec spec = ClientOptions.command(
            this::call, "Print messages. The options are those of mosquitto_sub; -h is the host.");
    private final ClientOptions options = ClientOptions.addTo(spec);

    SubCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        options.texts("FILTER", "Topic Filter; may be given several times.", "-t", "--topic");
        options.texts("FILTER", "Do not print messages whose topic matches.", "-T", "--filter-out");
        options.texts("FILTER", "Unsubscribe, for a session of earlier.", "-U", "--unsubscribe");
        options.text("FORMAT", "How to print a message, such as '%%t %%q %%p'; see mosquitto_sub(1).", "-F");
        options.flag("Print the topic before the message.", "-v", "--verbose");
        options.flag("Print messages as JSON, one a line, as -F %%j.", "--json");
        options.flag("No line feed after a message.", "-N");
        options.flag("Lay JSON out on many lines, and dump in hexadecimal what is no text.", "--pretty");
        options.number("End after so many messages.", "-C");
        options.number("End after so many seconds.", "-W");
        options.flag("End when the broker has agreed to the subscriptions.", "-E");
        options.flag("No retained messages.", "-R");
        options.flag("Only retained messages; end with the first other one.", "--retained-only");
        options.flag("Remove the retained messages that come.", "--remove-retained");
        options.flag("Keep the RETAIN flag as it was published.", "--retain-as-published");
        options.text("PERCENT", "Print so many of a hundred messages, chosen at random.", "--random-filter");
        options.text(
                "FILE",
                "Write messages to a file, for chasqui pub --replay; prints none without -v or -F.",
                "--record");
        options.flag("Say every second how many messages came, and how fast.", "--progress");
        Map<String, String> codes = new LinkedHashMap<>(ClientOptions.exitCodes());
        codes.put("0", "done, also by Ctrl-C");
        codes.put("" + ExitCode.TIMED_OUT, "the time of -W is over");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes)
                .footer(
                        "%nExamples:",
                        "  chasqui sub -v -t 'greenhouse/#' -q 1",
                        "  chasqui sub -t 'greenhouse/+/temperature' -C 1 -W 10",
                        "  chasqui sub -t 'old/#' --remove-retained --retained-only -W 2",
                        "  chasqui sub -t '#' -F '@H:@M:@S %%-30t %%6l bytes, QoS %%q'",
                        "  chasqui sub -t '#' --record tuesday.jsonl --progress");
        return spec;
    }

    private int call() throws InterruptedException, IOException {
        List<String> filters = new ArrayList<>(options.texts("-t"));
        String ofUrl = options.topicOfUrl();
        if (ofUrl != null) {
            filters.add(options.isBefore("-L", "-t") ? 0 : filters.size(), ofUrl);
        }
        if (filters.isEmpty() && options.texts("-U").isEmpty()) {
            throw options.wrong("give a filter with -t");
        }
        checked(filters);
        checked(options.texts("-U"));
        options.qos("-q");
        Intake.Wanted wanted = wanted();
        Printer printer = printer();
        Progress progress = new Progress(System.nanoTime());
        ConnectionLines connection = options.lines(console);
        CompletableFuture<Void> stop = new CompletableFuture<>();
        try (BufferedWriter record = record();
                Interruption _ = Interruption.ends(() -> stop.complete(null));
                MqttClient client = options.build(true, true, connection);
                ProgressLines _ =
                        options.has("--progress") ? new ProgressLines(console, progress, Console.isTerminal()) : null) {
            Intake intake = new Intake(wanted, printer, record, console.bytes(), progress);
            boolean subscribesOnly =
                    options.has("-E"); // what comes meanwhile is not acknowledged, so a session keeps it
            everything(filters)
                    .forEach(filter -> client.onMessage(filter, message -> {
                        if (!subscribesOnly) {
                            intake.take(message, client);
                        }
                    }));
            client.connect();
            subscribe(client, filters);
            int code = subscribesOnly
                    ? ExitCode.OK
                    : await(CompletableFuture.anyOf(intake.done(), connection.lost(), stop));
            options.disconnect(client);
            return code;
        } catch (MqttException e) {
            return options.fail(e, console);
        }
    }

    private Intake.Wanted wanted() {
        if (options.has("-R") && options.has("--retained-only")) {
            throw options.wrong("give -R or --retained-only, not both");
        }
        int count = options.number("-C", Integer.MAX_VALUE);
        if (count < 1) {
            throw options.wrong("-C is " + count + "; give 1 or more");
        }
        if (options.number("-W", 1) < 1) {
            throw options.wrong("-W is " + options.number("-W", 1) + "; give 1 or more seconds");
        }
        double percent = options.decimal("--random-filter", 100);
        if (percent < 0.1 || percent > 100) {
            throw options.wrong("--random-filter is " + options.text("--random-filter") + "; give 0.1 to 100");
        }
        return new Intake.Wanted(
                count,
                checked(options.texts("-T")),
                options.has("-R"),
                options.has("--retained-only"),
                options.has("--remove-retained"),
                percent);
    }

    private @Nullable Printer printer() {
        if (options.has("--json") && options.has("-F")) {
            throw options.wrong("give --json or -F, not both");
        }
        String format = options.has("--json") ? "%j" : options.text("-F");
        if (options.has("--record") && format == null && !options.has("-v")) {
            return null;
        }
        try {
            return Printer.of(
                    format,
                    options.has("-v"),
                    !options.has("-N"),
                    options.has("--pretty"),
                    options.has("--pretty") && Console.isColoured(),
                    console::fail);
        } catch (IllegalArgumentException e) {
            throw options.wrong("-F: " + e.getMessage());
        }
    }

    private @Nullable BufferedWriter record() {
        String file = options.text("--record");
        try {
            return file == null ? null : Files.newBufferedWriter(Path.of(file));
        } catch (IOException e) {
            throw options.wrong("cannot write to " + file + " (" + e.getClass().getSimpleName() + ")");
        }
    }

    private List<TopicFilter> checked(List<String> filters) {
        List<TopicFilter> checked = new ArrayList<>();
        for (String filter : filters) {
            String fault = TopicFilter.fault(filter);
            if (fault != null) {
                throw options.wrong(filter + ": " + fault);
            }
            checked.add(TopicFilter.of(filter));
        }
        return checked;
    }

    /** Filters that catch each message that comes once, also those of a session that had subscribed to something else. */
    private static Set<String> everything(List<String> filters) {
        Set<String> all = new LinkedHashSet<>(List.of("#")); // which is not for topics that begin with $
        for (String filter : filters) {
            if (filter.startsWith("$") && !TopicFilter.of(filter).isShared()) {
                all.add(filter.split("/", 2)[0] + "/#");
            }
        }
        return all;
    }

    private void subscribe(MqttClient client, List<String> filters) {
        PacketProperties properties = options.properties();
        SubscriptionOptions how = new SubscriptionOptions(
                options.qos("-q"), false, options.has("--retain-as-published"), RetainHandling.SEND);
        List<CompletableFuture<?>> answers = new ArrayList<>();
        if (!filters.isEmpty()) {
            answers.add(client.subscribeAsync(
                    filters.stream()
                            .map(filter -> new Subscribe.Entry(filter, how))
                            .toList(),
                    properties.subscriptionId(),
                    properties.userProperties("subscribe")));
        }
        if (!options.texts("-U").isEmpty()) { // after them, as mosquitto_sub
            answers.add(client.unsubscribeAsync(options.texts("-U"), properties.userProperties("unsubscribe")));
        }
        for (CompletableFuture<?> answer : answers) {
            try {
                answer.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof MqttException why ? why : e;
            }
        }
    }

    /** Returns the exit code. */
    private int await(CompletableFuture<?> end) throws InterruptedException, IOException {
        int seconds = options.number("-W", 0);
        try {
            if (seconds == 0) { // not given
                end.get();
            } else {
                end.get(seconds, TimeUnit.SECONDS);
            }
            return ExitCode.OK;
        } catch (TimeoutException e) {
            if (!options.has("--quiet")) {
                console.fail("timed out: the " + seconds + " s of -W are over; give more to wait longer");
            }
            return ExitCode.TIMED_OUT;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MqttException why) {
                throw why;
            }
            console.fail("cannot go on writing to " + options.text("--record") + ": " + String.valueOf(e.getMessage()));
            return ExitCode.FAILED;
        }
    }
}
