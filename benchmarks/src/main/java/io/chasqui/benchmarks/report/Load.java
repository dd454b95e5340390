package io.chasqui.benchmarks.report;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one run of a load generator saw: numbers by the names that it gives them. Immutable. */
final class Load {
    private static final Pattern NUMBER = Pattern.compile("\"([a-z0-9_.]+)\":\\s*(-?[0-9.]+)");

    private final Map<String, Double> values;

    private Load(Map<String, Double> values) {
        this.values = values;
    }

    /** @param json of one level; of figures that come again, such as those of single seconds, the first counts */
    static Load of(String json) {
        Map<String, Double> values = new HashMap<>();
        Matcher number = NUMBER.matcher(json);
        while (number.find()) {
            values.putIfAbsent(number.group(1), Double.valueOf(number.group(2)));
        }
        return new Load(values);
    }

    static Load of(Map<String, Double> values) {
        return new Load(Map.copyOf(values));
    }

    Load with(String name, double value) {
        Map<String, Double> more = new HashMap<>(values);
        more.put(name, value);
        return new Load(more);
    }

    /** The generator failed and said nothing. */
    boolean isEmpty() {
        return values.isEmpty();
    }

    /** As it stands in a table; "-" where the generator did not say. */
    String get(String name) {
        return round(number(name));
    }

    /** @return NaN where the generator did not say */
    double number(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    /** Lost, received twice, out of order. */
    String faults() {
        return get("lost") + " / " + get("dup") + " / " + get("disorder");
    }

    /** Three digits are more than is known; "-" for what is no number. */
    static String round(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        double size = Math.abs(value);
        String form = size >= 100 || value == Math.rint(value) ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }
}
