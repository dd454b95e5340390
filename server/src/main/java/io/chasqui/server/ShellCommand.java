package io.chasqui.server;

import io.chasqui.server.format.Printer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui shell}: a conversation with a broker, by hand or from a script on the standard input. */
final class ShellCommand {
    private final Console console;
    private final InputStream in;
    private final boolean terminal;
    private final CommandSpec spec = Chasqui.spec(
            this::call,
            "Talk with a broker: connect, subscribe, publish, see what comes. Without a terminal, lines of the input"
                    + " are commands.");

    /** @param terminal whether a human types */
    ShellCommand(Console console, InputStream in, boolean terminal) {
        this.console = console;
        this.in = in;
        this.terminal = terminal;
    }

    CommandSpec spec() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done");
        codes.put("1", "a line of a script could not be done; those after it were not tried");
        codes.put("2", "the command line is wrong");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes)
                .footer(
                        "%nCommands of the shell: connect, subscribe, unsubscribe, publish, wait, status, disconnect,"
                                + " help, exit.",
                        "",
                        "Examples:",
                        "  chasqui shell",
                        "  printf 'connect\\nsubscribe a/# 1\\npublish -q 1 a/b hello\\nwait 1\\n' | chasqui shell");
        return spec;
    }

    private int call() throws IOException {
        if (terminal) {
            ShellTerminal.run(console);
            return ExitCode.OK;
        }
        Printer printer = Printer.of(null, true, true, false, false, console::fail);
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        try (Shell shell = new Shell(console, printer, this::show);
                Interruption _ = Interruption.cutsShort(() -> {})) {
            int number = 0;
            for (String line = lines.readLine(); line != null && !shell.hasEnded(); line = lines.readLine()) {
                number++;
                try {
                    shell.run(line);
                } catch (Shell.RefusedException e) {
                    console.fail("line " + number + ": " + e.getMessage());
                    return ExitCode.FAILED;
                }
            }
            return ExitCode.OK;
        }
    }

    private synchronized void show(String text) {
        console.out().println(text);
        console.out().flush();
    }
}
