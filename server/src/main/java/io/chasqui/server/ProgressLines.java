package io.chasqui.server;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Shows a {@link Progress} every second on the error stream, in place where that is a terminal, and its summary at the end. */
final class ProgressLines implements AutoCloseable {
    private final Console console;
    private final Progress progress;
    private final boolean inPlace;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;

    ProgressLines(Console console, Progress progress, boolean inPlace) {
        this.console = console;
        this.progress = progress;
        this.inPlace = inPlace;
        this.thread = Thread.ofVirtual().start(this::run);
    }

    private void run() {
        try {
            while (!ended.await(1, TimeUnit.SECONDS)) {
                show(progress.line(System.nanoTime()), inPlace ? "\r" : "\n");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show(String line, String end) {
        console.err().print((inPlace ? "\u001b[2K" : "") + line + end);
        console.err().flush();
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        show(progress.summary(System.nanoTime()), "\n");
    }
}
