package io.chasqui.server.config;

import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.InvalidConfigException;
import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.connection.ListenerLimits;
import io.chasqui.broker.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way from text to a {@link Configuration}: first the file, the environment and the command line, each over the one
 * before; then text becomes typed values; then values become the records of {@code io.chasqui.broker}, which refuse what is
 * impossible. Faults are collected on the whole way and reported together.
 */
public final class ConfigReader {
    static final Path DEFAULT_DATA = Path.of("data");
    private static final String DEFAULT_LISTENER = ListenerConfig.DEFAULT.name();

    private final Values values = new Values();
    private final Map<String, Object> typed = new HashMap<>();
    private final Set<String> refused = new HashSet<>(); // keys that a fault has been found with

    private ConfigReader() {}

    /** @throws ConfigException when anything is wrong, with all of it */
    public static Configuration read(Sources sources) throws ConfigException {
        ConfigReader reader = new ConfigReader();
        reader.collect(sources);
        reader.parse();
        return reader.build();
    }

    private void collect(Sources sources) {
        if (sources.file() != null) {
            FileValues.read(sources.file(), values);
        }
        if (values.listeners().isEmpty()) {
            values.addListener(DEFAULT_LISTENER, new Origin.Default());
        }
        EnvironmentValues.read(sources.environment(), values);
        sources.assignments().forEach(this::assign);
        if (sources.port() != null) {
            values.override("listeners." + plainListener() + ".port", sources.port(), option("--port", sources.port()));
        }
        if (sources.data() != null) {
            values.override("data", sources.data(), option("--data", sources.data()));
        }
    }

    private void assign(String assignment) {
        Origin origin = option("--set", assignment);
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            values.fault(origin, "give key=value, such as --set limits.max-qos=1");
        } else {
            values.override(
                    assignment.substring(0, equals).strip(),
                    assignment.substring(equals + 1).strip(),
                    origin);
        }
    }

    private static Origin option(String name, String argument) {
        return new Origin.CommandLine(name + " " + Fault.printable(argument));
    }

    /** The listener that {@code --port} means: mqtt, or the first one where none has that name. */
    private String plainListener() {
        Set<String> names = values.listeners().keySet();
        return names.contains(DEFAULT_LISTENER)
                ? DEFAULT_LISTENER
                : names.iterator().next();
    }

    private void parse() {
        for (String key : values.allKeys()) {
            Values.@Nullable Given given = values.get(key);
            Setting setting = Settings.find(key);
            if (given == null || setting == null) {
                continue;
            }
            try {
                typed.put(key, setting.type().parse(given.text()));
            } catch (BadValueException e) {
                refuse(key, given.origin(), given.text(), e.advice());
            }
        }
    }

    private Configuration build() throws ConfigException {
        Limits usual = typed.get("store.type") == StoreSettings.Type.MEMORY ? Limits.DEFAULT : Limits.ON_DISK;
        Limits limits = orDefault("limits.", usual, () -> Records.make(Limits.class, from("limits.", usual)));
        List<ListenerConfig> listeners = new ArrayList<>();
        values.listeners().keySet().forEach(name -> addListener(name, listeners));
        BrokerConfig broker = orDefault(
                "",
                BrokerConfig.DEFAULT,
                () -> Records.make(BrokerConfig.class, component -> switch (component) {
                    case "listeners" -> listeners.isEmpty() ? BrokerConfig.DEFAULT.listeners() : listeners;
                    case "limits" -> limits;
                    default -> from("", BrokerConfig.DEFAULT).apply(component);
                }));
        StoreSettings store = makeStore();
        SecuritySettings security = makeSecurity();
        SecurityCheck.check(security, listeners, this::refuse);
        if (!values.faults().isEmpty()) {
            throw new ConfigException(values.faults());
        }
        Path data = (Path) typed.getOrDefault("data", DEFAULT_DATA);
        LogLevel logLevel = (LogLevel) typed.getOrDefault("log-level", LogLevel.INFO);
        return new Configuration(
                broker,
                store,
                security,
                data,
                logLevel,
                () -> resolved(broker, store, security, data, logLevel),
                values.warnings());
    }

    private StoreSettings makeStore() {
        StoreSettings store = Records.make(StoreSettings.class, from("store.", StoreSettings.DEFAULT));
        checkRanges("store.");
        return store;
    }

    private SecuritySettings makeSecurity() {
        Section.SECURITY.forEach(section -> checkRanges(section.prefix()));
        return Records.make(SecuritySettings.class, component -> {
            Section section = Section.SECURITY.stream()
                    .filter(each -> each.name().equals(component))
                    .findFirst()
                    .orElseThrow();
            return Records.make(section.defaults().getClass(), from(section.prefix(), section.defaults()));
        });
    }

    private void checkRanges(String section) {
        for (Setting setting : Settings.in(section)) {
            Object value = typed.get(setting.key());
            if (setting.lowest() != null && value != null) {
                check(setting, value);
            }
        }
    }

    /** What several keys say together is wrong at one of them. */
    private void refuse(String key, String value, String advice) {
        Values.@Nullable Given given = values.get(key);
        refuse(key, given == null ? nearestOrigin(key) : given.origin(), given == null ? value : given.text(), advice);
    }

    /** A number against the range that its row states. */
    private <T> void check(Setting setting, T value) {
        Values.@Nullable Given given = values.get(setting.key());
        if (given == null || setting.lowest() == null || setting.highest() == null) {
            return;
        }
        try {
            if (compare(value, setting.type().parse(setting.lowest())) < 0
                    || compare(value, setting.type().parse(setting.highest())) > 0) {
                refuse(setting.key(), given.origin(), given.text(), "give " + setting.range());
            }
        } catch (BadValueException e) {
            throw new IllegalStateException(setting.key(), e);
        }
    }

    private static int compare(Object value, Object end) {
        return value instanceof Duration duration && end instanceof Duration other
                ? duration.compareTo(other)
                : Long.compare(((Number) value).longValue(), ((Number) end).longValue());
    }

    private void addListener(String name, List<ListenerConfig> listeners) {
        String prefix = "listeners." + name + ".";
        String host = (String) typed.getOrDefault(prefix + "host", ListenerConfig.DEFAULT.host());
        Function<String, @Nullable Object> given = from(prefix, ListenerConfig.DEFAULT);
        try {
            listeners.add(Records.make(ListenerConfig.class, component -> switch (component) {
                case "name" -> name;
                case "tls" -> makeTls(prefix + "tls.");
                case "limits" -> Records.make(ListenerLimits.class, from(prefix + "limits.", ListenerLimits.NONE));
                case "allowAnonymous" ->
                    typed.getOrDefault(
                            prefix + "allow-anonymous",
                            (ListenerConfig.isLoopback(host) || typed.containsKey(prefix + "unix-socket"))
                                    && !asksForCredentials());
                default -> given.apply(component);
            }));
            warnOfIdleKeys(prefix, listeners.getLast());
        } catch (InvalidConfigException e) {
            report(prefix, e);
        }
    }

    /** Whether there is any way to say who one is. */
    private boolean asksForCredentials() {
        return typed.get("authentication.methods") instanceof List<?> methods && !methods.isEmpty();
    }

    /** TLS is spoken where any of its keys is given. */
    private @Nullable TlsConfig makeTls(String prefix) {
        boolean given = Settings.in(Setting.TLS_OF_LISTENER).stream()
                .anyMatch(setting -> values.get(prefix + setting.name()) != null);
        return given ? Records.make(TlsConfig.class, from(prefix, TlsConfig.DEFAULT)) : null;
    }

    private void warnOfIdleKeys(String prefix, ListenerConfig listener) {
        for (Setting setting : Settings.in(Setting.ANY_LISTENER)) {
            String key = prefix + setting.name();
            boolean idle =
                    setting.name().startsWith("websocket-") && listener.protocol() == ListenerConfig.Protocol.MQTT;
            if (idle && values.get(key) != null) {
                values.warn(key + " does nothing without " + prefix + "protocol: websocket");
            }
        }
    }

    /** The given value of a component of the record behind a section, else its default. */
    private Function<String, @Nullable Object> from(String prefix, Record defaults) {
        return component -> {
            String key = prefix + kebab(component);
            Object value = typed.get(key);
            return value == null ? Records.get(defaults, component) : value;
        };
    }

    private static String kebab(String component) {
        StringBuilder key = new StringBuilder(component.length() + 4);
        for (int i = 0; i < component.length(); i++) {
            char c = component.charAt(i);
            if (Character.isUpperCase(c)) {
                key.append('-');
            }
            key.append(Character.toLowerCase(c));
        }
        return key.toString();
    }

    private <R> R orDefault(String prefix, R defaults, Supplier<R> maker) {
        try {
            return maker.get();
        } catch (InvalidConfigException e) {
            report(prefix, e);
            return defaults;
        }
    }

    private void report(String prefix, InvalidConfigException e) {
        for (InvalidConfigException.Fault fault : e.faults()) {
            String key = prefix + fault.key();
            Values.@Nullable Given given = values.get(key);
            boolean secret = key.endsWith("passphrase"); // someone may have written it down here
            String text = given == null || secret ? fault.value() : given.text();
            refuse(key, given == null ? nearestOrigin(key) : given.origin(), text, fault.advice());
        }
    }

    private void refuse(String key, Origin origin, String text, String advice) {
        if (refused.add(key)) {
            values.fault(origin, Fault.printable(key) + " is " + Fault.printable(Secrets.hidden(text)) + "; " + advice);
        }
    }

    /** Where to look when a default does not fit what was given: at the host of the listener, or at its name. */
    private Origin nearestOrigin(String key) {
        String[] parts = key.split("\\.", -1);
        if (parts.length < 3 || !parts[0].equals("listeners")) {
            return new Origin.Default();
        }
        Values.@Nullable Given host = values.get("listeners." + parts[1] + ".host");
        return host != null ? host.origin() : values.listeners().getOrDefault(parts[1], new Origin.Default());
    }

    private List<Configuration.Resolved> resolved(
            BrokerConfig broker, StoreSettings store, SecuritySettings security, Path data, LogLevel logLevel) {
        List<Configuration.Resolved> all = new ArrayList<>();
        for (ListenerConfig listener : broker.listeners()) {
            for (Setting setting : Settings.in(Setting.ANY_LISTENER)) {
                all.add(resolved(setting, setting.keyFor(listener.name()), Records.get(listener, setting.component())));
            }
            for (Setting setting : Settings.in(Setting.LIMITS_OF_LISTENER)) {
                all.add(resolved(
                        setting, setting.keyFor(listener.name()), Records.get(listener.limits(), setting.component())));
            }
            if (listener.tls() != null) {
                for (Setting setting : Settings.in(Setting.TLS_OF_LISTENER)) {
                    all.add(resolved(
                            setting,
                            setting.keyFor(listener.name()),
                            Records.get(listener.tls(), setting.component())));
                }
            }
        }
        for (Setting setting : Settings.in("limits.")) {
            all.add(resolved(setting, setting.key(), Records.get(broker.limits(), setting.component())));
        }
        for (Setting setting : Settings.in("store.")) {
            all.add(resolved(setting, setting.key(), Records.get(store, setting.component())));
        }
        for (Section section : Section.SECURITY) {
            for (Setting setting : Settings.in(section.prefix())) {
                all.add(resolved(setting, setting.key(), Records.get(section.in(security), setting.component())));
            }
        }
        for (Setting setting : Settings.in("")) {
            Object value = switch (setting.key()) {
                case "data" -> data;
                case "log-level" -> logLevel;
                default -> Records.get(broker, setting.component());
            };
            all.add(resolved(setting, setting.key(), value));
        }
        return all;
    }

    private Configuration.Resolved resolved(Setting setting, String key, Object value) {
        Values.@Nullable Given given = values.get(key);
        return new Configuration.Resolved(
                key,
                Secrets.hidden(setting.type().format(value)),
                given == null ? new Origin.Default() : given.origin());
    }
}
