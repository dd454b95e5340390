package io.chasqui.benchmarks;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.loop.TimerWheel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A loop as the broker has it, with a thread that waits in epoll, but without sockets. */
final class SocketLoop implements Loop, AutoCloseable {
    private final MultiThreadIoEventLoopGroup thread = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final int index;
    private final RandomGenerator random = new SplittableRandom(1);
    private final TimerWheel timers = new TimerWheel(this);

    SocketLoop(int index) {
        this.index = index;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return true; // who else would call
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    @Override
    public void nextTurn(Runnable task) {
        execute(task);
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        thread.execute(task);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        thread.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
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
    public TimerWheel timers() {
        return timers;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void close() {
        thread.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
