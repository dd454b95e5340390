package io.chasqui.server.bench;

import io.chasqui.client.transport.EventThread;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** Runs tasks at once on the thread of the test, and those for later never. */
final class HandThread implements EventThread {
    @Override
    public boolean isCurrent() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public Future<?> schedule(Runnable task, long delayNanos) {
        return new CompletableFuture<Void>();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
