package io.chasqui.server;

import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many messages have gone by and how fast, for {@code --progress}: one line, renewed in place where the error stream is a
 * terminal. Counting is safe on any thread; the lines are of one thread.
 */
final class Progress {
    private final LongAdder messages = new LongAdder();
    private final LongAdder payloadBytes = new LongAdder();
    private final long startNanos;
    private long lastNanos;
    private long lastMessages;
    private long lastBytes;

    Progress(long nowNanos) {
        startNanos = nowNanos;
        lastNanos = nowNanos;
    }

    void count(int bytes) {
        messages.increment();
        payloadBytes.add(bytes);
    }

    long messages() {
        return messages.sum();
    }

    /** What has come since the last line, and in all. */
    String line(long nowNanos) {
        long total = messages.sum();
        long bytes = payloadBytes.sum();
        double seconds = Math.max(1, nowNanos - lastNanos) / 1e9;
        String line = String.format(
                Locale.ROOT,
                "%,d messages, %,.0f/s, %s/s",
                total,
                (total - lastMessages) / seconds,
                size((bytes - lastBytes) / seconds));
        lastNanos = nowNanos;
        lastMessages = total;
        lastBytes = bytes;
        return line;
    }

    /** The last line. */
    String summary(long nowNanos) {
        double seconds = Math.max(1, nowNanos - startNanos) / 1e9;
        return String.format(
                Locale.ROOT,
                "%,d messages, %s in %.1f s: %,.0f/s, %s/s",
                messages.sum(),
                size((double) payloadBytes.sum()),
                seconds,
                (double) messages.sum() / seconds,
                size(payloadBytes.sum() / seconds));
    }

    private static String size(double bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }
}
