package io.chasqui.server;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttException;
import io.chasqui.protocol.TopicName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui pub}: publishes from the command line, with the options of mosquitto_pub. */
final class PubCommand {
    private final Console console;
    private final InputStream in;
    private final CommandSpec spec = ClientOptions.command(
            this::call, "Publish messages. The options are those of mosquitto_pub; -h is the host.");
    private final ClientOptions options = ClientOptions.addTo(spec);

    PubCommand(Console console, InputStream in) {
        this.console = console;
        this.in = in;
    }

    CommandSpec spec() {
        options.text("TOPIC", "Topic Name.", "-t", "--topic");
        options.text("TEXT", "The message.", "-m", "--message");
        options.text("FILE", "A file is the message.", "-f", "--file");
        options.flag("Each line of the input is a message.", "-l", "--stdin-line");
        options.flag("The whole input is the message.", "-s", "--stdin-file");
        options.flag("An empty message; with -r it removes the retained one.", "-n", "--null-message");
        options.flag("The broker keeps it for those who subscribe later.", "-r", "--retain");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ClientOptions.exitCodes())
                .footer(
                        "%nExamples:",
                        "  chasqui pub -t greenhouse/1/temperature -m 21.5 -q 1",
                        "  chasqui pub -L mqtt://localhost/greenhouse/1/limit -m 28 -r",
                        "  tail -f log | chasqui pub -t log -l");
        return spec;
    }

    private int call() throws IOException {
        String topic = options.text("-t") == null ? options.topicOfUrl() : options.text("-t");
        if (topic == null) {
            throw options.wrong("give a topic with -t");
        }
        String fault = TopicName.fault(topic);
        if (fault != null) {
            throw options.wrong("-t is " + topic + ": " + fault);
        }
        long sources =
                Stream.of("-m", "-f", "-l", "-s", "-n").filter(options::has).count();
        if (sources != 1) {
            throw options.wrong("give one of -m, -f, -l, -s and -n");
        }
        Message message = Message.of(TopicName.of(topic), new byte[0])
                .withQos(options.qos("-q"))
                .withRetain(options.has("-r"));
        try (MqttClient client = options.build(options.has("-l"), console)) {
            client.connect();
            if (options.has("-l")) {
                lines(client, message);
            } else {
                client.publish(with(message, payload()));
            }
            return ExitCode.OK;
        } catch (MqttException e) {
            console.fail(String.valueOf(e.getMessage()));
            return ExitCode.FAILED;
        }
    }

    private byte[] payload() throws IOException {
        String text = options.text("-m");
        String file = options.text("-f");
        if (file != null && !Files.isReadable(Path.of(file))) {
            throw options.wrong("cannot read " + file);
        }
        return text != null
                ? text.getBytes(StandardCharsets.UTF_8)
                : file != null
                        ? Files.readAllBytes(Path.of(file))
                        : options.has("-s") ? in.readAllBytes() : new byte[0];
    }

    /** Does not wait for each; the outbox holds the input back when the broker does not keep up. */
    private void lines(MqttClient client, Message message) throws IOException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CompletableFuture<?> last = CompletableFuture.completedFuture(null);
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null && failure.get() == null; line = lines.readLine()) {
            CompletableFuture<?> published = client.publishAsync(with(message, line.getBytes(StandardCharsets.UTF_8)));
            last = published.whenComplete((reason, why) -> failure.compareAndSet(null, why));
        }
        try {
            last.join(); // answers come in order
        } catch (CompletionException e) {
            failure.compareAndSet(null, e);
        }
        Throwable why = failure.get();
        if (why != null) {
            throw why instanceof MqttException mine
                    ? mine
                    : why.getCause() instanceof MqttException cause ? cause : new IllegalStateException(why);
        }
    }

    private static Message with(Message message, byte[] payload) {
        return new Message(
                message.topic(), payload, message.qos(), message.retain(), message.expiry(), message.properties());
    }
}
