package io.chasqui.server.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** Reads the lanes once a second, on the thread of the run, and keeps the course of it. */
final class Watch {
    private final List<Lane> lanes;
    private final Consumer<Second> listener;
    private final long beginNanos = System.nanoTime();
    private final List<Second> seconds = new ArrayList<>(); // at most one a second of the longest run, a day
    private final Histogram latency = new Histogram(3); // nanoseconds, all of the run
    private final Histogram lateness = new Histogram(3);
    private long lastNanos = beginNanos;
    private long lastSent;
    private long lastReceived;

    Watch(List<Lane> lanes, Consumer<Second> listener) {
        this.lanes = lanes;
        this.listener = listener;
    }

    long sum(ToLongFunction<Lane> counter) {
        return lanes.stream().mapToLong(counter).sum();
    }

    /** Ends one second and begins the next one. */
    void tick(String phase) {
        long now = System.nanoTime();
        Histogram latencies = new Histogram(3);
        for (Lane lane : lanes) {
            latencies.add(taken(lane.latency));
            lateness.add(taken(lane.lateness));
        }
        latency.add(latencies);
        long sent = sum(lane -> lane.sent.get());
        long received = sum(lane -> lane.received.get());
        Second second = new Second(
                phase,
                (now - beginNanos) / 1e9,
                Math.max(now - lastNanos, 1) / 1e9,
                sent - lastSent,
                received - lastReceived,
                sum(lane -> lane.repeated.get() + lane.overtaken.get() + lane.refused.get()),
                micros(latencies, 50),
                micros(latencies, 99),
                latencies.getTotalCount() == 0 ? 0 : latencies.getMaxValue() / 1e3);
        lastNanos = now;
        lastSent = sent;
        lastReceived = received;
        seconds.add(second);
        listener.accept(second);
    }

    private static Histogram taken(SingleWriterRecorder recorder) {
        return recorder.getIntervalHistogram();
    }

    static double micros(Histogram histogram, double percentile) {
        return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1e3;
    }

    List<Second> seconds() {
        return List.copyOf(seconds);
    }

    Histogram latency() {
        return latency;
    }

    Histogram lateness() {
        return lateness;
    }
}
