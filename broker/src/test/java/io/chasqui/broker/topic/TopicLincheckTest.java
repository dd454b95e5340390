package io.chasqui.broker.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Lincheck runs random operations of two threads in many interleavings, and wants an order of the operations that explains
 * their results. Takes minutes, so it is no part of the build: {@code mvn -pl broker -am test -Plincheck}. This many runs
 * find the value lost in a pruned node, and the change that is counted before it is visible; a tenth of them did not.
 */
@Tag("lincheck")
class TopicLincheckTest {
    private static final int ITERATIONS = 20; // sets of operations
    private static final int INVOCATIONS = 300; // of each, every time in another order of events

    @Test
    void theMapHoldsOneValueForATopicAtAnyTime() {
        check(OneMap.class);
    }

    @Test
    void whatIsRememberedByVersionIsWhatTheTreeHolds() {
        check(OneTree.class);
    }

    private static void check(Class<?> operations) {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(3)
                .iterations(ITERATIONS)
                .invocationsPerIteration(INVOCATIONS)
                .check(operations);
    }

    @Param(name = "topic", gen = IntGen.class, conf = "0:2")
    @Param(name = "value", gen = IntGen.class, conf = "1:2")
    public static final class OneMap {
        private static final String[][] TOPICS = {{"a"}, {"a", "b"}, {"a", "c"}};

        private final TopicMap<Integer> map = new TopicMap<>(new Random(1));

        @Operation
        public @Nullable Integer put(@Param(name = "topic") int topic, @Param(name = "value") int value) {
            return map.put(TOPICS[topic], value);
        }

        @Operation
        public @Nullable Integer get(@Param(name = "topic") int topic) {
            return map.get(TOPICS[topic]);
        }

        @Operation
        public @Nullable Integer remove(@Param(name = "topic") int topic) {
            return map.remove(TOPICS[topic]);
        }

        @Operation
        public @Nullable Integer toggle(@Param(name = "topic") int topic) {
            return map.compute(TOPICS[topic], old -> old == null ? Integer.valueOf(3) : null);
        }
    }

    @Param(name = "filter", gen = IntGen.class, conf = "0:3")
    @Param(name = "value", gen = IntGen.class, conf = "1:2")
    public static final class OneTree {
        private static final String[][] FILTERS = {{"a", "b"}, {"a", "+"}, {"a", "b", "#"}, {"#"}};
        private static final String[] TOPIC = {"a", "b"};

        private final SubscriptionTree<Integer> tree = new SubscriptionTree<>(new Random(1));
        private final int first = tree.firstSlot(TOPIC);
        private final int second = tree.secondSlot(TOPIC);
        private List<Integer> remembered = List.of();
        private long version = -1;

        @Operation
        public boolean add(@Param(name = "filter") int filter, @Param(name = "value") int value) {
            return tree.add(FILTERS[filter], value);
        }

        @Operation
        public boolean remove(@Param(name = "filter") int filter, @Param(name = "value") int value) {
            return tree.remove(FILTERS[filter], value);
        }

        /** As a loop does it; the monitor stands for the loop's being one thread. */
        @Operation
        public synchronized List<Integer> match() {
            long now;
            while ((now = tree.version(first, second)) != version) {
                List<Integer> found = new ArrayList<>();
                tree.match(TOPIC, found::add);
                found.sort(null);
                remembered = found;
                version = now;
            }
            return remembered;
        }
    }
}
