package io.chasqui.broker.simulation;

import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the clients' applications got, and what clients refused: checked against what was sent. */
final class Receipts implements Application {
    private final Ledger ledger;
    private final Set<Got> got = new HashSet<>();
    private final Set<Got> refused = new HashSet<>();
    private final Map<Got, Integer> firstSendings = new HashMap<>();
    private final Map<Got, Integer> exactlyOnce = new HashMap<>();
    private final Map<Way, Attempt> latest = new HashMap<>();

    private record Got(String receiver, String content) {}

    private record Way(String receiver, String publisher, TopicName topic, Qos qos) {}

    Receipts(Ledger ledger) {
        this.ledger = ledger;
    }

    boolean has(String receiver, String content) {
        return got.contains(new Got(receiver, content));
    }

    boolean wasRefused(String receiver, String content) {
        return refused.contains(new Got(receiver, content));
    }

    @Override
    public void refuse(String receiver, String content) {
        refused.add(new Got(receiver, content));
    }

    @Override
    public void arrive(String receiver, TopicName topic, Publish publish) {
        if (publish.payload().length == 0) {
            return;
        }
        Got key = new Got(receiver, Trace.content(publish.payload()));
        List<Attempt> attempts = ledger.attempts(key.content);
        Violation.unless(!attempts.isEmpty(), "messages come from publishers", key.toString());
        Attempt first = attempts.getFirst();
        Violation.unless(topic.equals(first.topic), "topics arrive as sent", topic + " for " + first);
        int entitled = attempts.stream().mapToInt(a -> a.entitled(receiver)).sum();
        boolean shared = attempts.stream().anyMatch(a -> !a.shares.isEmpty());
        if (!publish.dup() && !shared) {
            int times = firstSendings.merge(key, 1, Integer::sum);
            Violation.unless(times <= entitled, "duplicates say DUP", times + " of " + entitled + ": " + key);
        }
        if (publish.qos() == Qos.EXACTLY_ONCE) {
            int times = exactlyOnce.merge(key, 1, Integer::sum);
            Violation.unless(times <= entitled, "QoS 2 once", times + " of " + entitled + ": " + key);
        }
        boolean isNew = got.add(key);
        boolean lackedRoom = attempts.stream().anyMatch(a -> a.mayHaveLackedRoom || a.rejected);
        if (isNew && !publish.retain() && !shared && !lackedRoom) {
            checkOrder(new Way(receiver, first.publisher, topic, publish.qos()), first, attempts.getLast());
        }
    }

    /** A message that was taken twice, since its publisher repeated it, has both places. */
    private void checkOrder(Way way, Attempt first, Attempt last) {
        Attempt before = latest.put(way, first);
        Violation.unless(
                before == null || before.number < last.number,
                "order per publisher, topic and QoS",
                way.receiver + " got " + last + " after " + before);
    }
}
