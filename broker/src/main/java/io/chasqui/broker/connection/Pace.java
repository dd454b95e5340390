package io.chasqui.broker.connection;

import io.chasqui.broker.auth.Conduct;
import org.jspecify.annotations.Nullable;

/**
 * How fast one client may publish: so many messages and bytes in a second, a second's worth at once. Each message moves the time
 * at which all that was published will have been due; a client that is more than a second ahead of it has to wait. Confined
 * to the loop of its connection.
 */
final class Pace {
    private static final long SECOND = 1_000_000_000L;
    private static final long LONGEST_WAIT = 60 * SECOND;

    private final Conduct conduct;
    private long messagesDueNanos;
    private long bytesDueNanos;
    private boolean begun;

    private Pace(Conduct conduct) {
        this.conduct = conduct;
    }

    /** Null where there is no limit. */
    static @Nullable Pace of(Conduct conduct) {
        return conduct.messagesPerSecond() == 0 && conduct.bytesPerSecond() == 0 ? null : new Pace(conduct);
    }

    /** A message was published. @return how long the next one has to wait; 0 for not at all, at most a minute */
    long waitNanos(int payloadBytes, long nowNanos) {
        if (!begun) {
            begun = true;
            messagesDueNanos = nowNanos;
            bytesDueNanos = nowNanos;
        }
        if (conduct.messagesPerSecond() > 0) {
            messagesDueNanos = latest(messagesDueNanos, nowNanos) + SECOND / conduct.messagesPerSecond();
        }
        if (conduct.bytesPerSecond() > 0) {
            double nanos = (double) payloadBytes / conduct.bytesPerSecond() * SECOND;
            bytesDueNanos = latest(bytesDueNanos, nowNanos) + (long) Math.min(nanos, LONGEST_WAIT);
        }
        long ahead = Math.max(messagesDueNanos - nowNanos, bytesDueNanos - nowNanos);
        return Math.clamp(ahead - SECOND, 0, LONGEST_WAIT);
    }

    private static long latest(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
