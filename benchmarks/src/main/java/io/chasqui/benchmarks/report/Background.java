package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A load that runs beside what this thread does. */
final class Background {
    private final CompletableFuture<Load> load = new CompletableFuture<>();

    /** One that throws. */
    interface Task {
        Load run() throws IOException, InterruptedException;
    }

    private Background() {}

    static Background of(Task task) {
        Background background = new Background();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                background.load.complete(task.run());
            } catch (Exception e) {
                background.load.completeExceptionally(e);
            }
        });
        return background;
    }

    boolean isDone() {
        return load.isDone();
    }

    /** Waits for its end. */
    Load result() throws IOException {
        try {
            return load.join();
        } catch (CompletionException e) {
            throw new IOException(e.getCause());
        }
    }
}
