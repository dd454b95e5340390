package io.chasqui.server;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttException;
import io.chasqui.client.Received;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui sub}: prints messages, with the options of mosquitto_sub. */
final class SubCommand {
    private static final int TIMED_OUT = 27; // as mosquitto_sub

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
        options.text("FORMAT", "How to print a message, such as '%t %q %p'; see mosquitto_sub(1).", "-F");
        options.flag("Print the topic before the message.", "-v", "--verbose");
        options.flag("No line feed after a message.", "-N");
        options.number("End after so many messages.", "-C");
        options.number("End after so many seconds.", "-W");
        options.flag("No retained messages.", "-R");
        options.flag("Only retained messages; end with the first other one.", "--retained-only");
        options.flag("Remove the retained messages that come.", "--remove-retained");
        Map<String, String> codes = new LinkedHashMap<>(ClientOptions.exitCodes());
        codes.put("" + TIMED_OUT, "the time of -W is over");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes)
                .footer(
                        "%nExamples:",
                        "  chasqui sub -v -t 'greenhouse/#' -q 1",
                        "  chasqui sub -t 'greenhouse/+/temperature' -C 1 -W 10",
                        "  chasqui sub -t 'old/#' --remove-retained --retained-only -W 2");
        return spec;
    }

    private int call() throws InterruptedException {
        List<String> filters = new ArrayList<>(options.texts("-t"));
        String ofUrl = options.topicOfUrl();
        if (ofUrl != null) {
            filters.add(ofUrl);
        }
        if (filters.isEmpty() && options.texts("-U").isEmpty()) {
            throw options.wrong("give a filter with -t");
        }
        List<TopicFilter> left = checked(options.texts("-T"));
        checked(filters);
        Qos qos = options.qos("-q");
        int count = options.number("-C", Integer.MAX_VALUE);
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger printed = new AtomicInteger();
        MessageFormat format = MessageFormat.of(options.text("-F"), options.has("-v"), !options.has("-N"));
        try (MqttClient client = options.build(true, console)) {
            for (String filter : filters) {
                client.onMessage(filter, message -> {
                    if (done.getCount() > 0 && wanted(message, left, client, done)) {
                        console.out().print(format.apply(message));
                        console.out().flush();
                        if (console.out().checkError() || printed.incrementAndGet() >= count) {
                            done.countDown(); // a broken pipe is quiet
                        }
                    }
                });
            }
            client.connect();
            subscribe(client, filters, qos);
            int seconds = options.number("-W", 0);
            if (seconds == 0) {
                done.await();
            } else if (!done.await(seconds, TimeUnit.SECONDS)) {
                return TIMED_OUT;
            }
            return ExitCode.OK;
        } catch (MqttException e) {
            console.fail(String.valueOf(e.getMessage()));
            return ExitCode.FAILED;
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

    private void subscribe(MqttClient client, List<String> filters, Qos qos) {
        List<String> unwanted = options.texts("-U");
        if (!unwanted.isEmpty()) {
            client.unsubscribe(unwanted.toArray(String[]::new));
        }
        for (String filter : filters) {
            client.subscribe(filter, qos);
        }
    }

    private boolean wanted(Received message, List<TopicFilter> left, MqttClient client, CountDownLatch done) {
        TopicName topic = TopicName.of(message.topic());
        if (left.stream().anyMatch(filter -> filter.matches(topic)) || options.has("-R") && message.isRetained()) {
            return false;
        }
        if (options.has("--retained-only") && !message.isRetained()) {
            done.countDown();
            return false;
        }
        if (options.has("--remove-retained") && message.isRetained()) {
            client.publish(Message.of(topic, new byte[0]).withRetain(true));
        }
        return true;
    }
}
