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
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a broker that may crash has promised, known from the packets alone: what it acknowledged to whom, and what arrived. Between
 * what was asked for and its acknowledgement either may be true; after it, only what was acknowledged, whatever crashes.
 */
final class Promises implements Witness, Application {
    /** What was not acknowledged is taken to be safe when nothing has crashed or failed for so long. */
    private static final long DOUBT = 40 * Scheduler.SECOND;

    /** A client that only looks what is retained. */
    static final String PROBE = "probe";

    private static final long SLACK = 2 * Scheduler.SECOND;
    private static final long NEVER = Long.MAX_VALUE;

    private final Scheduler scheduler;
    private final boolean tight;
    private final Trace trace;
    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final Map<String, Told> messages = new LinkedHashMap<>(); // by content
    private final IdentityHashMap<ServerEnd, Talk> talks = new IdentityHashMap<>();
    private final Map<Asked, Told> acknowledgements = new HashMap<>();
    private final List<Owe> owed = new ArrayList<>();
    private final List<Testament> wills = new ArrayList<>();
    private final RetainedPromises retained = new RetainedPromises();
    private final Map<Way, Told> latest = new HashMap<>();
    private final Map<String, Integer> exactlyOnce = new HashMap<>(); // by receiver and content
    private final Set<String> arrived = new HashSet<>(); // receiver and content
    private final Map<TopicName, String> probed = new HashMap<>();
    private final List<Long> crashes = new ArrayList<>();
    private long moment; // counts what happens: two things at one time are still one after the other
    private long troubleUntil = -NEVER; // of the disk
    private boolean up;

    private record Asked(Talk talk, int packetId, Qos qos) {}

    private record Way(String receiver, String publisher, TopicName topic, Qos qos) {}

    /** One message, as its publisher meant it. */
    private static final class Told {
        final String content;
        final String publisher;
        final TopicName topic;
        final Qos qos;
        final long expirySeconds;
        final long number;
        final boolean will;
        long from; // it may be routed from this moment on
        long to = NEVER; // and no more after this one
        int receipts; // PUBLISH packets with it
        long firstTaken;
        long lastTaken;
        boolean acknowledged;
        boolean mayNotExpire;
        final Set<Life> begun = new HashSet<>(); // sessions that were sent it

        Told(
                String content,
                String publisher,
                TopicName topic,
                Qos qos,
                long expirySeconds,
                long number,
                boolean will) {
            this.content = content;
            this.publisher = publisher;
            this.topic = topic;
            this.qos = qos;
            this.expirySeconds = expirySeconds;
            this.number = number;
            this.will = will;
        }

        boolean isShared() {
            return topic.name().startsWith("s/");
        }

        boolean isRetained() {
            return topic.name().startsWith("r/");
        }

        @Override
        public String toString() {
            String expiry = expirySeconds == Publish.ABSENT ? "" : " for " + expirySeconds + " s";
            return content + " of " + publisher + " on " + topic + " at " + qos + expiry;
        }
    }

    /** A message that was promised to a session, or to a share. */
    private record Owe(Told message, Client client, Life life, Sub sub) {}

    /** One subscription; moments. */
    private static final class Sub {
        final TopicFilter filter;
        final Qos qos;
        final int id;
        final long mayFrom;
        long mayTo = NEVER;
        long surelyFrom = NEVER;
        long surelyTo = NEVER;

        Sub(TopicFilter filter, Qos qos, int id, long mayFrom) {
            this.filter = filter;
            this.qos = qos;
            this.id = id;
            this.mayFrom = mayFrom;
        }

        boolean may(Told message) {
            boolean intime = message.isShared() || mayFrom <= message.to; // a share's may be handed on later
            return filter.matches(message.topic) && intime && mayTo >= message.from && message.from != NEVER;
        }

        boolean surely(Told message, long now) {
            return filter.matches(message.topic) && surelyFrom <= message.from && surelyTo > now;
        }
    }

    /** A message on its way to a client. */
    private static final class Sending {
        final int packetId;
        final Qos qos;
        final long at; // when it was first sent
        boolean released;

        Sending(int packetId, Qos qos, long at) {
            this.packetId = packetId;
            this.qos = qos;
            this.at = at;
        }
    }

    /** One session. */
    private static final class Life {
        final List<Sub> subs = new ArrayList<>();
        final Map<String, List<Sending>> sendings = new HashMap<>(); // by content
        long surelyFrom = NEVER;
        long doubtFrom = NEVER;
        boolean dead;
        boolean fleeting; // ends with its connection
        long expiryLeast;
        long expiryMost;

        boolean surely(long from, long now) {
            return !dead && surelyFrom <= from && doubtFrom > now;
        }
    }

    private static final class Client {
        final String clientId;
        final List<Talk> open = new ArrayList<>();
        final Map<String, Long> got = new HashMap<>(); // contents that were sent in MQTT 5, and when first

        @Nullable
        Life life;

        @Nullable
        Talk opening; // its CONNECT is being taken

        boolean mayHaveMade; // a session by a CONNECT that was not answered
        long goneLeast; // when the last connection ended: in this time
        long goneMost;

        Client(String clientId) {
            this.clientId = clientId;
        }
    }

    /** A Will. */
    private static final class Testament {
        final Talk talk;
        final Told message;
        final long delay;
        boolean over; // nothing more is to be found out
        boolean must;
        boolean dropped; // by DISCONNECT
        long droppedAt;
        long dueLeast = NEVER;
        long dueMost = NEVER;

        @Nullable
        Talk cancelledBy;

        Testament(Talk talk, Told message, long delay) {
            this.talk = talk;
            this.message = message;
            this.delay = delay;
        }
    }

    /** @param tight whether a session may have no room for a message that others take */
    Promises(Scheduler scheduler, boolean tight, Trace trace) {
        this.scheduler = scheduler;
        this.tight = tight;
        this.trace = trace;
    }

    private long now() {
        return scheduler.now();
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
        troubleUntil = Math.max(troubleUntil, until);
    }

    /** Whether what was done at {@code time} may still be lost. */
    private boolean isDoubtful(long time) {
        return now() - time < DOUBT || time < troubleUntil && now() - troubleUntil < DOUBT;
    }

    /** The broker has vanished. */
    void crash() {
        moment++;
        trace.add("crash");
        up = false;
        crashes.add(now());
        retained.crash();
        for (Testament will : wills) {
            crash(will);
        }
        for (Client client : clients.values()) {
            if (!client.open.isEmpty()) {
                client.goneLeast = now();
                client.goneMost = NEVER;
                client.open.clear();
            } else if (isDoubtful(client.goneMost)) {
                client.goneMost = NEVER;
            }
        }
    }

    private void crash(Testament will) {
        boolean open = client(will.talk).open.contains(will.talk);
        Life life = client(will.talk).life;
        if (will.over) {
            return;
        }
        if (open) {
            will.message.from = Math.min(will.message.from, moment);
            will.must = will.talk.accepted && life != null && !life.fleeting && life.doubtFrom == NEVER;
            will.dueLeast = now() + Math.min(will.delay, seconds(life == null ? 0 : life.expiryLeast));
            will.dueMost = NEVER;
        } else if (will.dropped && isDoubtful(will.droppedAt)) {
            will.message.from = Math.min(will.message.from, moment);
        } else if (will.must) {
            will.dueMost = NEVER;
        }
    }

    private static long seconds(long expirySeconds) {
        return expirySeconds * Scheduler.SECOND;
    }

    /** A new one takes connections. */
    void restarted() {
        moment++;
        trace.add("restarted");
        up = true;
        for (Client client : clients.values()) {
            if (client.goneMost == NEVER) {
                client.goneMost = now();
            }
        }
        for (Testament will : wills) {
            if (will.must && will.dueMost == NEVER) {
                Life life = client(will.talk).life;
                will.dueMost = now() + Math.min(will.delay, seconds(life == null ? 0 : life.expiryMost));
            }
        }
    }

    /** Now and then: what must have happened by now. */
    void look() {
        for (Testament will : wills) {
            boolean due =
                    will.must && !will.over && will.dueMost != NEVER && will.dueMost + 10 * Scheduler.SECOND < now();
            if (due && up && quietSince(will.dueMost)) {
                will.over = true;
                will.message.to = moment;
                trace.add("will published by now:", will.message);
                owe(will.message);
            }
        }
        wills.removeIf(will -> will.over);
    }

    private boolean quietSince(long time) {
        return troubleUntil < time && (crashes.isEmpty() || crashes.getLast() < now() - 10 * Scheduler.SECOND);
    }

    @Override
    public void opening(ServerEnd end, Connect connect) {
        moment++;
        trace.add(end, "->", connect);
        Talk talk = new Talk(end, connect);
        talks.put(end, talk);
        Client client = client(talk);
        client.opening = talk;
        expect(client, talk);
        Life life = client.life;
        for (Testament will : wills) {
            if (client.open.contains(will.talk)) {
                will.message.from = Math.min(will.message.from, moment); // at take-over
            } else if (will.talk.clientId.equals(talk.clientId)) {
                comeBack(will, talk);
            }
        }
        if (life != null && !life.dead) {
            if (connect.cleanStart() || connect.sessionExpirySeconds() == 0) {
                life.doubtFrom = Math.min(life.doubtFrom, moment);
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
                    moment,
                    true);
            told.from = NEVER;
            messages.put(told.content, told);
            wills.add(new Testament(talk, told, seconds(will.delaySeconds())));
        }
    }

    /** Its client is back before or after its Will was due. */
    private void comeBack(Testament will, Talk talk) {
        if (!will.must || will.over) {
            return;
        }
        if (talk.connect.cleanStart() || will.delay == 0) {
            return; // due, now at the latest
        }
        boolean late = will.dueMost != NEVER && now() > will.dueMost + SLACK;
        if (!late) {
            will.must = false;
            will.cancelledBy = now() < will.dueLeast - SLACK ? talk : null;
        }
    }

    /** What Session Present may be. */
    private void expect(Client client, Talk talk) {
        Life life = client.life;
        boolean exists = life != null && !life.dead;
        boolean sure = exists && life.surelyFrom != NEVER && life.doubtFrom == NEVER;
        boolean connected = !client.open.isEmpty();
        boolean alive = exists
                && (connected
                        || life.expiryLeast == Connect.NEVER_EXPIRES
                        || now() - client.goneLeast < seconds(life.expiryLeast) - SLACK);
        boolean expired = exists
                && !connected
                && life.expiryMost != Connect.NEVER_EXPIRES
                && client.goneMost != NEVER
                && now() - client.goneMost > seconds(life.expiryMost) + SLACK;
        boolean gone = !exists || life.fleeting || expired;
        talk.mustBePresent = !talk.connect.cleanStart() && sure && alive;
        talk.mustBeAbsent = talk.connect.cleanStart() || gone && !client.mayHaveMade;
        talk.sameSession = exists && !life.fleeting && !expired;
        client.mayHaveMade = true;
    }

    @Override
    public void opened(ServerEnd end) {
        moment++;
        Talk talk = talks.get(end);
        Client client = client(talk);
        client.opening = null;
        if (!talk.closed) {
            client.open.add(talk);
        }
    }

    private void accepted(Talk talk, ConnAck ack) {
        Client client = client(talk);
        boolean present = ack.sessionPresent();
        Violation.unless(!present || !talk.mustBeAbsent, "no session that was ended returns", ack + " to " + talk);
        Violation.unless(
                present || !talk.mustBePresent, "no session that was acknowledged is missing", ack + " to " + talk);
        talk.accepted = true;
        Life life = client.life;
        if (!present || !talk.sameSession || life == null) {
            if (life != null) {
                life.dead = true;
            }
            life = new Life();
            client.life = life;
        }
        long expiry = talk.connect.sessionExpirySeconds();
        life.expiryLeast = expiry;
        life.expiryMost = expiry;
        life.fleeting = expiry == 0;
        life.doubtFrom = expiry == 0 ? Math.min(life.doubtFrom, moment) : NEVER;
        life.surelyFrom = Math.min(life.surelyFrom, moment);
        client.mayHaveMade = false;
        for (Testament will : wills) {
            if (will.cancelledBy == talk && present) {
                will.message.to = Math.min(will.message.to, moment);
                will.over = true;
            }
        }
    }

    @Override
    public void receiving(ServerEnd end, Packet packet) {
        moment++;
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
                talk.unsubscribing.put(unsubscribe.packetId(), new Talk.Unsubscribing(unsubscribe.filters(), moment));
                for (Sub sub : life.subs) {
                    if (unsubscribe.filters().contains(sub.filter.text())) {
                        sub.surelyTo = Math.min(sub.surelyTo, moment);
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
                life.doubtFrom = Math.min(life.doubtFrom, moment);
            }
            life.expiryMost = Math.max(life.expiryMost, disconnect.sessionExpirySeconds());
        }
    }

    private void receiving(Talk talk, Publish publish) {
        TopicName topic = talk.resolve(publish);
        String content = Trace.content(publish.payload());
        if (publish.retain()) {
            boolean perhapsKnown = publish.dup() && publish.qos() == Qos.EXACTLY_ONCE;
            boolean perhapsRefused = now() < troubleUntil + 10 * Scheduler.SECOND;
            retained.taken(topic, content, !perhapsKnown && !perhapsRefused);
        }
        if (content.isEmpty()) {
            content = "deletion " + talk.clientId + " " + publish.packetId() + " " + moment;
        }
        Told told = messages.get(content);
        if (told == null) {
            told = new Told(
                    content, talk.clientId, topic, publish.qos(), publish.messageExpirySeconds(), moment, false);
            told.from = moment;
            told.firstTaken = now();
            messages.put(content, told);
        }
        told.lastTaken = now();
        told.receipts++;
        told.mayNotExpire |= publish.messageExpirySeconds() != told.expirySeconds; // repeated in MQTT 3
        told.to = publish.qos() == Qos.AT_LEAST_ONCE ? NEVER : told.to; // it is routed again
        if (publish.qos() != Qos.AT_MOST_ONCE) {
            acknowledgements.put(new Asked(talk, publish.packetId(), publish.qos()), told);
        }
    }

    private void subscribe(Life life, Subscribe.Entry entry, int id) {
        TopicFilter filter = TopicFilter.of(entry.filter());
        Sub made = new Sub(filter, entry.options().qos(), id, moment);
        for (Sub sub : life.subs) {
            if (sub.filter.text().equals(entry.filter()) && sub.mayTo == NEVER) {
                boolean goesOn = sub.surelyFrom != NEVER && sub.surelyTo == NEVER;
                boolean owes = (sub.qos == Qos.AT_MOST_ONCE) == (made.qos == Qos.AT_MOST_ONCE);
                if (goesOn && owes) {
                    made.surelyFrom = sub.surelyFrom;
                }
                sub.surelyTo = Math.min(sub.surelyTo, moment);
            }
        }
        life.subs.add(made);
    }

    @Override
    public void wrote(ServerEnd end, Packet packet) {
        moment++;
        Talk talk = talks.get(end);
        trace.add(talk, "<-", packet);
        switch (packet) {
            case ConnAck ack when !ack.reason().isError() -> accepted(talk, ack);
            case SubAck ack -> granted(talk, ack);
            case UnsubAck ack -> removed(talk, ack);
            case PubAck ack -> acknowledged(talk, Qos.AT_LEAST_ONCE, ack.packetId(), ack.reason());
            case PubRec rec -> acknowledged(talk, Qos.EXACTLY_ONCE, rec.packetId(), rec.reason());
            case PubRel release -> {
                for (List<Sending> sendings : life(talk).sendings.values()) {
                    Sending last = sendings.getLast();
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
            Sub last = null;
            for (Sub sub : life.subs) {
                if (sub.filter.text().equals(filter) && sub.surelyTo == NEVER) {
                    last = sub;
                }
            }
            if (last == null) {
                continue; // an UNSUBSCRIBE is on its way
            }
            if (ack.reasons().get(i).isError()) {
                last.surelyTo = moment;
                last.surelyFrom = NEVER;
                continue;
            }
            last.surelyFrom = Math.min(last.surelyFrom, moment);
            for (Sub sub : life.subs) {
                if (sub != last && sub.filter.text().equals(filter)) {
                    sub.mayTo = Math.min(sub.mayTo, moment);
                }
            }
        }
    }

    private void removed(Talk talk, UnsubAck ack) {
        Talk.Unsubscribing asked = talk.unsubscribing.remove(ack.packetId());
        Violation.unless(asked != null, "UNSUBACK answers an UNSUBSCRIBE", ack + " to " + talk);
        for (Sub sub : life(talk).subs) {
            if (asked.filters().contains(sub.filter.text()) && sub.mayFrom < asked.moment()) {
                sub.mayTo = Math.min(sub.mayTo, moment);
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
            told.to = moment;
            if (told.expirySeconds == Publish.ABSENT || told.expirySeconds >= 1_000_000) {
                owe(told);
            }
        }
        told.to = told.to == NEVER ? moment : told.to;
    }

    /** From now on it is owed to all who were entitled throughout. */
    private void owe(Told told) {
        if (told.qos == Qos.AT_MOST_ONCE || told.content.startsWith("deletion")) {
            return;
        }
        if (told.will && tight || told.isShared() && mayGoWhereItIsLost(told)) {
            return;
        }
        for (Client client : clients.values()) {
            Life life = client.life;
            if (life != null && life.surely(told.from, moment)) {
                for (Sub sub : life.subs) {
                    if (sub.qos != Qos.AT_MOST_ONCE && sub.surely(told, moment)) {
                        owed.add(new Owe(told, client, life, sub));
                    }
                }
            }
        }
    }

    /** Whether a member of its share has a session that does not outlive a crash, or takes it at QoS 0. */
    private boolean mayGoWhereItIsLost(Told told) {
        for (Client client : clients.values()) {
            Life life = client.life;
            for (Sub sub : life == null ? List.<Sub>of() : life.subs) {
                boolean member = sub.may(told);
                if (member && (sub.qos == Qos.AT_MOST_ONCE || !life.surely(told.from, moment))) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void published(
            ServerEnd end, Message message, boolean dup, Qos qos, boolean retain, int packetId, int[] subscriptionIds) {
        moment++;
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
        String what = told + " to " + talk;
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
        if (!retain && !dup) {
            checkEntitled(told, life, qos, subscriptionIds, what);
        }
        if (told.expirySeconds != Publish.ABSENT && !told.mayNotExpire && !dup) {
            long late = now() - told.lastTaken - seconds(told.expirySeconds);
            Violation.unless(late < SLACK, "no expired message is sent", what);
        }
        if (qos != Qos.AT_MOST_ONCE) {
            checkAgain(told, life, dup, qos, packetId, what);
        }
    }

    private void checkEntitled(Told told, Life life, Qos qos, int[] subscriptionIds, String what) {
        boolean entitled = false;
        boolean qosRight = false;
        List<Integer> ids = new ArrayList<>();
        for (Sub sub : life.subs) {
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
        List<Sending> all = life.sendings.computeIfAbsent(told.content, _ -> new ArrayList<>());
        if (dup) {
            boolean anew = all.isEmpty() || told.receipts > 1 || told.isRetained();
            boolean perhaps = anew && !crashes.isEmpty() && told.firstTaken <= crashes.getLast();
            if (perhaps) { // it was about to be sent when the broker crashed
                all.add(new Sending(packetId, qos, now()));
            }
            boolean same =
                    all.stream().anyMatch(sent -> sent.packetId == packetId && sent.qos == qos && !sent.released);
            Violation.unless(
                    same, "sent again with the same Packet Identifier, before PUBREL", "#" + packetId + " " + what);
            return;
        }
        if (!all.isEmpty() && !told.isRetained() && !told.isShared()) {
            Sending before = all.getLast();
            boolean twice =
                    qos == Qos.EXACTLY_ONCE && before.qos == Qos.EXACTLY_ONCE && !told.will && !mayBeRefused(told);
            boolean mayBeLost = told.receipts > 1 || told.will || crashedSoonAfter(before.at);
            Violation.unless(
                    !twice && mayBeLost,
                    "sent again with DUP",
                    "#" + packetId + " after #" + before.packetId + " " + what);
        }
        all.add(new Sending(packetId, qos, now()));
    }

    /** Whether it may have been refused by one who was entitled and taken by others, and its publisher has not heard so. */
    private boolean mayBeRefused(Told told) {
        return told.receipts > 1 && (tight || troubleUntil >= told.firstTaken);
    }

    /** Whether the store may not have heard of something at that time. */
    private boolean crashedSoonAfter(long time) {
        return crashes.stream().anyMatch(crash -> crash >= time && (crash - time < DOUBT || time < troubleUntil));
    }

    @Override
    public void closing(ServerEnd end) {
        moment++;
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
        for (Testament will : wills) {
            if (will.talk == talk && !will.over) {
                closing(will, client.life, next);
            }
        }
    }

    private void closing(Testament will, @Nullable Life life, @Nullable Talk next) {
        long expiry = life == null ? 0 : life.expiryMost;
        if (will.talk.quiet()) {
            will.dropped = true;
            will.droppedAt = now();
            return;
        }
        will.message.from = Math.min(will.message.from, moment);
        will.must = will.talk.accepted && life != null && !life.fleeting && (life.doubtFrom == NEVER || next != null);
        will.must &= now() >= troubleUntil; // or there is no room for it
        boolean kept = next != null && !next.connect.cleanStart();
        if (next != null && kept && will.delay > 0) {
            will.must = false;
            will.cancelledBy = next;
            return;
        }
        will.dueLeast = now();
        will.dueMost = now();
        if (next == null) {
            will.dueLeast += Math.min(will.delay, seconds(life == null ? 0 : life.expiryLeast));
            will.dueMost += Math.min(will.delay, seconds(expiry));
        }
    }

    @Override
    public void accused(ServerEnd end, ProtocolException fault) {
        throw new Violation("nobody is accused who does nothing wrong", fault.getMessage() + " on " + end);
    }

    @Override
    public void arrive(String receiver, TopicName topic, Publish publish) {
        moment++;
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
        String key = (told.isShared() ? "" : receiver) + " " + content;
        if (publish.qos() == Qos.EXACTLY_ONCE && !told.isRetained()) {
            int times = exactlyOnce.merge(key, 1, Integer::sum);
            int most = told.will ? 1 + crashes.size() : mayBeRefused(told) ? told.receipts : 1;
            Violation.unless(times <= most, "QoS 2 once", times + " times " + told + " to " + receiver);
        }
        Long sent = client(receiver).got.get(content);
        if (told.expirySeconds != Publish.ABSENT
                && !told.mayNotExpire
                && sent != null
                && publish.messageExpirySeconds() != Publish.ABSENT) {
            long remaining = seconds(publish.messageExpirySeconds());
            long least = seconds(told.expirySeconds) - (now() - told.firstTaken) - SLACK;
            long most = seconds(told.expirySeconds) - (sent - told.lastTaken) + SLACK;
            Violation.unless(
                    remaining >= least && remaining <= Math.max(0, most),
                    "what remains of the Message Expiry Interval",
                    publish.messageExpirySeconds() + " of " + told.expirySeconds + " s: " + told);
        }
        boolean isNew = arrived.add(receiver + " " + content);
        if (isNew && !told.isRetained() && !told.isShared() && !told.will && !mayBeRefused(told)) {
            boolean late = told.receipts > 1 && !wasEntitled(receiver, told); // only its repetition came to this one
            Told before = late ? null : latest.put(new Way(receiver, told.publisher, topic, publish.qos()), told);
            Violation.unless(
                    before == null || before.number < told.number,
                    "order per publisher, topic and QoS",
                    receiver + " got " + told + " after " + before);
        }
    }

    private boolean wasEntitled(String receiver, Told told) {
        Life life = client(receiver).life;
        return life != null
                && life.subs.stream().anyMatch(sub -> sub.filter.matches(told.topic) && sub.surelyFrom <= told.from);
    }

    @Override
    public void refuse(String receiver, String content) {
        arrived.add(receiver + " " + content);
    }

    /** Everyone was connected for long and has taken all there was. */
    void checkKept() {
        for (Owe owe : owed) {
            boolean stands = !owe.life.dead && owe.life == owe.client.life && owe.life.doubtFrom == NEVER;
            boolean came = owe.message.isShared()
                    ? clients.keySet().stream().anyMatch(id -> arrived.contains(id + " " + owe.message.content))
                    : arrived.contains(owe.client.clientId + " " + owe.message.content);
            if (owe.message.isShared()) {
                stands &= owe.sub.surelyTo == NEVER; // and whoever was sent it is still there
                stands &= owe.message.begun.stream().allMatch(life -> !life.dead && life.doubtFrom == NEVER);
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
        return wills.stream().anyMatch(will -> will.must);
    }

    /** For a summary. */
    int promised() {
        return owed.size();
    }
}
