package io.chasqui.benchmarks;

import io.chasqui.broker.topic.TopicMap;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: with a million retained messages, how long until a new subscription has its first one, and how long for all?
 * The first must not depend on the million: more than 1 µs is a failure. All of them must stream at more than 5 million a
 * second, and a replacement must cost less than 2 µs and, with {@code -prof gc}, nothing on the heap.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx3g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RetainedBenchmark {
    private static final int RETAINED = 1_000_000;
    private static final int TOPICS = 1 << 16; // asked for, in random order

    private final TopicMap<Object> map = new TopicMap<>();
    private final String[][] topics = new String[TOPICS][];
    private final String[] everything = {"#"};
    private final String[] temperatures = {"plant", "+", "+", "temperature"};
    private final String[] none = {"plant", "+", "+", "pressure"};
    private int next;

    @Setup
    public void retain() {
        for (int i = 0; i < RETAINED; i++) {
            map.put(topic(i), "message " + i);
        }
        Random random = new Random(1);
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = topic(random.nextInt(RETAINED));
        }
    }

    private static String[] topic(int i) {
        return new String[] {"plant", "site" + i % 100, "device" + i, "temperature"};
    }

    @Benchmark
    public @Nullable Object firstOfAll() {
        return map.cursor(everything).next();
    }

    @Benchmark
    public @Nullable Object firstOfTemperatures() {
        return map.cursor(temperatures).next();
    }

    @Benchmark
    public @Nullable Object exactTopic() {
        return map.cursor(topics[next++ & TOPICS - 1]).next();
    }

    @Benchmark
    public int all() {
        return count(everything);
    }

    @Benchmark
    public int allTemperatures() {
        return count(temperatures);
    }

    /** The worst filter: looks at everything and finds nothing. Why {@code next(maxSteps)} is there. */
    @Benchmark
    public int noneOfAll() {
        return count(none);
    }

    @Benchmark
    public @Nullable Object replace() {
        return map.put(topics[next++ & TOPICS - 1], "message");
    }

    private int count(String[] filter) {
        TopicMap.Cursor<Object> cursor = map.cursor(filter);
        int count = 0;
        while (cursor.next() != null) {
            count++;
        }
        return count;
    }
}
