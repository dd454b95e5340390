package io.chasqui.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Rules.Meaning;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleAuthorizerTest {
    private static final ClientInfo CLIENT = Clients.client("c", "ann");
    private final List<Audit.Event> events = new ArrayList<>();

    private static Rules rules(Rule... rules) {
        return new Rules(Meaning.MOST_SPECIFIC, false, List.of(rules));
    }

    private static boolean publishes(Authorizer authorizer, String topic, Qos qos, boolean retain) {
        return authorizer.mayPublish(CLIENT, TopicName.of(topic), qos, retain);
    }

    @Test
    void decisionsAreRememberedForEachQuestionAndAskedAgainWithNewRules() {
        RuleAuthorizer authorizer = new RuleAuthorizer(
                rules(new Rule(
                        true, true, true, "a", Rule.Who.EVERYONE, Qos.AT_MOST_ONCE, Qos.AT_LEAST_ONCE, false, "1")),
                false,
                events::add);
        Authorizer mine = authorizer.of(CLIENT);
        for (int i = 0; i < 3; i++) {
            assertThat(publishes(mine, "a", Qos.AT_MOST_ONCE, false)).isTrue();
            assertThat(publishes(mine, "a", Qos.AT_MOST_ONCE, true)).isFalse();
            assertThat(publishes(mine, "a", Qos.EXACTLY_ONCE, false)).isFalse();
            assertThat(mine.mayReceive(CLIENT, TopicName.of("a"))).isTrue();
        }
        assertThat(events).as("each denial is told once").hasSize(2);
        assertThat(authorizer.denied()).isEqualTo(6);

        authorizer.replace(rules());
        assertThat(publishes(mine, "a", Qos.AT_MOST_ONCE, false)).isFalse();
        assertThat(mine.mayReceive(CLIENT, TopicName.of("a"))).isFalse();
    }

    /** Also if it is another question by which the new rules are met. */
    @Test
    void theLastYesIsForgottenWithItsRules() {
        RuleAuthorizer authorizer = new RuleAuthorizer(rules(Rule.of(true, true, true, "a", "1")), false, Audit.NONE);
        Authorizer mine = authorizer.of(CLIENT);
        TopicName a = TopicName.of("a");
        assertThat(mine.mayPublish(CLIENT, a, Qos.AT_MOST_ONCE, false)).isTrue();
        assertThat(mine.mayPublish(CLIENT, a, Qos.AT_MOST_ONCE, false)).isTrue();
        assertThat(mine.mayReceive(CLIENT, a)).isTrue();
        authorizer.replace(rules());
        assertThat(mine.maySubscribe(CLIENT, TopicFilter.of("b"), Qos.AT_MOST_ONCE))
                .isFalse();
        assertThat(mine.mayPublish(CLIENT, a, Qos.AT_MOST_ONCE, false)).isFalse();
        assertThat(mine.mayReceive(CLIENT, a)).isFalse();
    }

    @Test
    void topicsThatShareAPlaceAreKeptApart() {
        Authorizer mine =
                new RuleAuthorizer(rules(Rule.of(true, true, true, "yes/#", "1")), false, Audit.NONE).of(CLIENT);
        for (int i = 0; i < 1_000; i++) {
            assertThat(publishes(mine, "yes/" + i, Qos.AT_MOST_ONCE, false)).isTrue();
            assertThat(publishes(mine, "no/" + i, Qos.AT_MOST_ONCE, false)).isFalse();
            assertThat(publishes(mine, "yes/" + i / 2, Qos.AT_LEAST_ONCE, false))
                    .isTrue();
        }
    }

    @Test
    void aFloodOfDenialsIsReportedUpToALimit() {
        RuleAuthorizer authorizer = new RuleAuthorizer(rules(), false, events::add);
        Authorizer mine = authorizer.of(CLIENT);
        for (int i = 0; i < 5_000; i++) {
            publishes(mine, "t/" + i, Qos.AT_MOST_ONCE, false);
        }
        assertThat(events).hasSize(100);
        assertThat(authorizer.denied()).isEqualTo(5_000);
    }

    @Test
    void reportOnlyCountsAndLetsPass() {
        RuleAuthorizer authorizer = new RuleAuthorizer(rules(), true, events::add);
        Authorizer mine = authorizer.of(CLIENT);
        assertThat(publishes(mine, "a", Qos.AT_MOST_ONCE, false)).isTrue();
        assertThat(publishes(mine, "a", Qos.AT_MOST_ONCE, false)).isTrue();
        assertThat(mine.maySubscribe(CLIENT, TopicFilter.of("#"), Qos.AT_MOST_ONCE))
                .isTrue();
        assertThat(mine.mayReceive(CLIENT, TopicName.of("a"))).isTrue();
        assertThat(publishes(mine, "$SYS/x", Qos.AT_MOST_ONCE, false))
                .as("the broker's own topics stay its own")
                .isFalse();
        assertThat(authorizer.denied()).isEqualTo(5);
        assertThat(events).first().isEqualTo(new Audit.Denied(CLIENT, Action.PUBLISH, "a", false, null));
    }

    @Test
    void nobodyPublishesBelowSys() {
        Authorizer mine =
                new RuleAuthorizer(rules(Rule.of(true, true, true, "$SYS/#", "1")), false, Audit.NONE).of(CLIENT);
        assertThat(publishes(mine, "$SYS/x", Qos.AT_MOST_ONCE, false)).isFalse();
        assertThat(publishes(mine, "$SYS", Qos.AT_MOST_ONCE, false)).isFalse();
        assertThat(mine.mayReceive(CLIENT, TopicName.of("$SYS/x"))).isTrue();
    }
}
