package io.chasqui.server.torture;

import io.chasqui.protocol.Qos;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Wills that were left with the broker, and what came of them. Judged is only what is beyond doubt: a Will whose owner stayed
 * away must come, one whose owner was back well before the Will Delay Interval had passed must not; between the two all is
 * right. Safe on any thread. Times are those of {@link System#nanoTime}.
 */
final class WillLedger {
    /** By how much clocks and threads may be late. */
    static final Duration SLACK = Duration.ofSeconds(1);

    private enum Duty {
        OPEN,
        MUST_COME,
        MUST_NOT_COME
    }

    private static final class Entry {
        final Qos qos;
        final long delayNanos;
        Duty duty = Duty.OPEN;
        long endedAt; // the connection was seen to be gone; valid while duty is not OPEN
        long firstAt; // valid when count > 0
        int count;

        Entry(Qos qos, Duration delay) {
            this.qos = qos;
            this.delayNanos = delay.toNanos();
        }

        String describe(int number) {
            return "Will " + number + " at QoS " + qos.level() + " with a delay of " + delayNanos / 1_000_000_000
                    + " s";
        }
    }

    private final String run;
    private final Faults faults;
    private final List<Entry> entries = new ArrayList<>();

    WillLedger(String run, Faults faults) {
        this.run = run;
        this.faults = faults;
    }

    /** A CONNECT with a Will is about to be written. Returns its number, to be the lane of its {@link Stamp}. */
    synchronized int connecting(Qos qos, Duration delay) {
        entries.add(new Entry(qos, delay));
        return entries.size() - 1;
    }

    /** CONNACK had come, then the connection ended without DISCONNECT, and the owner will not be back. */
    synchronized void abandoned(int will, long endedAt) {
        entries.get(will).duty = Duty.MUST_COME;
        entries.get(will).endedAt = endedAt;
    }

    /**
     * CONNACK had come, the connection ended without DISCONNECT, and the owner's next one was acknowledged.
     *
     * @param aliveAt when the first connection was last known to be there, so that it ended later
     */
    synchronized void returned(int will, long aliveAt, long endedAt, long backAt) {
        Entry entry = entries.get(will);
        if (backAt - aliveAt < entry.delayNanos - SLACK.toNanos()) {
            entry.duty = Duty.MUST_NOT_COME;
            entry.endedAt = endedAt;
        }
    }

    /** A Will has reached the application of the one who watches. */
    synchronized void received(byte[] payload, Qos qos, long now) {
        @Nullable Stamp stamp = Stamp.read(run, payload);
        if (stamp == null || stamp.lane() >= entries.size()) {
            faults.add(Fault.CORRUPTED, "a Will of " + payload.length + " bytes");
            return;
        }
        Entry entry = entries.get(stamp.lane());
        if (entry.count++ == 0) {
            entry.firstAt = now;
        } else if (entry.qos == Qos.EXACTLY_ONCE && qos == Qos.EXACTLY_ONCE) {
            faults.add(Fault.WILL_DUPLICATED, entry.describe(stamp.lane()));
        }
    }

    /** Wills that must come and have not. */
    synchronized long owed() {
        return entries.stream()
                .filter(entry -> entry.duty == Duty.MUST_COME && entry.count == 0)
                .count();
    }

    /** Wills that have come or must come, for the report. */
    synchronized long judged() {
        return entries.stream().filter(entry -> entry.duty != Duty.OPEN).count();
    }

    /** Nothing will come any more. To be called once. */
    synchronized void judge() {
        for (int will = 0; will < entries.size(); will++) {
            Entry entry = entries.get(will);
            if (entry.duty == Duty.MUST_COME && entry.count == 0) {
                faults.add(Fault.WILL_MISSING, entry.describe(will));
            } else if (entry.duty == Duty.MUST_NOT_COME && entry.count > 0) {
                faults.add(Fault.WILL_UNWANTED, entry.describe(will));
            } else if (entry.duty == Duty.MUST_COME
                    && entry.firstAt - entry.endedAt < entry.delayNanos - SLACK.toNanos()) {
                faults.add(
                        Fault.WILL_EARLY,
                        entry.describe(will) + ", came after " + (entry.firstAt - entry.endedAt) / 1_000_000 + " ms");
            }
        }
    }
}
