package io.chasqui.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which filters match which topics, section 4.7: the same table for live messages, retained ones and the definition. */
class FilterTableTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a/#; a, a/, a/b, a/b/c; ab, b/a",
                "#; a, /, a/b/c, a$/b; $SYS/x, $SYS, $",
                "+; a, b c, A; /a, a/, a/b, $x, /",
                "+/+; /a, a/, a/b, /; a, a/b/c, $x/y",
                "+/#; a, /, a/b, a/b/c; $x, $x/y",
                "a/+; a/, a/b; a, a/b/c",
                "/+; /a, /; a, /a/",
                "+/x; a/x, /x; $SYS/x",
                "$SYS/#; $SYS, $SYS/x, $SYS/x/y; SYS/x, $SYS2/x",
                "$SYS/+; $SYS/x, $SYS/$y; $SYS/x/y, $SYS",
                "a//b; a//b; a/b, a/x/b",
                "a/+/b; a//b, a/x/b, a/$x/b; a/b, a/x/y/b",
                "a/b; a/b; A/b, a/b/, /a/b, a",
                "/; /; //",
                "$share/g/+/x; a/x; $SYS/x",
                "\u00e9; \u00e9; e\u0301", // MQTT5-4.7.3-4
            })
    void mqtt5_4_7_1_2_matchesAsTheTableSays(String filterText, String matching, String other) {
        TopicFilter filter = TopicFilter.of(filterText);
        for (String topic : topics(matching)) {
            assertThat(matchers(filter, topic))
                    .as("%s matches %s", filterText, topic)
                    .containsExactly(true, true, true);
        }
        for (String topic : topics(other)) {
            assertThat(matchers(filter, topic))
                    .as("%s does not match %s", filterText, topic)
                    .containsExactly(false, false, false);
        }
    }

    private static String[] topics(String list) {
        return list.split(", ");
    }

    private static List<Boolean> matchers(TopicFilter filter, String topicText) {
        TopicName topic = TopicName.of(topicText);
        SubscriptionTree<TopicFilter> tree = new SubscriptionTree<>();
        tree.add(filter.levels(), filter);
        List<TopicFilter> found = new ArrayList<>();
        tree.match(topic.levels(), found::add);

        TopicMap<TopicName> map = new TopicMap<>();
        map.put(topic.levels(), topic);
        TopicMap.Cursor<TopicName> cursor = map.cursor(filter.levels());
        return List.of(filter.matches(topic), found.equals(List.of(filter)), cursor.next() == topic);
    }
}
