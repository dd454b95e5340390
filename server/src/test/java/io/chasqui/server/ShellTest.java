package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shell as a script uses it, with a broker in this JVM. */
@Timeout(60)
class ShellTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private final String port = BROKER.port();
    private final Typed typed = new Typed();
    private final StringWriter out = typed.out;
    private final StringWriter err = typed.err;

    private int script(String... lines) {
        String all = String.join("\n", lines).replace("PORT", port) + "\n";
        ByteArrayInputStream in = new ByteArrayInputStream(all.getBytes(StandardCharsets.UTF_8));
        return typed.run(new ShellCommand(typed.console, in, false).spec());
    }

    @Test
    void aConversation() {
        int code = script(
                "# a remark",
                "",
                "status",
                "connect 127.0.0.1:PORT -i talker",
                "subscribe greenhouse/# 1",
                "publish -q 1 greenhouse/1 'hello  there' you",
                "wait 1",
                "publish -r -q 1 kept/1 28",
                "unsubscribe greenhouse/#",
                "subscribe kept/+",
                "wait 1",
                "status",
                "exit",
                "wombat");
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(out.toString().replace("\r", "")).isEqualTo("""
            not connected
            connected to 127.0.0.1:PORT
            subscribed to greenhouse/#
            greenhouse/1 hello  there you
            unsubscribed from greenhouse/#
            subscribed to kept/+
            kept/1 28
            connected to 127.0.0.1:PORT
              kept/+ (QoS 0)
            disconnected from 127.0.0.1:PORT
            """.replace("PORT", port));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "wombat | unknown command wombat; help lists all",
                "conect | unknown command conect; did you mean connect?",
                "publish a b | not connected; connect HOST",
                "subscribe | a filter is missing; subscribe FILTER [QOS]",
                "subscribe a 3 | the QoS is 3, which is not 0, 1 or 2; subscribe FILTER [QOS]",
                "connect localhost -i | a value is missing after -i; connect [HOST",
                "connect localhost -V 4 | -V is 4; connect [HOST",
                "connect localhost more | what is more?; connect [HOST",
                "connect localhost:1 | cannot connect to localhost:1: Connection refused; is the broker running",
                "publish 'a | a ' is not closed",
                "wait x | x is no number; wait COUNT",
                "wait 1 0 | only 0 of 1 messages have come in 0 s",
            })
    void whatCannotBeDoneEndsAScript(String line, String message) {
        assertThat(script("status", line, "status")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).startsWith("chasqui: line 2: " + message).hasLineCount(1);
        assertThat(out.toString()).hasLineCount(1);
    }

    @Test
    void wordsAreHeldTogetherByQuotes() throws Exception {
        assertThat(Shell.Words.of(" a  'b c' \"d 'e\" f\\ g '' h\"i\"j 'k\\' "))
                .containsExactly("a", "b c", "d 'e", "f g", "", "hij", "k\\");
        assertThatThrownBy(() -> Shell.Words.of("\"a")).hasMessage("a \" is not closed");
    }
}
