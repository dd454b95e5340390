package io.chasqui.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Stream;

/** Takes the values of a configuration file, and says which keys are unknown, twice there, or of the wrong shape. */
final class FileValues {
    private static final int MOST_WORDS = 100;

    private static final int SHOWN = 10;
    private static final List<String> SECTIONS = Stream.concat(
                    Stream.of("listeners", "limits", "store"),
                    Section.SECURITY.stream().map(Section::name))
            .toList();

    private final Path file;
    private final Values values;

    private FileValues(Path file, Values values) {
        this.file = file;
        this.values = values;
    }

    static void read(Path file, Values values) {
        FileValues reader = new FileValues(file, values);
        try {
            reader.section("", YamlFile.read(file));
        } catch (YamlFile.SyntaxException e) {
            values.fault(new Origin.InFile(file, e.line()), e.message());
        }
    }

    /** @param prefix empty, {@code limits.}, {@code store.}, {@code listeners.} or {@code listeners.NAME.} */
    private void section(String prefix, Yaml.Mapping mapping) {
        Map<String, Integer> seen = new HashMap<>();
        for (Yaml.Entry entry : mapping.entries()) {
            String key = prefix + entry.key().text();
            Origin here = new Origin.InFile(file, entry.key().line());
            Integer first = seen.putIfAbsent(key, entry.key().line());
            if (first != null) {
                values.fault(here, Fault.printable(key) + " is given twice, first in line " + first + "; remove one");
            } else if (prefix.equals("listeners.")) {
                listener(entry, here);
            } else if (prefix.isEmpty() ? SECTIONS.contains(key) : isOfListener(key)) {
                nested(key, entry.value(), here);
            } else {
                setting(key, prefix, entry.value(), here);
            }
        }
    }

    /** {@code listeners.NAME.tls} or {@code listeners.NAME.limits} */
    private static boolean isOfListener(String key) {
        String[] parts = key.split("\\.", -1);
        return parts.length == 3
                && parts[0].equals("listeners")
                && (parts[2].equals("tls") || parts[2].equals("limits"));
    }

    private void listener(Yaml.Entry entry, Origin here) {
        String name = entry.key().text();
        if (name.indexOf('.') >= 0) {
            values.fault(here, "listener " + Fault.printable(name) + " has a dot in its name; use a-z, 0-9 and -");
            return;
        }
        values.addListener(name, here);
        nested("listeners." + name, entry.value(), here);
    }

    private void nested(String key, Yaml value, Origin here) {
        switch (value) {
            case Yaml.Mapping mapping -> section(key + ".", mapping);
            case Yaml.Scalar scalar when scalar.isAbsent() -> {} // all keys of the section are commented out
            case Yaml.Scalar scalar ->
                values.fault(
                        here,
                        Fault.printable(key) + " is " + Fault.printable(scalar.text()) + "; give " + what(key)
                                + " below it");
            case Yaml.Sequence _ ->
                values.fault(here, Fault.printable(key) + " is a list; give " + what(key) + " below it, without \"-\"");
        }
    }

    private static String what(String key) {
        return key.equals("listeners") ? "a name for each listener (such as mqtt:) and its keys" : "its keys";
    }

    private void setting(String key, String prefix, Yaml value, Origin here) {
        Setting setting = Settings.find(key);
        if (setting == null) {
            values.fault(here, unknown(key, prefix));
            return;
        }
        switch (value) {
            case Yaml.Scalar scalar
            when scalar.isAbsent() ->
                values.fault(here, Fault.printable(key) + " has no value; give one, or remove the line");
            // An alias has the line of its anchor, so the line of the key it is.
            case Yaml.Scalar scalar -> values.put(key, scalar.text(), here);
            case Yaml.Mapping _ ->
                values.fault(here, Fault.printable(key) + " has keys below it; give one value: " + kind(setting));
            case Yaml.Sequence list when setting.type().isList() -> words(key, list, here);
            case Yaml.Sequence _ ->
                values.fault(here, Fault.printable(key) + " is a list; give one value: " + kind(setting));
        }
    }

    private void words(String key, Yaml.Sequence list, Origin here) {
        if (list.items().size() > MOST_WORDS) { // the same list may stand behind many aliases
            values.fault(here, Fault.printable(key) + " has more than " + MOST_WORDS + " items");
            return;
        }
        StringJoiner words = new StringJoiner(", ");
        for (Yaml item : list.items()) {
            if (!(item instanceof Yaml.Scalar word) || word.isAbsent()) {
                values.fault(
                        new Origin.InFile(file, item.line()),
                        Fault.printable(key) + " has an item that is no word; quote null");
                return;
            }
            words.add(word.text());
        }
        values.put(key, words.toString(), here);
    }

    private static String kind(Setting setting) {
        return setting.type().name();
    }

    private static String unknown(String key, String prefix) {
        String section = prefix;
        if (prefix.startsWith("listeners.")) {
            section = prefix.endsWith(".tls.")
                    ? Setting.TLS_OF_LISTENER
                    : prefix.endsWith(".limits.") ? Setting.LIMITS_OF_LISTENER : Setting.ANY_LISTENER;
        }
        List<String> siblings =
                new ArrayList<>(Settings.in(section).stream().map(Setting::name).toList());
        if (prefix.isEmpty()) {
            siblings.addAll(SECTIONS);
        } else if (section.equals(Setting.ANY_LISTENER)) {
            siblings.add("tls");
            siblings.add("limits");
        }
        Optional<String> nearest = Suggestion.near(key.substring(prefix.length()), siblings);
        String what = "unknown key " + Fault.printable(key);
        if (nearest.isPresent()) {
            return what + "; did you mean " + Fault.printable(prefix + nearest.get()) + "?";
        }
        if (prefix.isEmpty()) {
            return Values.unknown(key, keysOfAllSections());
        }
        return what
                + (siblings.size() > SHOWN
                        ? "; docs/configuration.md lists all keys"
                        : "; known here: " + String.join(", ", siblings));
    }

    /** A key at the top that belongs into a section: {@code max-qos} is meant to be {@code limits.max-qos}. */
    private static List<String> keysOfAllSections() {
        return Settings.ALL.stream().map(setting -> setting.keyFor("mqtt")).toList();
    }
}
