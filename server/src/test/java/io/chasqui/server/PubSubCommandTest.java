package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.ListenerConfig;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code pub} and {@code sub} with a broker in this JVM. */
@Timeout(60)
class PubSubCommandTest {
    private static Broker broker;
    private static String port;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true));

    @BeforeAll
    static void start() {
        BrokerConfig standard = BrokerConfig.DEFAULT;
        broker = Broker.start(new BrokerConfig(
                List.of(ListenerConfig.DEFAULT.withPort(0)),
                standard.limits(),
                1,
                1,
                Duration.ZERO,
                Duration.ofMillis(100)));
        port = "" + broker.addresses().getFirst().getPort();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private int pub(String input, String... args) {
        ByteArrayInputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return run(new CommandLine(new PubCommand(console, in).spec()), args);
    }

    private int sub(String... args) {
        return run(new CommandLine(new SubCommand(console).spec()), args);
    }

    private int run(CommandLine line, String... args) {
        line.setErr(console.err());
        return line.execute(args);
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
    }

    @Test
    void linesOfTheInputAreMessagesInTheirOrder() {
        StringWriter printed = new StringWriter();
        SubCommand command = new SubCommand(new Console(new PrintWriter(printed, true), console.err()));
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
        assertThat(err.toString()).contains("give one of -m, -f, -l, -s and -n");
        assertThat(sub("-t", "a/#/b")).isEqualTo(ExitCode.USAGE);
        assertThat(sub("-t", "a", "-q", "3")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("-q is 3; give 0, 1 or 2");
    }
}
