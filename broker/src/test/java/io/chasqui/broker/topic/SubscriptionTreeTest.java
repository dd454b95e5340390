package io.chasqui.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SubscriptionTreeTest {
    private final SubscriptionTree<Object> tree = new SubscriptionTree<>();

    @Test
    void valuesAreToldApartByIdentity() {
        Object first = new String("same");
        Object second = new String("same");
        assertThat(tree.add(levels("a/b"), first)).isTrue();
        assertThat(tree.add(levels("a/b"), second)).isTrue();
        assertThat(tree.add(levels("a/b"), first)).isFalse();
        assertThat(tree.size()).isEqualTo(2);
        assertThat(matches("a/b")).hasSize(2);

        assertThat(tree.remove(levels("a/b"), first)).isTrue();
        assertThat(tree.remove(levels("a/b"), first)).isFalse();
        assertThat(matches("a/b")).singleElement().isSameAs(second);
    }

    @Test
    void removingWhatIsNotThereChangesNothing() {
        Object value = new Object();
        tree.add(levels("a/b"), value);
        for (String filter : List.of("a", "a/b/c", "a/+", "a/#", "#", "b", "a/b")) {
            assertThat(tree.remove(levels(filter), new Object())).isFalse();
        }
        assertThat(tree.nodeCount()).isEqualTo(2);
        assertThat(matches("a/b")).containsExactly(value);
    }

    @Test
    void nothingIsLeftWhenAllHaveLeft() {
        List<String> filters = List.of("a", "a/b", "a/b/c/d/e", "a/+/c", "a/#", "#", "+", "+/+/#", "b/c", "$SYS/#");
        filters.forEach(filter -> tree.add(levels(filter), filter));
        assertThat(tree.isEmpty()).isFalse();
        filters.forEach(
                filter -> assertThat(tree.remove(levels(filter), filter)).isTrue());
        assertThat(tree.isEmpty()).isTrue();
        assertThat(tree.nodeCount()).isZero();
    }

    @Test
    void overlappingFiltersAreEachFound() {
        List<String> filters =
                List.of("a/b/c", "+/b/c", "a/+/c", "a/b/+", "+/+/+", "a/#", "a/b/#", "a/b/c/#", "#", "+/#");
        filters.forEach(filter -> tree.add(levels(filter), filter));
        tree.add(levels("a/b"), "no");
        tree.add(levels("a/b/c/+"), "no");
        assertThat(matches("a/b/c")).containsExactlyInAnyOrderElementsOf(filters);
    }

    /** {@link TopicFilter#matches} is the definition; the tree holds what a list of filters would after any changes. */
    @Property(tries = 100)
    void isAListOfFiltersThatIsAskedOneByOne(@ForAll long seed) {
        Random random = new Random(seed);
        SubscriptionTree<Subscription> tree = new SubscriptionTree<>(random);
        List<Subscription> model = new ArrayList<>();
        for (int step = 0; step < 200; step++) {
            if (model.isEmpty() || random.nextInt(5) < 3) {
                Subscription added = new Subscription(TopicWords.filter(random));
                model.add(added);
                assertThat(tree.add(added.filter.levels(), added)).isTrue();
            } else {
                Subscription removed = model.remove(random.nextInt(model.size()));
                assertThat(tree.remove(removed.filter.levels(), removed)).isTrue();
            }
            TopicName topic = TopicWords.topic(random);
            List<Subscription> found = new ArrayList<>();
            tree.match(topic.levels(), found::add);
            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(
                            model.stream().filter(s -> s.filter.matches(topic)).toList());
            assertThat(tree.size()).isEqualTo(model.size());
        }
        model.forEach(subscription -> tree.remove(subscription.filter.levels(), subscription));
        assertThat(tree.isEmpty()).isTrue();
    }

    /** Which changes a remembered match must hear of: all that alter what the topic matches. */
    @Property(tries = 100)
    void whatChangesAMatchChangesTheVersion(@ForAll long seed) {
        Random random = new Random(seed);
        SubscriptionTree<Subscription> tree = new SubscriptionTree<>(random);
        Subscription subscription = new Subscription(TopicWords.filter(random));
        for (int i = 0; i < 50; i++) {
            TopicName topic = TopicWords.topic(random);
            int first = tree.firstSlot(topic.levels());
            int second = tree.secondSlot(topic.levels());
            long before = tree.version(first, second);
            tree.add(subscription.filter.levels(), subscription);
            long between = tree.version(first, second);
            tree.remove(subscription.filter.levels(), subscription);
            if (subscription.filter.matches(topic)) {
                assertThat(between).isGreaterThan(before);
                assertThat(tree.version(first, second)).isGreaterThan(between);
            }
        }
    }

    @Test
    void aChangeElsewhereLeavesTheVersion() {
        SubscriptionTree<Object> tree = new SubscriptionTree<>(new Random(1)); // no two of these share a counter
        String[] topic = levels("home/kitchen/light");
        int first = tree.firstSlot(topic);
        int second = tree.secondSlot(topic);
        long before = tree.version(first, second);
        for (String filter :
                List.of("home/cellar/light", "home/cellar/#", "work/kitchen/light", "kitchen", "$share/a")) {
            tree.add(levels(filter), filter);
            tree.remove(levels(filter), filter);
        }
        assertThat(tree.version(first, second)).isEqualTo(before);

        tree.add(levels("home/kitchen/other"), "near");
        assertThat(tree.version(first, second)).isEqualTo(before + 1);
        assertThat(tree.add(levels("home/kitchen/other"), "near")).isFalse();
        assertThat(tree.remove(levels("home/kitchen/light"), "near")).isFalse();
        assertThat(tree.version(first, second)).isEqualTo(before + 1);
    }

    @Test
    void sixtyFiveThousandLevelsDoNotOverflowTheStack() {
        String[] literals = new String[65_535];
        Arrays.fill(literals, "");
        String[] pluses = new String[65_535];
        Arrays.fill(pluses, "+");
        tree.add(literals, "literals");
        tree.add(pluses, "pluses");
        List<Object> found = new ArrayList<>();
        tree.match(literals, found::add);
        assertThat(found).containsExactlyInAnyOrder("literals", "pluses");
        tree.remove(literals, "literals");
        tree.remove(pluses, "pluses");
        assertThat(tree.isEmpty()).isTrue();
    }

    private List<Object> matches(String topic) {
        List<Object> found = new ArrayList<>();
        tree.match(levels(topic), found::add);
        return found;
    }

    private static String[] levels(String filter) {
        return filter.split("/", -1);
    }

    private record Subscription(TopicFilter filter) {}
}
