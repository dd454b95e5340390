package io.chasqui.conformance.suite;

import io.chasqui.conformance.raw.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements that an implementation is held to, in our own words, and the reasons why some have no test. Read from
 * the lists in {@code io/chasqui/conformance}: {@code mqtt-3.1.1.csv} and {@code mqtt-5.0.csv} for the numbered statements of OASIS,
 * {@code rules.csv} for the rules without a number, {@code untested.csv} for the reasons.
 */
public final class Catalog {
    /**
     * One statement.
     *
     * @param id with the version in front, as in {@link Statement}
     * @param appliesTo client, server or both
     * @param testable broker, codec, client or not-testable
     */
    public record Entry(String id, String section, String appliesTo, String text, String testable) {
        /** Whether a broker, or the codec in it, can be held to it. */
        boolean isForBrokers() {
            return testable.equals("broker") || testable.equals("codec");
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> untested = new LinkedHashMap<>();

    private Catalog() {}

    public static Catalog load() {
        Catalog catalog = new Catalog();
        catalog.add("mqtt-3.1.1.csv", "MQTT", "MQTT3");
        catalog.add("mqtt-5.0.csv", "MQTT", "MQTT5");
        catalog.add("rules.csv", "", "");
        for (List<String> row : Csv.rows("untested.csv")) {
            catalog.untested.put(row.get(0), row.get(1));
        }
        return catalog;
    }

    private void add(String file, String prefix, String replacement) {
        for (List<String> row : Csv.rows(file)) {
            String id = replacement + row.get(0).substring(prefix.length());
            Entry entry = new Entry(id, row.get(1), row.get(2), row.get(4), row.get(5));
            if (entries.put(id, entry) != null) {
                throw new IllegalStateException(file + " has " + id + " twice");
            }
        }
    }

    /** The version that a statement is of, by what its id starts with. */
    static Version version(String id) {
        if (id.startsWith("MQTT5-") || id.startsWith("U5-")) {
            return Version.MQTT_5;
        } else if (id.startsWith("MQTT3-") || id.startsWith("U3-")) {
            return Version.MQTT_3_1_1;
        } else if (id.startsWith("U31-")) {
            return Version.MQTT_3_1;
        }
        throw new IllegalArgumentException("no such kind of statement: " + id);
    }

    /** In the order of the standard. */
    List<Entry> entries(Version version) {
        return entries.values().stream()
                .filter(entry -> version(entry.id()) == version)
                .toList();
    }

    /** Why there is no test, or null if there should be one. */
    @Nullable
    String reasonUntested(Entry entry) {
        String reason = untested.get(entry.id());
        if (reason == null && entry.testable().equals("client")) {
            return "Binds clients; what ours does is in [the client library](#the-client-library).";
        }
        return reason;
    }

    /** What does not fit between the lists and the tests; empty when all is well. */
    public List<String> faults(List<TestCase> tests) {
        List<String> faults = new ArrayList<>();
        List<String> tested = tests.stream()
                .flatMap(test -> test.statements().stream())
                .distinct()
                .toList();
        tested.stream()
                .filter(id -> !entries.containsKey(id))
                .forEach(id -> faults.add(id + " is tested but in no list of statements"));
        for (Entry entry : entries.values()) {
            boolean hasTest = tested.contains(entry.id());
            boolean hasReason = untested.containsKey(entry.id());
            if (hasTest && hasReason) {
                faults.add(entry.id() + " has a test and a reason why it has none");
            } else if (!hasTest && !hasReason && !entry.testable().equals("client")) {
                faults.add(entry.id() + " has no test and no reason in untested.csv: " + entry.text());
            }
        }
        untested.keySet().stream()
                .filter(id -> !entries.containsKey(id))
                .forEach(id -> faults.add(id + " is in untested.csv but in no list of statements"));
        return faults;
    }
}
