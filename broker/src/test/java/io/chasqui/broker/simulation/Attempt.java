package io.chasqui.broker.simulation;

import io.chasqui.broker.session.Session;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message that the core took from one packet, and what is owed for it: a copy for each entitled receiver, one for each
 * share, and those retained copies that were begun. Each ends in one fate.
 */
final class Attempt {
    final int number; // in the order of taking
    final String content;
    final String publisher;
    final MqttVersion version;
    final TopicName topic;
    final byte[] payload;
    final Qos qos;
    final boolean retain;
    final long expiresAt; // or Long.MAX_VALUE
    final Map<String, Copy> copies = new LinkedHashMap<>(); // by Client Identifier
    final List<String> shares = new ArrayList<>(); // Topic Filters
    final Map<String, Integer> replays = new HashMap<>(); // begun and not ended, by Client Identifier
    final Map<String, Integer> written = new HashMap<>(); // first sendings, by Client Identifier
    private final Map<String, Integer> replaysBegun = new HashMap<>();
    private final Map<String, Integer> mayBeReplays = new HashMap<>(); // or the copy itself
    boolean denied;
    boolean rejected; // the broker has no room for another retained message
    boolean uncertain; // not known whether the core took it for a repetition
    int fates; // of receivers
    int unsent; // copies that ended before they were sent and of which the model may not know, if it is retained
    int openShares;
    int openWithoutReceiver; // 1 when nobody is entitled
    boolean lackedRoom; // of QoS above 0 for someone
    boolean mayHaveLackedRoom; // where it cannot be known which of several copies had none

    @Nullable
    ReasonCode acknowledged;

    /** What one receiver is owed. */
    static final class Copy {
        final Session session;
        final Qos qos;
        final boolean retain;
        final int[] subscriptionIds;
        final boolean noLocal;
        boolean ended;

        Copy(Session session, Qos qos, boolean retain, int[] subscriptionIds, boolean noLocal) {
            this.session = session;
            this.qos = qos;
            this.retain = retain;
            this.subscriptionIds = subscriptionIds;
            this.noLocal = noLocal;
        }
    }

    Attempt(
            int number,
            String publisher,
            MqttVersion version,
            TopicName topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            long expirySeconds,
            long now) {
        this.number = number;
        this.content = Trace.content(payload);
        this.publisher = publisher;
        this.version = version;
        this.topic = topic;
        this.payload = payload;
        this.qos = qos;
        this.retain = retain;
        this.expiresAt = expirySeconds == Publish.ABSENT ? Long.MAX_VALUE : now + expirySeconds * Scheduler.SECOND;
    }

    boolean isAlone() {
        return copies.isEmpty() && shares.isEmpty();
    }

    boolean isExpired(long now) {
        return expiresAt <= now;
    }

    /** Whether a copy for {@code receiver} can be told from all others. */
    boolean isPlain(String receiver) {
        return shares.isEmpty() && !retain && copies.containsKey(receiver);
    }

    /** Whether its copies cannot be told apart: what a member of a share gets may be the retained message, too. */
    boolean isBlurred() {
        return retain && !shares.isEmpty();
    }

    /** How often {@code receiver} may have been sent this for the first time. */
    int entitled(String receiver) {
        return (copies.containsKey(receiver) ? 1 : 0) + shares.size() + replaysBegun.getOrDefault(receiver, 0);
    }

    int replaysBegun() {
        return replaysBegun.values().stream().mapToInt(count -> count).sum();
    }

    void beginReplay(String receiver) {
        replays.merge(receiver, 1, Integer::sum);
        replaysBegun.merge(receiver, 1, Integer::sum);
    }

    /** The first sending to a receiver that keeps RETAIN: of the copy, or already of the retained message. */
    void mayBeReplay(String receiver) {
        mayBeReplays.merge(receiver, 1, Integer::sum);
        replaysBegun.merge(receiver, 1, Integer::sum);
    }

    boolean endReplay(String receiver) {
        return takeOne(replays, receiver);
    }

    boolean endWhatMayBeReplay(String receiver) {
        return takeOne(mayBeReplays, receiver);
    }

    private static boolean takeOne(Map<String, Integer> counts, String receiver) {
        int open = counts.getOrDefault(receiver, 0);
        if (open > 0) {
            counts.put(receiver, open - 1);
        }
        return open > 0;
    }

    /** What has not ended, in words; empty when all has. */
    String unfinished() {
        List<String> open = new ArrayList<>();
        if (isBlurred()) {
            int least = copies.size() + shares.size();
            return fates >= least ? "" : least - fates + " copies";
        }
        copies.forEach((receiver, copy) -> {
            if (!copy.ended) {
                open.add("the copy for " + receiver);
            }
        });
        if (openShares > 0) {
            open.add(openShares + " of " + shares);
        }
        replays.forEach((receiver, count) -> {
            if (count > 0) {
                open.add(count + " retained copies for " + receiver);
            }
        });
        if (openWithoutReceiver > 0) {
            open.add("the message itself");
        }
        return String.join(", ", open);
    }

    /** The packet is at least this long without its variable parts, and at most 40 bytes longer. */
    int leastLength() {
        return 2 + 2 + topic.utf8().length + payload.length;
    }

    @Override
    public String toString() {
        return content + " (taken as number " + number + " from " + publisher + " on " + topic + " at " + qos + ")";
    }
}
