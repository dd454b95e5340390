package io.chasqui.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ValueSetTest {
    /** In the order in which they came, too: a fan-out then serves early subscribers first, every time. */
    @Property(tries = 60)
    void isAListOfTheValuesThatAreIn(@ForAll long seed) {
        Random random = new Random(seed);
        Object[] values = random.ints(120).boxed().map(i -> new String("same")).toArray();
        List<Object> model = new ArrayList<>();
        @Nullable Object content = null;
        for (int step = 0; step < 600; step++) {
            Object value = values[random.nextInt(values.length)];
            boolean present = model.stream().anyMatch(other -> other == value);
            assertThat(ValueSet.contains(content, value)).isEqualTo(present);
            boolean growing = step / 150 % 2 == 0;
            if (!present && (growing || random.nextInt(4) == 0)) {
                content = ValueSet.with(content, value);
                model.add(value);
            } else if (present && content != null && (!growing || random.nextInt(4) == 0)) {
                content = ValueSet.without(content, value);
                model.removeIf(other -> other == value);
            }
            assertSame(content, model);
        }
    }

    /** Would take minutes if adding or removing one looked at all the others. */
    @Test
    void aMillionValuesComeAndGo() {
        Object[] values = new Object[1_000_000];
        @Nullable Object content = null;
        for (int i = 0; i < values.length; i++) {
            values[i] = new Object();
            content = ValueSet.with(content, values[i]);
        }
        for (Object value : values) {
            content = ValueSet.without(Objects.requireNonNull(content), value);
        }
        assertThat(content).isNull();
    }

    /** A reader in the middle of a set neither misses what stays nor meets again what left and came back. */
    @Test
    void aReaderInTheMiddleKeepsItsPlace() {
        List<Object> values = new ArrayList<>();
        @Nullable Object[] content = {null};
        for (int i = 0; i < 100; i++) {
            values.add("value " + i);
            content[0] = ValueSet.with(content[0], values.get(i));
        }
        List<Object> found = new ArrayList<>();
        ValueSet.forEach(content[0], value -> {
            found.add(value);
            if (found.size() == 50) {
                for (int i = 0; i < 40; i++) { // some that it has met leave and come back
                    content[0] = ValueSet.without(content[0], values.get(i));
                    content[0] = ValueSet.with(content[0], values.get(i));
                }
                for (int i = 90; i < 100; i++) { // some that it has not met leave
                    content[0] = ValueSet.without(content[0], values.get(i));
                }
            }
        });
        assertThat(found.subList(0, 90)).isEqualTo(values.subList(0, 90));
        assertThat(found).doesNotHaveDuplicates();
    }

    private static void assertSame(@Nullable Object content, List<Object> model) {
        List<Object> found = new ArrayList<>();
        ValueSet.forEach(content, found::add);
        assertThat(found).hasSameSizeAs(model);
        for (int i = 0; i < found.size(); i++) {
            if (found.get(i) != model.get(i)) {
                assertThat(found.get(i)).isSameAs(model.get(i));
            }
        }
    }
}
