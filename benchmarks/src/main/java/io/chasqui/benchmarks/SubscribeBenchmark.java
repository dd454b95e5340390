package io.chasqui.benchmarks;

import io.chasqui.broker.topic.SubscriptionTree;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does a filter cost in time and memory while a million come, and while they leave? More than 200 bytes, or
 * more than 2 µs each on either way, is a failure. The bytes are those of the tree with its level strings, without the
 * subscriptions; the time has in it the making of the level strings.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx3g")
@Warmup(iterations = 2)
@Measurement(iterations = 4)
public class SubscribeBenchmark {
    private static final int FILTERS = 1_000_000;

    @Param
    Shape shape = Shape.LEAF;

    private final Object[] subscriptions = new Object[FILTERS];
    private SubscriptionTree<Object> tree = new SubscriptionTree<>();
    private long bytesBefore;

    /** What the million looks like. */
    public enum Shape {
        /** A node of its own for each filter below a common one. */
        LEAF,
        /** As devices subscribe to what is meant for them. */
        DEVICE_AND_COMMAND,
        DEVICE_AND_HASH,
        /** A million subscriptions to one filter. */
        ONE_FILTER
    }

    /** Where {@link #memory} leaves its figure; JMH shows it as one more line of the result. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Memory {
        public double bytesPerFilter;
    }

    @Setup
    public void subscriptions() {
        for (int i = 0; i < FILTERS; i++) {
            subscriptions[i] = new Object();
        }
    }

    @Setup(Level.Invocation)
    public void measureBefore() {
        tree = new SubscriptionTree<>();
        bytesBefore = usedBytes();
    }

    @Benchmark
    @OperationsPerInvocation(FILTERS)
    public int come() {
        addAll();
        return tree.size();
    }

    /** For the bytes; its time says nothing, for it collects garbage. */
    @Benchmark
    public int memory(Memory memory) {
        addAll();
        memory.bytesPerFilter = (usedBytes() - bytesBefore) / (double) tree.size();
        return tree.size();
    }

    @Benchmark
    @OperationsPerInvocation(2 * FILTERS)
    public int comeAndLeave() {
        addAll();
        for (int i = 0; i < FILTERS; i++) {
            tree.remove(filter(i), subscriptions[i]);
        }
        return tree.size();
    }

    private void addAll() {
        for (int i = 0; i < FILTERS; i++) {
            tree.add(filter(i), subscriptions[i]);
        }
    }

    private String[] filter(int i) {
        return switch (shape) {
            case LEAF -> new String[] {"plant", "site", "device" + i};
            case DEVICE_AND_COMMAND -> new String[] {"plant", "device" + i, new String("command")};
            case DEVICE_AND_HASH -> new String[] {"plant", "device" + i, "#"};
            case ONE_FILTER -> new String[] {"plant", "news"};
        };
    }

    private static long usedBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
