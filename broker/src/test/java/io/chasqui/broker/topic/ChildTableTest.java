package io.chasqui.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ChildTableTest {
    @Property(tries = 100)
    void childrenAreFoundByTheirLevel(@ForAll long seed) {
        Random random = new Random(seed);
        LevelStrings strings = new LevelStrings(random);
        Level root = new Level("", 0);
        Map<String, Level> model = new HashMap<>();
        for (int step = 0; step < 1_000; step++) {
            boolean growing = step / 250 % 2 == 0;
            String text = Integer.toString(random.nextInt(100));
            Level known = model.get(text);
            assertThat(root.child(strings, text)).isSameAs(known);
            if (known == null && (growing || random.nextInt(8) == 0)) {
                Level child = new Level(text, strings.hash(text));
                root.attach(child);
                model.put(text, child);
            } else if (known != null && (!growing || random.nextInt(8) == 0)) {
                root.detach(known);
                model.remove(text);
            }
            assertThat(root.hasChildren()).isEqualTo(!model.isEmpty());
        }
        for (Map.Entry<String, Level> entry : model.entrySet()) {
            assertThat(root.child(strings, entry.getKey())).isSameAs(entry.getValue());
            root.detach(entry.getValue());
        }
        assertThat(root.snapshot()).isNull();
    }

    /** What readers in the middle of a table rely on. */
    @Property(tries = 20)
    void aChildNeverMovesWithinItsTable(@ForAll long seed) {
        Random random = new Random(seed);
        LevelStrings strings = new LevelStrings(random);
        ChildTable table = new ChildTable(64);
        List<Level> children = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            List<LevelNode<?>> before = Arrays.asList(table.slots().clone());
            if (random.nextBoolean() && table.withRoom() == table) {
                String text = "level " + step;
                Level child = new Level(text, strings.hash(text));
                table.add(child);
                children.add(child);
            } else if (!children.isEmpty()) {
                table.remove(children.remove(random.nextInt(children.size())));
            }
            List<LevelNode<?>> after = Arrays.asList(table.slots());
            for (Level child : children) {
                int slot = after.indexOf(child);
                assertThat(slot).isNotNegative();
                assertThat(before.indexOf(child)).isIn(slot, -1); // -1: it came in this step
            }
            table = table.withRoom();
        }
    }

    /** Levels that all have one String.hashCode, as a client would choose them to make every lookup a scan. */
    @Test
    void levelsThatCollideInStringDoNotCollideHere() {
        List<String> levels = List.of("");
        for (int i = 0; i < 12; i++) {
            List<String> longer = new ArrayList<>();
            levels.forEach(level -> longer.add(level + "Aa"));
            levels.forEach(level -> longer.add(level + "BB"));
            levels = longer;
        }
        assertThat(levels.stream().mapToInt(String::hashCode).distinct().count())
                .isOne();

        LevelStrings strings = new LevelStrings(new Random(21));
        ChildTable table = new ChildTable(ChildTable.MIN_SLOTS);
        List<Level> children = new ArrayList<>();
        for (String level : levels) {
            Level child = new Level(level, strings.hash(level));
            children.add(child);
            table = table.withRoom();
            table.add(child);
        }
        ChildTable full = table;
        assertThat(children.stream().mapToInt(full::probes).average().orElseThrow())
                .isLessThan(2);
        assertThat(children.stream().mapToInt(full::probes).max().orElseThrow()).isLessThan(64);
    }

    @Test
    void equalLevelsShareOneString() {
        LevelStrings strings = new LevelStrings(new Random(22));
        String first = new String("temperature");
        assertThat(strings.share(first, strings.hash(first))).isSameAs(first);
        String second = new String("temperature");
        assertThat(strings.share(second, strings.hash(second))).isSameAs(first);
        String longOne = "x".repeat(33);
        assertThat(strings.share(longOne, strings.hash(longOne))).isSameAs(longOne);
        String longTwo = "x".repeat(33);
        assertThat(strings.share(longTwo, strings.hash(longTwo))).isSameAs(longTwo);
    }

    private static final class Level extends LevelNode<Level> {
        Level(String level, int hash) {
            super(level, hash, null);
        }
    }
}
