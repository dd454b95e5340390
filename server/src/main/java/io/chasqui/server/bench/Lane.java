package io.chasqui.server.bench;

import io.chasqui.client.transport.EventThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.SingleWriterRecorder;

/** What the stations of one event thread share: its counters and histograms. Written on that thread alone, read on any. */
final class Lane {
    private static final long SHORTEST = 1_000; // nanoseconds: finer is not told apart
    private static final long LONGEST = 3_600_000_000_000L;
    private static final int DIGITS = 3;

    final EventThread thread;
    final Counter sent = new Counter(); // messages
    final Counter sentBytes = new Counter(); // of payload, as below
    final Counter refused = new Counter(); // messages that the broker did not take, as its acknowledgement says
    final Counter received = new Counter(); // messages, repeated ones included
    final Counter receivedBytes = new Counter();
    final Counter repeated = new Counter();
    final Counter overtaken = new Counter();
    final Counter foreign = new Counter(); // messages that are not of this run
    final SingleWriterRecorder latency = new SingleWriterRecorder(SHORTEST, LONGEST, DIGITS); // nanoseconds
    final SingleWriterRecorder lateness = new SingleWriterRecorder(SHORTEST, LONGEST, DIGITS); // of our own timer
    final List<Station> stations = new ArrayList<>(); // filled before the first connects

    /** The part of the run whose latency counts: messages that were due from here on. */
    private volatile long fromNanos = Long.MAX_VALUE;

    private volatile long untilNanos = Long.MAX_VALUE;

    private final long threadId;

    /** Waits for the event thread to say who it is. */
    Lane(EventThread thread) {
        this.thread = thread;
        CompletableFuture<Long> id = new CompletableFuture<>();
        thread.execute(() -> id.complete(Thread.currentThread().threadId()));
        this.threadId = id.join();
    }

    long threadId() {
        return threadId;
    }

    void measureFrom(long nanos) {
        fromNanos = nanos;
    }

    void measureUntil(long nanos) {
        untilNanos = nanos;
    }

    void took(long dueNanos, long nowNanos) {
        if (dueNanos >= fromNanos && dueNanos < untilNanos) {
            latency.recordValue(clamp(nowNanos - dueNanos));
        }
    }

    void late(long dueNanos, long nowNanos) {
        if (fromNanos != Long.MAX_VALUE) {
            lateness.recordValue(clamp(nowNanos - dueNanos));
        }
    }

    private static long clamp(long nanos) {
        return Math.clamp(nanos, 0, LONGEST);
    }
}
