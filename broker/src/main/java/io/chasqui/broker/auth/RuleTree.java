package io.chasqui.broker.auth;

import io.chasqui.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filters of rules as a tree of their levels, so that a decision costs the levels of a topic and not the number of
 * rules. Written before it is shared, then only read.
 */
final class RuleTree {
    /** One level of filters. */
    static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private final Map<Template, Node> templates = new HashMap<>();
        private @Nullable Node plus;
        private final List<Rule> here = new ArrayList<>(); // of filters that end at this level
        private final List<Rule> hash = new ArrayList<>(); // "<this level>/#", which matches this level, too (4.7.1.2)

        void add(Rule rule) {
            Node node = this;
            String[] levels = TopicFilter.of(rule.filter()).levels();
            for (String level : levels) {
                if (level.equals("#")) {
                    node.hash.add(rule);
                    return;
                }
                node = node.child(level);
            }
            node.here.add(rule);
        }

        private Node child(String level) {
            if (level.equals("+")) {
                if (plus == null) {
                    plus = new Node();
                }
                return plus;
            }
            return Template.isTemplate(level)
                    ? templates.computeIfAbsent(new Template(level), _ -> new Node())
                    : literals.computeIfAbsent(level, _ -> new Node());
        }
    }

    /**
     * A node that a walk has come to.
     *
     * @param deniesOnly its rules count only where they deny: something of the client is not known
     */
    record At(Node node, boolean deniesOnly) {}

    /** Gets the rules of filters that are equally specific. */
    interface Visitor {
        /** @return whether that is enough */
        boolean visit(Rule rule, boolean deniesOnly);

        /** All rules of one filter have been visited. @return whether that is enough */
        boolean visited();
    }

    private final ClientInfo client;
    private final String[] levels;
    private final Visitor visitor;

    private RuleTree(ClientInfo client, String[] levels, Visitor visitor) {
        this.client = client;
        this.levels = levels;
        this.visitor = visitor;
    }

    /**
     * Visits the rules whose filters match all that {@code levels} does, the most specific filter first: at the first level in
     * which two filters differ, a word is more specific than {@code +}, and that is more specific than {@code #}.
     *
     * @param levels of a Topic Name, or of a Topic Filter
     */
    static void walk(List<At> roots, String[] levels, ClientInfo client, Visitor visitor) {
        new RuleTree(client, levels, visitor).walk(roots, 0);
    }

    /** Bounded by the levels of the longest rule, which the reader of rules limits. */
    private boolean walk(List<At> at, int depth) {
        boolean wildcards = depth > 0 || !levels[0].startsWith("$"); // MQTT5-4.7.2-1
        if (depth == levels.length) {
            return visit(at, false) || visit(at, true);
        }
        String level = levels[depth];
        if (!level.equals("#")) {
            if (!level.equals("+")) {
                List<At> same = new ArrayList<>();
                at.forEach(each -> addLiteral(each, level, same));
                if (!same.isEmpty() && walk(same, depth + 1)) {
                    return true;
                }
            }
            List<At> any = new ArrayList<>();
            if (wildcards) {
                at.forEach(each -> addPlus(each, any));
            }
            if (!any.isEmpty() && walk(any, depth + 1)) {
                return true;
            }
        }
        return wildcards && visit(at, true);
    }

    private void addLiteral(At at, String level, List<At> found) {
        Node literal = at.node.literals.get(level);
        if (literal != null) {
            found.add(new At(literal, at.deniesOnly));
        }
        at.node.templates.forEach((template, node) -> {
            if (template.matches(level, client)) {
                found.add(new At(node, at.deniesOnly));
            }
        });
    }

    private void addPlus(At at, List<At> found) {
        if (at.node.plus != null) {
            found.add(new At(at.node.plus, at.deniesOnly));
        }
        at.node.templates.forEach((template, node) -> {
            if (!template.isKnown(client)) {
                found.add(new At(node, true));
            }
        });
    }

    private boolean visit(List<At> at, boolean hash) {
        for (At each : at) {
            for (Rule rule : hash ? each.node.hash : each.node.here) {
                if (visitor.visit(rule, each.deniesOnly)) {
                    return true;
                }
            }
        }
        return visitor.visited();
    }
}
