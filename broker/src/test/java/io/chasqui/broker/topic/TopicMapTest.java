package io.chasqui.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TopicMapTest {
    private final TopicMap<String> map = new TopicMap<>();

    @Test
    void theLastValueOfATopicIsKept() {
        assertThat(map.put(levels("a/b"), "1")).isNull();
        assertThat(map.put(levels("a/b"), "2")).isEqualTo("1");
        assertThat(map.get(levels("a/b"))).isEqualTo("2");
        assertThat(map.get(levels("a"))).isNull();
        assertThat(map.get(levels("a/b/c"))).isNull();
        assertThat(map.size()).isOne();

        assertThat(map.remove(levels("a"))).isNull();
        assertThat(map.remove(levels("a/b"))).isEqualTo("2");
        assertThat(map.remove(levels("a/b"))).isNull();
        assertThat(map.isEmpty()).isTrue();
        assertThat(map.nodeCount()).isZero();
    }

    @Test
    void computeSeesTheValueAndLeavesItsOwn() {
        assertThat(map.compute(levels("a/b"), old -> old + "!")).isEqualTo("null!");
        assertThat(map.compute(levels("a/b"), old -> old + "!")).isEqualTo("null!!");
        assertThat(map.compute(levels("a/b"), _ -> null)).isNull();
        assertThat(map.compute(levels("a/c"), _ -> null)).isNull();
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void computeThatFailsLeavesNothingBehind() {
        assertThatThrownBy(() -> map.compute(levels("a/b"), _ -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void aRemovedParentKeepsItsChildren() {
        map.put(levels("a"), "a");
        map.put(levels("a/b"), "b");
        map.remove(levels("a"));
        assertThat(all("#")).containsExactly("b");
        map.put(levels("a"), "a");
        map.remove(levels("a/b"));
        assertThat(all("#")).containsExactly("a");
    }

    /** {@link TopicFilter#matches} is the definition; the map holds what a HashMap by Topic Name would. */
    @Property(tries = 100)
    void isAHashMapThatIsFiltered(@ForAll long seed) {
        Random random = new Random(seed);
        TopicMap<Retained> map = new TopicMap<>(random);
        Map<TopicName, Retained> model = new HashMap<>();
        for (int step = 0; step < 200; step++) {
            TopicName topic = TopicWords.topic(random);
            Retained value = new Retained(topic, step);
            switch (random.nextInt(5)) {
                case 0, 1 -> assertThat(map.put(topic.levels(), value)).isSameAs(model.put(topic, value));
                case 2 -> assertThat(map.remove(topic.levels())).isSameAs(model.remove(topic));
                case 3 -> {
                    Retained before = model.put(topic, value);
                    map.compute(topic.levels(), old -> {
                        assertThat(old).isSameAs(before);
                        return value;
                    });
                }
                default -> assertThat(map.get(topic.levels())).isSameAs(model.get(topic));
            }
            TopicFilter filter = TopicWords.filter(random);
            List<Retained> found = new ArrayList<>();
            TopicMap.Cursor<Retained> cursor = map.cursor(filter.levels());
            for (Retained next; (next = cursor.next()) != null; ) {
                found.add(next);
            }
            assertThat(cursor.isDone()).isTrue();
            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(model.values().stream()
                            .filter(r -> filter.matches(r.topic))
                            .toList());
            assertThat(map.size()).isEqualTo(model.size());
        }
        model.keySet().forEach(topic -> map.remove(topic.levels()));
        assertThat(map.isEmpty()).isTrue();
    }

    /** What was there all the time is met once, whatever comes and goes between two steps of the cursor. */
    @Property(tries = 100)
    void aCursorMeetsWhatStaysExactlyOnce(@ForAll long seed) {
        Random random = new Random(seed);
        TopicMap<String> map = new TopicMap<>(random);
        List<String> staying = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String topic = "stay/" + random.nextInt(10) + "/" + i;
            staying.add(topic);
            map.put(levels(topic), topic);
        }
        List<String> visiting = new ArrayList<>();
        List<String> found = new ArrayList<>();
        TopicMap.Cursor<String> cursor = map.cursor(levels(random.nextBoolean() ? "stay/#" : "+/+/+"));
        while (!cursor.isDone()) {
            String next = cursor.next(1 + random.nextInt(3));
            if (next != null && !next.startsWith("visit")) {
                found.add(next);
            }
            for (int i = random.nextInt(20); i > 0; i--) { // tables grow, shrink and fill with marks
                if (random.nextBoolean() || visiting.isEmpty()) {
                    String topic = "stay/" + random.nextInt(20) + "/visitor" + random.nextInt(1000);
                    visiting.add(topic);
                    map.put(levels(topic), "visit");
                } else {
                    map.remove(levels(visiting.remove(random.nextInt(visiting.size()))));
                }
            }
            String kept = staying.get(random.nextInt(staying.size()));
            map.put(levels(kept), kept);
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(staying);
    }

    @Test
    void aCursorGivesUpAfterItsStepsAndGoesOn() {
        for (int i = 0; i < 100; i++) {
            map.put(levels("dull/" + i), "dull");
        }
        map.put(levels("dull/17/bright"), "bright");
        TopicMap.Cursor<String> cursor = map.cursor(levels("+/+/bright"));
        int turns = 1;
        String found = cursor.next(10);
        for (; found == null && !cursor.isDone(); turns++) {
            found = cursor.next(10);
        }
        assertThat(found).isEqualTo("bright");
        assertThat(turns).isBetween(1, 100);
        assertThat(cursor.next()).isNull();
        assertThat(cursor.isDone()).isTrue();
        assertThat(cursor.next()).isNull();
    }

    @Test
    void sixtyFiveThousandLevelsDoNotOverflowTheStack() {
        String[] deep = new String[65_535];
        Arrays.fill(deep, "");
        map.put(deep, "deep");
        assertThat(all("#")).containsExactly("deep");
        map.remove(deep);
        assertThat(map.isEmpty()).isTrue();
    }

    private List<String> all(String filter) {
        List<String> found = new ArrayList<>();
        TopicMap.Cursor<String> cursor = map.cursor(levels(filter));
        for (String next; (next = cursor.next()) != null; ) {
            found.add(next);
        }
        return found;
    }

    private static String[] levels(String text) {
        return text.split("/", -1);
    }

    private record Retained(TopicName topic, int number) {}
}
