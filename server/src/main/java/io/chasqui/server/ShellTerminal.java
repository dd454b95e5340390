package io.chasqui.server;

import io.chasqui.server.format.Printer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The shell on a terminal: a line that can be edited below what comes in, with history and completion. */
final class ShellTerminal {
    private ShellTerminal() {}

    /** Runs until {@code exit} or Ctrl-D. */
    static void run(Console console) throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            Shell[] made = new Shell[1]; // for the completion, which is asked for later
            LineReader reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .appName("chasqui")
                    .completer((_, line, candidates) -> complete(made[0], line, candidates))
                    .variable(LineReader.HISTORY_FILE, Path.of(System.getProperty("user.home"), ".chasqui_history"))
                    .variable(LineReader.HISTORY_SIZE, 1_000)
                    .variable(LineReader.HISTORY_IGNORE, "*-P *") // no passwords
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true) // "!" is text
                    .build();
            boolean coloured = Console.isColoured();
            Printer printer = Printer.of(null, true, true, true, coloured, reader::printAbove);
            try (Shell shell = new Shell(console, printer, reader::printAbove)) {
                made[0] = shell;
                terminal.writer().println("help lists the commands, Tab completes them, Ctrl-D ends.");
                while (!shell.hasEnded()) {
                    try {
                        shell.run(reader.readLine("mqtt> "));
                    } catch (UserInterruptException e) {
                        // Ctrl-C gives the line up
                    } catch (Shell.RefusedException e) {
                        terminal.writer().println(e.getMessage());
                    }
                }
            } catch (EndOfFileException e) {
                // Ctrl-D
            }
        }
    }

    private static void complete(Shell shell, ParsedLine line, List<Candidate> candidates) {
        if (line.wordIndex() == 0) {
            Shell.COMMANDS.forEach(
                    (name, usage) -> candidates.add(new Candidate(name, name, null, usage, null, null, true)));
        } else {
            shell.topics().forEach(topic -> candidates.add(new Candidate(topic)));
        }
    }
}
