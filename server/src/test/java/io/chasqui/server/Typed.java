package io.chasqui.server;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Commands as they are typed, in this JVM, and what they print. */
final class Typed {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true));

    /** Returns the exit code. */
    int run(CommandSpec spec, String... args) {
        CommandLine line = new CommandLine(spec);
        line.setErr(console.err()).setExpandAtFiles(false);
        return line.execute(args);
    }

    int pub(String input, String... args) {
        return run(new PubCommand(console, input(input)).spec(), args);
    }

    int sub(String... args) {
        return run(new SubCommand(console).spec(), args);
    }

    int rr(String input, String... args) {
        return run(new RrCommand(console, input(input)).spec(), args);
    }

    int ping(String... args) {
        return run(new PingCommand(console).spec(), args);
    }

    int info(String... args) {
        return run(new InfoCommand(console).spec(), args);
    }

    int bench(boolean terminal, String... args) {
        return run(new BenchCommand(console, () -> terminal).spec(), args);
    }

    private static ByteArrayInputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
