package io.chasqui.server.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What has been given so far, as text by dotted key, and what was wrong with it. A later value replaces an earlier one. */
final class Values {
    /** One value as it was given. */
    record Given(String text, Origin origin) {}

    private final Map<String, Given> given = new LinkedHashMap<>();
    private final Map<String, Origin> listeners = new LinkedHashMap<>(); // by name
    private final List<Fault> faults = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    void put(String key, String text, Origin origin) {
        given.put(key, new Given(text, origin));
    }

    @Nullable
    Given get(String key) {
        return given.get(key);
    }

    void addListener(String name, Origin origin) {
        listeners.putIfAbsent(name, origin);
    }

    /** Names and where they were first mentioned. */
    Map<String, Origin> listeners() {
        return listeners;
    }

    /**
     * Takes a value from outside the file. Such a value may add a listener, unless its name is so near to that of another
     * one that it is a slip of the pen.
     */
    void override(String key, String text, Origin origin) {
        Setting setting = Settings.find(key);
        if (setting == null) {
            fault(origin, unknown(key, allKeys()));
            return;
        }
        if (setting.isOfListener()) {
            String name = key.split("\\.", -1)[1];
            Optional<String> meant =
                    listeners.containsKey(name) ? Optional.empty() : Suggestion.near(name, listeners.keySet());
            if (meant.isPresent()) {
                fault(origin, "there is no listener " + Fault.printable(name) + "; did you mean " + meant.get() + "?");
                return;
            }
            addListener(name, origin);
        }
        put(key, text, origin);
    }

    /** Every key that can be given, with the names of the listeners known so far. */
    List<String> allKeys() {
        List<String> keys = new ArrayList<>();
        for (Setting setting : Settings.ALL) {
            if (setting.isOfListener()) {
                listeners.keySet().forEach(name -> keys.add(setting.keyFor(name)));
            } else {
                keys.add(setting.key());
            }
        }
        return keys;
    }

    /** What to say of a key that there is not, beside those that there are. */
    static String unknown(String key, Collection<String> known) {
        String what = "unknown key " + Fault.printable(key);
        return Suggestion.near(key, known)
                .or(() ->
                        known.stream().filter(word -> word.endsWith("." + key)).findFirst())
                .map(word -> what + "; did you mean " + word + "?")
                .orElse(what + "; docs/configuration.md lists all keys");
    }

    void fault(Origin where, String message) {
        faults.add(new Fault(where, message));
    }

    void warn(String warning) {
        warnings.add(warning);
    }

    List<Fault> faults() {
        return faults;
    }

    List<String> warnings() {
        return warnings;
    }
}
