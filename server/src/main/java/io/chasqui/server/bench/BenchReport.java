package io.chasqui.server.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** Writes a result as one file that needs no other: a page with its figures and plots, or the plots alone as SVG. */
@SuppressWarnings("StringConcatToTextBlock") // the formatter breaks what is one line
public final class BenchReport {
    private static final double MOST_NINES = 5; // of the axis of percentiles: 99.999 %

    private BenchReport() {}

    /** @param svg the plots alone */
    public static String of(BenchResult result, boolean svg) {
        List<Plot> plots = plots(result);
        return svg ? Plot.svg(result.title(), plots) : page(result, Plot.svg(result.title(), plots));
    }

    private static List<Plot> plots(BenchResult result) {
        List<Second> seconds = result.seconds().stream()
                .filter(second -> second.seconds() > 0.2) // the rest of a second at the end of a phase says little
                .toList();
        List<Plot> plots = new ArrayList<>();
        plots.add(new Plot(
                "Throughput",
                "s since the begin",
                "1/s",
                false,
                List.of(line("sent", seconds, Second::sentRate), line("received", seconds, Second::receivedRate))));
        List<Second> timed =
                seconds.stream().filter(second -> second.maxMicros() > 0).toList();
        if (!timed.isEmpty()) {
            plots.add(new Plot(
                    "Latency, each second",
                    "s since the begin",
                    "us",
                    true,
                    List.of(
                            line("p50", timed, Second::p50Micros),
                            line("p99", timed, Second::p99Micros),
                            line("max", timed, Second::maxMicros))));
        }
        if (result.latency().getTotalCount() > 0) {
            plots.add(percentiles(result.latency()));
        }
        return plots;
    }

    private static Plot.Line line(String name, List<Second> seconds, ToDoubleFunction<Second> value) {
        double[] x = seconds.stream().mapToDouble(Second::atSeconds).toArray();
        return new Plot.Line(name, x, seconds.stream().mapToDouble(value).toArray());
    }

    /** x is the number of nines: 1 is 90 %, 2 is 99 %. */
    private static Plot percentiles(Histogram latency) {
        int points = 200;
        double[] x = new double[points];
        double[] y = new double[points];
        for (int i = 0; i < points; i++) {
            x[i] = MOST_NINES * i / (points - 1);
            y[i] = Watch.micros(latency, 100 * (1 - Math.pow(10, -x[i])));
        }
        return new Plot(
                "Latency by percentile, all that was measured",
                "nines: 1 is 90 %, 2 is 99 %, 3 is 99.9 % of the messages",
                "us",
                true,
                List.of(new Plot.Line("latency", x, y)));
    }

    private static String page(BenchResult result, String svg) {
        StringBuilder out = new StringBuilder(
                        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>")
                .append(Plot.escaped(result.title()))
                .append("</title>\n"
                        + "<style>body{font:15px system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0"
                        + " 1em}")
                .append("td{padding:.1em 1em .1em 0}td+td{text-align:right}.attention{color:#a00}</style>\n"
                        + "</head>\n"
                        + "<body>\n"
                        + "<h1>")
                .append(Plot.escaped(result.title()))
                .append("</h1>\n");
        for (String line : result.bottlenecks()) {
            out.append("<p class=\"attention\">").append(Plot.escaped(line)).append("</p>\n");
        }
        for (String note : result.notes()) {
            out.append("<p>").append(Plot.escaped(note)).append("</p>\n");
        }
        if (!result.complete()) {
            out.append("<p>Stopped early.</p>\n");
        }
        out.append(svg).append("<table>\n");
        for (Map.Entry<String, BenchResult.Figure> each : result.figures().entrySet()) {
            out.append("<tr><td>")
                    .append(Plot.escaped(BenchResult.label(each.getKey())))
                    .append("</td><td>")
                    .append(Plot.escaped(each.getValue().text()))
                    .append("</td></tr>\n");
        }
        return out.append("</table>\n</body>\n</html>\n").toString();
    }
}
