package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code pub} and {@code sub} with a broker in this JVM. */
@Timeout(60)
class PubSubCommandTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    private final String port = BROKER.port();
    private final Typed typed = new Typed();
    private final StringWriter out = typed.out;
    private final StringWriter err = typed.err;

    private int pub(String input, String... args) {
        return typed.pub(input, args);
    }

    private int sub(String... args) {
        return typed.sub(args);
    }

    @Test
    void aRetainedMessageIsPrintedAndRemoved() {
        assertThat(pub("", "-p", port, "-t", "kept/1", "-m", "21.5", "-r", "-q", "1"))
                .isZero();
        assertThat(sub("-p", port, "-t", "kept/#", "-F", "%t|%q|%r|%l|%x|%p", "-q", "2", "-C", "1", "-W", "20"))
                .isZero();
        assertThat(out.toString()).isEqualTo("kept/1|1|1|4|32312e35|21.5\n");
        assertThat(sub("-p", port, "-t", "kept/#", "--remove-retained", "-C", "1", "-W", "20"))
                .isZero();
        assertThat(sub("-p", port, "-t", "kept/#", "-W", "1")).isEqualTo(27);
        assertThat(err.toString()).isEqualTo("chasqui: timed out: the 1 s of -W are over; give more to wait longer\n");
    }

    @Test
    void linesOfTheInputAreMessagesInTheirOrder() {
        StringWriter printed = new StringWriter();
        SubCommand command = new SubCommand(new Console(new PrintWriter(printed, true), typed.console.err()));
        assertThat(pub("", "-p", port, "-t", "lines/0", "-m", "0", "-r", "-q", "1"))
                .isZero();
        String url = "mqtt://127.0.0.1:" + port + "/lines/#";
        CompletableFuture<Integer> subscribed = CompletableFuture.supplyAsync(() ->
                new CommandLine(command.spec()).execute("-L", url, "-T", "lines/not", "-v", "-C", "4", "-q", "1"));
        while (printed.toString().isEmpty()) { // the retained message says that the subscription is there
            Thread.onSpinWait();
        }
        assertThat(pub("", "-p", port, "-t", "lines/not", "-m", "x")).isZero();
        assertThat(pub("a\nb\nc\n", "-p", port, "-t", "lines/1", "-l", "-q", "2"))
                .isZero();
        assertThat(subscribed.join()).isZero();
        assertThat(printed.toString()).isEqualTo("lines/0 0\nlines/1 a\nlines/1 b\nlines/1 c\n");
    }

    @Test
    void aFileAndTheWholeInputAreMessages() throws Exception {
        Path file = Files.writeString(directory.resolve("message"), "of a file");
        assertThat(pub("", "-p", port, "-t", "file", "-f", file.toString(), "-r"))
                .isZero();
        assertThat(sub("-p", port, "-t", "file", "-N", "-C", "1", "-V", "mqttv311"))
                .isZero();
        assertThat(pub("whole\ninput", "-p", port, "-t", "file", "-s", "-r")).isZero();
        assertThat(sub("-p", port, "-t", "file", "-N", "-C", "1")).isZero();
        assertThat(out.toString()).isEqualTo("of a filewhole\ninput");
        assertThat(pub("", "-p", port, "-t", "file", "-n", "-r")).isZero();
    }

    @Test
    void whatIsWrongIsSaidInOneLine() {
        assertThat(pub("", "-p", "1", "-t", "a", "-m", "b")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString())
                .startsWith("chasqui: cannot connect to localhost:1")
                .hasLineCount(1);
        assertThat(pub("", "-t", "a/+", "-m", "b")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("-t is a/+: a Topic Name has no wildcard");
        assertThat(pub("", "-t", "a")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("give one of -m, -f, -l, -s, -n, --replay");
        assertThat(sub("-t", "a/#/b")).isEqualTo(ExitCode.USAGE);
        assertThat(sub("-t", "a", "-q", "3")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("-q is 3; give 0, 1 or 2");
    }

    @Test
    void whatIsRecordedIsReplayedAtItsPace() throws Exception {
        assertThat(pub("a\nb\n", "-p", port, "-t", "seen/first", "-s", "-r")).isZero();
        Path recorded = directory.resolve("recorded.jsonl");
        assertThat(sub("-p", port, "-t", "seen/#", "--record", recorded.toString(), "-C", "1", "-W", "20"))
                .isZero();
        assertThat(out.toString()).isEmpty();
        String line = Files.readString(recorded);
        assertThat(line)
                .contains("\"topic\":\"seen/first\"", "\"payload\":\"a\\u000ab\\u000a\"")
                .hasLineCount(1);

        Files.writeString(recorded, line + "\n" + """
            {"at":0.4,"topic":"again/1","payload":"one","retain":true}
            {"at":0.8,"topic":"again/2","payloadBase64":"/w==","qos":2,"retain":true}
            """);
        long start = System.nanoTime();
        assertThat(pub("", "-p", port, "--replay", recorded.toString(), "--speed", "4", "--progress"))
                .isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(err.toString()).contains("3 messages, 8 B in ");
        assertThat(sub("-p", port, "-t", "again/#", "-F", "%t %x", "-C", "2", "-W", "20"))
                .isZero();
        assertThat(out.toString().lines()).containsExactlyInAnyOrder("again/1 6f6e65", "again/2 ff");
    }

    @Test
    void messagesAsJsonForScripts() {
        assertThat(pub("", "-p", port, "-t", "json/1", "-m", "{}", "-r", "-q", "1"))
                .isZero();
        assertThat(sub("-p", port, "-t", "json/1", "--json", "-C", "1", "-W", "20"))
                .isZero();
        assertThat(out.toString())
                .startsWith("{\"tst\":\"")
                .endsWith("\"topic\":\"json/1\",\"qos\":0,\"retain\":1,\"payloadlen\":2,\"payload\":\"{}\"}\n");
        assertThat(sub("-t", "json/1", "--json", "-F", "%p")).isEqualTo(ExitCode.USAGE);
    }

    /** What comes while it subscribes is for the next one, who asks for messages. */
    @Test
    void whoOnlySubscribesTakesNothing() {
        String[] session = {"-p", port, "-c", "-i", "only", "-q", "1", "-t", "only/#", "-W", "20"};
        assertThat(pub("", "-p", port, "-t", "only/a", "-m", "kept", "-r", "-q", "1"))
                .isZero();
        assertThat(sub(with(session, "-E"))).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(sub(with(session, "-C", "1"))).isZero();
        assertThat(out.toString()).isEqualTo("kept\n");
    }

    @Test
    void aWrongLineOfARecordingIsNamed() throws Exception {
        Path recorded = Files.writeString(directory.resolve("wrong"), "{\"topic\":\"x\"}\n\n{\"qos\":1}\n");
        assertThat(pub("", "-p", port, "--replay", recorded.toString(), "--speed", "0"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("wrong:3: there is no topic");
        assertThat(pub("", "-t", "a", "-m", "x", "--speed", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(pub("", "--replay", "/nosuchfile")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void theRestOfASessionStaysAfterTheLastMessage() {
        String[] session = {"-p", port, "-c", "-i", "rest", "-q", "1", "-t", "rest/#", "-W", "20"};
        assertThat(sub(with(session, "-E"))).isZero();
        assertThat(pub("1\n2\n3\n", "-p", port, "-t", "rest/a", "-l", "-q", "1"))
                .isZero();
        assertThat(sub(with(session, "-C", "1"))).isZero();
        assertThat(sub(with(session, "-C", "2"))).isZero();
        assertThat(out.toString()).isEqualTo("1\n2\n3\n");
    }

    private static String[] with(String[] some, String... more) {
        return Stream.of(some, more).flatMap(Arrays::stream).toArray(String[]::new);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-D publsh content-type x | -D publsh is no packet; give connect, publish, will,",
                "-D auth reason-string x | -D auth is not supported",
                "-D publish content-typ x | -D publish has no property content-typ; did you mean content-type?",
                "-D connect receive-maximum 0 | -D connect receive-maximum is 0; give 1 to 65535",
                "-D will will-delay-interval x | -D will will-delay-interval is x; give 0 to 4294967295",
                "-D publish content-type a -D publish content-type b | -D publish content-type is there twice",
                "-D publish content-type | a value is missing after -D",
                "--psk 00 | --psk is not supported, for TLS here is the JDK's",
                "--tls-version tlsv1.1 --cafile x | --tls-version is tlsv1.1; give tlsv1.3 or tlsv1.2",
                "--cert x | --cert and --key go together",
                "-x never | -x is never; give 0 to 4294967295, or -1 for ever",
                "--proxy ftp://x | --proxy is ftp://x; give socks5h://host:1080 or http://host:3128",
                "-L localhost/a | -L is localhost/a; give mqtt://host or mqtts://host",
                "--repeat 0 | --repeat is 0; give 1 or more",
                "--repeat-delay -1 | --repeat-delay is -1; give a number such as 1.5",
            })
    void aWrongOptionIsNamed(String arguments, String message) {
        assertThat(pub("", with(new String[] {"-t", "a", "-m", "x"}, arguments.split(" ", -1))))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).startsWith(message);
    }
}
