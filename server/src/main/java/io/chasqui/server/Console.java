package io.chasqui.server;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes.
 *
 * @param out what was asked for; flushed after each line
 * @param err what went wrong
 * @param bytes {@code out} for what is no text. It throws when nobody reads any more. A command uses one of the two
 */
record Console(PrintWriter out, PrintWriter err, OutputStream bytes) {
    /** One whose bytes are UTF-8 that goes to {@code out}. */
    Console(PrintWriter out, PrintWriter err) {
        this(out, err, new Encoded(out));
    }

    static Console system() {
        return new Console(
                new PrintWriter(System.out, true, System.out.charset()),
                new PrintWriter(System.err, true, System.err.charset()),
                new FileOutputStream(FileDescriptor.out));
    }

    /** One line that says which program failed and why. */
    void fail(String message) {
        err.println("chasqui: " + message);
        err.flush();
    }

    /** Whether both sides are a terminal, on which a human looks. */
    @SuppressWarnings("SystemConsoleNull") // it may be null, whatever newer JDKs do by default
    static boolean isTerminal() {
        java.io.Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Whether colours are wanted: on a terminal, and unless NO_COLOR (no-color.org) says no. */
    static boolean isColoured() {
        String noColour = System.getenv("NO_COLOR");
        return (noColour == null || noColour.isEmpty()) && !"dumb".equals(System.getenv("TERM")) && isTerminal();
    }

    /** Writes whole messages at once, so that no character is cut in two. */
    private static final class Encoded extends OutputStream {
        private final PrintWriter out;

        Encoded(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(new String(bytes, from, length, StandardCharsets.UTF_8));
            if (out.checkError()) {
                throw new IOException("nobody reads any more");
            }
        }
    }
}
