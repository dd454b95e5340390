package io.chasqui.server.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes the values of environment variables: CHASQUI_LISTENERS_MQTT_PORT is {@code listeners.mqtt.port}. A variable of our
 * prefix that is no key is only warned of, for the environment is shared: a Kubernetes service called chasqui puts
 * CHASQUI_PORT and CHASQUI_SERVICE_HOST there.
 */
final class EnvironmentValues {
    private static final String PREFIX = "CHASQUI_";
    private static final Pattern NOT_OURS =
            Pattern.compile("CHASQUI_(JAVA|JAVA_OPTS|JDK_ROOTS|PORT|PORT_.*|SERVICE_HOST|SERVICE_PORT.*)");
    /** What follows the name of a listener, in a variable and in a key. */
    private static final Map<String, String> LISTENER_SUFFIXES = listenerSuffixes();

    private static final Pattern OF_LISTENER =
            Pattern.compile("CHASQUI_LISTENERS_(.+?)_(" + String.join("|", LISTENER_SUFFIXES.keySet()) + ")");

    private EnvironmentValues() {}

    static void read(Map<String, String> environment, Values values) {
        new TreeMap<>(environment).forEach((name, text) -> {
            if (name.startsWith(PREFIX) && !NOT_OURS.matcher(name).matches()) {
                Optional<String> key = keyOf(name, values);
                if (key.isPresent()) {
                    values.override(key.get(), text, new Origin.Environment(name));
                } else {
                    values.warn(unknown(name, values));
                }
            }
        });
    }

    private static Optional<String> keyOf(String variable, Values values) {
        return values.allKeys().stream()
                .filter(key -> Setting.variable(key).equals(variable))
                .findFirst()
                .or(() -> newListenerKey(variable));
    }

    private static Optional<String> newListenerKey(String variable) {
        Matcher matcher = OF_LISTENER.matcher(variable);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of("listeners." + lower(matcher.group(1)) + "." + LISTENER_SUFFIXES.get(matcher.group(2)));
    }

    private static String lower(String words) {
        return words.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String unknown(String name, Values values) {
        List<String> known = values.allKeys().stream()
                .map(key -> Setting.variable(key).substring(PREFIX.length()))
                .toList();
        String what = "environment variable " + Fault.printable(name) + " is no setting and is ignored";
        return Suggestion.near(name.substring(PREFIX.length()), known)
                .map(meant -> what + "; did you mean " + PREFIX + meant + "?")
                .orElse(what);
    }

    private static Map<String, String> listenerSuffixes() {
        return Settings.ALL.stream()
                .filter(Setting::isOfListener)
                .map(setting -> setting.key().substring(Setting.ANY_LISTENER.length()))
                .collect(Collectors.toMap(
                        key -> key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_'), key -> key));
    }
}
