package io.chasqui.broker.auth;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One level of a rule's filter with variables in it: {@code %c}, {@code %u}, {@code %g}. A name is compared with one level of
 * a Topic Name as it is, so that no {@code /}, {@code +} or {@code #} in it can widen a rule: such a name matches nothing.
 */
record Template(String text) {
    static boolean isTemplate(String level) {
        return level.contains("%c") || level.contains("%u") || level.contains("%g");
    }

    /** @param level of a Topic Name; or of a Topic Filter, but no wildcard */
    boolean matches(String level, ClientInfo client) {
        if (text.contains("%g")) {
            Set<String> groups = client.identity().groups();
            return groups.stream().anyMatch(group -> level.equals(expand(client, group)));
        }
        return level.equals(expand(client, null));
    }

    /** Whether every variable has a value that can be one level of a topic. */
    boolean isKnown(ClientInfo client) {
        Identity identity = client.identity();
        boolean groupsKnown = identity.complete() && identity.groups().stream().allMatch(Template::isLevel);
        return (!text.contains("%c") || isLevel(client.clientId()))
                && (!text.contains("%u") || isLevel(identity.user()))
                && (!text.contains("%g") || groupsKnown);
    }

    private static boolean isLevel(@Nullable String name) {
        return name != null && !name.isEmpty() && name.chars().noneMatch(c -> c == '/' || c == '+' || c == '#');
    }

    /** The level that the variables make; null where one has no value. One pass: a name with {@code %u} in it stays a name. */
    private @Nullable String expand(ClientInfo client, @Nullable String group) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char variable = text.charAt(i) == '%' && i + 1 < text.length() ? text.charAt(i + 1) : 0;
            if (variable != 'c' && variable != 'u' && variable != 'g') {
                out.append(text.charAt(i));
                i++;
                continue;
            }
            String value = switch (variable) {
                case 'c' -> client.clientId();
                case 'u' -> client.identity().user();
                default -> group;
            };
            if (!isLevel(value)) {
                return null;
            }
            out.append(value);
            i += 2;
        }
        return out.toString();
    }
}
