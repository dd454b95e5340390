package io.chasqui.broker.auth;

import io.chasqui.broker.auth.RuleTree.At;
import io.chasqui.broker.auth.RuleTree.Node;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rules, compiled: who may do what. A decision costs the levels of its topic, however many rules there are. Immutable; any
 * thread.
 *
 * <p>With {@link Meaning#MOST_SPECIFIC} the order of rules means nothing. Of the rules that speak of the client, the action
 * and the topic, those with the most specific filter decide; if they disagree, denying wins. Filters are compared level by
 * level from the left; at the first difference a word (a variable, too) is more specific than {@code +}, and that more than
 * {@code #}. Where no rule speaks, the default decides.
 *
 * <p>A Topic Filter may be subscribed to if the most specific rule whose filter covers all of it allows it. Where another rule
 * cuts a hole into it, it is granted, and the messages of the hole are not sent: {@link #receive} is asked for each message.
 */
public final class Rules {
    /** How rules that disagree are weighed. */
    public enum Meaning {
        /** The most specific filter decides, and denying wins ties. */
        MOST_SPECIFIC,
        /**
         * As Mosquitto reads its {@code acl_file}: rules of the user before those for everyone, in each denying before allowing,
         * and no default but denying. Every subscription is granted, and messages are judged one by one.
         */
        MOSQUITTO
    }

    /**
     * An answer.
     *
     * @param rule that decides; null where none does
     */
    public record Decision(boolean allowed, @Nullable Rule rule) {}

    private final Meaning meaning;
    private final boolean otherwise;
    private final int size;
    private final Node everyone = new Node();
    private final Map<String, Node> users = new HashMap<>(); // the empty name: those without a user
    private final Map<String, Node> groups = new HashMap<>();
    private final Map<String, Node> clientIds = new HashMap<>();
    private final Map<String, Node> certificates = new HashMap<>();
    private final Map<Network, Node> networks = new HashMap<>();
    private final Set<Integer> prefixes = new TreeSet<>(); // of the networks

    /** @param otherwise whether what no rule speaks of is allowed; nothing with {@link Meaning#MOSQUITTO} */
    public Rules(Meaning meaning, boolean otherwise, Collection<Rule> rules) {
        this.meaning = meaning;
        this.otherwise = otherwise && meaning == Meaning.MOST_SPECIFIC;
        this.size = rules.size();
        rules.forEach(this::add);
    }

    /** How many rules there are. */
    public int size() {
        return size;
    }

    /** A rule stands under one of the sets that say who it is for; the others are looked at when it is met. */
    private void add(Rule rule) {
        Rule.Who who = rule.who();
        if (!who.clientIds().isEmpty()) {
            add(rule, who.clientIds(), clientIds);
        } else if (!who.users().isEmpty()) {
            add(rule, who.users(), users);
        } else if (!who.certificates().isEmpty()) {
            add(rule, who.certificates(), certificates);
        } else if (!who.networks().isEmpty()) {
            add(rule, who.networks(), networks);
            who.networks().forEach(network -> prefixes.add(network.prefix()));
        } else if (!who.groups().isEmpty()) {
            add(rule, who.groups(), groups);
        } else {
            everyone.add(rule);
        }
    }

    private static <K> void add(Rule rule, Set<K> keys, Map<K, Node> trees) {
        keys.forEach(key -> trees.computeIfAbsent(key, _ -> new Node()).add(rule));
    }

    /** What a client may do, as far as these rules say. To be kept for the life of its connection. */
    Subject of(ClientInfo client) {
        List<At> roots = new ArrayList<>();
        roots.add(new At(everyone, false));
        Identity identity = client.identity();
        addRoot(users.get(identity.user() == null ? "" : identity.user()), roots);
        addRoot(clientIds.get(client.clientId()), roots);
        String certificate = certificate(client);
        addRoot(certificate == null ? null : certificates.get(certificate), roots);
        identity.groups().forEach(group -> addRoot(groups.get(group), roots));
        InetAddress address = address(client);
        if (address != null) {
            for (int prefix : prefixes) {
                if (prefix <= address.getAddress().length * 8) {
                    addRoot(networks.get(Network.of(address.getAddress(), prefix)), roots);
                }
            }
        }
        if (!identity.complete()) {
            for (Collection<Node> unknown : List.of(groups.values(), certificates.values(), networks.values())) {
                unknown.forEach(node -> roots.add(new At(node, true)));
            }
        }
        if (!identity.grants().isEmpty()) {
            Node own = new Node();
            identity.grants().forEach(own::add);
            roots.add(new At(own, false));
        }
        return new Subject(client, roots);
    }

    private static void addRoot(@Nullable Node node, List<At> roots) {
        if (node != null) {
            roots.add(new At(node, false));
        }
    }

    private static @Nullable String certificate(ClientInfo client) {
        Peer.Certificate certificate = client.peer().certificate();
        return certificate == null ? null : certificate.identity();
    }

    private static @Nullable InetAddress address(ClientInfo client) {
        return client.remote() instanceof InetSocketAddress internet ? internet.getAddress() : null;
    }

    private static boolean isMeant(Rule rule, ClientInfo client) {
        Rule.Who who = rule.who();
        Identity identity = client.identity();
        boolean unknownCounts = !identity.complete() && !rule.allows();
        String certificate = certificate(client);
        InetAddress address = address(client);
        return (who.users().isEmpty() || who.users().contains(identity.user() == null ? "" : identity.user()))
                && (who.clientIds().isEmpty() || who.clientIds().contains(client.clientId()))
                && (unknownCounts
                        || (who.certificates().isEmpty()
                                        || certificate != null
                                                && who.certificates().contains(certificate))
                                && (who.networks().isEmpty()
                                        || address != null
                                                && who.networks().stream().anyMatch(n -> n.contains(address)))
                                && (who.groups().isEmpty()
                                        || who.groups().stream().anyMatch(identity.groups()::contains)));
    }

    /** Whether the client may publish a message. */
    public Decision publish(ClientInfo client, TopicName topic, Qos qos, boolean retain) {
        return of(client).publish(topic, qos, retain);
    }

    /** Whether the client may subscribe. */
    public Decision subscribe(ClientInfo client, TopicFilter filter, Qos qos) {
        return of(client).subscribe(filter, qos);
    }

    /** Whether messages of {@code topic} may be sent to the client that has subscribed. */
    public Decision receive(ClientInfo client, TopicName topic) {
        return of(client).receive(topic);
    }

    /** The rules as one client meets them. */
    final class Subject {
        private final ClientInfo client;
        private final List<At> roots;

        private Subject(ClientInfo client, List<At> roots) {
            this.client = client;
            this.roots = List.copyOf(roots);
        }

        Decision publish(TopicName topic, Qos qos, boolean retain) {
            return decide(
                    topic.levels(),
                    rule -> rule.publish()
                            && isBetween(qos, rule)
                            && (rule.retain() == null || rule.retain() == retain));
        }

        Decision subscribe(TopicFilter filter, Qos qos) {
            if (meaning == Meaning.MOSQUITTO) {
                return new Decision(true, null);
            }
            return decide(filter.levels(), rule -> rule.subscribe() && isBetween(qos, rule));
        }

        /**
         * The QoS of a subscription was judged when it was made: a rule that denies some QoS does not count here, and one that
         * allows some does.
         */
        Decision receive(TopicName topic) {
            return decide(
                    topic.levels(),
                    rule -> rule.subscribe()
                            && (rule.allows()
                                    || rule.minQos() == Qos.AT_MOST_ONCE && rule.maxQos() == Qos.EXACTLY_ONCE));
        }

        private boolean isBetween(Qos qos, Rule rule) {
            return qos.level() >= rule.minQos().level()
                    && qos.level() <= rule.maxQos().level();
        }

        private Decision decide(String[] levels, Condition condition) {
            Judge judge = meaning == Meaning.MOST_SPECIFIC
                    ? new MostSpecific(client, condition)
                    : new Mosquitto(client, condition);
            RuleTree.walk(roots, levels, client, judge);
            Rule rule = judge.rule();
            return new Decision(rule == null ? otherwise : rule.allows(), rule);
        }
    }

    /** Whether a rule speaks of the case at hand. */
    private interface Condition {
        boolean holds(Rule rule);
    }

    /** Chooses the rule that decides. */
    private abstract static class Judge implements RuleTree.Visitor {
        private final ClientInfo client;
        private final Condition condition;

        Judge(ClientInfo client, Condition condition) {
            this.client = client;
            this.condition = condition;
        }

        @Override
        public final boolean visit(Rule rule, boolean deniesOnly) {
            return !(deniesOnly && rule.allows()) && isMeant(rule, client) && condition.holds(rule) && weigh(rule);
        }

        /** @return whether no other rule can change the decision any more */
        abstract boolean weigh(Rule rule);

        abstract @Nullable Rule rule();
    }

    private static final class MostSpecific extends Judge {
        private @Nullable Rule decisive;

        MostSpecific(ClientInfo client, Condition condition) {
            super(client, condition);
        }

        @Override
        boolean weigh(Rule rule) {
            decisive = rule;
            return !rule.allows();
        }

        @Override
        public boolean visited() {
            return decisive != null;
        }

        @Override
        @Nullable
        Rule rule() {
            return decisive;
        }
    }

    private static final class Mosquitto extends Judge {
        private @Nullable Rule decisive;
        private int rank; // of the rule that decides so far

        Mosquitto(ClientInfo client, Condition condition) {
            super(client, condition);
        }

        @Override
        boolean weigh(Rule rule) {
            boolean ofUser = !rule.who().users().isEmpty();
            int weight = (ofUser ? 3 : 1) + (rule.allows() ? 0 : 1);
            if (weight > rank) {
                rank = weight;
                decisive = rule;
            }
            return rank == 4;
        }

        @Override
        public boolean visited() {
            return false;
        }

        @Override
        @Nullable
        Rule rule() {
            return decisive;
        }
    }
}
