package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one run of the load generator saw: numbers by the names that it gives them. */
final class Load {
    private static final Pattern NUMBER = Pattern.compile("\"([a-z0-9_.]+)\":(-?[0-9.]+)");
    private static final long TIMEOUT_SECONDS = 300;

    private final Map<String, Double> values;

    private Load(Map<String, Double> values) {
        this.values = values;
    }

    /** @param arguments as one would type them, without the broker's */
    static Load run(Path tools, Served broker, String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(tools.resolve("mqload").toString()));
        command.addAll(Arrays.asList(arguments.split(" ", -1)));
        command.addAll(List.of("-p", broker.port() + "", "--pid", broker.pid() + "", "--json"));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        Map<String, Double> values = new HashMap<>();
        Matcher number = NUMBER.matcher(text);
        while (number.find()) {
            values.put(number.group(1), Double.valueOf(number.group(2)));
        }
        return new Load(values);
    }

    /** As it stands in a table; "-" where the generator did not say. */
    String get(String name) {
        Double value = values.get(name);
        return value == null ? "-" : round(value);
    }

    /** @return NaN where the generator did not say */
    double number(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    /** Lost, received twice, out of order. */
    String faults() {
        return get("lost") + " / " + get("dup") + " / " + get("disorder");
    }

    /** Three digits are more than is known. */
    static String round(double value) {
        double size = Math.abs(value);
        String form = size >= 100 || value == Math.rint(value) ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }
}
