package io.chasqui.broker.loop;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** A loop without a thread: the test gives it its turns and moves its clock. Whoever calls it is on it. */
public final class ManualLoop implements Loop {
    private static final int MOST_TASKS = 10_000_000; // then something runs in circles

    private final int index;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Queue<Runnable> atEnd = new ArrayDeque<>();
    private final PriorityQueue<Scheduled> scheduled =
            new PriorityQueue<>(Comparator.comparingLong(Scheduled::nanos).thenComparingLong(Scheduled::number));
    private final RandomGenerator random = new SplittableRandom(1);
    private final TimerWheel timers;
    private long nanos = -5_000_000_000L; // nanoTime may be negative, and may pass through zero
    private long number;

    public ManualLoop(int index) {
        this.index = index;
        this.timers = new TimerWheel(this);
    }

    private record Scheduled(long nanos, long number, Runnable task) {}

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
        atEnd.add(task);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        scheduled.add(new Scheduled(nanos + delayNanos, number++, task));
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long wallMillis() {
        return 1_800_000_000_000L + nanos / 1_000_000;
    }

    @Override
    public TimerWheel timers() {
        return timers;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    /** One turn: the tasks that are there now, then what has to run at the end. */
    public void turn() {
        for (int left = tasks.size(); left > 0; left--) {
            tasks.remove().run();
        }
        for (int left = atEnd.size(); left > 0; left--) {
            atEnd.remove().run();
        }
    }

    /** Turns until nothing is left to do at this time. */
    public void runAll() {
        for (int turns = 0; hasTasks(); turns++) {
            if (turns > MOST_TASKS) {
                throw new AssertionError("no end in sight");
            }
            turn();
        }
    }

    /** Whether anything waits for a turn. */
    public boolean hasTasks() {
        return !tasks.isEmpty() || !atEnd.isEmpty();
    }

    /** Whether anything is scheduled for later. */
    public boolean isIdle() {
        return scheduled.isEmpty() && !hasTasks();
    }

    /** Lets time pass; what is scheduled runs at its time. */
    public void advance(Duration duration) {
        long until = nanos + duration.toNanos();
        runAll();
        while (!scheduled.isEmpty() && scheduled.element().nanos() <= until) {
            Scheduled next = scheduled.remove();
            nanos = Math.max(nanos, next.nanos());
            next.task().run();
            runAll();
        }
        nanos = until;
    }

    /** Time passes while the thread is busy elsewhere: what became due runs only now, late. */
    public void stall(Duration duration) {
        nanos += duration.toNanos();
        advance(Duration.ZERO);
    }
}
