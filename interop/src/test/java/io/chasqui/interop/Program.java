package io.chasqui.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A running program and the lines that it prints, its errors among them. A virtual thread reads; the thread of the test
 * waits for lines. Closing kills it, without a chance for
 * it to say goodbye.
 */
final class Program implements AutoCloseable {
    private static final String END = "\0end";

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /** All that was read so far, for the error message; of the thread of the test. */
    private final List<String> seen = new ArrayList<>();

    private Program(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    static Program start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new Program(String.join(" ", command), process);
    }

    /** Starts {@code command} with its output by lines: C programs keep it back when it is not a terminal's. */
    static Program startUnbuffered(String... command) throws IOException {
        List<String> whole = new ArrayList<>(List.of("stdbuf", "-oL"));
        whole.addAll(Arrays.asList(command));
        return start(whole);
    }

    /** Waits for a line that contains {@code text}; lines before it are passed over. */
    String await(String text) throws InterruptedException {
        long deadline = deadline();
        while (true) {
            String line = nextLine(deadline);
            if (line.contains(text)) {
                return line;
            }
            if (line.equals(END)) {
                throw new AssertionError(name + " has ended without '" + text + "': " + seen);
            }
        }
    }

    /** Waits for the end, which must be a success.
     *
     * @return the lines that it has printed and nobody has waited for */
    List<String> awaitEnd() throws InterruptedException {
        long deadline = deadline();
        List<String> rest = new ArrayList<>();
        for (String line = nextLine(deadline); !line.equals(END); line = nextLine(deadline)) {
            rest.add(line);
        }
        if (!process.waitFor(Guest.PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError(name + " has failed: " + seen);
        }
        return rest;
    }

    /** Gives the program a line to read. */
    void type(String line) throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).write(line + "\n");
    }

    /** There is nothing more to read for the program. */
    void endInput() throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).close();
    }

    /** Asks the program to end, as Ctrl-C does. */
    void terminate() {
        process.destroy();
    }

    private static long deadline() {
        return System.nanoTime() + Guest.PATIENCE.toNanos();
    }

    private String nextLine(long deadline) throws InterruptedException {
        String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (line == null) {
            throw new AssertionError(name + " does not print what is awaited: " + seen);
        }
        seen.add(line);
        return line;
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (UncheckedIOException | IOException _) {
            // The program was killed while it was printing.
        }
        lines.add(END);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
