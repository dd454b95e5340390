package io.chasqui.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Readers at full speed while others change what they read; bounded by counts, seeded. */
class ConcurrentChangeTest {
    private static final int READERS = 3;
    private static final int READS = 1_000; // by each reader

    private final CountDownLatch reading = new CountDownLatch(READERS);

    @Test
    void whatStaysInTheTreeIsAlwaysFoundAndWhatWasNeverAddedNeverIs() throws Exception {
        Random random = new Random(11);
        SubscriptionTree<Subscription> tree = new SubscriptionTree<>(random);
        List<Subscription> all = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            Fate fate = Fate.values()[random.nextInt(Fate.values().length)];
            all.add(new Subscription(i, TopicWords.filter(random), fate));
        }
        for (int i = 0; i < 300; i++) { // wide tables and large sets, next to what stays
            all.add(new Subscription(all.size(), TopicFilter.of("a/leaf" + i), Fate.COMES_AND_GOES));
            all.add(new Subscription(all.size(), TopicFilter.of("a/b"), Fate.COMES_AND_GOES));
        }
        all.stream().filter(s -> s.fate == Fate.STAYS).forEach(s -> tree.add(s.filter.levels(), s));
        List<Subscription> visitors =
                all.stream().filter(s -> s.fate == Fate.COMES_AND_GOES).toList();
        List<Callable<?>> tasks = new ArrayList<>();
        for (int reader = 0; reader < READERS; reader++) {
            long seed = reader;
            tasks.add(() -> match(tree, all, new Random(seed)));
        }
        tasks.add(() -> churn(tree, visitors, random));
        run(tasks);

        all.forEach(s -> tree.remove(s.filter.levels(), s));
        assertThat(tree.isEmpty()).isTrue();
    }

    private int match(SubscriptionTree<Subscription> tree, List<Subscription> all, Random random) {
        try {
            int[] times = new int[all.size()];
            for (int read = 0; read < READS; read++) {
                TopicName topic = TopicWords.topic(random);
                tree.match(topic.levels(), found -> times[found.id]++);
                for (Subscription subscription : all) {
                    int found = times[subscription.id];
                    times[subscription.id] = 0;
                    boolean matches = subscription.filter.matches(topic);
                    int least = matches && subscription.fate == Fate.STAYS ? 1 : 0;
                    int most = matches && subscription.fate != Fate.NEVER_COMES ? 1 : 0;
                    if (found < least || found > most) {
                        throw new AssertionError(found + " times for " + topic + ": " + subscription);
                    }
                }
            }
            return READS;
        } finally {
            reading.countDown();
        }
    }

    private int churn(SubscriptionTree<Subscription> tree, List<Subscription> visitors, Random random) {
        int changes = 0;
        boolean[] present = new boolean[visitors.size()];
        while (reading.getCount() > 0) {
            // In waves, so that tables and sets are filled and emptied again rather than kept half full.
            int wave = 1 + random.nextInt(visitors.size());
            boolean add = random.nextBoolean();
            for (int i = 0; i < wave; i++) {
                int chosen = random.nextInt(visitors.size());
                Subscription visitor = visitors.get(chosen);
                boolean done = add
                        ? tree.add(visitor.filter.levels(), visitor)
                        : tree.remove(visitor.filter.levels(), visitor);
                assertThat(done).isEqualTo(present[chosen] != add);
                present[chosen] = add;
                changes++;
            }
        }
        return changes;
    }

    @Test
    void nothingThatWritersDoToATopicIsLost() throws Exception {
        TopicMap<Integer> map = new TopicMap<>(new Random(12));
        int writers = READERS;
        int steps = 40_000;
        int wrap = 3; // a topic is removed at every third step, so that nodes come and go all the time
        List<Callable<?>> tasks = new ArrayList<>();
        List<int[]> wraps = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            Random random = new Random(writer);
            int[] wrapped = new int[1];
            wraps.add(wrapped);
            tasks.add(() -> {
                for (int i = 0; i < steps; i++) {
                    String[] topic = {"a", "b" + random.nextInt(3), "c"};
                    Integer now = map.compute(
                            topic, old -> old == null ? Integer.valueOf(1) : old + 1 < wrap ? old + 1 : null);
                    wrapped[0] += now == null ? 1 : 0;
                }
                return steps;
            });
        }
        run(tasks);

        int sum = wraps.stream().mapToInt(wrapped -> wrapped[0] * wrap).sum();
        int topics = 0;
        TopicMap.Cursor<Integer> cursor = map.cursor(new String[] {"#"});
        for (Integer left; (left = cursor.next()) != null; topics++) {
            sum += left;
        }
        assertThat(sum).isEqualTo(writers * steps);
        assertThat(map.size()).isEqualTo(topics);
    }

    @Test
    void aCursorMeetsWhatStaysExactlyOnceWhileWritersGoOn() throws Exception {
        TopicMap<Integer> map = new TopicMap<>(new Random(13));
        int staying = 500;
        for (int i = 0; i < staying; i++) {
            map.put(topic(i % 7, i), i);
        }
        List<Callable<?>> tasks = new ArrayList<>();
        for (int reader = 0; reader < READERS; reader++) {
            String[] filter = reader == 0 ? new String[] {"#"} : new String[] {"a", "+", "+"};
            tasks.add(() -> walk(map, filter, staying));
        }
        tasks.add(() -> {
            Random random = new Random(14);
            int changes = 0;
            for (; reading.getCount() > 0; changes++) {
                String[] visitor = topic(random.nextInt(9), staying + random.nextInt(2_000));
                if ((changes >> 12 & 1) == 0) { // grow for a while, then shrink
                    map.put(visitor, -1);
                } else {
                    map.remove(visitor);
                }
                int kept = random.nextInt(staying);
                map.put(topic(kept % 7, kept), kept);
            }
            return changes;
        });
        run(tasks);
    }

    private int walk(TopicMap<Integer> map, String[] filter, int staying) {
        try {
            for (int walk = 0; walk < 60; walk++) {
                int[] times = new int[staying];
                TopicMap.Cursor<Integer> cursor = map.cursor(filter);
                for (Integer found; (found = cursor.next()) != null; ) {
                    if (found >= 0) {
                        times[found]++;
                    }
                }
                assertThat(times).containsOnly(1);
            }
            return staying;
        } finally {
            reading.countDown();
        }
    }

    private static String[] topic(int middle, int last) {
        return new String[] {"a", Integer.toString(middle), Integer.toString(last)};
    }

    private static void run(List<Callable<?>> tasks) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
            List<Future<?>> results = new ArrayList<>();
            tasks.forEach(task -> results.add(threads.submit(task)));
            for (Future<?> result : results) {
                result.get();
            }
        }
    }

    private enum Fate {
        STAYS,
        COMES_AND_GOES,
        NEVER_COMES
    }

    private record Subscription(int id, TopicFilter filter, Fate fate) {}
}
