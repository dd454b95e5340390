package io.chasqui.server.auth;

import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.protocol.ReasonCode;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Threads for authentication that takes its time, with a queue of a fixed length: a client that finds it full hears 0x89
 * Server busy at once, which is cheaper for both than waiting. Any thread.
 */
final class Workers implements AutoCloseable {
    static final Verdict BUSY = Verdict.refused(ReasonCode.SERVER_BUSY, "too many clients are coming in");

    private final ThreadPoolExecutor executor;

    /**
     * @param name of the threads
     * @param threads 1 or more
     * @param queue clients that may wait
     */
    Workers(String name, int threads, int queue) {
        executor = new ThreadPoolExecutor(
                threads,
                threads,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queue),
                Thread.ofPlatform()
                        .daemon()
                        .name(name + "-", 0)
                        .priority(Thread.MIN_PRIORITY + 1) // the event loops come first
                        .factory());
        executor.allowCoreThreadTimeOut(true);
    }

    /** Runs {@code question} on a thread of its own. */
    CompletableFuture<Verdict> ask(Supplier<Verdict> question) {
        return run(question, Function.identity());
    }

    /** @param busy what the answer is when there is no room, from {@link #BUSY} */
    <T> CompletableFuture<T> run(Supplier<T> question, Function<Verdict, T> busy) {
        try {
            return CompletableFuture.supplyAsync(question, executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(busy.apply(BUSY));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
