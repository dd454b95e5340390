package io.chasqui.broker.simulation;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every message that the core took, what is owed for it, and how that ended. */
final class Ledger {
    private final Scheduler scheduler;
    private final Settings settings;
    private final Map<String, Mirror> mirrors;
    private final RetainedModel retained;
    private final Trace trace;
    private final Receipts receipts = new Receipts(this);
    private final IdentityHashMap<byte[], Attempt> byPayload = new IdentityHashMap<>();
    private final Map<String, List<Attempt>> byContent = new HashMap<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private final Map<String, Set<String>> membersEver = new HashMap<>(); // by Topic Filter of a share
    private final List<Runnable> atEndOfStep = new ArrayList<>();

    Ledger(Scheduler scheduler, Settings settings, Map<String, Mirror> mirrors, RetainedModel retained, Trace trace) {
        this.scheduler = scheduler;
        this.settings = settings;
        this.mirrors = mirrors;
        this.retained = retained;
        this.trace = trace;
    }

    Receipts receipts() {
        return receipts;
    }

    List<Attempt> attempts(String content) {
        return byContent.getOrDefault(content, List.of());
    }

    int nextNumber() {
        return attempts.size() + 1;
    }

    void joined(String share, String clientId) {
        membersEver.computeIfAbsent(share, _ -> new HashSet<>()).add(clientId);
    }

    /** The core is about to take a message: from now on it is owed to all who have a subscription. */
    void take(Attempt attempt) {
        remember(attempt);
        if (!attempt.denied) {
            mirrors.values().forEach(mirror -> entitle(attempt, mirror));
        }
        attempt.openShares = attempt.shares.size();
        attempt.openWithoutReceiver = attempt.isAlone() ? 1 : 0;
    }

    /** The core is about to see a message that it has: nothing is owed for it. */
    void repeat(Attempt attempt) {
        remember(attempt);
    }

    private void remember(Attempt attempt) {
        attempts.add(attempt);
        byPayload.put(attempt.payload, attempt);
        byContent.computeIfAbsent(attempt.content, _ -> new ArrayList<>()).add(attempt);
    }

    private static void entitle(Attempt attempt, Mirror mirror) {
        List<Mirror.Subscribed> plain = new ArrayList<>();
        for (Mirror.Subscribed subscribed : mirror.subscriptions.values()) {
            if (!subscribed.filter().matches(attempt.topic)) {
                continue;
            }
            if (!subscribed.filter().isShared()) {
                plain.add(subscribed);
            } else if (!attempt.shares.contains(subscribed.filter().text())) {
                attempt.shares.add(subscribed.filter().text());
            }
        }
        if (plain.isEmpty() || mirror.session == null) {
            return;
        }
        boolean own = attempt.publisher.equals(mirror.clientId);
        List<Mirror.Subscribed> effective =
                plain.stream().filter(s -> !own || !s.options().noLocal()).toList();
        Qos qos = effective.stream().map(s -> s.options().qos()).reduce(Qos.AT_MOST_ONCE, Qos::max);
        boolean retain = effective.stream().anyMatch(s -> s.options().retainAsPublished());
        int[] ids = effective.stream()
                .mapToInt(Mirror.Subscribed::id)
                .filter(id -> id != 0)
                .sorted()
                .toArray();
        attempt.copies.put(
                mirror.clientId,
                new Attempt.Copy(mirror.session, qos.min(attempt.qos), retain, ids, effective.isEmpty()));
    }

    /** The core wrote a PUBLISH. */
    void written(Talk talk, Message message, boolean dup, Qos qos, boolean retain, int packetId, int[] ids) {
        Mirror mirror = mirrors.get(talk.clientId);
        Attempt attempt = byPayload.get(message.payload());
        trace.add(
                talk,
                "<-",
                dup ? "PUBLISH dup" : "PUBLISH",
                qos.level(),
                retain ? "retain" : "",
                "#" + packetId,
                message.topic(),
                message.payload());
        if (qos != Qos.AT_MOST_ONCE) {
            int window =
                    Math.min(talk.connect.receiveMaximum(), settings.limits().inFlight());
            boolean shared = attempt == null || !attempt.shares.isEmpty();
            mirror.outstanding.sent(talk.clientId, message.payload(), qos, dup, packetId, window, shared);
        }
        if (attempt == null) {
            Violation.unless(message.payload().length == 0, "messages come from publishers", message.toString());
            return;
        }
        boolean late = !dup && attempt.isExpired(scheduler.now() - 3 * Scheduler.MOST_LAG);
        Violation.unless(!late, "expired messages are not sent", attempt + " to " + talk);
        Attempt.Copy copy = attempt.copies.get(talk.clientId);
        if (copy != null && attempt.isPlain(talk.clientId)) {
            checkPlain(attempt, copy, mirror, qos, retain, ids);
        }
        if (!dup) {
            attribute(attempt, copy, mirror, retain);
        }
    }

    private void checkPlain(Attempt attempt, Attempt.Copy copy, Mirror mirror, Qos qos, boolean retain, int[] ids) {
        String what = attempt + " to " + mirror.clientId;
        Violation.unless(!copy.noLocal, "No Local", what);
        Violation.unless(copy.session == mirror.session, "sent to the session that was entitled", what);
        Violation.unless(qos == copy.qos, "QoS is the lower of both", qos + " for " + copy.qos + ": " + what);
        Violation.unless(!retain, "RETAIN 0 for a message that was not retained", what);
        int[] sorted = ids.clone();
        Arrays.sort(sorted);
        Violation.unless(
                Arrays.equals(sorted, copy.subscriptionIds),
                "Subscription Identifiers of all that match",
                Arrays.toString(ids) + " for " + Arrays.toString(copy.subscriptionIds) + ": " + what);
    }

    /** Decides whether a first sending is a copy that is owed, or a retained message for a new subscription. */
    private void attribute(Attempt attempt, Attempt.@Nullable Copy copy, Mirror mirror, boolean retain) {
        String receiver = mirror.clientId;
        int before = attempt.written.getOrDefault(receiver, 0);
        boolean member = isMember(attempt, receiver);
        boolean mayBeCopy = copy != null && copy.retain && before == 0 || member && attempt.retain;
        if (retain && !mayBeCopy) {
            attempt.beginReplay(receiver);
            checkReplay(attempt, mirror);
            return;
        }
        if (retain) { // its SUBSCRIBE may be undone, and the message on its way already
            attempt.mayBeReplay(receiver);
        }
        attempt.written.put(receiver, before + 1);
        int most = (copy == null ? 0 : 1) + (member ? 1_000 : 0);
        Violation.unless(before < most, "sent to those entitled, once", attempt + " to " + receiver);
    }

    /** Whether {@code receiver} is or was a member of a share that this is for. */
    private boolean isMember(Attempt attempt, String receiver) {
        return attempt.shares.stream()
                .anyMatch(share -> membersEver.getOrDefault(share, Set.of()).contains(receiver));
    }

    private Mirror.@Nullable Replay replayOf(Attempt attempt, Mirror mirror) {
        return mirror.replays.stream()
                .filter(replay -> replay.filter.matches(attempt.topic))
                .filter(replay -> !replay.sent.contains(attempt.topic.name()))
                .filter(replay -> retained.wasCurrent(attempt, replay.since))
                .findFirst()
                .orElse(null);
    }

    private void checkReplay(Attempt attempt, Mirror mirror) {
        Mirror.Replay replay = replayOf(attempt, mirror);
        String what = attempt + " to " + mirror.clientId;
        Violation.unless(replay != null, "retained messages are current, once for each SUBSCRIBE", what);
        replay.sent.add(attempt.topic.name());
    }

    /** A message ended for a receiver, or for none. */
    void ended(Fate fate, Message message, @Nullable String receiver) {
        trace.add("fate", fate.label(), receiver == null ? "" : receiver, message.topic(), message.payload());
        Attempt attempt = byPayload.get(message.payload());
        if (attempt == null) {
            Violation.unless(message.payload().length == 0, "messages come from publishers", message.toString());
        } else if (receiver == null) {
            endedWithoutReceiver(fate, attempt);
        } else {
            ended(fate, attempt, receiver);
        }
    }

    private void endedWithoutReceiver(Fate fate, Attempt attempt) {
        if (attempt.uncertain) {
            return;
        }
        if (fate == Fate.QUOTA_EXCEEDED) {
            boolean untouched = attempt.copies.values().stream().noneMatch(copy -> copy.ended)
                    && attempt.openShares == attempt.shares.size();
            Violation.unless(attempt.retain && untouched, "refused before it is routed", attempt.toString());
            attempt.rejected = true;
            attempt.copies.clear();
            attempt.openShares = 0;
            attempt.shares.clear();
            attempt.openWithoutReceiver = 1;
        } else {
            Fate right = attempt.denied ? Fate.NOT_AUTHORIZED : Fate.NO_SUBSCRIBER;
            Violation.unless(fate == right, "nobody is entitled", fate + " for " + attempt);
        }
        Violation.unless(attempt.openWithoutReceiver == 1, "one fate", fate + " for " + attempt);
        attempt.openWithoutReceiver = 0;
    }

    private void ended(Fate fate, Attempt attempt, String receiver) {
        Attempt.Copy copy = attempt.copies.get(receiver);
        boolean plain = attempt.isPlain(receiver);
        if (fate == Fate.PACKET_TOO_LARGE) {
            mirrors.get(receiver).outstanding.giveUp(attempt.payload);
        }
        boolean unsent = attempt.retain && (fate == Fate.PACKET_TOO_LARGE || fate == Fate.SESSION_ENDED);
        attempt.unsent += unsent ? 1 : 0; // perhaps a retained message that was on its way
        check(fate, attempt, receiver, plain ? copy : null);
        attempt.fates++;
        if (attempt.isBlurred()) {
            int most = attempt.copies.size() + attempt.shares.size() + attempt.replaysBegun() + attempt.unsent;
            Violation.unless(
                    attempt.fates <= most, "one fate for each copy", fate + " for " + receiver + ": " + attempt);
        } else if (copy != null && !copy.ended) {
            copy.ended = true;
        } else if (!attempt.endReplay(receiver)) {
            boolean member = isMember(attempt, receiver);
            if (attempt.openShares > 0 && member) {
                attempt.openShares--;
            } else if (!attempt.endWhatMayBeReplay(receiver)) {
                Violation.unless(
                        unsent || attempt.uncertain,
                        "one fate for each copy",
                        fate + " for " + receiver + ", which is owed no (more) copy of " + attempt);
            }
        }
        if (settings.refuses() && (fate == Fate.QUEUE_FULL || fate == Fate.QUOTA_EXCEEDED)) {
            boolean handedOn =
                    fate == Fate.QUOTA_EXCEEDED && isMember(attempt, receiver); // the one limit that holds then
            if (!handedOn || attempt.acknowledged == null) {
                lackedRoom(attempt, receiver, copy);
            }
        }
    }

    private void lackedRoom(Attempt attempt, String receiver, Attempt.@Nullable Copy copy) {
        if (attempt.qos == Qos.AT_MOST_ONCE) {
            return;
        }
        boolean member = isMember(attempt, receiver);
        attempt.mayHaveLackedRoom |= member || copy != null && copy.qos != Qos.AT_MOST_ONCE;
        List<Qos> shares = mirrors.get(receiver).subscriptions.values().stream()
                .filter(s -> attempt.shares.contains(s.filter().text()))
                .map(s -> s.options().qos())
                .toList();
        boolean sure = !member
                ? copy != null && copy.qos != Qos.AT_MOST_ONCE
                : copy == null && !shares.isEmpty() && !shares.contains(Qos.AT_MOST_ONCE);
        attempt.lackedRoom |= sure;
        boolean promised = sure && attempt.acknowledged != null && tells(attempt);
        Violation.unless(!promised, "acknowledged is kept", "no room for " + attempt + " at " + receiver);
    }

    /** Whether the publisher can be told that there was no room. */
    private boolean tells(Attempt attempt) {
        return attempt.version == MqttVersion.V5 || settings.policy().disconnectRefusedV3();
    }

    /** Whether a fate may be, as far as it can be known. {@code copy} is null where there may be several. */
    private void check(Fate fate, Attempt attempt, String receiver, Attempt.@Nullable Copy copy) {
        Mirror mirror = mirrors.get(receiver);
        Overflow overflow = settings.limits().overflow();
        boolean right = switch (fate) {
            case DELIVERED -> copy == null || copy.qos == Qos.AT_MOST_ONCE || receipts.has(receiver, attempt.content);
            case EXPIRED -> attempt.isExpired(scheduler.now());
            case SESSION_ENDED -> {
                if (copy != null) {
                    atEndOfStep.add(() -> Violation.unless(
                            copy.session.isEnded(), "session-ended when it has", attempt + " for " + receiver));
                }
                yield true;
            }
            case REFUSED_BY_RECEIVER -> receipts.wasRefused(receiver, attempt.content);
            case PACKET_TOO_LARGE -> isTooLarge(attempt, mirror);
            case QUEUE_FULL ->
                overflow != Overflow.DROP_OLDEST || settings.limits().queueBytes() < 1_000;
            case QUOTA_EXCEEDED -> settings.limits().loopQueueBytes() < 1_000;
            case DISPLACED -> overflow == Overflow.DROP_OLDEST;
            case QOS0_OFFLINE, CONNECTION_LOST -> copy == null || copy.qos == Qos.AT_MOST_ONCE;
            case NO_LOCAL -> copy == null || copy.noLocal;
            case NO_SUBSCRIBER,
                    NOT_AUTHORIZED,
                    STORE_UNAVAILABLE,
                    RATE_EXCEEDED,
                    PAYLOAD_FORMAT_INVALID,
                    PROTOCOL_ERROR,
                    REFUSED_BY_INTERCEPTOR,
                    DROPPED_BY_INTERCEPTOR,
                    INTERCEPTOR_FAILED,
                    SHUTTING_DOWN -> false;
        };
        Violation.unless(right, "a fate that may be", fate + " for " + receiver + ": " + attempt);
        Violation.unless(copy == null || !copy.noLocal || fate == Fate.NO_LOCAL, "No Local", fate + ": " + attempt);
    }

    private static boolean isTooLarge(Attempt attempt, Mirror mirror) {
        Connect connect = mirror.lastTalk == null ? null : mirror.lastTalk.connect;
        return connect != null && attempt.leastLength() + 40 > connect.maximumPacketSize();
    }

    /** The core acknowledged a PUBLISH. */
    void acknowledged(Talk talk, Qos qos, int packetId, ReasonCode reason) {
        Talk.Due due = talk.due(qos).poll();
        String what = "#" + packetId + " " + reason + " to " + talk;
        Violation.unless(due != null && due.packetId() == packetId, "acknowledged in order", what + " for " + due);
        Attempt attempt = due.attempt();
        if (reason.isError() && qos == Qos.EXACTLY_ONCE && talk.isV5()) {
            mirrors.get(talk.clientId).received.remove(packetId);
        }
        if (attempt == null) {
            return;
        }
        boolean lackedRoom = attempt.mayHaveLackedRoom || attempt.rejected;
        if (reason.isError()) {
            boolean right = reason == ReasonCode.NOT_AUTHORIZED
                    ? attempt.denied
                    : reason == ReasonCode.QUOTA_EXCEEDED && lackedRoom;
            Violation.unless(right, "refused for a reason", what + ": " + attempt);
            return;
        }
        boolean denied = attempt.denied && attempt.version == MqttVersion.V5; // MQTT 3 cannot be told
        boolean rejected = attempt.rejected && tells(attempt);
        Violation.unless(!denied && !rejected, "acknowledged is kept", what + ": " + attempt);
        boolean told = tells(attempt) && (talk.isV5() || settings.policy().disconnectRefusedV3());
        Violation.unless(!attempt.lackedRoom || !told, "acknowledged is kept", what + ": " + attempt);
        boolean nobody = reason == ReasonCode.NO_MATCHING_SUBSCRIBERS;
        Violation.unless(!nobody || attempt.isAlone(), "somebody is entitled", what + ": " + attempt);
        attempt.acknowledged = reason;
    }

    void endOfStep() {
        if (!atEndOfStep.isEmpty()) {
            atEndOfStep.forEach(Runnable::run);
            atEndOfStep.clear();
        }
    }

    /** All sessions have ended: so must have every copy. */
    void checkFinished() {
        for (Attempt attempt : attempts) {
            String open = attempt.uncertain ? "" : attempt.unfinished();
            Violation.unless(open.isEmpty(), "every copy has a fate", open + " of " + attempt);
        }
    }
}
