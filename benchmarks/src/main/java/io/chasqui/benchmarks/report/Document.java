package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts tables into docs/performance.md, each between the comments {@code <!-- table NAME -->} and {@code <!-- end -->}, and draws
 * the plots. What was not measured this time stays as it was.
 */
final class Document {
    private Document() {}

    static void render(Path home, Path results) throws IOException {
        Path document = home.resolve("docs/performance.md");
        String text = Files.readString(document);
        Path plots = Files.createDirectories(home.resolve("docs/plots"));
        List<Path> tables;
        try (Stream<Path> files = Files.list(results)) {
            tables = files.filter(each -> each.toString().endsWith(".csv"))
                    .sorted()
                    .toList();
        }
        for (Path file : tables) {
            Table table = Table.read(file);
            if (table.rows().isEmpty()) {
                continue;
            }
            Plot plot = plot(table);
            String picture = "";
            if (plot != null) {
                Files.writeString(plots.resolve(table.name() + ".svg"), plot.svg());
                picture = "![" + plot.title() + "](plots/" + table.name() + ".svg)\n\n";
            }
            text = place(text, table, picture, results.getFileName().toString());
        }
        Files.writeString(document, text);
    }

    private static String place(String text, Table table, String picture, String source) {
        Pattern place = Pattern.compile("<!-- table " + table.name() + " -->.*?<!-- end -->", Pattern.DOTALL);
        Matcher found = place.matcher(text);
        if (!found.find()) {
            System.err.println("benchmarks/run: docs/performance.md has no place for the table " + table.name());
            return text;
        }
        String block = "<!-- table " + table.name() + " -->\n" + picture + table.markdown()
                + "\nFrom `benchmarks/results/" + source + "`.\n<!-- end -->";
        return found.replaceFirst(Matcher.quoteReplacement(block));
    }

    private static @Nullable Plot plot(Table table) {
        return switch (table.name()) {
            case "throughput" -> {
                Plot plot = Plot.logarithmic("Broker CPU, microseconds for each delivered message", 0.01, 100);
                table.rows().forEach(row -> plot.add(row.get(0) + ", QoS " + row.get(1), row.get(2), row.get(4)));
                yield plot;
            }
            case "latency" -> {
                Plot plot =
                        Plot.logarithmic("From when a message was due to its arrival, microseconds", 10, 10_000_000);
                for (List<String> row : table.rows()) {
                    for (int i = 0; i < 3 && !row.get(1).startsWith("100"); i++) {
                        String group = row.get(0) + ", " + row.get(1).replaceAll("%.*", "%");
                        plot.add(group, List.of("p50", "p99", "p99.9").get(i), row.get(3 + i));
                    }
                }
                yield plot;
            }
            case "connections" -> {
                Plot plot = Plot.linear("Bytes resident for each idle connection with a subscription", 12_000);
                table.rows().forEach(row -> plot.add(who(row.get(0), row.get(1)), row.get(2), row.get(3)));
                yield plot;
            }
            case "idle" -> {
                Plot plot = Plot.linear("MiB resident, half a minute after the start", 400);
                table.rows().forEach(row -> plot.add(who(row.get(0), row.get(1)), "store: " + row.get(2), row.get(3)));
                yield plot;
            }
            case "start" -> {
                Plot plot = Plot.logarithmic("Milliseconds from the command to the first PUBACK", 10, 100_000);
                table.rows().forEach(row -> plot.add(row.get(0), "store: " + row.get(1), row.get(2)));
                yield plot;
            }
            default -> null;
        };
    }

    private static String who(String broker, String collector) {
        return collector.equals("-") ? broker : broker + ", " + collector;
    }
}
