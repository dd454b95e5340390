package io.chasqui.server.torture;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one subscriber was promised and what it got. A subscriber's Topic Filters do not overlap, so that each message is
 * promised to it once. Guarded by its {@link Ledger}.
 */
final class Receiver {
    /** A time in which a subscription was promised, or in which its absence was. Ticks, both ends excluded. */
    static final class Span {
        final TopicFilter filter;
        final Qos granted; // of a promised subscription
        final long from;
        long to = Ledger.NEVER;

        Span(TopicFilter filter, Qos granted, long from) {
            this.filter = filter;
            this.granted = granted;
            this.from = from;
        }

        Qos deliveredQos(Lane lane) {
            return lane.qos.min(granted);
        }

        /** Whether all that can have happened to the message happened within this span. */
        boolean covers(Lane lane, int sequence) {
            return lane.sentAt(sequence) > from && (to == Ledger.NEVER || lane.settledAt(sequence) < to);
        }
    }

    /** The messages of one lane that came. */
    static final class Receipts {
        final BitSet got = new BitSet();
        int highest = -1; // sequence number

        boolean has(int sequence) {
            return got.get(sequence);
        }
    }

    final String name;
    final List<Span> held = new ArrayList<>();
    final List<Span> absent = new ArrayList<>();
    private final Map<Integer, Receipts> receipts = new HashMap<>(); // by the lane's number

    Receiver(String name) {
        this.name = name;
    }

    Receipts receipts(Lane lane) {
        return receipts.computeIfAbsent(lane.number, _ -> new Receipts());
    }

    void endHeld(String filter, long tick) {
        end(held, filter, tick);
    }

    void endAbsent(String filter, long tick) {
        end(absent, filter, tick);
    }

    void endAllHeld(long tick) {
        held.forEach(span -> span.to = Math.min(span.to, tick));
    }

    private static void end(List<Span> spans, String filter, long tick) {
        for (Span span : spans) {
            if (span.to == Ledger.NEVER && span.filter.text().equals(filter)) {
                span.to = tick;
            }
        }
    }
}
