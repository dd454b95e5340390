package io.chasqui.benchmarks;

import io.chasqui.broker.topic.SubscriptionTree;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: does the cost of a match grow with the subscriptions that do NOT match? It must not for a topic that is hot,
 * and for topics at random by no more than the memory that the processor has to wait for; {@code -prof gc} must read
 * 0 B/op throughout. Topics have five levels and match two filters: their own and one with '+' or '#'.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx3g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatchBenchmark {
    private static final int TOPICS = 1 << 16; // asked for, in random order

    @Param({"1000", "100000", "1000000"})
    int others;

    private final SubscriptionTree<Object> tree = new SubscriptionTree<>();
    private final String[][] topics = new String[TOPICS][];
    private final int[][] slots = new int[TOPICS][];
    private int matched;
    private int next;

    @SuppressWarnings("UnnecessaryLambda") // a method reference would be an object a call
    private final Consumer<Object> count = _ -> matched++;

    @Setup
    public void subscribe() {
        for (int i = 0; i < others; i++) {
            tree.add(topic(i), "exact " + i);
        }
        for (int site = 0; site < 100; site++) {
            String[] filter = topic(site);
            tree.add(new String[] {filter[0], filter[1], "+", "+", "temperature"}, "plus");
            tree.add(new String[] {filter[0], filter[1], "alarms", "#"}, "none of them");
        }
        tree.add(new String[] {"+", "alarms", "#"}, "none of them");
        Random random = new Random(1);
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = topic(random.nextInt(others));
            slots[i] = new int[] {tree.firstSlot(topics[i]), tree.secondSlot(topics[i])};
        }
    }

    private static String[] topic(int i) {
        return new String[] {"plant", "site" + i % 100, "line" + i / 100 % 50, "device" + i, "temperature"};
    }

    @Benchmark
    public int hotTopic() {
        tree.match(topics[0], count);
        return matched;
    }

    @Benchmark
    public int randomTopic() {
        tree.match(topics[next++ & TOPICS - 1], count);
        return matched;
    }

    /** What it costs instead to see that a remembered match still holds: 5 ns or more is a failure. */
    @Benchmark
    public long stillValid() {
        return tree.version(slots[0][0], slots[0][1]);
    }
}
