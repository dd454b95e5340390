package io.chasqui.benchmarks;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.loop.TimerWheel;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** A loop without a thread or a clock: whoever calls {@link #turn} is on it. Nothing that is scheduled for later ever runs. */
final class TurnLoop implements Loop {
    private final int index;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final RandomGenerator random = new SplittableRandom(1);
    private final TimerWheel timers = new TimerWheel(this);

    TurnLoop(int index) {
        this.index = index;
    }

    /** Runs all that waits. */
    void turn() {
        Runnable task;
        while ((task = tasks.poll()) != null) {
            task.run();
        }
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void nextTurn(Runnable task) {
        execute(task);
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {}

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public long wallMillis() {
        return 0;
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
