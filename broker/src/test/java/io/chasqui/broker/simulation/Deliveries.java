package io.chasqui.broker.simulation;

import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What clients are sent and what arrives, checked one by one: whether it may, how often, and in which order. */
final class Deliveries {
    private final Chronicle chronicle;
    private final Map<Way, Told> latest = new HashMap<>();
    private final Map<String, Integer> exactlyOnce = new HashMap<>(); // by receiver and content
    private final Set<String> arrived = new HashSet<>(); // receiver and content

    /** QoS 1 and 2 are kept by different writes: when a crash comes between, the resend of one comes after the other. */
    private record Way(String receiver, String publisher, TopicName topic, Qos published, Qos qos) {}

    Deliveries(Chronicle chronicle) {
        this.chronicle = chronicle;
    }

    /** A PUBLISH with it was written. */
    void sent(
            Told told,
            Life life,
            boolean dup,
            Qos qos,
            boolean retain,
            int packetId,
            int[] subscriptionIds,
            Talk talk) {
        String what = told + " to " + talk;
        if (!retain && !dup) {
            checkEntitled(told, life, qos, subscriptionIds, what);
        }
        if (told.expirySeconds != Publish.ABSENT && !told.mayNotExpire && !dup) {
            long late = chronicle.now() - told.lastTaken - Chronicle.seconds(told.expirySeconds);
            Violation.unless(late < Chronicle.SLACK, "no expired message is sent", what);
        }
        if (qos != Qos.AT_MOST_ONCE) {
            checkAgain(told, life, dup, qos, packetId, what);
        }
    }

    private void checkEntitled(Told told, Life life, Qos qos, int[] subscriptionIds, String what) {
        boolean entitled = false;
        boolean qosRight = false;
        List<Integer> ids = new ArrayList<>();
        for (Life.Sub sub : life.subs) {
            if (sub.may(told)) {
                entitled = true;
                qosRight |= qos == (sub.qos.level() < told.qos.level() ? sub.qos : told.qos);
                ids.add(sub.id);
            }
        }
        Violation.unless(entitled, "no subscription that was removed returns", what);
        Violation.unless(qosRight, "QoS as granted", what);
        for (int id : subscriptionIds) {
            Violation.unless(ids.contains(id), "Subscription Identifiers as given", id + " with " + what);
        }
    }

    private void checkAgain(Told told, Life life, boolean dup, Qos qos, int packetId, String what) {
        List<Life.Sending> all = life.sendings.computeIfAbsent(told.content, _ -> new ArrayList<>());
        if (dup) {
            boolean anew = all.isEmpty() || told.receipts > 1 || told.isRetained();
            boolean perhaps = anew && chronicle.crashedSince(told.firstTaken);
            if (perhaps) { // it was about to be sent when the broker crashed
                all.add(new Life.Sending(packetId, qos, chronicle.now()));
            }
            boolean same =
                    all.stream().anyMatch(sent -> sent.packetId == packetId && sent.qos == qos && !sent.released);
            Violation.unless(
                    same, "sent again with the same Packet Identifier, before PUBREL", "#" + packetId + " " + what);
            return;
        }
        if (!all.isEmpty() && !told.isRetained() && !told.isShared()) {
            Life.Sending before = all.getLast();
            boolean twice = qos == Qos.EXACTLY_ONCE
                    && before.qos == Qos.EXACTLY_ONCE
                    && !told.will
                    && !chronicle.mayBeRefused(told);
            boolean mayBeLost = told.receipts > 1 || told.will;
            Violation.unless(
                    !twice && mayBeLost,
                    "sent again with DUP",
                    "#" + packetId + " after #" + before.packetId + " " + what);
        }
        all.add(new Life.Sending(packetId, qos, chronicle.now()));
    }

    /** It came to the client. */
    void arrive(Client client, Told told, Publish publish) {
        String receiver = client.clientId;
        String content = told.content;
        String key = (told.isShared() ? "" : receiver) + " " + content;
        if (publish.qos() == Qos.EXACTLY_ONCE && !told.isRetained()) {
            int times = exactlyOnce.merge(key, 1, Integer::sum);
            int most = told.will ? 1 + chronicle.crashes() : chronicle.mayBeRefused(told) ? told.receipts : 1;
            Violation.unless(times <= most, "QoS 2 once", times + " times " + told + " to " + receiver);
        }
        Long sent = client.got.get(content);
        if (told.expirySeconds != Publish.ABSENT
                && !told.mayNotExpire
                && sent != null
                && publish.messageExpirySeconds() != Publish.ABSENT) {
            long remaining = Chronicle.seconds(publish.messageExpirySeconds());
            long least = Chronicle.seconds(told.expirySeconds) - (chronicle.now() - told.firstTaken) - Chronicle.SLACK;
            long most = Chronicle.seconds(told.expirySeconds) - (sent - told.lastTaken) + Chronicle.SLACK;
            Violation.unless(
                    remaining >= least && remaining <= Math.max(0, most),
                    "what remains of the Message Expiry Interval",
                    publish.messageExpirySeconds() + " of " + told.expirySeconds + " s: " + told);
        }
        boolean isNew = arrived.add(receiver + " " + content);
        if (isNew && !told.isRetained() && !told.isShared() && !told.will && !chronicle.mayBeRefused(told)) {
            boolean late = told.receipts > 1 // the first one was lost, has expired, or was not for this one
                    && (publish.qos() == Qos.AT_MOST_ONCE || firstHasExpired(told) || !wasEntitled(client, told));
            Told before = late
                    ? null
                    : latest.put(new Way(receiver, told.publisher, told.topic, told.qos, publish.qos()), told);
            Violation.unless(
                    before == null || before.number < told.number,
                    "order per publisher, topic and QoS",
                    receiver + " got " + told + " after " + before);
        }
    }

    private boolean firstHasExpired(Told told) {
        return told.expirySeconds != Publish.ABSENT
                && chronicle.now() - told.firstTaken >= Chronicle.seconds(told.expirySeconds);
    }

    private boolean wasEntitled(Client client, Told told) {
        Life life = client.life;
        return life != null
                && life.subs.stream().anyMatch(sub -> sub.filter.matches(told.topic) && sub.surelyFrom <= told.from);
    }

    /** The client answered it with an error: it will not come again. */
    void refuse(String receiver, String content) {
        arrived.add(receiver + " " + content);
    }

    boolean hasArrived(String receiver, String content) {
        return arrived.contains(receiver + " " + content);
    }
}
