package io.chasqui.broker.simulation;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import io.chasqui.protocol.Will;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a broker that may crash has promised, known from the packets alone: what it acknowledged to whom, and what arrived. Between
 * what was asked for and its acknowledgement either may be true; after it, only what was acknowledged, whatever crashes.
 */
final class Promises implements Witness, Application {
    /** A client that only looks what is retained. */
    static final String PROBE = "probe";

    private final Chronicle chronicle;
    private final Trace trace;
    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final Map<String, Told> messages = new LinkedHashMap<>(); // by content
    private final IdentityHashMap<ServerEnd, Talk> talks = new IdentityHashMap<>();
    private final Map<Asked, Told> acknowledgements = new HashMap<>();
    private final List<Owe> owed = new ArrayList<>();
    private final WillPromises wills;
    private final RetainedPromises retained = new RetainedPromises();
    private final Deliveries deliveries;
    private final Map<TopicName, String> probed = new HashMap<>();

    private record Asked(Talk talk, int packetId, Qos qos) {}

    /** A message that was promised to a session, or to a share. */
    private record Owe(Told message, Client client, Life life, Life.Sub sub) {}

    /** @param tight whether a session may have no room for a message that others take */
    Promises(Scheduler scheduler, boolean tight, Trace trace) {
        this.trace = trace;
        chronicle = new Chronicle(scheduler, tight);
        wills = new WillPromises(chronicle);
        deliveries = new Deliveries(chronicle);
    }

    private long now() {
        return chronicle.now();
    }

    private Client client(String clientId) {
        return clients.computeIfAbsent(clientId, Client::new);
    }

    private Client client(Talk talk) {
        return client(talk.clientId);
    }

    /** The disk fails until then. */
    void trouble(long until) {
        trace.add("trouble until", until / 1e9 - 1_000);
        chronicle.trouble(until);
    }

    /** The broker has vanished. */
    void crash() {
        chronicle.next();
        trace.add("crash");
        chronicle.crash();
        retained.crash();
        wills.crash();
        for (Client client : clients.values()) {
            if (!client.open.isEmpty()) {
                client.goneLeast = now();
                client.goneMost = Chronicle.NEVER;
                client.open.clear();
            } else if (chronicle.isDoubtful(client.goneMost)) {
                client.goneMost = Chronicle.NEVER;
            }
        }
    }

    /** A new one takes connections. */
    void restarted() {
        chronicle.next();
        trace.add("restarted");
        chronicle.restarted();
        for (Client client : clients.values()) {
            if (client.goneMost == Chronicle.NEVER) {
                client.goneMost = now();
            }
        }
        wills.restarted();
    }

    /** Now and then: what must have happened by now. */
    void look() {
        for (Told will : wills.published()) {
            trace.add("will published by now:", will);
            owe(will);
        }
    }

    @Override
    public void opening(ServerEnd end, Connect connect) {
        chronicle.next();
        trace.add(end, "->", connect);
        Talk talk = new Talk(end, connect);
        talks.put(end, talk);
        Client client = client(talk);
        client.opening = talk;
        expect(client, talk);
        Life life = client.life;
        wills.opening(talk, client);
        if (life != null && !life.dead) {
            if (connect.cleanStart() || connect.sessionExpirySeconds() == 0) {
                life.doubtFrom = Math.min(life.doubtFrom, chronicle.moment());
            }
            life.expiryLeast = Math.min(life.expiryLeast, connect.sessionExpirySeconds());
            life.expiryMost = Math.max(life.expiryMost, connect.sessionExpirySeconds());
        }
        Will will = connect.will();
        if (will != null) {
            Told told = new Told(
                    Trace.content(will.payload()),
                    talk.clientId,
                    will.topic(),
                    will.qos(),
                    Publish.ABSENT,
                    chronicle.moment(),
                    true);
            told.from = Chronicle.NEVER;
            messages.put(told.content, told);
            wills.add(talk, client, told, Chronicle.seconds(will.delaySeconds()));
        }
    }

    /** What Session Present may be. */
    private void expect(Client client, Talk talk) {
        Life life = client.life;
        boolean exists = life != null && !life.dead;
        boolean sure = exists && life.surelyFrom != Chronicle.NEVER && life.doubtFrom == Chronicle.NEVER;
        boolean connected = !client.open.isEmpty();
        boolean alive = exists
                && (connected
                        || life.expiryLeast == Connect.NEVER_EXPIRES
                        || now() - client.goneLeast < Chronicle.seconds(life.expiryLeast) - Chronicle.SLACK);
        boolean expired = exists
                && !connected
                && life.expiryMost != Connect.NEVER_EXPIRES
                && client.goneMost != Chronicle.NEVER
                && now() - client.goneMost > Chronicle.seconds(life.expiryMost) + Chronicle.SLACK;
        boolean gone = !exists || life.fleeting || expired;
        talk.mustBePresent = !talk.connect.cleanStart() && sure && alive;
        talk.mustBeAbsent = talk.connect.cleanStart() || gone && !client.mayHaveMade;
        talk.sameSession = exists && !life.fleeting && !expired;
        client.mayHaveMade = true;
    }

    @Override
    public void opened(ServerEnd end) {
        chronicle.next();
        Talk talk = talks.get(end);
        Client client = client(talk);
        client.opening = null;
        if (!talk.closed) {
            client.open.add(talk);
        }
    }

    /** Which session of its client a connection was let in to. */
    int epoch(ServerEnd end) {
        return talks.get(end).epoch;
    }

    private void accepted(Talk talk, ConnAck ack) {
        Client client = client(talk);
        boolean present = ack.sessionPresent();
        Violation.unless(!present || !talk.mustBeAbsent, "no session that was ended returns", ack + " to " + talk);
        Violation.unless(
                present || !talk.mustBePresent, "no session that was acknowledged is missing", ack + " to " + talk);
        talk.accepted = true;
        client.epoch += present ? 0 : 1;
        talk.epoch = client.epoch;
        Life life = client.life;
        if (!present || !talk.sameSession || life == null) {
            if (life != null) {
                life.dead = true;
                life.diedAt = chronicle.moment();
            }
            life = new Life();
            client.life = life;
            client.lives.add(life);
        }
        long expiry = talk.connect.sessionExpirySeconds();
        life.expiryLeast = expiry;
        life.expiryMost = expiry;
        life.fleeting = expiry == 0;
        life.doubtFrom = expiry == 0 ? Math.min(life.doubtFrom, chronicle.moment()) : Chronicle.NEVER;
        life.surelyFrom = Math.min(life.surelyFrom, chronicle.moment());
        client.mayHaveMade = false;
        if (present) {
            wills.resumed(talk);
        }
    }

    @Override
    public void receiving(ServerEnd end, Packet packet) {
        chronicle.next();
        Talk talk = talks.get(end);
        trace.add(talk, "->", packet);
        Life life = client(talk).life;
        if (life == null) {
            throw new IllegalStateException("no session");
        }
        switch (packet) {
            case Publish publish -> receiving(talk, publish);
            case Subscribe subscribe -> {
                talk.subscribes.put(subscribe.packetId(), subscribe);
                subscribe.entries().forEach(entry -> subscribe(life, entry, subscribe.subscriptionId()));
            }
            case Unsubscribe unsubscribe -> {
                talk.unsubscribing.put(
                        unsubscribe.packetId(), new Talk.Unsubscribing(unsubscribe.filters(), chronicle.moment()));
                for (Life.Sub sub : life.subs) {
                    if (unsubscribe.filters().contains(sub.filter.text())) {
                        sub.surelyTo = Math.min(sub.surelyTo, chronicle.moment());
                    }
                }
            }
            case Disconnect disconnect -> disconnecting(talk, life, disconnect);
            default -> {}
        }
    }

    private void disconnecting(Talk talk, Life life, Disconnect disconnect) {
        talk.goodbye = disconnect;
        if (disconnect.sessionExpirySeconds() != Disconnect.ABSENT) {
            life.expiryLeast = Math.min(life.expiryLeast, disconnect.sessionExpirySeconds());
            if (disconnect.sessionExpirySeconds() == 0) {
                life.doubtFrom = Math.min(life.doubtFrom, chronicle.moment());
            }
            life.expiryMost = Math.max(life.expiryMost, disconnect.sessionExpirySeconds());
        }
    }

    private void receiving(Talk talk, Publish publish) {
        TopicName topic = talk.resolve(publish);
        String content = Trace.content(publish.payload());
        if (publish.retain()) {
            boolean perhapsKnown = publish.dup() && publish.qos() == Qos.EXACTLY_ONCE;
            boolean perhapsRefused = now() < chronicle.troubleUntil() + 10 * Scheduler.SECOND;
            retained.taken(topic, content, !perhapsKnown && !perhapsRefused);
        }
        if (content.isEmpty()) {
            content = "deletion " + talk.clientId + " " + publish.packetId() + " " + chronicle.moment();
        }
        Told told = messages.get(content);
        if (told == null) {
            told = new Told(
                    content,
                    talk.clientId,
                    topic,
                    publish.qos(),
                    publish.messageExpirySeconds(),
                    chronicle.moment(),
                    false);
            told.from = chronicle.moment();
            told.firstTaken = now();
            messages.put(content, told);
        }
        told.lastTaken = now();
        told.receipts++;
        told.mayNotExpire |= publish.messageExpirySeconds() != told.expirySeconds; // repeated in MQTT 3
        told.to = publish.qos() == Qos.AT_LEAST_ONCE ? Chronicle.NEVER : told.to; // it is routed again
        if (publish.qos() != Qos.AT_MOST_ONCE) {
            acknowledgements.put(new Asked(talk, publish.packetId(), publish.qos()), told);
        }
    }

    private void subscribe(Life life, Subscribe.Entry entry, int id) {
        TopicFilter filter = TopicFilter.of(entry.filter());
        Life.Sub made = new Life.Sub(filter, entry.options().qos(), id, chronicle.moment());
        for (Life.Sub sub : life.subs) {
            if (sub.filter.text().equals(entry.filter()) && sub.mayTo == Chronicle.NEVER) {
                boolean goesOn = sub.surelyFrom != Chronicle.NEVER && sub.surelyTo == Chronicle.NEVER;
                boolean owes = (sub.qos == Qos.AT_MOST_ONCE) == (made.qos == Qos.AT_MOST_ONCE);
                if (goesOn && owes) {
                    made.surelyFrom = sub.surelyFrom;
                }
                sub.surelyTo = Math.min(sub.surelyTo, chronicle.moment());
            }
        }
        life.subs.add(made);
    }

    @Override
    public void wrote(ServerEnd end, Packet packet) {
        chronicle.next();
        Talk talk = talks.get(end);
        trace.add(talk, "<-", packet);
        switch (packet) {
            case ConnAck ack when !ack.reason().isError() -> accepted(talk, ack);
            case SubAck ack -> granted(talk, ack);
            case UnsubAck ack -> removed(talk, ack);
            case PubAck ack -> acknowledged(talk, Qos.AT_LEAST_ONCE, ack.packetId(), ack.reason());
            case PubRec rec -> acknowledged(talk, Qos.EXACTLY_ONCE, rec.packetId(), rec.reason());
            case PubRel release -> {
                for (List<Life.Sending> sendings : life(talk).sendings.values()) {
                    Life.Sending last = sendings.getLast();
                    last.released |= last.qos == Qos.EXACTLY_ONCE && last.packetId == release.packetId();
                }
            }
            default -> {}
        }
    }

    private Life life(Talk talk) {
        Life life = client(talk).life;
        if (life == null) {
            throw new IllegalStateException("no session");
        }
        return life;
    }

    private void granted(Talk talk, SubAck ack) {
        Subscribe subscribe = talk.subscribes.remove(ack.packetId());
        Violation.unless(subscribe != null, "SUBACK answers a SUBSCRIBE", ack + " to " + talk);
        Life life = life(talk);
        for (int i = 0; i < ack.reasons().size(); i++) {
            String filter = subscribe.entries().get(i).filter();
            Life.Sub last = null;
            for (Life.Sub sub : life.subs) {
                if (sub.filter.text().equals(filter) && sub.surelyTo == Chronicle.NEVER) {
                    last = sub;
                }
            }
            if (last == null) {
                continue; // an UNSUBSCRIBE is on its way
            }
            if (ack.reasons().get(i).isError()) {
                last.surelyTo = chronicle.moment();
                last.surelyFrom = Chronicle.NEVER;
                continue;
            }
            last.surelyFrom = Math.min(last.surelyFrom, chronicle.moment());
            for (Life.Sub sub : life.subs) {
                if (sub != last && sub.filter.text().equals(filter)) {
                    sub.mayTo = Math.min(sub.mayTo, chronicle.moment());
                }
            }
        }
    }

    private void removed(Talk talk, UnsubAck ack) {
        Talk.Unsubscribing asked = talk.unsubscribing.remove(ack.packetId());
        Violation.unless(asked != null, "UNSUBACK answers an UNSUBSCRIBE", ack + " to " + talk);
        for (Life.Sub sub : life(talk).subs) {
            if (asked.filters().contains(sub.filter.text()) && sub.mayFrom < asked.moment()) {
                sub.mayTo = Math.min(sub.mayTo, chronicle.moment());
            }
        }
    }

    private void acknowledged(Talk talk, Qos qos, int packetId, ReasonCode reason) {
        Told told = acknowledgements.remove(new Asked(talk, packetId, qos));
        Violation.unless(told != null, "acknowledgements answer a PUBLISH", "#" + packetId + " to " + talk);
        String content = told.content.startsWith("deletion") ? "" : told.content;
        if (reason.isError()) {
            if (told.isRetained()) {
                retained.refused(told.topic, content);
            }
            return;
        }
        if (told.isRetained()) {
            retained.acknowledged(told.topic, content);
        }
        if (!told.acknowledged) {
            told.acknowledged = true;
            told.to = chronicle.moment();
            if (told.expirySeconds == Publish.ABSENT || told.expirySeconds >= 1_000_000) {
                owe(told);
            }
        }
        told.to = told.to == Chronicle.NEVER ? chronicle.moment() : told.to;
    }

    /** From now on it is owed to all who were entitled throughout. */
    private void owe(Told told) {
        if (told.qos == Qos.AT_MOST_ONCE || told.content.startsWith("deletion")) {
            return;
        }
        if (told.will && (chronicle.isTight() || now() < chronicle.troubleUntil() + 20 * Scheduler.SECOND)
                || told.isShared() && mayGoWhereItIsLost(told)) {
            return;
        }
        for (Client client : clients.values()) {
            Life life = client.life;
            if (life != null && life.surely(told.from, chronicle.moment())) {
                for (Life.Sub sub : life.subs) {
                    if (sub.qos != Qos.AT_MOST_ONCE && sub.surely(told, chronicle.moment())) {
                        owed.add(new Owe(told, client, life, sub));
                    }
                }
            }
        }
    }

    /** A member for whom it was begun and whose session has ended takes it along (MQTT5-4.8.2-5), also if a crash kept it from being sent. */
    private boolean mayHaveBegunWithOneWhoIsGone(Told told) {
        return clients.values().stream()
                .flatMap(client -> client.lives.stream())
                .anyMatch(life -> life.diedAt != Chronicle.NEVER
                        && life.diedAt >= told.from
                        && life.subs.stream().anyMatch(sub -> sub.may(told)));
    }

    /** Whether a member of its share has a session that does not outlive a crash, or takes it at QoS 0. */
    private boolean mayGoWhereItIsLost(Told told) {
        for (Client client : clients.values()) {
            for (Life life : client.lives) {
                boolean mayEnd = life == client.life ? !life.surely(told.from, chronicle.moment()) : life.fleeting;
                for (Life.Sub sub : life.diedAt < told.from ? List.<Life.Sub>of() : life.subs) {
                    if (sub.may(told) && (sub.qos == Qos.AT_MOST_ONCE || mayEnd)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    @Override
    public void published(
            ServerEnd end, Message message, boolean dup, Qos qos, boolean retain, int packetId, int[] subscriptionIds) {
        chronicle.next();
        Talk talk = talks.get(end);
        Client client = client(talk);
        trace.add(talk, "<- PUBLISH", qos, dup ? "dup" : "", retain ? "retain" : "", "#" + packetId, message.payload());
        String content = Trace.content(message.payload());
        Life life = life(talk);
        Told told = messages.get(content);
        if (content.isEmpty()) {
            return;
        }
        Violation.unless(told != null, "messages come from publishers", content);
        if (talk.isV5()) {
            client.got.putIfAbsent(content, now());
        }
        told.begun.add(life);
        if (talk.clientId.equals(PROBE)) {
            if (retain) {
                retained.check(told.topic, content);
            }
            return;
        }
        deliveries.sent(told, life, dup, qos, retain, packetId, subscriptionIds, talk);
    }

    @Override
    public void closing(ServerEnd end) {
        chronicle.next();
        Talk talk = talks.get(end);
        if (talk == null) {
            return;
        }
        trace.add(talk, "closes");
        talk.closed = true;
        Client client = client(talk);
        boolean wasOpen = client.open.remove(talk);
        Talk next = client.opening == talk ? null : client.opening;
        if (client.open.isEmpty() && wasOpen && next == null) {
            client.goneLeast = now();
            client.goneMost = now();
        }
        wills.closing(talk, client.life, next);
    }

    @Override
    public void accused(ServerEnd end, ProtocolException fault) {
        throw new Violation("nobody is accused who does nothing wrong", fault.getMessage() + " on " + end);
    }

    @Override
    public void arrive(String receiver, TopicName topic, Publish publish) {
        chronicle.next();
        String content = Trace.content(publish.payload());
        if (content.isEmpty()) {
            return;
        }
        if (receiver.equals(PROBE)) {
            if (publish.retain()) {
                probed.put(topic, content);
            }
            return;
        }
        Told told = messages.get(content);
        Violation.unless(told != null && told.topic.equals(topic), "messages arrive as sent", content);
        deliveries.arrive(client(receiver), told, publish);
    }

    @Override
    public void refuse(String receiver, String content) {
        deliveries.refuse(receiver, content);
    }

    /** Everyone was connected for long and has taken all there was. */
    void checkKept() {
        for (Owe owe : owed) {
            boolean stands = !owe.life.dead && owe.life == owe.client.life && owe.life.doubtFrom == Chronicle.NEVER;
            boolean came = owe.message.isShared()
                    ? clients.keySet().stream().anyMatch(id -> deliveries.hasArrived(id, owe.message.content))
                    : deliveries.hasArrived(owe.client.clientId, owe.message.content);
            if (owe.message.isShared()) {
                stands &= owe.sub.surelyTo == Chronicle.NEVER; // and whoever was sent it is still there
                stands &= owe.message.begun.stream().allMatch(life -> !life.dead && life.doubtFrom == Chronicle.NEVER);
                stands &= owe.message.qos != Qos.EXACTLY_ONCE || !mayHaveBegunWithOneWhoIsGone(owe.message);
            }
            Violation.unless(
                    !stands || came,
                    "what was acknowledged arrives",
                    owe.message + " for " + owe.client.clientId + " by " + owe.sub.filter);
        }
    }

    /** The probe is about to look. */
    void probe() {
        probed.clear();
    }

    /** The probe has seen all. */
    void checkRetained() {
        for (TopicName topic : retained.topics()) {
            retained.check(topic, probed.getOrDefault(topic, ""));
        }
    }

    /** Whether something is to happen that nobody asks for: a Will. */
    boolean isPending() {
        return wills.isPending();
    }

    /** For a summary. */
    int promised() {
        return owed.size();
    }
}
