package io.chasqui.broker.auth;

import static io.chasqui.broker.auth.Clients.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.auth.Rule.Who;
import io.chasqui.broker.auth.Rules.Decision;
import io.chasqui.broker.auth.Rules.Meaning;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RulesTest {
    private static final ClientInfo ANN = client("c1", "ann", "staff", "night");
    private final List<Rule> list = new ArrayList<>();

    private static Who users(String... names) {
        return new Who(Set.of(names), Set.of(), Set.of(), Set.of(), Set.of());
    }

    private static Who groups(String... names) {
        return new Who(Set.of(), Set.of(names), Set.of(), Set.of(), Set.of());
    }

    private void allow(String filter, Who who) {
        add(true, filter, who);
    }

    private void deny(String filter, Who who) {
        add(false, filter, who);
    }

    private void add(boolean allows, String filter, Who who) {
        list.add(new Rule(
                allows, true, true, filter, who, Qos.AT_MOST_ONCE, Qos.EXACTLY_ONCE, null, "line " + list.size()));
    }

    private Rules rules() {
        return new Rules(Meaning.MOST_SPECIFIC, false, list);
    }

    private boolean publishes(ClientInfo client, String topic) {
        return rules().publish(client, TopicName.of(topic), Qos.AT_MOST_ONCE, false)
                .allowed();
    }

    private boolean subscribes(ClientInfo client, String filter) {
        return rules().subscribe(client, TopicFilter.of(filter), Qos.AT_MOST_ONCE)
                .allowed();
    }

    private boolean receives(ClientInfo client, String topic) {
        return rules().receive(client, TopicName.of(topic)).allowed();
    }

    @Test
    void whereNoRuleSpeaksTheDefaultDecides() {
        assertThat(publishes(ANN, "a")).isFalse();
        Decision open =
                new Rules(Meaning.MOST_SPECIFIC, true, list).publish(ANN, TopicName.of("a"), Qos.AT_MOST_ONCE, false);
        assertThat(open).isEqualTo(new Decision(true, null));
    }

    @Test
    void theMostSpecificFilterDecidesWhateverTheOrder() {
        allow("#", Who.EVERYONE);
        deny("a/#", Who.EVERYONE);
        allow("a/+/c", Who.EVERYONE);
        deny("a/b/c", Who.EVERYONE);
        for (int i = 0; i < 24; i++) {
            Collections.shuffle(list, new Random(i));
            assertThat(publishes(ANN, "x")).isTrue();
            assertThat(publishes(ANN, "a")).as("a/# matches its parent").isFalse();
            assertThat(publishes(ANN, "a/b")).isFalse();
            assertThat(publishes(ANN, "a/x/c")).isTrue();
            assertThat(publishes(ANN, "a/b/c")).isFalse();
        }
    }

    @Test
    void aWordInAnEarlierLevelIsMoreSpecificThanOneInALater() {
        allow("a/+/c", Who.EVERYONE);
        deny("+/b/c", Who.EVERYONE);
        assertThat(publishes(ANN, "a/b/c")).isTrue();
    }

    @Test
    void denyingWinsTiesAlsoBetweenAUserAndEveryone() {
        allow("a", users("ann"));
        deny("a", Who.EVERYONE);
        assertThat(publishes(ANN, "a")).isFalse();
    }

    @Test
    void rulesAreForThoseWhomTheyName() {
        allow("user", users("ann"));
        allow("group", groups("night", "day"));
        allow("client", new Who(Set.of(), Set.of(), Set.of("c1"), Set.of(), Set.of()));
        allow("address", new Who(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(Network.of("192.0.0.0/16"))));
        allow("certificate", new Who(Set.of(), Set.of(), Set.of(), Set.of("pump-1"), Set.of()));
        allow("all", new Who(Set.of("ann"), Set.of("staff"), Set.of("c1"), Set.of(), Set.of(Network.of("::/0"))));
        allow("nobody", users(""));
        for (String topic : List.of("user", "group", "client", "address")) {
            assertThat(publishes(ANN, topic)).as(topic).isTrue();
            assertThat(publishes(Clients.from("198.51.100.1", "c2", "bob", "cellar"), topic))
                    .as(topic)
                    .isFalse();
        }
        assertThat(publishes(ANN, "all")).as("the address is of the wrong kind").isFalse();
        assertThat(publishes(Clients.from("2001:db8::1", "c1", "ann", "staff"), "all"))
                .isTrue();
        assertThat(publishes(ANN, "certificate")).isFalse();
        assertThat(publishes(Clients.withCertificate("pump-1"), "certificate")).isTrue();
        assertThat(publishes(Clients.withCertificate("pump-2"), "certificate")).isFalse();
        assertThat(publishes(ANN, "nobody")).isFalse();
        assertThat(publishes(client("c9", null), "nobody"))
                .as("a client without a user")
                .isTrue();
    }

    @Test
    void variablesStandForTheClientsOwnNames() {
        allow("dev/%c/up", Who.EVERYONE);
        allow("home/%u/#", Who.EVERYONE);
        allow("team/%g", Who.EVERYONE);
        allow("x/pre-%u-%c-post", Who.EVERYONE);
        assertThat(publishes(ANN, "dev/c1/up")).isTrue();
        assertThat(publishes(ANN, "dev/c2/up")).isFalse();
        assertThat(publishes(ANN, "home/ann/a/b")).isTrue();
        assertThat(publishes(ANN, "home/bob")).isFalse();
        assertThat(publishes(ANN, "team/night")).isTrue();
        assertThat(publishes(ANN, "team/day")).isFalse();
        assertThat(publishes(ANN, "x/pre-ann-c1-post")).isTrue();
        assertThat(publishes(client("c1", null), "home/null")).isFalse();
        assertThat(publishes(client("c1", "%c"), "home/c1"))
                .as("values are not expanded again")
                .isFalse();
    }

    @Test
    void noNameCanWidenARule() {
        allow("dev/%c", Who.EVERYONE);
        allow("dev/%c/#", Who.EVERYONE);
        for (String name : List.of("+", "#", "a/b", "c/#", "", "+/b")) {
            ClientInfo hostile = client(name, name.isEmpty() ? null : name);
            assertThat(publishes(hostile, "dev/a")).as(name).isFalse();
            assertThat(publishes(hostile, "dev/a/b")).as(name).isFalse();
            assertThat(publishes(hostile, "dev/c/b")).as(name).isFalse();
            assertThat(subscribes(hostile, "dev/+")).as(name).isFalse();
            assertThat(subscribes(hostile, "dev/#")).as(name).isFalse();
            assertThat(subscribes(hostile, "dev/a/b")).as(name).isFalse();
        }
    }

    @Test
    void noNameCanEscapeARuleThatDenies() {
        allow("#", Who.EVERYONE);
        deny("locked/%u/#", Who.EVERYONE);
        assertThat(publishes(ANN, "locked/ann/x")).isFalse();
        assertThat(publishes(ANN, "locked/bob/x")).isTrue();
        assertThat(publishes(client("c", "a/b"), "locked/a/b")).isFalse();
        assertThat(publishes(client("c", null), "locked/bob/x"))
                .as("nobody knows who it is")
                .isFalse();
    }

    @Test
    void aSubscriptionIsAllowedOnlyIfOneRuleCoversAllOfIt() {
        allow("a/+/c", Who.EVERYONE);
        allow("b/#", Who.EVERYONE);
        assertThat(subscribes(ANN, "a/+/c")).isTrue();
        assertThat(subscribes(ANN, "a/b/c")).isTrue();
        assertThat(subscribes(ANN, "$share/g/a/b/c")).isTrue();
        assertThat(subscribes(ANN, "a/#")).isFalse();
        assertThat(subscribes(ANN, "a/+/+")).isFalse();
        assertThat(subscribes(ANN, "+/b/c")).isFalse();
        assertThat(subscribes(ANN, "#")).isFalse();
        assertThat(subscribes(ANN, "b/#")).isTrue();
        assertThat(subscribes(ANN, "b")).isTrue();
        assertThat(subscribes(ANN, "b/+/x/#")).isTrue();
    }

    @Test
    void aHoleInASubscriptionIsCutOutMessageByMessage() {
        allow("a/#", Who.EVERYONE);
        deny("a/secret/#", Who.EVERYONE);
        allow("a/secret/not", Who.EVERYONE);
        assertThat(subscribes(ANN, "a/#")).isTrue();
        assertThat(subscribes(ANN, "a/+/x")).isTrue();
        assertThat(subscribes(ANN, "a/secret/#")).isFalse();
        assertThat(receives(ANN, "a/b")).isTrue();
        assertThat(receives(ANN, "a/secret/b")).isFalse();
        assertThat(receives(ANN, "a/secret/not")).isTrue();
    }

    @Test
    void mqtt5_4_7_2_1_wildcardsDoNotSpeakOfDollarTopics() {
        allow("#", Who.EVERYONE);
        allow("+/x", Who.EVERYONE);
        assertThat(subscribes(ANN, "$SYS/#")).isFalse();
        assertThat(receives(ANN, "$SYS/x")).isFalse();
        allow("$SYS/#", Who.EVERYONE);
        assertThat(subscribes(ANN, "$SYS/#")).isTrue();
        assertThat(receives(ANN, "$SYS/x")).isTrue();
    }

    @Test
    void conditionsOnQosAndRetain() {
        Who who = Who.EVERYONE;
        list.add(new Rule(true, true, true, "a", who, Qos.AT_MOST_ONCE, Qos.AT_LEAST_ONCE, null, "upto 1"));
        list.add(new Rule(false, true, false, "a", who, Qos.AT_MOST_ONCE, Qos.EXACTLY_ONCE, true, "retained"));
        Rules rules = rules();
        TopicName a = TopicName.of("a");
        assertThat(rules.publish(ANN, a, Qos.AT_LEAST_ONCE, false).allowed()).isTrue();
        assertThat(rules.publish(ANN, a, Qos.EXACTLY_ONCE, false).allowed()).isFalse();
        Decision retained = rules.publish(ANN, a, Qos.AT_MOST_ONCE, true);
        assertThat(retained.allowed()).isFalse();
        assertThat(retained.rule()).extracting(Rule::source).isEqualTo("retained");
        assertThat(rules.subscribe(ANN, TopicFilter.of("a"), Qos.EXACTLY_ONCE).allowed())
                .isFalse();
        assertThat(rules.subscribe(ANN, TopicFilter.of("a"), Qos.AT_LEAST_ONCE).allowed())
                .isTrue();
        assertThat(rules.receive(ANN, a).allowed()).isTrue();
    }

    @Test
    void whatIsNotKnownAfterARestartDoesNotHelpTheClient() {
        allow("a/#", Who.EVERYONE);
        deny("a/b", groups("banned"));
        deny("a/c", new Who(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(Network.of("10.0.0.0/8"))));
        allow("x", groups("staff"));
        ClientInfo before = client("c1", "ann", "staff");
        ClientInfo after = before.as(Identity.restored("ann"));
        for (String topic : List.of("a", "a/b", "a/c", "x")) {
            assertThat(publishes(before, topic)).as(topic).isTrue();
        }
        assertThat(publishes(after, "a")).isTrue();
        assertThat(publishes(after, "a/b")).isFalse();
        assertThat(publishes(after, "a/c")).isFalse();
        assertThat(publishes(after, "x")).isFalse();
    }

    @Test
    void grantsOfTheCredentialsAreRulesOfThisClient() {
        deny("b/c", Who.EVERYONE);
        Identity token = new Identity(
                "ann",
                Set.of(),
                List.of(Rule.of(true, true, false, "a", "token"), Rule.of(true, true, true, "b/#", "token")),
                Identity.NEVER,
                "jwt",
                true);
        ClientInfo client = ANN.as(token);
        assertThat(publishes(client, "a")).isTrue();
        assertThat(subscribes(client, "a")).isFalse();
        assertThat(publishes(client, "b/x")).isTrue();
        assertThat(publishes(client, "b/c")).isFalse();
        assertThat(publishes(ANN, "a")).isFalse();
    }

    @Test
    void mosquittosMeaning() {
        Rules rules = new Rules(
                Meaning.MOSQUITTO,
                true,
                List.of(
                        rule(true, "a/#", users("ann")),
                        rule(false, "a/secret", users("ann")),
                        rule(true, "a/secret", Who.EVERYONE),
                        rule(false, "a/b/c", Who.EVERYONE),
                        rule(true, "open/#", Who.EVERYONE)));
        assertThat(rules.receive(ANN, TopicName.of("a/secret")).allowed()).isFalse();
        assertThat(rules.receive(ANN, TopicName.of("a/b/c")).allowed())
                .as("the user's rules come first")
                .isTrue();
        assertThat(rules.receive(ANN, TopicName.of("open/x")).allowed()).isTrue();
        assertThat(rules.receive(ANN, TopicName.of("else")).allowed()).isFalse();
        assertThat(rules.subscribe(ANN, TopicFilter.of("#"), Qos.AT_MOST_ONCE).allowed())
                .as("granted, and judged message by message")
                .isTrue();
    }

    private static Rule rule(boolean allows, String filter, Who who) {
        return new Rule(allows, true, true, filter, who, Qos.AT_MOST_ONCE, Qos.EXACTLY_ONCE, null, "");
    }

    /** The tree finds what a walk over all rules by the plain definition finds. */
    @Test
    void theTreeAgreesWithThePlainDefinition() {
        Random random = new Random(42);
        String[] words = {"a", "b", "+"};
        for (int round = 0; round < 2_000; round++) {
            list.clear();
            for (int i = 0; i < 8; i++) {
                add(random.nextBoolean(), filter(random, words), random.nextBoolean() ? Who.EVERYONE : users("ann"));
            }
            String topic =
                    filter(random, new String[] {"a", "b"}).replace("/#", "").replace("#", "a");
            assertThat(publishes(ANN, topic)).as(() -> topic + " " + list).isEqualTo(plainly(topic));
        }
    }

    private static String filter(Random random, String[] words) {
        StringBuilder filter = new StringBuilder(words[random.nextInt(words.length)]);
        for (int i = random.nextInt(3); i > 0; i--) {
            filter.append('/').append(words[random.nextInt(words.length)]);
        }
        return random.nextInt(4) == 0 ? filter + "/#" : random.nextInt(10) == 0 ? "#" : filter.toString();
    }

    private boolean plainly(String topic) {
        List<Rule> matching = list.stream()
                .filter(rule -> TopicFilter.of(rule.filter()).matches(TopicName.of(topic)))
                .toList();
        return matching.stream()
                .map(RulesTest::specificity)
                .max(String::compareTo)
                .map(best -> matching.stream()
                        .filter(rule -> specificity(rule).equals(best))
                        .allMatch(Rule::allows))
                .orElse(false);
    }

    /** Greater is more specific: a letter for each level, w over + over #, and the end over #. */
    private static String specificity(Rule rule) {
        StringBuilder out = new StringBuilder();
        Arrays.stream(TopicFilter.of(rule.filter()).levels())
                .forEach(level -> out.append(level.equals("#") ? 'a' : level.equals("+") ? 'p' : 'w'));
        return out.append(rule.filter().endsWith("#") ? "" : "z").toString();
    }

    @Test
    void aRuleIsAboutATopicFilter() {
        assertThatThrownBy(() -> Rule.of(true, true, true, "a/#/b", "")).hasMessageContaining("'#'");
        assertThatThrownBy(() -> Rule.of(true, true, true, "$share/g/a", "")).hasMessageContaining("alone");
        assertThatThrownBy(() -> Network.of("10.0.0.0/33")).hasMessageContaining("10.0.0.0/8");
        assertThatThrownBy(() -> Network.of("example.com")).hasMessageContaining("give an address");
    }
}
