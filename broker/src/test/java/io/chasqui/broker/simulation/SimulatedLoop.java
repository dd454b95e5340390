package io.chasqui.broker.simulation;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.loop.TimerWheel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A loop without a thread. What it has to do waits in one queue for each giver (another loop, a connection, the clock), and
 * the seed decides from which it takes the next: first in, first out is promised for each giver and for nothing else.
 */
public final class SimulatedLoop implements Loop {
    private static final Object OUTSIDE = "outside";
    private static final Object CLOCK = "clock";

    private final Scheduler scheduler;
    private final int index;
    private final long origin; // of nanoTime
    private final RandomGenerator random;
    private final TimerWheel timers;
    private final Map<Object, ArrayDeque<Task>> byGiver = new LinkedHashMap<>();
    private List<Runnable> endOfTurn = new ArrayList<>();
    private long endOfTurnSince;
    private boolean asleep;

    private record Task(Runnable body, long since) {}

    SimulatedLoop(Scheduler scheduler, int index, long origin) {
        this.scheduler = scheduler;
        this.index = index;
        this.origin = origin;
        this.random = new SplittableRandom(scheduler.random().nextLong());
        this.timers = new TimerWheel(this);
    }

    boolean isReady() {
        return !asleep && (!byGiver.isEmpty() || !endOfTurn.isEmpty());
    }

    /** The time since which the oldest task has been waiting. */
    long waitsSince() {
        long since = endOfTurn.isEmpty() ? Long.MAX_VALUE : endOfTurnSince;
        for (ArrayDeque<Task> tasks : byGiver.values()) {
            since = Math.min(since, tasks.getFirst().since);
        }
        return since;
    }

    /** The process is stopped, as when a machine is suspended; its clocks go on. */
    public void sleep(boolean stop) {
        asleep = stop;
    }

    /** Some tasks, then what was to be done at the end of the turn. */
    void turn() {
        scheduler.running(this);
        while (!byGiver.isEmpty()) {
            List<Object> givers = List.copyOf(byGiver.keySet());
            Object giver = scheduler.any(givers);
            ArrayDeque<Task> tasks = byGiver.get(giver);
            Task task = tasks.removeFirst();
            if (tasks.isEmpty()) {
                byGiver.remove(giver);
            }
            task.body.run();
            if (scheduler.oneIn(3)) {
                break;
            }
        }
        List<Runnable> last = endOfTurn;
        endOfTurn = new ArrayList<>();
        last.forEach(Runnable::run);
        scheduler.running(null);
    }

    /** Gives a task on behalf of {@code giver}. */
    public void post(Object giver, Runnable task) {
        byGiver.computeIfAbsent(giver, _ -> new ArrayDeque<>()).add(new Task(task, scheduler.now()));
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return scheduler.running() == this;
    }

    @Override
    public void execute(Runnable task) {
        Object caller = scheduler.giver();
        post(caller == null ? OUTSIDE : caller, task);
    }

    @Override
    public void nextTurn(Runnable task) {
        execute(task);
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        assert inLoop();
        if (endOfTurn.isEmpty()) {
            endOfTurnSince = scheduler.now();
        }
        endOfTurn.add(task);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        assert inLoop();
        scheduler.after(delayNanos, () -> post(CLOCK, task));
    }

    @Override
    public long nanoTime() {
        return scheduler.now() - origin;
    }

    @Override
    public long wallMillis() {
        return scheduler.wallMillis();
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
