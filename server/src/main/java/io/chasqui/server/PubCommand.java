package io.chasqui.server;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttException;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.format.Recording;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui pub}: publishes from the command line, with the options of mosquitto_pub. */
final class PubCommand {
    private static final List<String> SOURCES = List.of("-m", "-f", "-l", "-s", "-n", "--replay");

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
        options.number("Publish the message so many times.", "--repeat");
        options.text("SECONDS", "Wait so long between, such as 0.5.", "--repeat-delay");
        options.number("Messages of QoS 1 and 2 in flight at most. Default: 1000.", "-M");
        options.text("FILE", "Publish what chasqui sub --record has written, at its pace.", "--replay");
        options.text("FACTOR", "With --replay, so many times as fast; 0 as fast as possible.", "--speed");
        options.flag("Say every second how many messages went out, and how fast.", "--progress");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ClientOptions.exitCodes())
                .footer(
                        "%nExamples:",
                        "  chasqui pub -t greenhouse/1/temperature -m 21.5 -q 1",
                        "  chasqui pub -L mqtt://localhost/greenhouse/1/limit -m 28 -r",
                        "  tail -f log | chasqui pub -t log -l",
                        "  chasqui pub -t a/b -m hi -D publish content-type text/plain -D publish user-property k v",
                        "  chasqui pub --replay tuesday.jsonl --speed 10 --progress");
        return spec;
    }

    private int call() throws IOException {
        long sources = SOURCES.stream().filter(options::has).count();
        if (sources != 1) {
            throw options.wrong("give one of " + String.join(", ", SOURCES));
        }
        if (options.has("--speed") && !options.has("--replay")) {
            throw options.wrong("--speed belongs to --replay");
        }
        ConnectionLines connection = options.lines(console);
        Progress progress = new Progress(System.nanoTime());
        try (Source source = source();
                MqttClient client = options.build(options.has("-l") || options.has("--replay"), connection);
                Interruption _ = Interruption.cutsShort(client::close)) {
            connection.lost().whenComplete((_, _) -> giveUp(client));
            client.connect();
            Publishing publishing = new Publishing(client, connection.lost(), progress);
            ProgressLines lines =
                    options.has("--progress") ? new ProgressLines(console, progress, Console.isTerminal()) : null;
            try (lines) {
                source.publishTo(publishing);
                publishing.finish();
            }
            options.disconnect(client);
            return ExitCode.OK;
        } catch (MqttException.Closed e) {
            return ExitCode.INTERRUPTED;
        } catch (MqttException e) {
            return options.fail(e, console);
        }
    }

    /** So that nothing waits for a connection that does not come back. */
    private static void giveUp(MqttClient client) {
        client.close();
    }

    /** Where the messages come from. */
    private interface Source extends AutoCloseable {
        void publishTo(Publishing publishing) throws IOException;

        @Override
        default void close() throws IOException {}
    }

    private Source source() throws IOException {
        if (options.has("--replay")) {
            Path file = Path.of(String.valueOf(options.text("--replay")));
            if (!Files.isReadable(file)) {
                throw options.wrong("cannot read " + file);
            }
            return new Replay(Files.newBufferedReader(file), file, options.decimal("--speed", 1));
        }
        Message message = message();
        return options.has("-l")
                ? publishing -> lines(publishing, message)
                : repeated(with(message, payload()), options.number("--repeat", 1), delay());
    }

    private Message message() {
        String given = options.text("-t");
        String topic = given == null ? options.topicOfUrl() : given;
        if (topic == null) {
            throw options.wrong("give a topic with -t");
        }
        String fault = TopicName.fault(topic);
        if (fault != null) {
            throw options.wrong("-t is " + topic + ": " + fault);
        }
        try {
            Message message = Message.of(TopicName.of(topic), new byte[0])
                    .withQos(options.qos("-q"))
                    .withRetain(options.has("-r"));
            return options.properties().applyTo(message, "publish");
        } catch (IllegalArgumentException e) {
            throw options.wrong(String.valueOf(e.getMessage()));
        }
    }

    private Duration delay() {
        return Duration.ofNanos(Math.round(options.decimal("--repeat-delay", 0) * 1e9));
    }

    private byte[] payload() throws IOException {
        String text = options.text("-m");
        String file = options.text("-f");
        if (file != null && !(Files.isReadable(Path.of(file)) && !Files.isDirectory(Path.of(file)))) {
            throw options.wrong("cannot read " + file);
        }
        return text != null
                ? text.getBytes(StandardCharsets.UTF_8)
                : file != null
                        ? Files.readAllBytes(Path.of(file))
                        : options.has("-s") ? in.readAllBytes() : new byte[0];
    }

    private Source repeated(Message message, int times, Duration delay) {
        if (times < 1) {
            throw options.wrong("--repeat is " + times + "; give 1 or more");
        }
        return publishing -> {
            for (int i = 0; i < times; i++) {
                if (i > 0 && !delay.isZero()) {
                    publishing.pause(delay);
                }
                publishing.publish(message);
            }
        };
    }

    /** Bytes between line feeds, whatever their encoding. */
    private void lines(Publishing publishing, Message message) throws IOException {
        InputStream bytes = new BufferedInputStream(in);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = bytes.read();
        while (next != -1) {
            for (; next != -1 && next != '\n'; next = bytes.read()) {
                line.write(next);
            }
            publishing.publish(with(message, line.toByteArray()));
            line.reset();
            next = next == -1 ? -1 : bytes.read();
        }
    }

    private static Message with(Message message, byte[] payload) {
        return new Message(
                message.topic(), payload, message.qos(), message.retain(), message.expiry(), message.properties());
    }

    /** A recording, at its pace times {@code speed}; at 0 as fast as possible. */
    private final class Replay implements Source {
        private final BufferedReader lines;
        private final Path file;
        private final double speed;

        Replay(BufferedReader lines, Path file, double speed) {
            this.lines = lines;
            this.file = file;
            this.speed = speed;
        }

        @Override
        public void publishTo(Publishing publishing) throws IOException {
            long start = System.nanoTime();
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                Recording.Step step;
                try {
                    step = Recording.read(line);
                } catch (Recording.BadLineException e) {
                    throw options.wrong(file + ":" + number + ": " + e.getMessage());
                }
                long wait = speed == 0 ? 0 : start + Math.round(step.at().toNanos() / speed) - System.nanoTime();
                if (wait > 0) {
                    publishing.pause(Duration.ofNanos(wait));
                }
                publishing.publish(step.message());
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
