package io.chasqui.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Horizontal bars in groups, one color for each series, as SVG. Confined to one thread. */
final class Plot {
    private static final int BAR = 15; // pixels
    private static final int GAP = 8; // between groups
    private static final int LEFT = 190;
    private static final int WIDTH = 460;
    private static final int RIGHT = 70;
    private static final int TOP = 62;
    private static final List<String> COLORS = List.of("#2a6f97", "#bc6c25", "#6a994e", "#9d4edd", "#7f5539");

    private final String title;
    private final double low; // where a logarithmic scale begins; 0 for a linear one
    private final double high;
    private final List<Bar> bars = new ArrayList<>();

    private record Bar(String group, String series, String value) {}

    private Plot(String title, double low, double high) {
        this.title = title;
        this.low = low;
        this.high = high;
    }

    /** @param low a power of ten, as {@code high} */
    static Plot logarithmic(String title, double low, double high) {
        return new Plot(title + " (logarithmic)", low, high);
    }

    static Plot linear(String title, double high) {
        return new Plot(title, 0, high);
    }

    String title() {
        return title;
    }

    /** @param value a number, or anything else for none */
    void add(String group, String series, String value) {
        bars.add(new Bar(group, series, value));
    }

    String svg() {
        List<String> series = bars.stream().map(Bar::series).distinct().toList();
        StringBuilder out = new StringBuilder();
        int y = TOP;
        String before = "";
        for (Bar bar : bars) {
            if (!bar.group.equals(before)) {
                y += before.isEmpty() ? 0 : GAP;
                out.append(text(LEFT - 8, y + 12, "end", "#222", bar.group));
                before = bar.group;
            }
            int width = width(bar.value);
            out.append(rectangle(LEFT, y, width, BAR - 2, COLORS.get(series.indexOf(bar.series) % COLORS.size())));
            out.append(text(LEFT + width + 5, y + 11, "start", "#222", bar.value));
            y += BAR;
        }
        String head = String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                        + " font-size=\"11\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                LEFT + WIDTH + RIGHT,
                y + 12);
        return head + text(10, 18, "start", "#000", title) + legend(series) + scale(y) + out + "</svg>\n";
    }

    private String legend(List<String> series) {
        StringBuilder out = new StringBuilder();
        int x = LEFT;
        for (int i = 0; i < series.size() && series.size() > 1; i++) {
            out.append(rectangle(x, 26, 10, 10, COLORS.get(i % COLORS.size())));
            out.append(text(x + 14, 35, "start", "#222", series.get(i)));
            x += 30 + 7 * series.get(i).length();
        }
        return out.toString();
    }

    private String scale(int bottom) {
        StringBuilder out = new StringBuilder();
        List<Double> marks = new ArrayList<>();
        if (low > 0) {
            for (double mark = low; mark <= high * 1.01; mark *= 10) {
                marks.add(mark);
            }
        } else {
            for (int i = 0; i <= 4; i++) {
                marks.add(high * i / 4);
            }
        }
        for (double mark : marks) {
            int x = LEFT + position(mark);
            out.append(String.format(Locale.ROOT, "<path d=\"M%d %dV%d\" stroke=\"#ddd\"/>%n", x, TOP - 6, bottom));
            String said = mark >= 1 || mark == 0 ? String.format(Locale.ROOT, "%.0f", mark) : "" + mark;
            out.append(text(x, TOP - 10, "middle", "#777", said));
        }
        return out.toString();
    }

    private int width(String value) {
        try {
            return Math.max(1, position(Double.parseDouble(value)));
        } catch (NumberFormatException _) {
            return 1;
        }
    }

    private int position(double value) {
        double share = low > 0 ? Math.log10(Math.max(value, low) / low) / Math.log10(high / low) : value / high;
        return (int) Math.round(Math.clamp(share, 0, 1) * WIDTH);
    }

    private static String rectangle(int x, int y, int width, int height, String color) {
        return String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>%n",
                x,
                y,
                width,
                height,
                color);
    }

    private static String text(int x, int y, String anchor, String color, String text) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                color,
                text.replace("&", "&amp;").replace("<", "&lt;"));
    }
}
