package io.chasqui.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topic Names and Topic Filters, sections 4.7 and 4.8.2. */
class TopicFilterTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
        a/#,          a
        a/#,          a/
        a/#,          a/b
        a/#,          a/b/c
        #,            a
        #,            /
        #,            a/$b
        +,            a
        +,            b c
        +/+,          /a
        +/+,          a/
        +/+,          a/b
        a/+,          a/
        a/+,          a/b
        /+,           /a
        /+,           /
        +/x,          a/x
        +/x,          /x
        $SYS/#,       $SYS
        $SYS/#,       $SYS/x
        $SYS/+,       $SYS/x
        a//b,         a//b
        $share/g/+/x, a/x
        $share/g//t,  /t
        $share/g/#,   a
        +/#,          a
        +/+/#,        a/b
        a/+/#,        a/b
        a/+/#,        a/
        /,            /
        //,           //
        a/$b,         a/$b
        +/$b,         a/$b
        """)
    void matches(String filter, String topic) {
        assertThat(TopicFilter.of(filter).matches(TopicName.of(topic))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
        a/#,          ab
        a/#,          b/a
        a/#,          A/b
        #,            $SYS/x
        #,            $
        +,            /a
        +,            a/
        +,            a/b
        +,            $x
        +/+,          a
        +/+,          a/b/c
        +/+,          $x/y
        +/#,          $x
        a/+,          a
        a/+,          a/b/c
        /+,           a
        +/x,          $SYS/x
        $SYS/#,       SYS/x
        $SYS/+,       $SYS/x/y
        $SYS/+,       $SYS
        a//b,         a/b
        a/b,          a//b
        $share/g/+/x, $SYS/x
        $share/g/#,   $SYS/x
        a,            a/
        a/,           a
        a,            b
        /a,           a
        a/+/#,        a
        """)
    void doesNotMatch(String filter, String topic) {
        assertThat(TopicFilter.of(filter).matches(TopicName.of(topic))).isFalse();
    }

    /** MQTT5-4.7.3-4: nothing is normalised. */
    @Test
    void mqtt5_4_7_3_4_comparesCharacterByCharacter() {
        TopicFilter composed = TopicFilter.of("caf\u00E9");
        assertThat(composed.matches(TopicName.of("caf\u00E9"))).isTrue();
        assertThat(composed.matches(TopicName.of("cafe\u0301"))).isFalse();
        assertThat(TopicFilter.of("A").matches(TopicName.of("a"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#",
                "+",
                "/",
                "a",
                "a/#",
                "+/+/#",
                "/#",
                "a b",
                " ",
                "$share",
                "$SHARE/g/#",
                "$share/g/t",
                "$share/g//",
                "$share/$x/#",
                "$",
                "$SYS/#",
                "a//#",
                "\uD83D\uDE00/+"
            })
    void isAFilter(String text) {
        assertThat(TopicFilter.fault(text)).isNull();
        TopicFilter filter = TopicFilter.of(text);
        assertThat(filter.text()).isEqualTo(text).isEqualTo(filter.toString());
        assertThat(filter).isEqualTo(TopicFilter.of(text)).hasSameHashCodeAs(TopicFilter.of(text));
        assertThat(String.join("/", filter.levels())).isEqualTo(filter.filter());
        assertThat(filter.levelCount()).isEqualTo(filter.levels().length);
    }

    @Test
    void mqtt5_4_7_1_1_hashIsAloneAndLast() {
        faulty("'#' is not alone", "a#", "#a", "a/#/b", "#/", "##", "a/b#", "#/#", "/#/");
    }

    @Test
    void mqtt5_4_7_1_2_plusFillsALevel() {
        faulty("'+' is not alone", "a+", "+a", "a/+b", "a/b+/c", "++", "+#", "+/a+");
    }

    @Test
    void mqtt5_4_8_2_1_aSharedFilterHasAShareName() {
        faulty("the ShareName is empty", "$share//t", "$share//");
    }

    @Test
    void mqtt5_4_8_2_2_aShareNameHasNoWildcardAndAFilterFollows() {
        faulty("a ShareName has no wildcard", "$share/g+/t", "$share/#/t", "$share/+/t");
        faulty("is not followed by a Topic Filter", "$share/", "$share/g");
        faulty("at least one character", "$share/g/");
        faulty("'#' is not alone", "$share/g/a#");
    }

    @Test
    void sharedFiltersHaveTwoParts() {
        TopicFilter shared = TopicFilter.of("$share/group/a/+");
        assertThat(shared.isShared()).isTrue();
        assertThat(shared.shareName()).isEqualTo("group");
        assertThat(shared.filter()).isEqualTo("a/+");
        assertThat(shared.levels()).containsExactly("a", "+");
        assertThat(shared).isNotEqualTo(TopicFilter.of("$share/other/a/+")).isNotEqualTo(TopicFilter.of("a/+"));

        TopicFilter plain = TopicFilter.of("$SHARE/group/a/+");
        assertThat(plain.isShared()).isFalse();
        assertThat(plain.shareName()).isNull();
        assertThat(plain.levels()).containsExactly("$SHARE", "group", "a", "+");
    }

    @Test
    void knowsItsWildcards() {
        assertThat(TopicFilter.of("a/+/b").hasWildcard()).isTrue();
        assertThat(TopicFilter.of("a/#").hasWildcard()).isTrue();
        assertThat(TopicFilter.of("$share/g/#").hasWildcard()).isTrue();
        assertThat(TopicFilter.of("$share/g/a").hasWildcard()).isFalse();
    }

    @Test
    void topicNamesKnowTheirLevels() {
        assertThat(TopicName.of("/a//b/").levels()).containsExactly("", "a", "", "b", "");
        assertThat(TopicName.of("/a//b/").levelCount()).isEqualTo(5);
        assertThat(TopicName.of("a").levelCount()).isEqualTo(1);
        assertThat(TopicName.of("$SYS/x").isDollar()).isTrue();
        assertThat(TopicName.of("a/$x").isDollar()).isFalse();
        assertThat(TopicName.EMPTY.isDollar()).isFalse();
    }

    @Test
    void topicNamesAreEqualByTheirCharacters() {
        assertThat(TopicName.of("a/b")).isEqualTo(TopicName.of("a/b")).hasSameHashCodeAs(TopicName.of("a/b"));
        assertThat(TopicName.of("a/b")).isNotEqualTo(TopicName.of("a/B")).isNotEqualTo("a/b");
        assertThat(TopicName.of("\u00E9").utf8()).containsExactly((byte) 0xC3, (byte) 0xA9);
    }

    @Test
    void mqtt5_4_7_0_1_topicNamesHaveNoWildcard() {
        for (String bad : List.of("+", "#", "a/+", "a#", "a+b")) {
            assertThat(TopicName.fault(bad)).contains("wildcard");
            assertThatThrownBy(() -> TopicName.of(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Against a model that shares no code: a regular expression made from the filter. */
    @Property(tries = 5_000)
    void matchesLikeARegularExpression(@ForAll("filters") String filter, @ForAll("names") String name) {
        StringBuilder regex = new StringBuilder(filter.startsWith("+") || filter.startsWith("#") ? "(?!\\$)" : "");
        for (int i = 0; i < filter.length(); i++) {
            String rest = filter.substring(i);
            if (rest.equals("/#")) {
                regex.append("(/.*)?");
                break;
            }
            regex.append(
                    switch (rest.charAt(0)) {
                        case '+' -> "[^/]*";
                        case '#' -> ".*";
                        default -> Pattern.quote(rest.substring(0, 1));
                    });
        }
        boolean expected =
                Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(name).matches();
        assertThat(TopicFilter.of(filter).matches(TopicName.of(name))).isEqualTo(expected);
        assertThat(TopicFilter.of("$share/g/" + filter).matches(TopicName.of(name)))
                .isEqualTo(expected);
    }

    /** Few different levels, so that filters and names meet. */
    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of("", "a", "b", "$x", "ab", "\n")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(levels -> String.join("/", levels))
                .filter(name -> !name.isEmpty());
    }

    @Provide
    Arbitrary<String> filters() {
        Arbitrary<String> level = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.of("", "a", "b", "$x", "ab")), Tuple.of(2, Arbitraries.just("+")));
        return level.list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .flatMap(levels -> Arbitraries.of("", "/#")
                        .map(end ->
                                levels.equals(List.of("")) && !end.isEmpty() ? "#" : String.join("/", levels) + end))
                .filter(filter -> !filter.isEmpty());
    }

    /** Whatever the text, the two ways to ask agree. */
    @Property(tries = 2_000)
    void faultAndOfAgree(@ForAll("texts") String text) {
        boolean filter = TopicFilter.fault(text) == null;
        try {
            TopicFilter.of(text).matches(TopicName.of("a/b"));
            assertThat(filter).isTrue();
        } catch (IllegalArgumentException e) {
            assertThat(filter).isFalse();
        }
        boolean name = TopicName.fault(text) == null;
        assertThat(name && text.contains("+")).isFalse();
        if (name) {
            assertThat(TopicFilter.fault(text) == null || text.startsWith("$share/"))
                    .isTrue();
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("/", "+", "#", "a", "$share/", "g", "\0", "\uD800", "\uDC00", "\u00E9", "$")
                .list()
                .ofMaxSize(8)
                .map(parts -> String.join("", parts));
    }

    private static void faulty(String why, String... filters) {
        for (String filter : filters) {
            assertThat(TopicFilter.fault(filter)).as(filter).contains(why);
            assertThatThrownBy(() -> TopicFilter.of(filter))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(why);
        }
    }
}
