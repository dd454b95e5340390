package io.chasqui.server.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run has shown.
 *
 * @param title of one line, for people
 * @param figures by name, in the order in which they are shown; each with its unit
 * @param notes what a reader must know to believe the figures: lost connections, lower QoS
 * @param bottlenecks in which way the generator itself may have been the limit; empty when it was not
 * @param complete false when it was stopped early
 * @param clean whether nothing was lost, repeated beyond what the QoS allows, or overtaken
 * @param latency in nanoseconds; empty where there is none
 */
public record BenchResult(
        String title,
        Map<String, Figure> figures,
        List<String> notes,
        List<String> bottlenecks,
        boolean complete,
        boolean clean,
        List<Second> seconds,
        Histogram latency) {
    /** A number and its unit; the unit is empty where there is none. */
    public record Figure(double value, int digits, String unit) {
        /** With groups of three digits, for people. */
        public String text() {
            String number = String.format(Locale.ROOT, "%,." + digits + "f", value);
            return unit.isEmpty() ? number : number + " " + unit;
        }
    }

    static Builder of(Bench bench) {
        return new Builder(bench);
    }

    /** For scripts: names with underscores, numbers rounded as shown. */
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("run", title);
        figures.forEach((name, figure) -> all.put(name, number(figure.value, figure.digits)));
        all.put("complete", complete);
        all.put("clean", clean);
        all.put("bottlenecks", bottlenecks);
        all.put("notes", notes);
        all.put("seconds", seconds.stream().map(BenchResult::json).toList());
        return all;
    }

    private static Map<String, Object> json(Second second) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("phase", second.phase());
        all.put("at_s", number(second.atSeconds(), 3));
        all.put("sent_per_s", Math.round(second.sentRate()));
        all.put("received_per_s", Math.round(second.receivedRate()));
        all.put("latency_p50_us", number(second.p50Micros(), 1));
        all.put("latency_p99_us", number(second.p99Micros(), 1));
        all.put("latency_max_us", number(second.maxMicros(), 1));
        return all;
    }

    private static Number number(double value, int digits) {
        double scale = Math.pow(10, digits);
        double rounded = Math.round(value * scale) / scale;
        return digits == 0 ? (Number) Math.round(value) : (Number) rounded;
    }

    /** A figure's name for people: {@code latency_p99_9} is latency p99.9. */
    static String label(String name) {
        return name.replaceAll("p([0-9]+)_([0-9]+)", "p$1.$2").replace('_', ' ');
    }

    /** For people: a line a figure, then what must be said about them. */
    public String text() {
        StringBuilder out = new StringBuilder(title).append('\n');
        figures.forEach(
                (name, figure) -> out.append(String.format(Locale.ROOT, "  %-28s %s%n", label(name), figure.text())));
        for (String note : notes) {
            out.append("note: ").append(note).append('\n');
        }
        for (String line : bottlenecks) {
            out.append("attention: ").append(line).append('\n');
        }
        if (!complete) {
            out.append("note: stopped early\n");
        }
        return out.toString();
    }

    /** Puts a result together in the order in which it is shown. */
    static final class Builder {
        private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};
        private static final String[] NAMES = {"p50", "p90", "p99", "p99_9", "p99_99"};

        private final Bench bench;
        private final BenchSettings settings;
        private final Map<String, Figure> figures = new LinkedHashMap<>();
        private final List<String> bottlenecks = new ArrayList<>();
        private final Histogram latency;
        private boolean clean = true;

        Builder(Bench bench) {
            this.bench = bench;
            this.settings = bench.settings;
            this.latency = bench.watch.latency();
            put("qos", settings.qos().level(), 0, "");
            if (settings.shape() == Shape.CONNECTIONS) {
                put("asked_for", settings.connections(), 0, "connections");
            } else {
                put("publishers", settings.publishers(), 0, "");
                put("subscribers", settings.subscribers(), 0, "");
                put("payload", settings.payloadBytes(), 0, "bytes");
            }
            if (settings.isOpenLoop()) {
                put("asked_rate", settings.rate(), settings.rate() < 10 ? 2 : 0, "/s");
            }
        }

        private void put(String name, Number value, int digits, String unit) {
            figures.put(name, new Figure(value.doubleValue(), digits, unit));
        }

        /** What happened while it was measured. */
        Builder measured(OwnCost cost, long sent, long received, long receivedBytes) {
            put("measured", cost.seconds(), 1, "s");
            put("sent_per_s", sent / cost.seconds(), 0, "/s");
            put("received_per_s", received / cost.seconds(), 0, "/s");
            put("received_mb_per_s", receivedBytes / cost.seconds() / 1e6, 1, "MB/s of payload");
            latency();
            cost(cost, "message", Math.max(received, sent));
            return this;
        }

        private void latency() {
            if (latency.getTotalCount() > 0) {
                put("latency_mean", latency.getMean() / 1e3, 1, "us");
                for (int i = 0; i < NAMES.length; i++) {
                    put("latency_" + NAMES[i], Watch.micros(latency, PERCENTILES[i]), 1, "us");
                }
                put("latency_max", latency.getMaxValue() / 1e3, 1, "us");
            }
        }

        private void cost(OwnCost cost, String noun, long messages) {
            put("generator_cores", cost.cpuSeconds() / cost.seconds(), 2, "");
            if (messages > 0) {
                put("generator_cpu_per_" + noun, cost.cpuSeconds() / messages * 1e6, 2, "us");
            }
            put("generator_busiest_thread", cost.busiest() * 100, 0, "%");
            Histogram lateness = bench.watch.lateness();
            if (lateness.getTotalCount() > 0) {
                put("generator_late_p99", Watch.micros(lateness, 99), 1, "us");
                put("generator_late_max", lateness.getMaxValue() / 1e3, 1, "us");
            }
            bottlenecks.addAll(cost.bottlenecks(lateness, latency));
        }

        Builder connected(OwnCost cost, int opened, int failed, int lost, double seconds) {
            put("connected", opened, 0, "");
            put("failed", failed, 0, "");
            put("connect_rate", opened / seconds, 0, "/s");
            latency();
            put("lost_while_held", lost, 0, "");
            cost(cost, "connection", opened);
            clean = failed == 0 && lost == 0;
            return this;
        }

        /** Two stages of stored messages, one after the other. */
        Builder staged(
                OwnCost cost,
                String first,
                long firstMessages,
                double firstSeconds,
                String second,
                long secondMessages,
                double secondSeconds) {
            put(first, firstMessages, 0, "messages");
            put(first + "_per_s", firstMessages / firstSeconds, 0, "/s");
            put(second, secondMessages, 0, "messages");
            put(second + "_per_s", secondMessages / secondSeconds, 0, "/s");
            put(second + "_in", secondSeconds, 3, "s");
            cost(cost, "message", firstMessages + secondMessages);
            return this;
        }

        /**
         * What became of the messages, over the whole run.
         *
         * @param unsent open loop: due, and never sent, because the broker did not keep up
         */
        Builder judged(long lost, long unsent) {
            Watch watch = bench.watch;
            long repeated = watch.sum(lane -> lane.repeated.get());
            long overtaken = watch.sum(lane -> lane.overtaken.get());
            long refused = watch.sum(lane -> lane.refused.get());
            put("lost", lost, 0, "");
            put("repeated", repeated, 0, "");
            put("out_of_order", settings.shape() == Shape.RETAINED ? 0 : overtaken, 0, "");
            put("refused", refused, 0, "");
            if (settings.isOpenLoop()) {
                put("unsent", unsent, 0, "");
            }
            put("lost_connections", bench.troubles.lost.get(), 0, "");
            clean = lost == 0
                    && repeated == 0
                    && overtaken == 0
                    && refused == 0
                    && unsent == 0
                    && bench.troubles.lost.get() == 0;
            return this;
        }

        BenchResult build() {
            return new BenchResult(
                    "bench " + settings.shape().label() + ": " + settings.target() + ", MQTT " + version() + ", "
                            + (settings.isOpenLoop() ? "open loop" : "closed loop"),
                    figures,
                    bench.troubles.lines(),
                    bottlenecks,
                    !bench.isStopped(),
                    clean,
                    bench.watch.seconds(),
                    latency);
        }

        private String version() {
            return switch (settings.target().version()) {
                case V3_1 -> "3.1";
                case V3_1_1 -> "3.1.1";
                case V5 -> "5.0";
            };
        }
    }
}
