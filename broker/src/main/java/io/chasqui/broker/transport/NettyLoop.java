package io.chasqui.broker.transport;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.loop.TimerWheel;
import io.netty.channel.EventLoop;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A {@link Loop} that is a Netty event loop. */
public final class NettyLoop implements Loop {
    private final EventLoop eventLoop;
    private final int index;
    private final TimerWheel timers;
    private volatile long jumpedNanos; // by which our clock is before the system's; written by this loop
    private final RandomGenerator random = new SplittableRandom();

    NettyLoop(EventLoop eventLoop, int index) {
        this.eventLoop = eventLoop;
        this.index = index;
        this.timers = new TimerWheel(this);
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /** Netty runs tasks after the sockets that were ready, and a task that a task adds after those already there. */
    @Override
    public void atEndOfTurn(Runnable task) {
        eventLoop.execute(task);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Netty runs tasks until there are none, or for a second, and looks for those that are due once in a turn, between the
     * sockets and the tasks: what a task schedules is for the next turn, what it executes is not.
     */
    @Override
    public void nextTurn(Runnable task) {
        eventLoop.schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    /** Runs {@code task} when the sockets that are ready now have been read. Any thread. */
    void afterInput(Runnable task) {
        eventLoop.execute(() -> nextTurn(task));
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        eventLoop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime() + jumpedNanos;
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis() + jumpedNanos / 1_000_000;
    }

    /** Lets time pass at once, with all that it brings. This loop's thread only. */
    void jump(long nanos) {
        jumpedNanos += nanos;
        timers.catchUp();
    }

    @Override
    public TimerWheel timers() {
        return timers;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }
}
