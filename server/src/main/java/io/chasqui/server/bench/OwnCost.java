package io.chasqui.server.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What the load generator itself has used between two moments, and whether that is why there was not more.
 *
 * @param seconds between the moments
 * @param cpuSeconds of this process, all threads
 * @param busy of each event thread: the share of the time that it had the processor, 0 to 1
 * @param cores that this process may use
 * @param machineLoad share of all cores of this machine that was in use, by whomever, 0 to 1; below 0 when that is not known
 */
record OwnCost(double seconds, double cpuSeconds, List<Double> busy, int cores, double machineLoad) {
    private static final double AT_THE_LIMIT = 0.9;
    private static final long LATE_NANOS = 1_000_000;

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** The state of the clocks at one moment. */
    record Mark(long nanos, long cpuNanos, List<Long> threadNanos) {
        static Mark now(List<Lane> lanes) {
            SYSTEM.getCpuLoad(); // the next call answers for the time since this one
            List<Long> threads = new ArrayList<>();
            for (Lane lane : lanes) {
                threads.add(ManagementFactory.getThreadMXBean().getThreadCpuTime(lane.threadId()));
            }
            return new Mark(System.nanoTime(), SYSTEM.getProcessCpuTime(), threads);
        }

        OwnCost until(List<Lane> lanes) {
            double load = SYSTEM.getCpuLoad();
            Mark now = now(lanes);
            double seconds = Math.max(now.nanos - nanos, 1) / 1e9;
            List<Double> busy = new ArrayList<>();
            for (int i = 0; i < threadNanos.size(); i++) {
                busy.add((now.threadNanos.get(i) - threadNanos.get(i)) / 1e9 / seconds);
            }
            return new OwnCost(
                    seconds,
                    (now.cpuNanos - cpuNanos) / 1e9,
                    busy,
                    Runtime.getRuntime().availableProcessors(),
                    load);
        }
    }

    double busiest() {
        return busy.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /**
     * Says in which way the generator may have been the limit; empty when it was not.
     *
     * @param lateness of its own timer, in nanoseconds; empty for the closed loop
     * @param latency that was measured, in nanoseconds
     */
    List<String> bottlenecks(Histogram lateness, Histogram latency) {
        List<String> lines = new ArrayList<>();
        if (busiest() >= AT_THE_LIMIT) {
            lines.add(line(
                    "a thread of this generator was busy %.0f %% of the time, so the figures may be its limit and not"
                            + " the broker's: give more --threads, or run a second generator",
                    busiest() * 100));
        }
        if (cpuSeconds / seconds >= AT_THE_LIMIT * cores) {
            lines.add(line(
                    "this generator used %.1f of the %d cores that it may use, so the figures may be its limit: run it"
                            + " on a larger machine",
                    cpuSeconds / seconds, cores));
        }
        long late = lateness.getTotalCount() == 0 ? 0 : lateness.getValueAtPercentile(99);
        long usual = latency.getTotalCount() == 0 ? 0 : latency.getValueAtPercentile(99);
        if (late >= LATE_NANOS && late >= usual / 10) {
            lines.add(line(
                    "this generator sent late: one time in a hundred its timer came %.1f ms or more after the time due,"
                            + " which is part of the latency shown: lower --rate, or give it more processor",
                    late / 1e6));
        }
        if (machineLoad >= 0.95 && lines.isEmpty()) {
            lines.add(line(
                    "this machine had %.0f %% of its processor in use, %.1f cores of it by this generator: if the"
                            + " broker runs here, the two took it from each other",
                    machineLoad * 100, cpuSeconds / seconds));
        }
        return lines;
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
