package io.chasqui.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The tests of the client library, found by their names: {@code mqtt5_4_6_0_2_name} is one of MQTT5-4.6.0-2, {@code u5_23_name} of U5-23. */
final class ClientTests {
    private static final Pattern METHOD = Pattern.compile("\\bvoid ((?:mqtt|u)[35]_\\d\\w+)\\(");
    private static final Pattern STATEMENT =
            Pattern.compile("mqtt([35])_(\\d+)_(\\d+)_(\\d+)_(\\d+)_|u([35])_(\\d\\d)_");

    private ClientTests() {}

    static Map<String, List<String>> byStatement(Path sources) throws IOException {
        Map<String, List<String>> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(file -> file.toString().endsWith("Test.java"))
                    .sorted()
                    .toList()) {
                String type = file.getFileName().toString().replace(".java", "");
                for (Matcher method = METHOD.matcher(Files.readString(file)); method.find(); ) {
                    add(type + "." + method.group(1), method.group(1), found);
                }
            }
        }
        return found;
    }

    private static void add(String test, String method, Map<String, List<String>> found) {
        for (Matcher id = STATEMENT.matcher(method); id.find(); ) {
            String statement = id.group(1) == null
                    ? "U%s-%s".formatted(id.group(6), id.group(7))
                    : "MQTT%s-%s.%s.%s-%s".formatted(id.group(1), id.group(2), id.group(3), id.group(4), id.group(5));
            found.computeIfAbsent(statement, key -> new ArrayList<>()).add(test);
        }
    }
}
