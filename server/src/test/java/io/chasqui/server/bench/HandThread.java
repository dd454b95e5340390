package io.chasqui.server.bench;

import io.chasqui.client.transport.EventThread;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

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

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public RandomGenerator random() {
        return new Random(1);
    }
}
