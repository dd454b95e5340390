package io.chasqui.server.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What was done to each retained topic, and what those who subscribe for the first time see of it.
 *
 * <p>One writer, with one change of a topic under way at a time, so the changes of a topic have an order. A reader may see
 * any change that had begun before it ended, unless a later one had been acknowledged before it subscribed.
 *
 * <p>Safe on any thread. Ticks as in {@link Ledger}.
 */
final class RetainedLedger {
    /** One PUBLISH with RETAIN to a topic; without a payload it removes. */
    private static final class Change {
        final int sequence;
        final boolean removes;
        final long sentAt;
        long settledAt = Ledger.NEVER; // acknowledged with success and applied
        boolean reported;

        Change(int sequence, boolean removes, long sentAt) {
            this.sequence = sequence;
            this.removes = removes;
            this.sentAt = sentAt;
        }
    }

    private final Faults faults;
    private final List<List<Change>> topics = new ArrayList<>();
    private long tick;
    private long acknowledged;
    private long looks;

    /** @param topicCount topics are numbered from 0 */
    RetainedLedger(int topicCount, Faults faults) {
        this.faults = faults;
        for (int topic = 0; topic < topicCount; topic++) {
            List<Change> changes = new ArrayList<>();
            changes.add(new Change(-1, true, 0)); // it begins empty
            changes.getFirst().settledAt = 0;
            topics.add(changes);
        }
    }

    synchronized int topicCount() {
        return topics.size();
    }

    /** A change is about to be written. Returns its sequence number within the topic. */
    synchronized int changing(int topic, boolean removes) {
        List<Change> changes = topics.get(topic);
        int sequence = changes.getLast().sequence + 1;
        changes.add(new Change(sequence, removes, ++tick));
        return sequence;
    }

    /** PUBACK or PUBCOMP without an error. */
    synchronized void settled(int topic, int sequence) {
        acknowledged++;
        topics.get(topic).stream()
                .filter(change -> change.sequence == sequence)
                .forEach(change -> change.settledAt = ++tick);
    }

    /** To be asked before SUBSCRIBE is written. */
    synchronized long lookBegins() {
        return ++tick;
    }

    /**
     * A look has ended.
     *
     * @param from what {@link #lookBegins} said
     * @param seen the sequence number that each topic had; a topic that had none is left out
     * @param complete whether all that the broker has was seen: only then can something be missing
     */
    synchronized void looked(long from, Map<Integer, Integer> seen, boolean complete) {
        looks++;
        long to = ++tick;
        for (int topic = 0; topic < topics.size(); topic++) {
            Integer sequence = seen.get(topic);
            if (sequence != null || complete) {
                judge(topic, sequence == null ? -1 : sequence, sequence == null, from, to);
            }
        }
    }

    private void judge(int topic, int sequence, boolean nothing, long from, long to) {
        List<Change> changes = topics.get(topic);
        Change promised = changes.getFirst();
        for (Change change : changes) {
            promised = change.settledAt < from ? change : promised;
        }
        int since = changes.indexOf(promised);
        boolean allowed = changes.stream()
                .skip(since)
                .anyMatch(change -> change.sentAt < to
                        && (nothing ? change.removes : !change.removes && change.sequence == sequence));
        if (!allowed && !promised.reported) {
            promised.reported = true; // and not again at each look, until the topic changes
            Fault fault = promised.removes
                    ? Fault.RETAINED_RETURNED
                    : nothing ? Fault.RETAINED_MISSING : Fault.RETAINED_STALE;
            faults.add(
                    fault,
                    "retained topic " + topic + ": acknowledged was " + (promised.removes ? "the removal, " : "value ")
                            + promised.sequence + ", there was " + (nothing ? "nothing" : "value " + sequence));
        }
        changes.subList(0, since).clear(); // what a look has found superseded is so for every later one
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    synchronized long looks() {
        return looks;
    }
}
