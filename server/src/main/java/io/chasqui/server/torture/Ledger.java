package io.chasqui.server.torture;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was sent, what was acknowledged, who was entitled to it, and who got it. Duplicates and disorder are found when they
 * come; losses by {@link #judge} at the end.
 *
 * <p>Time is a counter, the tick: a client tells the ledger <em>before</em> it writes a packet and <em>after</em> it has read
 * one. So "SUBACK before PUBLISH" in ticks is true of the broker, and what is in doubt is in nobody's favour: a message is owed
 * only where the subscription was promised before its first attempt and not given up before its exchange was over.
 *
 * <p>Safe on any thread: one lock for everything, which a few ten thousand events a second do not notice.
 */
final class Ledger {
    /** A tick that does not come. */
    static final long NEVER = Long.MAX_VALUE;

    private final String run;
    private final Faults faults;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Receiver> receivers = new ArrayList<>();
    private final NavigableMap<Long, Integer> rounds = new TreeMap<>(); // by the tick of their start
    private long tick;
    private long sent;
    private long acknowledged;
    private final Map<ReasonCode, Long> refusals = new EnumMap<>(ReasonCode.class);
    private long deliveries;
    private long repeats; // allowed duplicates

    /** @param run the mark of this run's payloads */
    Ledger(String run, Faults faults) {
        this.run = run;
        this.faults = faults;
        rounds.put(0L, 0);
    }

    synchronized Lane lane(String publisher, TopicName topic, Qos qos, boolean probe) {
        Lane lane = new Lane(lanes.size(), publisher, topic, qos, probe);
        lanes.add(lane);
        return lane;
    }

    synchronized Receiver receiver(String name) {
        Receiver receiver = new Receiver(name);
        receivers.add(receiver);
        return receiver;
    }

    synchronized void roundStarts(int round) {
        rounds.put(++tick, round);
    }

    // ---------------------------------------------------------------- publishers

    /** A new message is about to be written. Returns its sequence number. */
    synchronized int sending(Lane lane) {
        sent++;
        return lane.add(++tick);
    }

    /** It is about to be written again, on another connection. */
    synchronized void resending(Lane lane, int sequence) {
        lane.markResent(sequence);
    }

    /** PUBACK or PUBREC without an error: the broker has taken ownership. */
    synchronized void acknowledged(Lane lane, int sequence) {
        acknowledged++;
        lane.state(sequence, Lane.State.ACKNOWLEDGED);
    }

    /** PUBACK or PUBCOMP: the broker will not look for subscriptions any more. */
    synchronized void settled(Lane lane, int sequence) {
        lane.settle(sequence, ++tick);
    }

    /** PUBACK or PUBREC with an error. */
    synchronized void refused(Lane lane, int sequence, ReasonCode reason) {
        refusals.merge(reason, 1L, Long::sum);
        lane.state(sequence, Lane.State.REFUSED);
        lane.settle(sequence, ++tick);
    }

    // ---------------------------------------------------------------- subscribers

    /** SUBSCRIBE is about to be written: from now on messages may come. */
    synchronized void subscribing(Receiver receiver, String filter) {
        receiver.endAbsent(filter, ++tick);
    }

    synchronized void subscribed(Receiver receiver, String filter, Qos granted) {
        receiver.endHeld(filter, ++tick);
        receiver.held.add(new Receiver.Span(TopicFilter.of(filter), granted, tick));
    }

    /** UNSUBSCRIBE is about to be written: from now on messages may not come. */
    synchronized void unsubscribing(Receiver receiver, String filter) {
        receiver.endHeld(filter, ++tick);
    }

    synchronized void unsubscribed(Receiver receiver, String filter) {
        receiver.absent.add(new Receiver.Span(TopicFilter.of(filter), Qos.AT_MOST_ONCE, ++tick));
    }

    /** The broker has told that it has no session: what was acknowledged up to now stays owed. */
    synchronized void sessionLost(Receiver receiver) {
        receiver.endAllHeld(++tick);
    }

    /** A message has reached the application of this subscriber. */
    synchronized void received(Receiver receiver, String topic, byte[] payload, Qos qos, boolean dup) {
        deliveries++;
        Stamp stamp = Stamp.read(run, payload);
        Lane lane = stamp == null || stamp.lane() >= lanes.size() ? null : lanes.get(stamp.lane());
        if (stamp == null
                || lane == null
                || stamp.sequence() >= lane.size()
                || !lane.topic.name().equals(topic)) {
            faults.add(Fault.CORRUPTED, receiver.name + " got " + payload.length + " bytes on " + topic);
            return;
        }
        int sequence = stamp.sequence();
        Receiver.Receipts receipts = receiver.receipts(lane);
        if (receipts.has(sequence)) {
            Fault fault = faultOfRepeat(lane, sequence, qos, dup);
            if (fault == null) {
                repeats++;
            } else {
                faults.add(fault, example(receiver, lane, sequence));
            }
            return;
        }
        // After a resend the broker may have lost the first attempt and kept a later message: then the later is first.
        if (sequence < receipts.highest && !lane.isResent(sequence)) {
            faults.add(Fault.REORDERED, example(receiver, lane, sequence) + ", came after message " + receipts.highest);
        }
        receipts.got.set(sequence);
        receipts.highest = Math.max(receipts.highest, sequence);
    }

    private static @Nullable Fault faultOfRepeat(Lane lane, int sequence, Qos qos, boolean dup) {
        if (lane.qos == Qos.EXACTLY_ONCE && qos == Qos.EXACTLY_ONCE) {
            return Fault.DUPLICATED_QOS_2;
        }
        boolean excused = lane.qos == Qos.AT_LEAST_ONCE && lane.isResent(sequence) || qos == Qos.AT_LEAST_ONCE && dup;
        return excused ? null : Fault.UNMARKED_DUPLICATE;
    }

    // ---------------------------------------------------------------- the end

    /** Messages that are owed and have not come, to all subscribers together. Looks at every message. */
    synchronized long owed() {
        long[] owed = {0};
        forEachOwed((_, _, _, _) -> owed[0]++);
        return owed[0];
    }

    /** Nothing will come any more: what is owed is lost. To be called once. */
    synchronized void judge() {
        forEachOwed((receiver, span, lane, sequence) -> {
            Fault lost = span.deliveredQos(lane) == Qos.EXACTLY_ONCE ? Fault.LOST_QOS_2 : Fault.LOST_QOS_1;
            faults.add(lane.probe ? Fault.SUBSCRIPTION_MISSING : lost, example(receiver, lane, sequence));
        });
        for (Receiver receiver : receivers) {
            for (Receiver.Span span : receiver.absent) {
                lanes.stream()
                        .filter(lane -> span.filter.matches(lane.topic) && cameThrough(receiver, span, lane))
                        .findFirst()
                        .ifPresent(lane -> faults.add(
                                Fault.SUBSCRIPTION_RETURNED,
                                receiver.name + " unsubscribed from " + span.filter + " in round "
                                        + roundOf(span.from)));
            }
        }
    }

    private interface Owed {
        void accept(Receiver receiver, Receiver.Span span, Lane lane, int sequence);
    }

    private void forEachOwed(Owed action) {
        for (Receiver receiver : receivers) {
            for (Receiver.Span span : receiver.held) {
                for (Lane lane : lanes) {
                    if (span.deliveredQos(lane) != Qos.AT_MOST_ONCE && span.filter.matches(lane.topic)) {
                        forEachOwed(receiver, span, lane, action);
                    }
                }
            }
        }
    }

    private static void forEachOwed(Receiver receiver, Receiver.Span span, Lane lane, Owed action) {
        Receiver.Receipts receipts = receiver.receipts(lane);
        for (int sequence = receipts.got.nextClearBit(0);
                sequence < lane.size();
                sequence = receipts.got.nextClearBit(sequence + 1)) {
            if (lane.state(sequence) == Lane.State.ACKNOWLEDGED && span.covers(lane, sequence)) {
                action.accept(receiver, span, lane, sequence);
            }
        }
    }

    private static boolean cameThrough(Receiver receiver, Receiver.Span span, Lane lane) {
        return receiver.receipts(lane).got.stream().anyMatch(sequence -> span.covers(lane, sequence));
    }

    private String example(Receiver receiver, Lane lane, int sequence) {
        long settledAt = lane.settledAt(sequence);
        return lane.describe(sequence) + ", sent in round " + roundOf(lane.sentAt(sequence))
                + (lane.isResent(sequence) ? ", sent again" : "")
                + (settledAt == NEVER ? "" : ", done in round " + roundOf(settledAt)) + ", for " + receiver.name;
    }

    private int roundOf(long when) {
        return rounds.floorEntry(when).getValue();
    }

    // ---------------------------------------------------------------- figures

    synchronized long sent() {
        return sent;
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    /** By reason. */
    synchronized Map<ReasonCode, Long> refusals() {
        return Map.copyOf(refusals);
    }

    /** All that came, repeats included; grows as long as there is progress. */
    synchronized long deliveries() {
        return deliveries;
    }

    synchronized long repeats() {
        return repeats;
    }
}
