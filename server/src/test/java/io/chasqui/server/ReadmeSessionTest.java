package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.Broker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The terminal session in README.md is one that takes place: its commands are run with a fresh broker, and print what it says. Each
 * line with a {@code $} is a command; {@code ; echo $?} behind it shows its exit code.
 */
@Timeout(60)
class ReadmeSessionTest {
    private static final String ECHO = "; echo $?";

    private final StringWriter out = new StringWriter();

    @Test
    void takesPlace() throws Exception {
        String readme = Files.readString(Path.of("../README.md"));
        int begin = readme.indexOf("```console\n") + "```console\n".length();
        String session = readme.substring(begin, readme.indexOf("```", begin));
        try (Broker broker = Broker.start(SharedBroker.config())) {
            String port = SharedBroker.port(broker);
            session.lines().filter(line -> line.startsWith("$ ")).forEach(line -> run(line, port));
        }
        assertThat(out.toString()).isEqualTo(session);
    }

    private void run(String line, String port) {
        boolean echo = line.endsWith(ECHO);
        String command = line.substring("$ chasqui ".length(), line.length() - (echo ? ECHO.length() : 0));
        List<String> words;
        try {
            words = new ArrayList<>(Shell.Words.of(command));
        } catch (Shell.RefusedException e) {
            throw new AssertionError(line, e);
        }
        words.addAll(List.of("-p", port));
        out.append(line).append('\n');
        PrintWriter writer = new PrintWriter(out, true);
        int code = Chasqui.run(words.toArray(String[]::new), Map.of(), new Console(writer, writer), _ -> {
            throw new AssertionError("the broker runs");
        });
        if (echo) {
            out.append("" + code).append('\n');
        }
    }
}
