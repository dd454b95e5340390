package io.chasqui.broker.connection;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How fast one client, or all of a listener, may publish: so many messages and bytes in a second, a second's worth at once. Each message
 * moves the time at which all that was published will have been due; who is more than a second ahead of it is too fast. Any loop.
 */
final class Pace {
    private static final long SECOND = 1_000_000_000L;
    private static final long LONGEST_WAIT = 60 * SECOND;

    private final int messagesPerSecond;
    private final long bytesPerSecond;
    private final AtomicLong messagesDueNanos;
    private final AtomicLong bytesDueNanos;

    private Pace(int messagesPerSecond, long bytesPerSecond, long nowNanos) {
        this.messagesPerSecond = messagesPerSecond;
        this.bytesPerSecond = bytesPerSecond;
        this.messagesDueNanos = new AtomicLong(nowNanos);
        this.bytesDueNanos = new AtomicLong(nowNanos);
    }

    /** Null where there is no limit. 0 is none for each. */
    static @Nullable Pace of(int messagesPerSecond, long bytesPerSecond, long nowNanos) {
        return messagesPerSecond == 0 && bytesPerSecond == 0
                ? null
                : new Pace(messagesPerSecond, bytesPerSecond, nowNanos);
    }

    /** A message is published. */
    void take(int payloadBytes, long nowNanos) {
        if (messagesPerSecond > 0) {
            add(messagesDueNanos, SECOND / messagesPerSecond, nowNanos);
        }
        if (bytesPerSecond > 0) {
            double nanos = (double) payloadBytes / bytesPerSecond * SECOND;
            add(bytesDueNanos, (long) Math.min(nanos, LONGEST_WAIT), nowNanos);
        }
    }

    private static void add(AtomicLong due, long nanos, long nowNanos) {
        due.updateAndGet(before -> (before - nowNanos > 0 ? before : nowNanos) + nanos);
    }

    /** @return how long the next message has to wait; 0 for not at all, at most a minute */
    long waitNanos(long nowNanos) {
        long ahead = Math.max(messagesDueNanos.get() - nowNanos, bytesDueNanos.get() - nowNanos);
        return Math.clamp(ahead - SECOND, 0, LONGEST_WAIT);
    }
}
