package io.chasqui.broker.loop;

import java.util.random.RandomGenerator;

/**
 * One event loop: a thread that runs tasks one at a time, in the order in which each caller gave them, and a clock.
 * Everything that is at home on a loop is touched by its thread only, so it needs no lock.
 */
public interface Loop {
    /** 0 to the number of loops less one. */
    int index();

    /** Whether the caller runs on this loop. */
    boolean inLoop();

    /** Runs {@code task} on this loop, after what the caller gave before. Any thread. */
    void execute(Runnable task);

    /**
     * Runs {@code task} in the next turn, after the events that are ready by then; this loop's thread only. For work in slices:
     * what goes on by {@link #execute} goes on in the same turn, and the sockets wait for all of it.
     */
    void nextTurn(Runnable task);

    /** Runs {@code task} after the events at hand; this loop's thread only. The place to flush what the turn has gathered. */
    void atEndOfTurn(Runnable task);

    /** Runs {@code task} on this loop after a delay. For single timers prefer {@link #timers}. This loop's thread only. */
    void schedule(Runnable task, long delayNanos);

    /** Time that only grows, without relation to the wall clock. */
    long nanoTime();

    /** Milliseconds since 1970, for humans and for what must survive a restart. */
    long wallMillis();

    /** The timers of this loop; its thread only. */
    TimerWheel timers();

    /** This loop's thread only. */
    RandomGenerator random();
}
