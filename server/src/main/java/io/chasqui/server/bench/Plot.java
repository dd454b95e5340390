package io.chasqui.server.bench;

import java.util.List;
import java.util.Locale;

/**
 * A picture of lines over two axes, as SVG without scripts or fonts of its own.
 *
 * @param logarithmic the axis of y; values below the lowest power of ten that is shown are drawn on it
 */
@SuppressWarnings("StringConcatToTextBlock") // the pieces are formats, a line of SVG each
record Plot(String title, String x, String y, boolean logarithmic, List<Line> lines) {
    private static final int WIDTH = 840;
    private static final int HEIGHT = 300;
    private static final int LEFT = 80;
    private static final int RIGHT = 20;
    private static final int TOP = 50;
    private static final int BOTTOM = 45;
    private static final int MOST_POINTS = 1_000; // of a line; of a longer one every n-th is drawn
    private static final List<String> COLOURS = List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd");

    /** Points in the order of x. */
    record Line(String name, double[] x, double[] y) {}

    /** One picture with all of them, one below the other. */
    static String svg(String title, List<Plot> plots) {
        StringBuilder out = new StringBuilder();
        int height = HEIGHT * plots.size();
        out.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">\n<title>%s</title>\n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                WIDTH, height, WIDTH, height, escaped(title)));
        for (int i = 0; i < plots.size(); i++) {
            out.append(format("<g transform=\"translate(0 %d)\">\n", i * HEIGHT));
            plots.get(i).draw(out);
            out.append("</g>\n");
        }
        return out.append("</svg>\n").toString();
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private double most(boolean ofX) {
        double most = 0;
        for (Line line : lines) {
            for (double value : ofX ? line.x : line.y) {
                most = Math.max(most, value);
            }
        }
        return most <= 0 ? 1 : most;
    }

    private double least() {
        double least = Double.MAX_VALUE;
        for (Line line : lines) {
            for (double value : line.y) {
                least = value > 0 ? Math.min(least, value) : least;
            }
        }
        return least == Double.MAX_VALUE ? 1 : least;
    }

    private void draw(StringBuilder out) {
        double xStep = step(most(true));
        double xMost = Math.ceil(most(true) / xStep) * xStep;
        double low = logarithmic ? Math.floor(Math.log10(least())) : 0;
        double yStep = logarithmic ? 1 : step(most(false));
        double high = logarithmic
                ? Math.max(Math.ceil(Math.log10(most(false))), low + 1)
                : Math.ceil(most(false) / yStep) * yStep;
        out.append(format("<text x=\"%d\" y=\"20\" font-size=\"15\">%s</text>\n", LEFT, escaped(title)));
        for (double tick = low; tick <= high + yStep / 1e6; tick += yStep) {
            double at = down((tick - low) / (high - low));
            out.append(format(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                    LEFT, WIDTH - RIGHT, at, at, LEFT - 8, at + 4, number(logarithmic ? Math.pow(10, tick) : tick)));
        }
        for (double tick = 0; tick <= xMost + xStep / 1e6; tick += xStep) {
            out.append(format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                    across(tick / xMost), HEIGHT - BOTTOM + 16, number(tick)));
        }
        out.append(format(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n<text x=\"8\" y=\"38\">%s</text>\n",
                WIDTH - RIGHT, HEIGHT - BOTTOM + 32, escaped(x), escaped(y)));
        for (int i = 0; i < lines.size(); i++) {
            drawLine(lines.get(i), COLOURS.get(i % COLOURS.size()), i, xMost, low, high, out);
        }
    }

    private void drawLine(
            Line line, String colour, int place, double xMost, double low, double high, StringBuilder out) {
        out.append(format("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"", colour));
        int each = Math.max(1, (line.x.length + MOST_POINTS - 1) / MOST_POINTS);
        for (int i = 0; i < line.x.length; i += each) {
            double value = logarithmic ? Math.log10(Math.max(line.y[i], Math.pow(10, low))) : line.y[i];
            out.append(format("%.1f,%.1f ", across(line.x[i] / xMost), down((value - low) / (high - low))));
        }
        int at = WIDTH - RIGHT - 110 * (place + 1);
        out.append(format(
                "\"/>\n<line x1=\"%d\" x2=\"%d\" y1=\"16\" y2=\"16\" stroke=\"%s\" stroke-width=\"3\"/>\n"
                        + "<text x=\"%d\" y=\"20\">%s</text>\n",
                at, at + 20, colour, at + 26, escaped(line.name)));
    }

    private static double across(double share) {
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private static double down(double share) {
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    /** A step of 1, 2 or 5 times a power of ten, of which 5 to 10 reach {@code most}. */
    static double step(double most) {
        double power = Math.pow(10, Math.floor(Math.log10(most)));
        double first = most / power;
        return power * (first <= 1 ? 0.2 : first <= 2 ? 0.5 : first <= 5 ? 1 : 2);
    }

    /** Short: 20k, 1.5M. */
    static String number(double value) {
        for (Object[] unit : new Object[][] {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}) {
            if (value >= (double) unit[0]) {
                return trimmed(value / (double) unit[0]) + unit[1];
            }
        }
        return trimmed(value);
    }

    private static String trimmed(double value) {
        String text = format("%.2f", value);
        return text.replaceAll("\\.?0+$", "");
    }
}
