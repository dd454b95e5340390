package io.chasqui.broker.simulation;

import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A client that keeps the standard: its part of the session state, and its answers. What it does of its own accord is for
 * {@link Habits} to say.
 */
final class Device {
    private static final int MAX_PACKET_ID = 40; // soon used again

    final String clientId;
    private final Scheduler scheduler;
    private final Application application;
    private final ToIntFunction<ServerEnd> epochOf;

    // Valid for the session.
    private final Map<Integer, Outgoing> outgoing = new LinkedHashMap<>(); // not finished, in the order of sending
    private final Map<Integer, String> held = new HashMap<>(); // QoS 2 messages received and not released
    private int lastPacketId;
    private int epoch; // of the session that the state belongs to

    // Valid for the connection.
    private @Nullable Dial dial;
    private boolean mustClean; // a CONNECT with Clean Start was not answered: the state is gone here, and perhaps there

    boolean patient = true; // answers take their time
    boolean mayBeRefused; // when the store fails
    int refusals = 30; // one in so many messages is refused; 0 for none

    /** A message that the server has not taken for good. */
    private static final class Outgoing {
        final Publish publish;
        boolean released;

        Outgoing(Publish publish) {
            this.publish = publish;
        }
    }

    Device(String clientId, Scheduler scheduler, Application application, ToIntFunction<ServerEnd> epochOf) {
        this.clientId = clientId;
        this.scheduler = scheduler;
        this.application = application;
        this.epochOf = epochOf;
    }

    /** The connection if it is open, or null. */
    @Nullable
    Dial open() {
        return dial != null && dial.accepted && !dial.over ? dial : null;
    }

    boolean isDialing() {
        return dial != null && !dial.accepted && !dial.over;
    }

    /** The connection, also before CONNACK, if it is not over; or null. */
    @Nullable
    Dial current() {
        return dial != null && !dial.over ? dial : null;
    }

    /** Whether another CONNECT may be sent now: not while one with Clean Start may still be on its way. */
    boolean mayDial() {
        return !mustClean || dial == null || dial.line().isDone();
    }

    /** It is not sure to which session the last CONNECT leads: unless that is answered, the next asks for a new one. */
    void insist() {
        mustClean = true;
    }

    boolean mustClean() {
        return mustClean;
    }

    /** Takes a new connection into use; the old one, if there is one, is heard no more. */
    Dial dial(Connect connect) {
        if (dial != null && !dial.over) {
            dial.over = true;
        }
        if (connect.cleanStart()) {
            mustClean = true;
            outgoing.clear();
            held.clear();
        }
        dial = new Dial(this, connect);
        return dial;
    }

    void onPacket(Dial from, Packet packet) {
        if (from != dial) {
            return;
        }
        boolean first = !from.accepted;
        Violation.unless(first == packet instanceof ConnAck, "CONNACK first and once", packet + " to " + clientId);
        switch (packet) {
            case ConnAck ack -> onConnAck(from, ack);
            case Publish publish -> onPublish(from, publish);
            case PubAck ack -> onPubAck(from, ack);
            case PubRec rec -> onPubRec(from, rec);
            case PubRel release -> {
                held.remove(release.packetId());
                acknowledge(from, new PubComp(release.packetId()));
            }
            case PubComp comp -> {
                Outgoing sent = outgoing.get(comp.packetId());
                Violation.unless(sent != null && sent.released, "PUBCOMP answers a PUBREL", comp + " to " + clientId);
                outgoing.remove(comp.packetId());
                restoreQuota(from, comp.packetId());
            }
            case SubAck ack -> Violation.unless(from.subscribes.remove(ack.packetId()) != null, "SUBACK", clientId);
            case UnsubAck ack ->
                Violation.unless(from.unsubscribes.remove(ack.packetId()) != null, "UNSUBACK", clientId);
            case PingResp _ -> {}
            case Disconnect _ -> {
                from.over = true;
                from.line().close();
            }
            default -> throw new Violation("packets that a server sends", packet.toString());
        }
    }

    private void onConnAck(Dial from, ConnAck ack) {
        boolean refused = ack.reason() != ReasonCode.SUCCESS;
        Violation.unless(!refused || mayBeRefused, "everyone is let in", ack + " to " + clientId);
        if (refused) {
            from.over = true;
            from.line().close();
            return;
        }
        from.accepted = true;
        mustClean = false;
        if (from.isV5()) {
            from.quota = ack.properties().receiveMaximum();
            from.aliasMaximum = ack.properties().topicAliasMaximum();
        }
        // What a client cannot know: that a session was made by a CONNECT whose answer got lost.
        int now = epochOf.applyAsInt(from.line().server());
        if (!ack.sessionPresent() || now != epoch) {
            outgoing.clear();
            held.clear();
        }
        epoch = now;
        from.again.addAll(outgoing.keySet());
        sendAgain(from);
    }

    /** What was not finished, in its order, as far as the server takes it at once; the rest when it has acknowledged some. */
    private void sendAgain(Dial to) {
        while (!to.again.isEmpty()) {
            Outgoing sent = outgoing.get(to.again.peek());
            if (sent != null && !sent.released && to.quota == 0) {
                return;
            }
            to.again.remove();
            if (sent == null) {
                continue;
            }
            if (sent.released) {
                to.send(new PubRel(sent.publish.packetId()));
                continue;
            }
            to.charge(sent.publish.packetId());
            Publish publish = sent.publish;
            to.send(new Publish(
                    true,
                    publish.qos(),
                    publish.retain(),
                    publish.topic(),
                    publish.packetId(),
                    publish.properties(),
                    publish.messageExpirySeconds(),
                    0,
                    Publish.NO_IDS,
                    publish.payload()));
        }
    }

    /** The server has finished a message. */
    private void restoreQuota(Dial of, int packetId) {
        of.discharge(packetId);
        sendAgain(of);
    }

    private void onPublish(Dial from, Publish publish) {
        TopicName topic = from.resolve(publish);
        int packetId = publish.packetId();
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            application.arrive(clientId, topic, publish);
            return;
        }
        boolean isNew = from.unacknowledged.add(packetId);
        Violation.unless(isNew, "packet ids unique", "#" + packetId + " to " + clientId);
        int window = from.connect.receiveMaximum();
        Violation.unless(
                from.unacknowledged.size() <= window,
                "in flight within Receive Maximum",
                from.unacknowledged + " to " + clientId);
        String content = Trace.content(publish.payload());
        boolean repeated = held.containsKey(packetId);
        if (!repeated && from.isV5() && refusals > 0 && scheduler.oneIn(refusals)) {
            acknowledge(from, refusal(publish));
            return;
        }
        if (publish.qos() == Qos.AT_LEAST_ONCE) {
            application.arrive(clientId, topic, publish);
            acknowledge(from, new PubAck(packetId));
            return;
        }
        Violation.unless(!repeated || publish.dup(), "packet ids unique", "#" + packetId + " to " + clientId);
        String before = held.putIfAbsent(packetId, content);
        Violation.unless(
                before == null || before.equals(content),
                "a Packet Identifier is one message until PUBREL",
                "#" + packetId + ", " + before + ", " + content + " to " + clientId);
        if (before == null) {
            application.arrive(clientId, topic, publish);
        }
        acknowledge(from, new PubRec(packetId));
    }

    private Packet refusal(Publish publish) {
        application.refuse(clientId, Trace.content(publish.payload()));
        ReasonCode reason = scheduler.any(ReasonCode.NOT_AUTHORIZED, ReasonCode.UNSPECIFIED_ERROR);
        return publish.qos() == Qos.AT_LEAST_ONCE
                ? new PubAck(publish.packetId(), reason)
                : new PubRec(publish.packetId(), reason, AckProperties.NONE);
    }

    private void acknowledge(Dial to, Packet packet) {
        to.acks.add(packet);
        if (!to.acknowledging) {
            to.acknowledging = true;
            scheduler.after(delay(), () -> sendAcks(to));
        }
    }

    private long delay() {
        return patient ? scheduler.upTo(scheduler.any(1, 30, 1_000) * Scheduler.MILLI) : 0;
    }

    private void sendAcks(Dial to) {
        to.acknowledging = false;
        if (to.over) {
            return;
        }
        do {
            Packet packet = to.acks.remove();
            switch (packet) {
                case PubAck ack -> to.unacknowledged.remove(ack.packetId());
                case PubRec rec when rec.reason().isError() -> to.unacknowledged.remove(rec.packetId());
                case PubComp comp -> to.unacknowledged.remove(comp.packetId());
                default -> {}
            }
            to.send(packet);
        } while (!to.acks.isEmpty() && !scheduler.oneIn(3));
        if (!to.acks.isEmpty()) {
            to.acknowledging = true;
            scheduler.after(delay(), () -> sendAcks(to));
        }
    }

    private void onPubAck(Dial from, PubAck ack) {
        Outgoing sent = outgoing.remove(ack.packetId());
        boolean right = sent != null && sent.publish.qos() == Qos.AT_LEAST_ONCE;
        Violation.unless(right, "PUBACK answers a PUBLISH", ack + " to " + clientId);
        restoreQuota(from, ack.packetId());
    }

    private void onPubRec(Dial from, PubRec rec) {
        Outgoing sent = outgoing.get(rec.packetId());
        boolean right = sent != null && sent.publish.qos() == Qos.EXACTLY_ONCE && !sent.released;
        Violation.unless(right, "PUBREC answers a PUBLISH", rec + " to " + clientId);
        if (rec.reason().isError()) {
            outgoing.remove(rec.packetId());
            restoreQuota(from, rec.packetId());
            return;
        }
        sent.released = true;
        from.send(new PubRel(rec.packetId()));
    }

    /** Publishes, unless the server cannot take a message now. */
    void publish(Dial to, Qos qos, boolean retain, TopicName topic, long expirySeconds, byte[] payload) {
        if (qos != Qos.AT_MOST_ONCE && (to.quota == 0 || !to.again.isEmpty())) {
            return;
        }
        int packetId = qos == Qos.AT_MOST_ONCE ? 0 : freePacketId(to);
        Publish publish = publish(qos, retain, topic, packetId, expirySeconds, 0, payload);
        if (qos != Qos.AT_MOST_ONCE) {
            to.charge(packetId);
            outgoing.put(packetId, new Outgoing(publish));
        }
        to.send(to.aliasMaximum == 0 || scheduler.oneIn(3) ? publish : aliased(to, publish));
    }

    private static Publish publish(
            Qos qos, boolean retain, TopicName topic, int packetId, long expirySeconds, int alias, byte[] payload) {
        return new Publish(
                false,
                qos,
                retain,
                topic,
                packetId,
                PublishProperties.NONE,
                expirySeconds,
                alias,
                Publish.NO_IDS,
                payload);
    }

    private Publish aliased(Dial to, Publish publish) {
        Integer known = to.aliases.get(publish.topic());
        int alias = known != null ? known : scheduler.random().nextInt(to.aliasMaximum) + 1;
        if (known == null) {
            to.aliases.values().removeIf(taken -> taken == alias);
            to.aliases.put(publish.topic(), alias);
        }
        return publish(
                publish.qos(),
                publish.retain(),
                known != null ? TopicName.EMPTY : publish.topic(),
                publish.packetId(),
                publish.messageExpirySeconds(),
                alias,
                publish.payload());
    }

    void subscribe(Dial to, int subscriptionId, List<Subscribe.Entry> entries) {
        int packetId = freePacketId(to);
        Subscribe subscribe = new Subscribe(packetId, subscriptionId, entries, List.of());
        to.subscribes.put(packetId, subscribe);
        to.send(subscribe);
    }

    void unsubscribe(Dial to, List<String> filters) {
        int packetId = freePacketId(to);
        Unsubscribe unsubscribe = new Unsubscribe(packetId, filters);
        to.unsubscribes.put(packetId, unsubscribe);
        to.send(unsubscribe);
    }

    private int freePacketId(Dial to) {
        do {
            lastPacketId = lastPacketId % MAX_PACKET_ID + 1;
        } while (outgoing.containsKey(lastPacketId)
                || to.subscribes.containsKey(lastPacketId)
                || to.unsubscribes.containsKey(lastPacketId));
        return lastPacketId;
    }

    /** Whether so much is under way that nothing should be added. */
    boolean isBusy(Dial to) {
        return outgoing.size() + to.subscribes.size() + to.unsubscribes.size() > MAX_PACKET_ID / 2;
    }

    /** Whether all that was sent is acknowledged. */
    boolean isQuiet() {
        return outgoing.isEmpty() && held.isEmpty();
    }
}
