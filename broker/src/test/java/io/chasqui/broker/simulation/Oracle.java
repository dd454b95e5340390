package io.chasqui.broker.simulation;

import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.session.Session;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import io.chasqui.protocol.Will;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows at each moment what must be true, from the packets that the core was given and gave, and says so when it is not.
 * Since one thing happens at a time it is exact: who has a subscription when a PUBLISH is taken is who is owed a copy.
 */
final class Oracle implements Witness, Authorizer {
    /** What a timer may be late by: one tick, and twice the lag of a loop. */
    private static final long SLACK = 400 * Scheduler.MILLI;

    private final Scheduler scheduler;
    private final Settings settings;
    private final Trace trace;
    private final Map<String, Mirror> mirrors = new LinkedHashMap<>();
    private final IdentityHashMap<ServerEnd, Talk> talks = new IdentityHashMap<>();
    private final RetainedModel retained = new RetainedModel();
    private final Ledger ledger;
    private final Set<String> endedEarly = new HashSet<>(); // clients that must open with Clean Start in this step
    private final Set<String> takenOver = new HashSet<>(); // clients that must open in this step
    private final Set<String> willsAtTakeOver = new HashSet<>();
    private @Nullable Engine engine;
    private @Nullable Talk publishing; // a PUBLISH of it is being judged

    Oracle(Scheduler scheduler, Settings settings, Trace trace) {
        this.scheduler = scheduler;
        this.settings = settings;
        this.trace = trace;
        this.ledger = new Ledger(scheduler, settings, mirrors, retained, trace);
    }

    void watch(Engine built) {
        engine = built;
        built.cores().forEach(core -> core.fates().observe(this::ended));
    }

    Ledger ledger() {
        return ledger;
    }

    Map<String, Mirror> mirrors() {
        return mirrors;
    }

    /** Which of the sessions of its client a connection was given. */
    int epoch(ServerEnd end) {
        return talks.get(end).epoch;
    }

    RetainedModel retained() {
        return retained;
    }

    private Mirror mirror(Talk talk) {
        return mirrors.get(talk.clientId);
    }

    private void ended(Fate fate, Message message, @Nullable String receiver) {
        forgetEnded();
        ledger.ended(fate, message, receiver);
        if (receiver == null && fate == Fate.QUOTA_EXCEEDED) {
            retained.undo(message.topic(), message.payload()); // a Will's
        }
    }

    /** Notices the sessions that the core has just ended. */
    private void forgetEnded() {
        for (Mirror mirror : mirrors.values()) {
            if (mirror.forgetIfEnded() && (mirror.talk != null || scheduler.now() < mirror.endsAt())) {
                endedEarly.add(mirror.clientId); // unless a Clean Start explains it
            }
        }
    }

    @Override
    public void opening(ServerEnd end, Connect connect) {
        trace.add(end, "->", connect);
        talks.put(end, new Talk(end, connect));
        mirrors.computeIfAbsent(connect.clientId(), Mirror::new);
    }

    @Override
    public void receiving(ServerEnd end, Packet packet) {
        Talk talk = talks.get(end);
        trace.add(talk, "->", packet);
        Mirror mirror = mirror(talk);
        Violation.unless(mirror.talk == talk, "the last connection has the session", talk.toString());
        publishing = null;
        switch (packet) {
            case Publish publish -> receiving(talk, mirror, publish);
            case PubAck ack -> mirror.outstanding.acknowledged(ack.packetId(), Qos.AT_LEAST_ONCE);
            case PubRec rec ->
                mirror.outstanding.pubRec(rec.packetId(), !rec.reason().isError());
            case PubComp comp -> mirror.outstanding.pubComp(comp.packetId());
            case PubRel release -> mirror.received.remove(release.packetId());
            case Subscribe _, Unsubscribe _ -> talk.asked = packet;
            case Disconnect disconnect -> {
                talk.goodbye = disconnect;
                if (disconnect.sessionExpirySeconds() != Disconnect.ABSENT) {
                    mirror.expirySeconds = Math.min(
                            disconnect.sessionExpirySeconds(), settings.policy().maxSessionExpirySeconds());
                }
            }
            default -> {}
        }
    }

    private void receiving(Talk talk, Mirror mirror, Publish publish) {
        forgetEnded();
        publishing = talk;
        TopicName topic = talk.resolve(publish);
        boolean twice = publish.qos() == Qos.EXACTLY_ONCE;
        boolean held = twice && mirror.received.containsKey(publish.packetId());
        Attempt attempt = attempt(talk, topic, publish);
        boolean uncertain = held && !isHeldByCore(mirror, publish.packetId());
        held = held && mirror.received.containsKey(publish.packetId());
        Attempt due = held && !uncertain ? mirror.received.get(publish.packetId()) : attempt;
        boolean tracked = publish.payload().length > 0;
        if (publish.qos() != Qos.AT_MOST_ONCE) {
            talk.due(publish.qos()).add(new Talk.Due(publish.packetId(), tracked && !uncertain ? due : null));
        }
        if (twice && !held) {
            mirror.received.put(publish.packetId(), tracked ? attempt : null);
        }
        if (tracked && held && !uncertain) {
            ledger.repeat(attempt);
        } else if (tracked) {
            attempt.uncertain = uncertain;
            ledger.take(attempt);
        }
        talk.retains = publish.retain() && !held && !attempt.denied ? attempt : null;
        talk.doubtful = uncertain ? attempt : null;
    }

    /** The core takes a message for a new one: if that was not known before, it is now. */
    private void takenAsNew(Talk talk) {
        Attempt attempt = talk.doubtful;
        if (attempt == null) {
            return;
        }
        talk.doubtful = null;
        attempt.uncertain = false;
        Attempt tracked = attempt.payload.length > 0 ? attempt : null;
        int packetId = talk.due(attempt.qos).removeLast().packetId();
        talk.due(attempt.qos).add(new Talk.Due(packetId, tracked));
        mirror(talk).received.put(packetId, tracked);
        talk.retains = attempt.retain && !attempt.denied ? attempt : null;
    }

    /**
     * Whether the core still has the identifier of a QoS 2 message that the client sends again: it forgets those for which it
     * found no room, at a moment that cannot be seen from here.
     *
     * @return false when that cannot be known before it is judged, see {@link #takenAsNew}
     */
    private static boolean isHeldByCore(Mirror mirror, int packetId) {
        Session session = mirror.session;
        long doubtful =
                mirror.received.values().stream().filter(Oracle::isDoubtful).count();
        int forgotten = mirror.received.size() - (session == null ? 0 : session.receivedCount());
        Attempt before = mirror.received.get(packetId);
        if (!isDoubtful(before) || forgotten == 0) {
            return true;
        }
        if (forgotten == doubtful) {
            mirror.received.values().removeIf(Oracle::isDoubtful);
            return true;
        }
        return false;
    }

    /** Whether the core has perhaps forgotten a QoS 2 message because it refused it. */
    private static boolean isDoubtful(@Nullable Attempt before) {
        return before == null
                || before.mayHaveLackedRoom
                || before.rejected
                || before.denied && before.version == MqttVersion.V5;
    }

    private Attempt attempt(Talk talk, TopicName topic, Publish publish) {
        Attempt attempt = new Attempt(
                ledger.nextNumber(),
                talk.clientId,
                talk.connect.version(),
                topic,
                publish.payload(),
                publish.qos(),
                publish.retain(),
                publish.messageExpirySeconds(),
                scheduler.now());
        attempt.denied = isDenied(topic);
        return attempt;
    }

    @Override
    public void received(ServerEnd end, Packet packet) {
        publishing = null;
        Talk talk = talks.get(end);
        carryOut(talk);
        talk.doubtful = null;
        Attempt attempt = talk.retains;
        talk.retains = null;
        if (attempt != null && !attempt.rejected) {
            retained.update(attempt.topic, attempt.payload.length == 0 ? null : attempt);
        }
    }

    @Override
    public void wrote(ServerEnd end, Packet packet) {
        Talk talk = talks.get(end);
        trace.add(talk, "<-", packet);
        Violation.unless(!talk.closed, "nothing after the end", packet + " to " + talk);
        Violation.unless(!(talk.last instanceof Disconnect), "nothing after DISCONNECT", packet + " to " + talk);
        boolean connAck = packet instanceof ConnAck;
        Violation.unless(talk.accepted != connAck, "CONNACK first and once", packet + " to " + talk);
        talk.last = packet;
        switch (packet) {
            case ConnAck ack when !ack.reason().isError() -> accepted(talk, ack);
            case ConnAck ack -> throw new Violation("everyone is let in", ack + " to " + talk);
            case SubAck ack -> granted(talk, ack);
            case UnsubAck ack -> removed(talk, ack);
            case PubAck ack -> ledger.acknowledged(talk, Qos.AT_LEAST_ONCE, ack.packetId(), ack.reason());
            case PubRec rec -> ledger.acknowledged(talk, Qos.EXACTLY_ONCE, rec.packetId(), rec.reason());
            case PubRel release -> {
                boolean right = mirror(talk).outstanding.mayRelease(release.packetId());
                Violation.unless(right, "PUBREL after PUBREC", release + " to " + talk);
            }
            case Disconnect disconnect -> disconnected(talk, disconnect);
            default -> {}
        }
    }

    @Override
    public void opened(ServerEnd end) {
        Talk talk = talks.get(end);
        if (!settings.slowAuthentication() && !talk.closed) {
            attach(talk);
        }
    }

    private void accepted(Talk talk, ConnAck ack) {
        attach(talk);
        talk.accepted = true;
        Violation.unless(ack.sessionPresent() == talk.present, "Session Present", ack + " to " + talk);
    }

    /** The core has given the session to a connection. */
    private void attach(Talk talk) {
        if (talk.attached) {
            return;
        }
        forgetEnded();
        talk.attached = true;
        Mirror mirror = mirror(talk);
        Core core = engine.cores().get(engine.homes().loop(talk.clientId));
        Session session = core.sessions().get(talk.clientId);
        Violation.unless(session != null && !session.isEnded(), "there is a session", talk.toString());
        boolean present = mirror.session != null;
        talk.present = present;
        Violation.unless(mirror.talk == null, "take-over ends the old connection", talk + " beside " + mirror.talk);
        Violation.unless(!present || !talk.connect.cleanStart(), "Clean Start ends the session", talk.toString());
        Violation.unless(!present || session == mirror.session, "sessions are resumed", talk.toString());
        boolean early = endedEarly.remove(talk.clientId);
        Violation.unless(!early || talk.connect.cleanStart(), "sessions end when their time has come", "" + talk);
        takenOver.remove(talk.clientId);
        boolean atTakeOver = willsAtTakeOver.remove(talk.clientId);
        Violation.unless(!present || !atTakeOver, "no Will when the client is back in time", talk.toString());
        if (mirror.will != null) {
            boolean due = present && mirror.will.will.delaySeconds() == 0;
            Violation.unless(!due, "the Will is published at take-over", talk.toString());
            mirror.will = null;
        }
        mirror.session = session;
        mirror.epoch += present ? 0 : 1;
        talk.epoch = mirror.epoch;
        mirror.talk = talk;
        mirror.lastTalk = talk;
        mirror.everSmall |= talk.connect.maximumPacketSize() < Connect.NO_LIMIT;
        mirror.expirySeconds =
                Math.min(talk.connect.sessionExpirySeconds(), settings.policy().maxSessionExpirySeconds());
        Will will = talk.connect.will();
        mirror.will = will == null ? null : new Mirror.Testimony(will);
        mirror.outstanding.resume();
    }

    /** The core has made the subscriptions at hand, or removed them; the answer may wait for the store. */
    private void carryOut(Talk talk) {
        Packet asked = talk.asked;
        talk.asked = null;
        Mirror mirror = mirror(talk);
        if (asked instanceof Subscribe subscribe) {
            talk.subscribes.put(subscribe.packetId(), subscribe);
            subscribe.entries().forEach(entry -> subscribe(mirror, entry, subscribe.subscriptionId()));
        } else if (asked instanceof Unsubscribe unsubscribe) {
            List<Boolean> existed = new ArrayList<>();
            for (String filter : unsubscribe.filters()) {
                existed.add(mirror.subscriptions.remove(filter) != null);
                mirror.replays.removeIf(replay -> replay.filter.text().equals(filter));
            }
            talk.unsubscribes.put(unsubscribe.packetId(), existed);
        }
    }

    private void subscribe(Mirror mirror, Subscribe.Entry entry, int id) {
        TopicFilter filter = TopicFilter.of(entry.filter());
        Mirror.Subscribed subscribed = new Mirror.Subscribed(filter, entry.options(), id);
        boolean isNew = mirror.subscriptions.put(entry.filter(), subscribed) == null;
        RetainHandling handling = entry.options().retainHandling();
        if (filter.isShared()) {
            ledger.joined(entry.filter(), mirror.clientId);
        } else if (handling == RetainHandling.SEND || handling == RetainHandling.SEND_IF_NEW && isNew) {
            mirror.replays.add(new Mirror.Replay(filter, retained.moment()));
        }
    }

    private void granted(Talk talk, SubAck ack) {
        carryOut(talk);
        Subscribe subscribe = talk.subscribes.remove(ack.packetId());
        Violation.unless(subscribe != null, "SUBACK answers a SUBSCRIBE", ack + " to " + talk);
        List<ReasonCode> asked = subscribe.entries().stream()
                .map(entry -> ReasonCode.granted(entry.options().qos()))
                .toList();
        Violation.unless(ack.reasons().equals(asked), "granted as asked for", ack + " to " + talk);
    }

    private void removed(Talk talk, UnsubAck ack) {
        carryOut(talk);
        List<Boolean> existed = talk.unsubscribes.remove(ack.packetId());
        Violation.unless(existed != null, "UNSUBACK answers an UNSUBSCRIBE", ack + " to " + talk);
        List<Boolean> said = ack.reasons().stream()
                .map(reason -> reason == ReasonCode.SUCCESS)
                .toList();
        Violation.unless(said.equals(existed), "UNSUBACK says what there was", ack + " to " + talk);
    }

    private void disconnected(Talk talk, Disconnect disconnect) {
        boolean right = switch (disconnect.reason()) {
            case SESSION_TAKEN_OVER -> {
                takenOver.add(talk.clientId);
                yield true;
            }
            case KEEP_ALIVE_TIMEOUT -> talk.connect.keepAliveSeconds() > 0;
            default -> false;
        };
        Violation.unless(right, "no DISCONNECT for who does nothing wrong", disconnect + " to " + talk);
    }

    @Override
    public void published(
            ServerEnd end, Message message, boolean dup, Qos qos, boolean retain, int packetId, int[] ids) {
        forgetEnded();
        Talk talk = talks.get(end);
        boolean right = talk.accepted && !talk.closed && !(talk.last instanceof Disconnect);
        Violation.unless(right, "PUBLISH between CONNACK and the end", message + " to " + talk);
        ledger.written(talk, message, dup, qos, retain, packetId, ids);
    }

    @Override
    public void accused(ServerEnd end, ProtocolException fault) {
        throw new Violation("a client that does nothing wrong", fault.getMessage() + ": " + talks.get(end));
    }

    @Override
    public void closing(ServerEnd end) {
        Talk talk = talks.get(end);
        trace.add(talk, "closed", end.isPeerGone() ? "by the peer" : "by the core");
        talk.closed = true;
        Mirror mirror = mirror(talk);
        if (!talk.attached) {
            return;
        }
        Violation.unless(mirror.talk == talk, "a connection ends once", talk.toString());
        mirror.close(scheduler.now(), talk.quiet());
        boolean byCore = !end.isPeerGone() && talk.goodbye == null;
        boolean said = talk.last instanceof Disconnect;
        Violation.unless(
                !byCore || said || !talk.isV5() || !talk.accepted, "the core says why it closes", talk.toString());
    }

    /** The core asks whether a PUBLISH may be published, or a Will, of which there is no other trace. */
    @Override
    public boolean mayPublish(ClientInfo client, TopicName topic, Qos qos, boolean retain) {
        if (publishing != null && publishing.clientId.equals(client.clientId())) {
            takenAsNew(publishing);
            publishing = null; // what is asked next is about a Will
            return !isDenied(topic);
        }
        forgetEnded();
        Mirror mirror = mirrors.get(client.clientId());
        Mirror.Testimony testimony = mirror.will;
        Violation.unless(testimony != null, "a Will is published once, and not when it was deleted", client.clientId());
        if (mirror.talk != null) { // taken over
            takenOver.add(client.clientId());
            if (testimony.will.delaySeconds() > 0) {
                willsAtTakeOver.add(client.clientId());
            }
        } else if (mirror.session != null) {
            boolean due = scheduler.now() >= testimony.dueAt;
            Violation.unless(due, "a Will waits for its delay", client.clientId());
        }
        mirror.will = null;
        Will will = testimony.will;
        Attempt attempt = new Attempt(
                ledger.nextNumber(),
                client.clientId(),
                client.version(),
                topic,
                will.payload(),
                will.qos(),
                will.retain(),
                will.messageExpirySeconds(),
                scheduler.now());
        attempt.denied = isDenied(topic);
        trace.add("will of", client.clientId(), attempt);
        ledger.take(attempt);
        if (retain && !attempt.denied) {
            retained.update(topic, attempt);
        }
        return !attempt.denied;
    }

    @Override
    public boolean maySubscribe(ClientInfo client, TopicFilter filter, Qos qos) {
        return true;
    }

    private static boolean isDenied(TopicName topic) {
        return topic.name().startsWith("no/");
    }

    /** What must be true after each step. */
    void endOfStep() {
        publishing = null;
        forgetEnded();
        ledger.endOfStep();
        Violation.unless(endedEarly.isEmpty(), "sessions end when their time has come", "" + endedEarly);
        Violation.unless(takenOver.isEmpty(), "taken over by another connection", "" + takenOver);
        long now = scheduler.now();
        for (Mirror mirror : mirrors.values()) {
            if (mirror.talk != null || mirror.lastTalk == null) {
                continue;
            }
            boolean over = now > mirror.endsAt() + SLACK || mirror.expirySeconds == 0;
            Violation.unless(!over || mirror.session == null, "sessions end in time", mirror.clientId);
            Mirror.Testimony will = mirror.will;
            boolean late = will != null && (now > will.dueAt + SLACK || will.dueAt == mirror.closedAt);
            Violation.unless(!late, "a Will is published in time", mirror.clientId);
        }
    }
}
