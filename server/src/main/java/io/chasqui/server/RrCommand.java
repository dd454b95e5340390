package io.chasqui.server;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttException;
import io.chasqui.client.Received;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.format.Arrival;
import io.chasqui.server.format.Printer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui rr}: sends a request and prints its response, with the options of mosquitto_rr; or answers requests. */
final class RrCommand {
    private static final int TIMED_OUT = 27; // as mosquitto_rr
    private static final int MOST_EXEC_SECONDS = 86_400;

    private final Console console;
    private final InputStream in;
    private final CommandSpec spec = ClientOptions.command(
            this::call,
            "Send a request and print the response. The options are those of mosquitto_rr; -h is the host.",
            "With MQTT 5 the request carries the Response Topic and Correlation Data; with MQTT 3 both sides must know"
                    + " the response topic.",
            "With --serve: answer the requests that come, by a command, with a text, or with the request itself.");
    private final ClientOptions options = ClientOptions.addTo(spec);

    RrCommand(Console console, InputStream in) {
        this.console = console;
        this.in = in;
    }

    CommandSpec spec() {
        options.text("TOPIC", "Where the request goes; with --serve the Topic Filter of requests.", "-t", "--topic");
        options.text(
                "TOPIC",
                "Where the response comes. Default with MQTT 5: a random one. With --serve: for requests that do not"
                        + " say.",
                "-e",
                "--response-topic");
        options.text("TEXT", "The request; with --serve the response.", "-m", "--message");
        options.text("FILE", "A file is the request.", "-f", "--file");
        options.flag("The whole input is the request.", "-s", "--stdin-file");
        options.flag("An empty request.", "-n", "--null-message");
        options.text("FORMAT", "How to print a response, such as '%%t %%q %%p'; see mosquitto_sub(1).", "-F");
        options.flag("Print the topic before the response.", "-v", "--verbose");
        options.flag("No line feed after a response.", "-N");
        options.flag("Print responses as JSON, as -F %%j.", "--json");
        options.flag("No retained responses.", "-R");
        options.number("End after so many responses, default 1; with --serve after so many requests.", "-C");
        options.number("Seconds to wait for the response, or with --serve for --exec. Default: for ever.", "-W");
        options.flag("Answer requests. Without --exec and -m the response is the request.", "--serve");
        options.text(
                "COMMAND",
                "With --serve, for sh -c: gets the request as its input and the topic as $MQTT_TOPIC; its output is the"
                        + " response. If it fails, the response has the User Property 'error' (MQTT 5).",
                "--exec");
        Map<String, String> codes = new LinkedHashMap<>(ClientOptions.exitCodes());
        codes.put("" + TIMED_OUT, "no response in the time of -W");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes)
                .footer(
                        "%nExamples:",
                        "  chasqui rr -t greenhouse/1/ask -m temperature -W 5",
                        "  chasqui rr -V 311 -t ask -e ask/answer -m temperature",
                        "  chasqui rr --serve -t 'greenhouse/+/ask' --exec ./answer.sh",
                        "  chasqui rr --serve -t '$share/workers/resize' --exec 'convert - -resize 50%% -' -W 30");
        return spec;
    }

    private int call() throws InterruptedException, IOException {
        boolean serve = options.has("--serve");
        String topic = options.text("-t") == null ? options.topicOfUrl() : options.text("-t");
        if (topic == null) {
            throw options.wrong("give a topic with -t");
        }
        String responseTopic = options.text("-e");
        String fault = serve ? TopicFilter.fault(topic) : TopicName.fault(topic);
        if (fault != null) {
            throw options.wrong("-t is " + topic + ": " + fault);
        }
        fault = responseTopic == null ? null : TopicName.fault(responseTopic);
        if (fault != null) {
            throw options.wrong("-e is " + responseTopic + ": " + fault);
        }
        if (responseTopic == null && !options.isV5()) {
            throw options.wrong("MQTT 3 requests do not carry a response topic; give it with -e, here and there");
        }
        if (options.number("-C", 1) < 1 || options.number("-W", 1) < 1 || options.number("-W", 1) > MOST_EXEC_SECONDS) {
            throw options.wrong("-C and -W are 1 or more, -W at most " + MOST_EXEC_SECONDS);
        }
        try {
            return serve ? serve(topic, responseTopic) : request(topic, responseTopic);
        } catch (MqttException e) {
            return options.fail(e, console);
        }
    }

    private int request(String topic, @Nullable String givenResponseTopic) throws InterruptedException, IOException {
        if (Stream.of("-m", "-f", "-s", "-n").filter(options::has).count() != 1) {
            throw options.wrong("give one of -m, -f, -s and -n");
        }
        if (options.has("--exec")) {
            throw options.wrong("--exec belongs to --serve");
        }
        byte[] secret = new byte[8];
        new SecureRandom().nextBytes(secret);
        String responseTopic =
                givenResponseTopic == null ? "response/" + HexFormat.of().formatHex(secret) : givenResponseTopic;
        Message request = Message.of(TopicName.of(topic), payload()).withQos(options.qos("-q"));
        if (options.isV5()) {
            request = request.withResponseTopic(responseTopic, secret);
        }
        Printer printer = printer();
        int count = options.number("-C", 1);
        AtomicInteger printed = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (MqttClient client = options.build(true, options.lines(console));
                Interruption _ = Interruption.cutsShort(client::close)) {
            client.onMessage(responseTopic, response -> {
                if (done.getCount() > 0 && isOurs(response, secret)) {
                    if (!print(printer, response) || printed.incrementAndGet() >= count) {
                        done.countDown();
                    }
                }
            });
            client.connect();
            client.subscribe(responseTopic, options.qos("-q"));
            client.publish(request);
            int seconds = options.number("-W", 0);
            if (seconds == 0) {
                done.await();
            } else if (!done.await(seconds, TimeUnit.SECONDS)) {
                console.fail("rr: no response on " + responseTopic + " within " + seconds + " s; does anybody serve "
                        + topic + "?");
                return TIMED_OUT;
            }
            return ExitCode.OK;
        }
    }

    private Printer printer() {
        try {
            return Printer.of(
                    options.has("--json") ? "%j" : options.text("-F"),
                    options.has("-v"),
                    !options.has("-N"),
                    false,
                    false,
                    console::fail);
        } catch (IllegalArgumentException e) {
            throw options.wrong("-F: " + e.getMessage());
        }
    }

    /** False when nobody reads any more, which is quiet. */
    private boolean print(Printer printer, Received response) {
        try {
            console.bytes().write(printer.print(Arrival.of(response, ZonedDateTime.now(ZoneId.systemDefault()))));
            console.bytes().flush();
            return true;
        } catch (IOException brokenPipe) {
            return false;
        }
    }

    /** Not the response to somebody else's request; a responder that forgets Correlation Data is forgiven. */
    private boolean isOurs(Received response, byte[] secret) {
        byte[] correlation = response.properties().correlationData();
        return !(options.has("-R") && response.isRetained())
                && (correlation == null || Arrays.equals(correlation, secret));
    }

    private byte[] payload() throws IOException {
        String text = options.text("-m");
        if (text != null) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        String file = options.text("-f");
        if (file != null && !Files.isReadable(Path.of(file))) {
            throw options.wrong("cannot read " + file);
        }
        return file != null ? Files.readAllBytes(Path.of(file)) : options.has("-s") ? in.readAllBytes() : new byte[0];
    }

    private int serve(String filter, @Nullable String responseTopic) throws InterruptedException {
        if (options.has("--exec") && options.has("-m")) {
            throw options.wrong("give --exec or -m, not both");
        }
        if (Stream.of("-f", "-s", "-n").anyMatch(options::has)) {
            throw options.wrong("with --serve the response is that of --exec or -m, or the request itself");
        }
        if (responseTopic != null && TopicFilter.of(filter).matches(TopicName.of(responseTopic))) {
            throw options.wrong("-t " + filter + " matches the response topic " + responseTopic
                    + ", so each response would be a request; give another -e");
        }
        int count = options.number("-C", Integer.MAX_VALUE);
        AtomicInteger answered = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (CtrlC ctrlC = CtrlC.calls(done::countDown);
                MqttClient client = options.build(true, options.lines(console))) {
            client.onMessage(filter, request -> {
                if (done.getCount() > 0
                        && answer(client, request, responseTopic)
                        && answered.incrementAndGet() >= count) {
                    done.countDown();
                }
            });
            client.connect();
            client.subscribe(filter, options.qos("-q"));
            done.await();
            console.err().println("rr: " + answered.get() + " requests answered");
            return ctrlC.ends(ExitCode.OK);
        }
    }

    /** One request; false when it could not be answered, which has been said. */
    private boolean answer(MqttClient client, Received request, @Nullable String otherwise) {
        String topic = request.properties().responseTopic();
        topic = topic == null ? otherwise : topic;
        String fault = topic == null ? "it says no response topic, and -e is not given" : TopicName.fault(topic);
        if (topic == null || fault != null) {
            console.fail("rr: a request on " + request.topic() + " cannot be answered: " + fault);
            return false;
        }
        RrAnswer answer = response(request);
        Message response = Message.of(TopicName.of(topic), answer.payload()).withQos(request.qos());
        if (options.isV5()) {
            response = response.withProperties(PublishProperties.NONE)
                    .withResponseTopic(null, request.properties().correlationData());
            response = answer.fault() == null ? response : response.withUserProperty("error", answer.fault());
        }
        if (answer.fault() != null) {
            console.fail("rr: " + answer.fault());
        }
        try {
            client.publish(response);
            return true;
        } catch (MqttException e) {
            console.fail("rr: a response could not be published: " + e.getMessage());
            return false;
        }
    }

    private RrAnswer response(Received request) {
        String command = options.text("--exec");
        String text = options.text("-m");
        if (command != null) {
            return RrAnswer.of(command, request.topic(), request.payload(), options.number("-W", MOST_EXEC_SECONDS));
        }
        return new RrAnswer(text == null ? request.payload() : text.getBytes(StandardCharsets.UTF_8), null);
    }
}
