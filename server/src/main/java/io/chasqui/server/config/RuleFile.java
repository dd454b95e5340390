package io.chasqui.server.config;

import io.chasqui.broker.auth.Network;
import io.chasqui.broker.auth.Rule;
import io.chasqui.broker.auth.Rules;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a file of rules: whole, or not at all. */
public final class RuleFile {
    /** Levels of a filter, which bound how deep a decision goes. */
    static final int MAX_LEVELS = 64;

    private static final YamlFile.Bounds BOUNDS = new YamlFile.Bounds(64 << 20, 4_000_000);
    private static final Set<String> KEYS =
            Set.of("allow", "deny", "topic", "user", "group", "client-id", "certificate", "address", "qos", "retain");

    private final Path file;
    private final List<Fault> faults = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private boolean otherwise;

    private RuleFile(Path file) {
        this.file = file;
    }

    /** What is wrong with a file of rules: all of it. The message names the first three faults. */
    public static final class RulesException extends IOException {
        private static final long serialVersionUID = 1L;
        private final transient List<Fault> faults;

        RulesException(List<Fault> faults) {
            super(faults.stream().limit(3).map(Fault::toString).collect(Collectors.joining("; "))
                    + (faults.size() > 3 ? "; and " + (faults.size() - 3) + " more" : ""));
            this.faults = List.copyOf(faults);
        }

        public List<Fault> faults() {
            return faults;
        }
    }

    /** @throws RulesException when anything is wrong, with all of it */
    public static Rules read(Path file, SecuritySettings.Authorization.Format format) throws RulesException {
        if (format == SecuritySettings.Authorization.Format.MOSQUITTO) {
            return new MosquittoAclFile(file).read();
        }
        RuleFile reader = new RuleFile(file);
        try {
            reader.top(YamlFile.read(file, BOUNDS));
        } catch (YamlFile.SyntaxException e) {
            reader.fault(e.line(), e.message());
        }
        if (!reader.faults.isEmpty()) {
            throw new RulesException(reader.faults);
        }
        return new Rules(Rules.Meaning.MOST_SPECIFIC, reader.otherwise, reader.rules);
    }

    private void fault(int line, String message) {
        faults.add(new Fault(new Origin.InFile(file, line), message));
    }

    private void top(Yaml.Mapping top) {
        for (Yaml.Entry entry : top.entries()) {
            int line = entry.key().line();
            switch (entry.key().text()) {
                case "default" -> otherwise = isAllow(entry.value(), line);
                case "rules" -> {
                    if (entry.value() instanceof Yaml.Sequence list) {
                        list.items().forEach(this::rule);
                    } else if (!(entry.value() instanceof Yaml.Scalar nothing && nothing.isAbsent())) {
                        fault(line, "rules is no list; give lines such as - {allow: publish, topic: a/b}");
                    }
                }
                default ->
                    fault(line, "unknown key " + Fault.printable(entry.key().text()) + "; known here: default, rules");
            }
        }
    }

    private boolean isAllow(Yaml value, int line) {
        String text = value instanceof Yaml.Scalar scalar ? scalar.text() : "";
        if (!text.equals("allow") && !text.equals("deny")) {
            fault(line, "default is " + Fault.printable(text) + "; give allow or deny");
        }
        return text.equals("allow");
    }

    /** One rule on its way. */
    private final class Draft {
        private final int line;
        private final Map<String, List<String>> words = new LinkedHashMap<>();
        private boolean sound = true;

        Draft(int line) {
            this.line = line;
        }

        void wrong(int where, String message) {
            sound = false;
            fault(where, message);
        }

        Set<String> names(String key) {
            return new HashSet<>(words.getOrDefault(key, List.of()));
        }

        @Nullable
        String single(String key) {
            List<String> given = words.get(key);
            if (given == null) {
                return null;
            }
            if (given.size() != 1) {
                wrong(line, key + " is a list; give one value");
                return null;
            }
            return given.getFirst();
        }
    }

    private void rule(Yaml item) {
        if (!(item instanceof Yaml.Mapping mapping)) {
            fault(item.line(), "a rule has keys, such as {allow: publish, topic: a/b}");
            return;
        }
        Draft draft = new Draft(mapping.line());
        for (Yaml.Entry entry : mapping.entries()) {
            take(entry, draft);
        }
        String allow = draft.single("allow");
        String deny = draft.single("deny");
        String action = allow == null ? deny : allow;
        if (action == null || allow != null && deny != null) {
            draft.wrong(draft.line, "a rule has either allow or deny: publish, subscribe or all");
        } else if (!Set.of("publish", "subscribe", "all").contains(action)) {
            draft.wrong(draft.line, "allow or deny is " + Fault.printable(action) + "; give publish, subscribe or all");
        }
        if (draft.words.get("topic") == null) {
            draft.wrong(draft.line, "a rule has a topic: a Topic Filter, or a list of such");
        }
        Rule.Who who = who(draft);
        Qos[] qos = qos(draft);
        Boolean retain = retain(draft, action);
        if (draft.sound && action != null) {
            for (String filter : draft.words.getOrDefault("topic", List.of())) {
                add(draft, allow != null, action, filter, who, qos, retain);
            }
        }
    }

    private void take(Yaml.Entry entry, Draft draft) {
        String key = entry.key().text();
        int line = entry.key().line();
        if (!KEYS.contains(key)) {
            draft.wrong(
                    line,
                    "unknown key " + Fault.printable(key)
                            + Suggestion.near(key, KEYS)
                                    .map(near -> "; did you mean " + near + "?")
                                    .orElse(""));
            return;
        }
        List<String> words = new ArrayList<>();
        List<Yaml> items = entry.value() instanceof Yaml.Sequence list ? list.items() : List.of(entry.value());
        for (Yaml item : items) {
            if (item instanceof Yaml.Scalar scalar && !scalar.isAbsent()) {
                words.add(scalar.text());
            } else {
                draft.wrong(line, key + " has no value, or one that is no word");
            }
        }
        if (words.isEmpty()) {
            draft.wrong(line, key + " is empty, so the rule would be for nobody; remove the rule");
        }
        if (draft.words.put(key, words) != null) {
            draft.wrong(line, key + " is given twice");
        }
    }

    private static Rule.Who who(Draft draft) {
        Set<Network> networks = new HashSet<>();
        for (String text : draft.names("address")) {
            try {
                networks.add(Network.of(text));
            } catch (IllegalArgumentException e) {
                draft.wrong(draft.line, "address is " + Fault.printable(text) + "; " + e.getMessage());
            }
        }
        return new Rule.Who(
                draft.names("user"),
                draft.names("group"),
                draft.names("client-id"),
                draft.names("certificate"),
                networks);
    }

    private static Qos[] qos(Draft draft) {
        String text = draft.single("qos");
        if (text != null && !text.matches("[0-2]|0-[12]|1-2")) {
            draft.wrong(draft.line, "qos is " + Fault.printable(text) + "; give 0, 1, 2, 0-1 or 1-2");
            return new Qos[] {Qos.AT_MOST_ONCE, Qos.EXACTLY_ONCE};
        }
        return text == null
                ? new Qos[] {Qos.AT_MOST_ONCE, Qos.EXACTLY_ONCE}
                : new Qos[] {Qos.values()[text.charAt(0) - '0'], Qos.values()[text.charAt(text.length() - 1) - '0']};
    }

    private static @Nullable Boolean retain(Draft draft, @Nullable String action) {
        String text = draft.single("retain");
        if (text == null) {
            return null;
        }
        if (!text.equals("true") && !text.equals("false")) {
            draft.wrong(draft.line, "retain is " + Fault.printable(text) + "; give true or false");
        } else if ("subscribe".equals(action)) {
            draft.wrong(draft.line, "retain is about messages that are published; a subscription has none");
        }
        return text.equals("true");
    }

    private void add(
            Draft draft,
            boolean allows,
            String action,
            String filter,
            Rule.Who who,
            Qos[] qos,
            @Nullable Boolean retain) {
        try {
            if (TopicFilter.fault(filter) == null && TopicFilter.of(filter).levelCount() > MAX_LEVELS) {
                throw new IllegalArgumentException("more than " + MAX_LEVELS + " levels");
            }
            rules.add(new Rule(
                    allows,
                    !action.equals("subscribe"),
                    !action.equals("publish"),
                    filter,
                    who,
                    qos[0],
                    qos[1],
                    retain,
                    file + ":" + draft.line));
        } catch (IllegalArgumentException e) {
            draft.wrong(draft.line, "topic is " + Fault.printable(filter) + ": " + e.getMessage());
        }
    }
}
