package io.chasqui.server.config;

import io.chasqui.broker.auth.Rule;
import io.chasqui.broker.auth.Rules;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads an {@code acl_file} of Mosquitto: {@code user NAME}, {@code topic [read|write|readwrite|deny] FILTER},
 * {@code pattern [read|write|readwrite|deny] FILTER}. Rules before the first {@code user} are for clients without a user.
 */
final class MosquittoAclFile {
    private static final int MAX_BYTES = 64 << 20;
    private static final Set<String> ACCESS = Set.of("read", "write", "readwrite", "deny");

    private final Path file;
    private final List<Fault> faults = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private Rule.Who user = user(""); // whom the next topics are for

    MosquittoAclFile(Path file) {
        this.file = file;
    }

    Rules read() throws RuleFile.RulesException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                fault(0, "is larger than " + (MAX_BYTES >> 20) + " MiB");
            } else {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    line(lines.get(i).strip(), i + 1);
                }
            }
        } catch (IOException e) {
            fault(0, "cannot be read: " + e);
        }
        if (!faults.isEmpty()) {
            throw new RuleFile.RulesException(faults);
        }
        return new Rules(Rules.Meaning.MOSQUITTO, false, rules);
    }

    private static Rule.Who user(String name) {
        return new Rule.Who(Set.of(name), Set.of(), Set.of(), Set.of(), Set.of());
    }

    private void fault(int line, String message) {
        faults.add(new Fault(new Origin.InFile(file, line), message));
    }

    private void line(String line, int number) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        int space = line.indexOf(' ');
        String rest = space < 0 ? "" : line.substring(space + 1).strip();
        switch (space < 0 ? line : line.substring(0, space)) {
            case "user" -> {
                if (rest.isEmpty()) {
                    fault(number, "user has no name");
                } else {
                    user = user(rest);
                }
            }
            case "topic" -> {
                if (rest.contains("%c") || rest.contains("%u") || rest.contains("%g")) {
                    fault(number, "%c, %u and %g stand for nothing in topic; give pattern");
                } else {
                    rule(rest, user, number);
                }
            }
            case "pattern" -> rule(rest, Rule.Who.EVERYONE, number);
            default -> fault(number, "is none of user, topic, pattern");
        }
    }

    private void rule(String rest, Rule.Who who, int number) {
        int space = rest.indexOf(' ');
        String first = space < 0 ? "" : rest.substring(0, space);
        if (!first.isEmpty()
                && !ACCESS.contains(first)) { // as in Mosquitto; a slip must not become a filter with a blank
            fault(number, Fault.printable(first) + " is none of read, write, readwrite, deny");
            return;
        }
        String access = ACCESS.contains(first) ? first : "readwrite";
        String filter = ACCESS.contains(first) ? rest.substring(space + 1).strip() : rest;
        try {
            if (TopicFilter.fault(filter) == null && TopicFilter.of(filter).levelCount() > RuleFile.MAX_LEVELS) {
                throw new IllegalArgumentException("more than " + RuleFile.MAX_LEVELS + " levels");
            }
            rules.add(new Rule(
                    !access.equals("deny"),
                    !access.equals("read"),
                    !access.equals("write"),
                    filter,
                    who,
                    Qos.AT_MOST_ONCE,
                    Qos.EXACTLY_ONCE,
                    null,
                    file + ":" + number));
        } catch (IllegalArgumentException e) {
            fault(number, Fault.printable(filter) + ": " + e.getMessage());
        }
    }
}
