package io.chasqui.conformance.suite;

import io.chasqui.conformance.suite.Result.Status;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The results of a run in the three forms that the command line offers. */
public record Report(List<Result> results, Duration time) {

    /** For people: failures first, then what did not run, then the sum. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Result result : with(Status.FAILED)) {
            text.append("FAILED  ")
                    .append(result.test())
                    .append("\n        ")
                    .append(result.detail())
                    .append('\n');
        }
        for (Result result : with(Status.NOT_RUN)) {
            text.append("not run ")
                    .append(result.test())
                    .append(": ")
                    .append(result.detail())
                    .append('\n');
        }
        return text.append("%d passed, %d failed, %d not run; %d cases in %.1f s%n"
                        .formatted(
                                with(Status.PASSED).size(),
                                with(Status.FAILED).size(),
                                with(Status.NOT_RUN).size(),
                                results.stream().mapToInt(Result::cases).sum(),
                                time.toMillis() / 1000.0))
                .toString();
    }

    public String json() {
        String tests = results.stream()
                .map(result -> """
                    {"version": %s, "name": %s, "statements": [%s], "status": %s, "cases": %d, "millis": %d, "detail": %s}\
                    """.formatted(
                        quoted(result.test().version().toString()),
                        quoted(result.test().name()),
                        result.test().statements().stream().map(Report::quoted).collect(Collectors.joining(", ")),
                        quoted(result.status().name().toLowerCase(Locale.ROOT)),
                        result.cases(),
                        result.time().toMillis(),
                        quoted(result.detail())))
                .collect(Collectors.joining(",\n    "));
        return """
            {
              "passed": %d,
              "failed": %d,
              "notRun": %d,
              "millis": %d,
              "tests": [
                %s
              ]
            }
            """.formatted(
                        with(Status.PASSED).size(),
                        with(Status.FAILED).size(),
                        with(Status.NOT_RUN).size(),
                        time.toMillis(),
                        tests);
    }

    public String junit() {
        String cases = results.stream().map(Report::testCase).collect(Collectors.joining());
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="MQTT conformance" tests="%d" failures="%d" skipped="%d" time="%.3f">
            %s</testsuite>
            """.formatted(
                        results.size(),
                        with(Status.FAILED).size(),
                        with(Status.NOT_RUN).size(),
                        time.toMillis() / 1000.0,
                        cases);
    }

    private static String testCase(Result result) {
        String inside = switch (result.status()) {
            case PASSED -> "";
            case FAILED -> "<failure message=\"" + escaped(result.detail()) + "\"/>";
            case NOT_RUN -> "<skipped message=\"" + escaped(result.detail()) + "\"/>";
        };
        return "  <testcase classname=\"mqtt %s\" name=\"%s\" time=\"%.3f\">%s</testcase>%n"
                .formatted(
                        result.test().version(),
                        escaped(result.test().name() + " "
                                + String.join(" ", result.test().statements())),
                        result.time().toMillis() / 1000.0,
                        inside);
    }

    private List<Result> with(Status status) {
        return results.stream().filter(result -> result.status() == status).toList();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                default -> quoted.append(c < ' ' ? "\\u%04x".formatted((int) c) : c);
            }
        }
        return quoted.append('"').toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replaceAll("\\p{Cntrl}", "?");
    }
}
