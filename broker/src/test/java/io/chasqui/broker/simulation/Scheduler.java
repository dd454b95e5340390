package io.chasqui.broker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, and who runs next: one step is one turn of one loop, or one event of the world outside. The seed decides
 * all that is left open by the contract of {@link io.chasqui.broker.loop.Loop}, so that a seed is a run.
 */
public final class Scheduler {
    public static final long MILLI = 1_000_000L;
    public static final long SECOND = 1_000_000_000L;

    /** A loop is never later than this with what it was given; what the model allows for depends on it. */
    static final long MOST_LAG = 100 * MILLI;

    private static final long EARLY = 20 * MILLI;

    private final RandomGenerator random;
    private final int eagerness; // percent of steps in which the world goes on although a loop has work
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<SimulatedLoop> loops = new ArrayList<>();
    private final List<SimulatedLoop> ready = new ArrayList<>();
    private @Nullable SimulatedLoop running;
    private @Nullable Object actor; // of the world outside, whose task runs now
    private long now = 1_000 * SECOND;
    private long sequence;
    private long steps;

    private record Event(long at, long sequence, Runnable task) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(sequence, other.sequence);
        }
    }

    public Scheduler(long seed) {
        random = new SplittableRandom(seed);
        eagerness = random.nextInt(5, 70);
    }

    public RandomGenerator random() {
        return random;
    }

    public long now() {
        return now;
    }

    /** Of all processes: a crash does not stop it. */
    public long wallMillis() {
        return 1_700_000_000_000L + now / MILLI;
    }

    /** Steps taken. */
    public long steps() {
        return steps;
    }

    SimulatedLoop addLoop() {
        return addLoop(loops.size(), 0);
    }

    /** @param origin at which {@link SimulatedLoop#nanoTime} of its process is 0 */
    public SimulatedLoop addLoop(int index, long origin) {
        SimulatedLoop loop = new SimulatedLoop(this, index, origin);
        loops.add(loop);
        return loop;
    }

    /** Their process has crashed: they never run again. */
    public void removeLoops(List<SimulatedLoop> dead) {
        loops.removeAll(dead);
    }

    /** Who runs now; null for the world outside. */
    @Nullable
    SimulatedLoop running() {
        return running;
    }

    void running(@Nullable SimulatedLoop loop) {
        running = loop;
    }

    /** On whose behalf loops are given tasks now; null for nobody in particular. */
    @Nullable
    Object giver() {
        return running == null ? actor : running;
    }

    /** Runs {@code task} now, as a thread of its own would: what it gives to a loop stays in order. */
    public void as(Object thread, Runnable task) {
        actor = thread;
        try {
            task.run();
        } finally {
            actor = null;
        }
    }

    /** Runs {@code task} outside all loops after {@code delayNanos}. */
    public void after(long delayNanos, Runnable task) {
        at(now + Math.max(0, delayNanos), task);
    }

    void at(long nanos, Runnable task) {
        events.add(new Event(Math.max(now, nanos), sequence++, task));
    }

    /** Whether one in {@code n}, on average. */
    public boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** From 0 to {@code most}, small values more often. */
    public long upTo(long most) {
        double share = random.nextDouble();
        return (long) (most * share * share);
    }

    @SafeVarargs
    public final <T> T any(T... values) {
        return values[random.nextInt(values.length)];
    }

    public <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    /** Whether something is to be done without waiting for it. */
    boolean isBusy() {
        Event next = events.peek();
        return next != null && next.at <= now || loops.stream().anyMatch(SimulatedLoop::isReady);
    }

    /** @return false when nothing is left to be done, ever */
    public boolean step() {
        steps++;
        ready.clear();
        for (SimulatedLoop loop : loops) {
            if (loop.isReady()) {
                if (loop.waitsSince() < now - MOST_LAG) {
                    loop.turn();
                    return true;
                }
                ready.add(loop);
            }
        }
        Event next = events.peek();
        boolean loopsFirst = next == null || next.at - now > EARLY || random.nextInt(100) >= eagerness;
        if (!ready.isEmpty() && loopsFirst) {
            any(ready).turn();
            return true;
        }
        if (next == null) {
            return false;
        }
        events.remove();
        now = next.at;
        next.task.run();
        return true;
    }
}
