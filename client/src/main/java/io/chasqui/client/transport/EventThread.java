package io.chasqui.client.transport;

import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/**
 * The thread that a client is at home on, its clocks and its dice. What the client keeps for its session and its connection is
 * touched by this thread alone. Nobody may block it: it serves other clients, too.
 */
public interface EventThread {
    /** Whether the caller runs on it. */
    boolean isCurrent();

    /** Runs {@code task} after what the caller gave before. Any thread. */
    void execute(Runnable task);

    /** Runs {@code task} after {@code delayNanos}, unless the future is cancelled before. Any thread. */
    Future<?> schedule(Runnable task, long delayNanos);

    /** Time that only grows. Any thread. */
    long nanoTime();

    /** Milliseconds since 1970, for what outlives the process; may jump. Any thread. */
    long wallMillis();

    /** Chance. On this thread only. */
    RandomGenerator random();
}
