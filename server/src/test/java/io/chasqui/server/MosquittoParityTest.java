package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.Broker;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.client.MqttClient;
import io.chasqui.client.Received;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * The same command lines with mosquitto_pub and mosquitto_sub and with ours: what comes out, and the exit code, are the same. The
 * command lines are written as in a shell, with {@code _} for a blank in a word.
 */
@Timeout(60)
class MosquittoParityTest {
    private static final String END = "the end";

    private static Broker broker;
    private static String port;
    private static MqttClient observer;
    private static final BlockingQueue<Received> OBSERVED = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() throws Exception {
        for (String tool : List.of("mosquitto_pub", "mosquitto_sub")) {
            boolean there = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
            if (!there && System.getenv("CI") != null) {
                throw new AssertionError(tool + " is not in PATH: install mosquitto-clients");
            }
            Assumptions.assumeTrue(there, tool + " is not in PATH: install mosquitto-clients");
        }
        broker = Broker.start(SharedBroker.config());
        port = SharedBroker.port(broker);
        observer = MqttClient.to("mqtt://127.0.0.1:" + port).build();
        observer.connect();
        observer.subscribe("pub/#", Qos.EXACTLY_ONCE, OBSERVED::add);
        keep("kept/json", "-m", "{\"a\":[1,2,{\"b\":null}],\"c\":\"é\"}", "-D", "publish", "user-property", "k", "v");
        keep("kept/text", "-m", "some text", "-D", "publish", "content-type", "text/plain");
        keep(
                "kept/all",
                all("-m _ -D publish response-topic open/r -D publish correlation-data c0ffee -D publish"
                        + " payload-format-indicator 1 -D publish user-property a 1 -D publish user-property b"
                        + " 2"));
        keep("kept/bytes", "-f", bytes("not json \u00ff\u0000\u0001", "bytes"));
    }

    private static String[] all(String line) {
        return words(line);
    }

    private static void keep(String topic, String... more) throws Exception {
        assertThat(theirs("mosquitto_pub", "", with(new String[] {"-t", topic, "-r", "-q", "1", "-V", "5"}, more))
                        .code())
                .isZero();
    }

    private static String bytes(String latin1, String name) throws IOException {
        Path file = Files.createTempFile("chasqui", name);
        file.toFile().deleteOnExit();
        return Files.write(file, latin1.getBytes(StandardCharsets.ISO_8859_1)).toString();
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            observer.close();
            broker.close();
        }
    }

    /** What a tool has done. */
    private record Outcome(int code, String output) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-t kept/text",
                "-t kept/text -v",
                "-t kept/text -N",
                "-t kept/text -v -N",
                "-t kept/text -V mqttv31",
                "-t kept/text -V 311 -q 2 -F %t|%q|%r|%l|%p",
                "-t kept/text -V 5 -q 1 -F %t|%q|%r|%l|%x|%X|%p|%m|%C|%%",
                "-t kept/all -V 5 -F %R|%D|%F|%P|%C|%E|%S|%A| -D subscribe subscription-identifier 7",
                "-t kept/all -V 5 -F %S|%5S|%05S|%-5S| -D subscribe subscription-identifier 7",
                "-t kept/text -V 5 -F %20t|%-20t|%.4t|%10.4t|%-10.4t|",
                "-t kept/text -V 5 -F %5l|%-5l|%05l|%-05l|%5F|%5q|%5r",
                "-t kept/text -V 5 -F %20C|%-20C|%.4C|%20R|",
                "-t kept/text -F %4p|%20p|%-20p|",
                "-t kept/text -F %x|%8x|%04X|",
                "-t kept/text -F a\\tb\\nc\\\\d\\0e\\r\\a\\e\\v%p",
                "-t kept/text -F @@|%p",
                "-t kept/bytes",
                "-t kept/bytes -F %x",
                "-t kept/json -V 311 -F %j",
                "-t kept/json -V 311 -F %J",
                "-t kept/json -V 5 -F %J",
                "-t kept/json -V 5 -q 1 -F %j",
                "-t kept/all -V 5 -q 1 -F %j -D subscribe subscription-identifier 9",
                "-t kept/bytes -F x%J",
                "-t kept/# -T kept/text -T kept/bytes -T kept/all -v",
                "-t kept/text -t kept/json --retained-only -C 2 -v",
                "-t nothing/here -W 1",
                "-t kept/text -E",
                "-t kept/text -d -i parity-d -V 5",
                "-t kept/text -W 0",
                "-t kept/text --random-filter 0 -W 1",
                "-L mqtt://127.0.0.1:PORT/kept/text -t kept/bytes -C 2",
                "-t kept/bytes -L mqtt://127.0.0.1:PORT/kept/text -C 2",
                "-L http://127.0.0.1:PORT/kept/text",
                "-t nothing/here -E",
                "-t nothing/a -t nothing/b -U nothing/a -E",
                "-c -i parity -q 1 -t nothing/here -E",
                "-t kept/text -k 5 -I prefix- -u somebody -P secret",
                "-L mqtt://127.0.0.1:PORT/kept/text",
                "-L mqtt://somebody:secret@127.0.0.1:PORT/kept/text -v",
                "-t a/#/b",
                "-F %p",
                "-t kept/text -F %z",
                "-t kept/text -F a\\q",
                "-t kept/text -F a%",
                "-t kept/text -F a@",
                "-t kept/text -F a\\",
                "-t kept/text -q 3",
                "-t kept/text -V 7",
                "-t kept/text --wombat",
                "-t kept/text -D publish wombat 1",
                "-t kept/text -D auth reason-string x",
                "-t kept/text -D connect receive-maximum 0",
                "-t kept/text -i a -I b",
                "-t kept/text --will-qos 1",
                "-t kept/text --will-payload x",
            })
    void subPrintsAndEndsAsTheirs(String line) throws Exception {
        boolean endsByItself = Stream.of("-C", "-W", "-E").anyMatch(line::contains);
        String[] words = words(endsByItself ? line : line + " -C 1 -W 20");
        Outcome theirs = theirs("mosquitto_sub", "", words);
        Outcome ours = ours("", words, false);
        assertThat(comparable(ours.output)).isEqualTo(comparable(theirs.output));
        assertSameCode(ours, theirs);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            nullValues = "none",
            value = {
                "none§-t pub/a -m hello",
                "none§-t pub/a -m hello -q 1 -V 311",
                "none§-t pub/a -m hello -q 2 -V 31",
                "none§-t pub/a -m -q -q 1",
                "none§-t pub/a -m @hello",
                "none§-t pub/a -m é_€_$HOME_\\n",
                "none§-t pub/a -n",
                "none§-t pub/a -m x --repeat 3",
                "none§-t pub/a -m x --repeat 3 --repeat-delay 0.01 -q 2",
                "one\\ntwo\\n\\nthree\\n§-t pub/a -l -q 1",
                "one\\ntwo§-t pub/a -l",
                "a\\r\\nb\\r\\n§-t pub/a -l -q 2",
                "whole\\ninput\\n§-t pub/a -s",
                "none§-t pub/a -f FILE -q 1",
                "none§-L mqtt://127.0.0.1:PORT/pub/from/url -m x",
                "none§-t pub/a -m x --quiet --nodelay -d -M 5 -k 10 -c -i pubparity",
                "none§-t pub/a -m x -D publish content-type text/plain -D publish user-property a b",
                "none§-t pub/a -m x -D publish message-expiry-interval 77 -D publish response-topic r/s -D publish"
                        + " correlation-data abc -D publish payload-format-indicator 1 -D publish topic-alias 3 -q 1",
                "none§-t pub/a -m x -x 30 -V 5 -i pubparity2 -D connect user-property a b -D disconnect user-property"
                        + " c d",
                "none§-t pub/a -m x --will-topic pub/will --will-payload bye --will-qos 1",
                "none§-t pub/a -m x -A 127.0.0.1",
                "none§-t pub/a -m x -d",
                "none§-t pub/a -m x -d -q 1 -V 5 -i parity-p",
                "none§-t pub/a -m x -d -q 2 -V 311",
                "none§-t pub/+ -m x",
                "none§-t pub/a",
                "none§-m x",
                "none§-t pub/a -m x -n",
                "none§-t pub/a -f /nosuchfile",
                "none§-t pub/a -m x -q 3",
                "none§-t pub/a -m x --wombat",
                "none§-t pub/a -m",
                "none§-t pub/a -m x -p 1",
                "none§-t pub/a -m x -h nosuchhost.invalid",
                "none§-t pub/a -m x -D publish wombat 1",
                "none§-t pub/a -m x -D wombat content-type 1",
                "none§-t pub/a -m x --unix /nosuchsocket",
            })
    void pubPublishesAndEndsAsTheirs(String input, String line) throws Exception {
        String in = input == null ? "" : input.replace("\\n", "\n").replace("\\r", "\r");
        String file = bytes("bytes \u00ff\u0000\n of a file", "pub");
        String[] words = words(line.replace("FILE", file));
        Outcome theirs = theirs("mosquitto_pub", in, words);
        List<String> published = observed();
        Outcome ours = ours(in, words, true);
        assertThat(observed()).isEqualTo(published);
        if (line.contains(" -d")) { // else all that they print is the usage, where the line is wrong
            assertThat(ours.output).isEqualTo(theirs.output);
        }
        assertSameCode(ours, theirs);
    }

    @ParameterizedTest
    @CsvSource({"31, 5", "311, 5", "5, 135"})
    void aRefusedConnectionIsTheCodeOfConnAck(String version, int code) throws Exception {
        try (Broker closed = Broker.start(
                SharedBroker.config(),
                (_, _) -> CompletableFuture.completedFuture(Verdict.refused(ReasonCode.NOT_AUTHORIZED, null)),
                Authorizer.OPEN)) {
            String at = SharedBroker.port(closed);
            String[] words = {"-p", at, "-t", "a", "-m", "x", "-V", version, "-i", "x"};
            assertThat(theirs("mosquitto_pub", "", words).code()).isEqualTo(code);
            assertThat(ours("", words, true).code()).isEqualTo(code);
        }
    }

    /** Ours ends a wrong command line with 2, as all our commands, where theirs has 1. */
    private static void assertSameCode(Outcome ours, Outcome theirs) {
        assertThat(ours.code == ExitCode.USAGE ? 1 : ours.code).isEqualTo(theirs.code);
    }

    /** JSON by its meaning, for theirs has the properties in the order in which they came. */
    private static Object comparable(String output) throws JsonReader.SyntaxException {
        String masked =
                output.replaceAll("\"tst\":\"[^\"]*\"", "\"tst\":\"\"").replaceAll("\"mid\":[0-9]+", "\"mid\":1");
        return masked.startsWith("{") ? JsonReader.object(masked.getBytes(StandardCharsets.UTF_8)) : masked;
    }

    /** What has been published since, up to now, by clients that are gone: what they sent may come after they ended. */
    private static List<String> observed() throws InterruptedException {
        while (broker.statistics().join().counters().connections > 1) {
            Thread.onSpinWait();
        }
        observer.publish("pub/end", END);
        List<String> all = new ArrayList<>();
        for (Received message = take(); !message.text().equals(END); message = take()) {
            all.add(message.topic() + " " + message.qos() + " " + message.expirySeconds() + " " + message.properties()
                    + " " + HexFormat.of().formatHex(message.payload()));
        }
        return all;
    }

    private static Received take() throws InterruptedException {
        Received message = OBSERVED.poll(20, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("the observer has not got the end");
        }
        return message;
    }

    private static String[] words(String line) {
        return Arrays.stream(line.split(" ", -1))
                .map(word -> word.replace('_', ' ').replace("PORT", port))
                .toArray(String[]::new);
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
    }

    /** Where the broker is, unless the command line says so. */
    private static String[] placed(String[] words) {
        List<String> given = List.of(words);
        return Stream.of("-p", "-L", "-h", "--unix").anyMatch(given::contains)
                ? words
                : with(new String[] {"-h", "127.0.0.1", "-p", port}, words);
    }

    private static Outcome theirs(String tool, String input, String... words) throws Exception {
        Process process = new ProcessBuilder(with(new String[] {tool}, placed(words)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        return new Outcome(process.waitFor(), output);
    }

    private static Outcome ours(String input, String[] words, boolean pub) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter text = new StringWriter();
        Console console = new Console(new PrintWriter(text), new PrintWriter(text), out);
        ByteArrayInputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        CommandLine line = new CommandLine(pub ? new PubCommand(console, in).spec() : new SubCommand(console).spec());
        line.setErr(console.err()).setExpandAtFiles(false);
        int code = line.execute(placed(words));
        return new Outcome(code, out.toString(StandardCharsets.ISO_8859_1));
    }
}
