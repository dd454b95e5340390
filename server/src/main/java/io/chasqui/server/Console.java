package io.chasqui.server;

import java.io.PrintWriter;
import java.util.Optional;

/**
 * Where a command writes.
 *
 * @param out what was asked for; flushed after each line
 * @param err what went wrong
 */
record Console(PrintWriter out, PrintWriter err) {
    static Console system() {
        return new Console(
                new PrintWriter(System.out, true, System.out.charset()),
                new PrintWriter(System.err, true, System.err.charset()));
    }

    /** Whether people look at what this process prints, and not a file or another program. */
    static boolean isTerminal() {
        return Optional.ofNullable(System.console())
                .map(java.io.Console::isTerminal)
                .orElse(false);
    }

    /** One line that says which program failed and why. */
    void fail(String message) {
        err.println("chasqui: " + message);
        err.flush();
    }
}
