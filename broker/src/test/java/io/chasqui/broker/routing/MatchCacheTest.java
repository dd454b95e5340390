package io.chasqui.broker.routing;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.loop.ManualLoop;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MatchCacheTest {
    private final Topics topics = new Topics(10, 1000);
    private final MatchCache cache =
            new MatchCache(new Match.Finder(topics.subscriptions(), 1), topics.subscriptions(), new ManualLoop(0));
    private final RecordingSubscriber subscriber = new RecordingSubscriber("c", 0);

    private Subscription subscription(String filter) {
        return new Subscription(subscriber, TopicFilter.of(filter), new SubscriptionOptions(AT_LEAST_ONCE), 0);
    }

    @Test
    void isKeptWhileNothingChanges() {
        topics.subscribe(subscription("t"), null);
        TopicName topic = TopicName.of("t");
        Match match = cache.of(topic);
        assertThat(cache.of(topic)).isSameAs(match);
        assertThat(cache.of(TopicName.of("t"))).as("an equal name").isSameAs(match);
        cache.of(TopicName.of("other"));
        assertThat(cache.of(topic)).isSameAs(match);
    }

    @Test
    void everyChangeThatCouldMatchIsSeenAtOnce() {
        TopicName topic = TopicName.of("a/b");
        assertThat(cache.of(topic).isEmpty).isTrue();
        for (String filter : List.of("a/b", "a/+", "+/b", "a/#", "#", "+/+", "a/b/#", "$share/g/a/b", "$share/g/#")) {
            Subscription subscription = subscription(filter);
            topics.subscribe(subscription, null);
            assertThat(cache.of(topic).isEmpty).as(filter).isFalse();
            topics.unsubscribe(subscription);
            assertThat(cache.of(topic).isEmpty).as(filter).isTrue();
        }
    }

    @Test
    void aReplacedSubscriptionIsSeenAtOnce() {
        Subscription before = subscription("t");
        topics.subscribe(before, null);
        TopicName topic = TopicName.of("t");
        cache.of(topic);
        topics.subscribe(
                new Subscription(subscriber, TopicFilter.of("t"), new SubscriptionOptions(AT_MOST_ONCE), 9), before);
        Route route = cache.of(topic).byLoop[0][0];
        assertThat(route.qos()).isEqualTo(AT_MOST_ONCE);
        assertThat(route.subscriptionIds()).containsExactly(9);
    }

    /** Topics seen once leave no more behind than two generations hold; one in use is still right. */
    @Test
    void isBounded() throws ReflectiveOperationException {
        topics.subscribe(subscription("in/use"), null);
        TopicName used = TopicName.of("in/use");
        for (int i = 0; i < 150_000; i++) {
            cache.of(TopicName.of("t/" + i));
            if (i % 1_000 == 0) {
                assertThat(cache.of(used).isEmpty).isFalse();
            }
        }
        assertThat(kept("young") + kept("old")).isLessThanOrEqualTo(2 << 16).isGreaterThan(1 << 16);
    }

    @Test
    void topicsWithManyRoutesWeighMore() throws ReflectiveOperationException {
        for (int i = 0; i < 1_000; i++) {
            topics.subscribe(
                    new Subscription(
                            new RecordingSubscriber("c" + i, 0),
                            TopicFilter.of("#"),
                            new SubscriptionOptions(AT_LEAST_ONCE),
                            0),
                    null);
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(cache.of(TopicName.of("t" + i)).byLoop[0]).hasSize(1_000);
        }
        assertThat(kept("young") + kept("old")).isLessThanOrEqualTo(2 * 66);
    }

    private int kept(String generation) throws ReflectiveOperationException {
        var field = MatchCache.class.getDeclaredField(generation);
        field.setAccessible(true);
        return ((Map<?, ?>) field.get(cache)).size();
    }

    /** Against no cache at all: whatever changes, the answer is what the tree says now. */
    @Property(tries = 25)
    void isNeverStale(@ForAll long seed) {
        Random random = new Random(seed);
        Topics world = new Topics(1, 1);
        MatchCache own =
                new MatchCache(new Match.Finder(world.subscriptions(), 1), world.subscriptions(), new ManualLoop(0));
        List<TopicName> names = new ArrayList<>();
        for (String name : List.of("a", "a/b", "a/b/c", "b", "b/b", "/", "$SYS/a", "a/")) {
            names.add(TopicName.of(name));
        }
        List<String> filters =
                List.of("a", "#", "+", "a/#", "a/+", "+/b", "+/+/c", "a/b/c", "$SYS/#", "/", "b/b", "/#");
        Map<String, Subscription> present = new HashMap<>();
        for (int step = 0; step < 500; step++) {
            String filter = filters.get(random.nextInt(filters.size()));
            if (random.nextInt(3) == 0) {
                Subscription gone = present.remove(filter);
                if (gone == null) {
                    present.put(filter, subscription(filter));
                    world.subscribe(present.get(filter), null);
                } else {
                    world.unsubscribe(gone);
                }
            }
            TopicName topic = names.get(random.nextInt(names.size()));
            boolean wanted = present.values().stream()
                    .anyMatch(subscription -> subscription.filter().matches(topic));
            assertThat(own.of(topic).isEmpty)
                    .as("%s among %s", topic, present.keySet())
                    .isEqualTo(!wanted);
        }
    }
}
