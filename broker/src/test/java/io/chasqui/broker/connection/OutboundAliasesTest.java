package io.chasqui.broker.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.TopicName;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OutboundAliasesTest {
    @Test
    void theTopicSentLongestAgoGivesItsAliasAway() {
        OutboundAliases aliases = new OutboundAliases(3);
        List<TopicName> topics = List.of(TopicName.of("a"), TopicName.of("b"), TopicName.of("c"), TopicName.of("d"));
        for (int i = 0; i < 3; i++) {
            assertThat(aliases.known(topics.get(i))).isZero();
            assertThat(aliases.assign(topics.get(i))).isEqualTo(i + 1);
        }
        assertThat(aliases.known(topics.get(0))).isEqualTo(1);
        assertThat(aliases.assign(topics.get(3))).as("that of b").isEqualTo(2);
        assertThat(aliases.known(topics.get(1))).isZero();
        assertThat(aliases.known(topics.get(2))).isEqualTo(3);
    }

    /** A client that keeps the table as the standard says always understands. */
    @Property(tries = 50)
    void aClientAlwaysUnderstands(@ForAll long seed) {
        Random random = new Random(seed);
        int maximum = 1 + random.nextInt(8);
        OutboundAliases aliases = new OutboundAliases(maximum);
        Map<Integer, TopicName> client = new HashMap<>();
        LinkedHashSet<TopicName> recent = new LinkedHashSet<>();
        for (int i = 0; i < 500; i++) {
            TopicName topic = TopicName.of("t" + random.nextInt(16));
            int alias = aliases.known(topic);
            if (alias == 0) {
                assertThat(recent.reversed().stream().limit(maximum)).doesNotContain(topic);
                alias = aliases.assign(topic);
                client.put(alias, topic);
            }
            assertThat(alias).isBetween(1, maximum);
            assertThat(client.get(alias)).isEqualTo(topic);
            recent.remove(topic);
            recent.add(topic);
        }
    }
}
