package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Puts tables into docs/performance.md, each between the comments {@code <!-- table NAME -->} and {@code <!-- end -->}, and draws
 * the plots. What was not measured this time stays as it was.
 */
final class Document {
    private static final int BAR = 16; // pixels
    private static final int LEFT = 170;
    private static final int WIDTH = 460;
    private static final List<String> COLORS = List.of("#2a6f97", "#bc6c25", "#6a994e", "#7f5539", "#9d4edd");

    private Document() {}

    static void render(Path home, Path results) throws IOException {
        Path document = home.resolve("docs/performance.md");
        String text = Files.readString(document);
        try (Stream<Path> files = Files.list(results)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".csv")).toList()) {
                Table table = Table.read(file);
                text = place(text, table, results.getFileName().toString());
                if (table.name().equals("throughput")) {
                    Files.createDirectories(home.resolve("docs/plots"));
                    Files.writeString(home.resolve("docs/plots/throughput.svg"), bars(table));
                }
            }
        }
        Files.writeString(document, text);
    }

    private static String place(String text, Table table, String source) {
        Pattern place = Pattern.compile("<!-- table " + table.name() + " -->.*?<!-- end -->", Pattern.DOTALL);
        String block = "<!-- table " + table.name() + " -->\n" + table.markdown() + "\nFrom `benchmarks/results/"
                + source + "`.\n<!-- end -->";
        return place.matcher(text).replaceFirst(Matcher.quoteReplacement(block));
    }

    /** The processor time of a message at each broker; the scale is logarithmic, from 0.01 to 100 microseconds. */
    private static String bars(Table table) {
        List<String> brokers =
                table.rows().stream().map(row -> row.get(2)).distinct().toList();
        StringBuilder out = new StringBuilder();
        int y = 30;
        String before = "";
        for (List<String> row : table.rows()) {
            String load = row.get(0) + ", QoS " + row.get(1);
            if (!load.equals(before)) {
                y += 8;
                before = load;
            }
            double micros = row.get(4).equals("-") ? 0.01 : Math.clamp(Double.parseDouble(row.get(4)), 0.01, 100);
            int width = (int) Math.round((Math.log10(micros) + 2) / 4 * WIDTH);
            String color = COLORS.get(brokers.indexOf(row.get(2)) % COLORS.size());
            String label = load + ", " + row.get(2);
            out.append(text(LEFT - 6, y + 12, "end", label));
            out.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>%n",
                    LEFT,
                    y,
                    Math.max(1, width),
                    BAR - 3,
                    color));
            out.append(text(LEFT + width + 5, y + 12, "start", row.get(4)));
            y += BAR;
        }
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                            + " font-family=\"sans-serif\" font-size=\"11\">%n<rect width=\"100%%\" height=\"100%%\""
                            + " fill=\"white\"/>%n",
                        LEFT + WIDTH + 70,
                        y + 12)
                + text(10, 18, "start", "Broker CPU, microseconds for each delivered message (logarithmic)")
                + out + "</svg>\n";
    }

    private static String text(int x, int y, String anchor, String text) {
        return String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text);
    }
}
