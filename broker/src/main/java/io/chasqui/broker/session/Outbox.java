package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Fates;
import io.chasqui.broker.routing.Pledge;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.storage.Change;
import io.chasqui.protocol.Qos;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of messages from a session to its client: what waits, what is in flight, and the retained messages still to be
 * replayed. Confined to the session's loop.
 *
 * <p>Order of sending: first what was in flight on the last connection (MQTT5-4.4.0-1), then what waits, then retained
 * messages. A live message goes directly when nothing is in flight again and nothing waits; it may overtake a replay.
 *
 * <p>After a restart all is in the store, what was in flight first; that is read before the first connection is answered.
 *
 * <p>Invariants, see {@link #check}: {@code onWire <= window} (MQTT5-3.3.4-9); nobody waits while there is room;
 * without a connection nothing of QoS 0 waits.
 */
final class Outbox {
    private static final int FEW_IN_FLIGHT = 16;

    private final Session session;
    private final Sessions home;
    private final Waiting waiting;
    private final InFlight inFlight = new InFlight();
    private @Nullable Replays replays;
    private @Nullable Deferrals deferrals;
    private @Nullable Ledger ledger; // of a session that outlives its connections
    private @Nullable Parting parting; // once the client is gone
    private @Nullable Recovery recovery; // once something is read from the store
    private boolean replayDue; // the next turn of the replays is among the loop's tasks

    // Valid while connected.
    private @Nullable ClientLink link;
    private int window; // QoS 1 and 2 messages that the client takes at once
    private int onWire; // of which so many are taken
    private InFlight.@Nullable Entry resend; // the next to send again

    private volatile boolean idle; // a message would leave at once; for other loops

    Outbox(Session session, Sessions home) {
        this.session = session;
        this.home = home;
        this.waiting = new Waiting(home, session.clientId(), this);
    }

    boolean isIdle() {
        return idle;
    }

    /** Messages that wait; of those in the store alone an upper bound. */
    long queuedMessages() {
        return waiting.messages();
    }

    InFlight.@Nullable Entry firstInFlight() {
        return inFlight.first();
    }

    int inFlightMessages() {
        return inFlight.size();
    }

    /** The session outlives its connections from now on. */
    void ledger(Ledger newLedger) {
        ledger = newLedger;
        waiting.ledger(newLedger);
    }

    boolean isReady() {
        return recovery == null || recovery.isDone();
    }

    /** Runs {@code task} when what was in flight before a restart is here; at once if it is. */
    void whenReady(Runnable task) {
        if (recovery == null) {
            task.run();
        } else {
            recovery.whenDone(task);
        }
    }

    void start(ClientLink newLink, int newWindow) {
        assert isReady();
        link = newLink;
        window = Math.min(newWindow, home.limits().inFlight());
        onWire = 0;
        for (InFlight.Entry entry = inFlight.first(); entry != null; entry = entry.next) {
            entry.onWire = false;
            if (entry.released) {
                pubRel(entry, newLink); // never the PUBLISH again (MQTT5-4.3.3-6)
            }
        }
        resend = inFlight.first();
        drain();
    }

    /**
     * The connection is gone.
     *
     * @param kept whether the session lives on, so that what waits stays
     */
    void stop(boolean kept) {
        link = null;
        resend = null;
        idle = false;
        if (kept) {
            parting().stay();
        }
    }

    /**
     * The session has ended.
     *
     * @param then runs when nothing is left of it, also in the store
     */
    void end(Runnable then) {
        replays = null;
        if (recovery != null) {
            recovery.abandon();
        }
        parting().end(then);
    }

    Recovery recovery() {
        if (recovery == null) {
            recovery = new Recovery(session, home, waiting, inFlight);
        }
        return recovery;
    }

    private Parting parting() {
        if (parting == null) {
            parting = new Parting(session, home, waiting, this);
        }
        return parting;
    }

    /**
     * Takes over a message: sends it, or has it wait.
     *
     * @param joint takes up what is to be kept of it, or null to keep it here
     * @return false when there is no room for it
     */
    boolean deliver(Message message, Route route, @Nullable List<Pledge> joint) {
        ClientLink to = link;
        Qos qos = route.qosOf(message);
        if (qos == Qos.AT_MOST_ONCE) {
            if (joint == null && deferrals == null) {
                return deliverQos0(message, route, true);
            }
            deferrals = deferrals == null ? new Deferrals(this) : deferrals;
            if (!deferrals.add(message, route, joint)) {
                fates().record(Fate.QUEUE_FULL, message, session.clientId());
            }
            return true;
        }
        if (ledger != null && !route.isPromised() && !ledger.journal().accepts()) {
            fates().record(Fate.STORE_UNAVAILABLE, message, session.clientId());
            return false;
        }
        if (to != null && nothingWaits() && hasWindow() && to.isWritable()) {
            send(to, message, route, qos, route.retains(message), null, joint);
            return true;
        }
        return admit(message, route, joint);
    }

    /** @param kept false when it was published at QoS 2 and the store could not keep it */
    boolean deliverQos0(Message message, Route route, boolean kept) {
        if (deferrals != null && deferrals.isEmpty()) {
            deferrals = null;
        }
        ClientLink to = link;
        if (!kept) {
            fates().record(Fate.STORE_UNAVAILABLE, message, session.clientId());
        } else if (session.link() == null) {
            fates().record(Fate.QOS0_OFFLINE, message, session.clientId());
        } else if (to != null && waiting.size() == 0 && resend == null && to.isWritable()) {
            sendQos0(to, message, route, route.retains(message));
        } else {
            return admit(message, route, null);
        }
        return true;
    }

    private boolean nothingWaits() {
        return waiting.isEmpty() && resend == null;
    }

    /** Whether one more may be in flight: a few at a time where memory is short, or clients that acknowledge nothing would fill it. */
    private boolean hasWindow() {
        return onWire < window && inFlight.hasFreeId() && (onWire < FEW_IN_FLIGHT || !waiting.isMemoryShort());
    }

    /** Why a message is not for this connection, or null. What does not fit counts as delivered (MQTT5-3.1.2-25). */
    private static @Nullable Fate obstacle(ClientLink to, Message message, Qos qos, Route route) {
        if (!to.mayReceive(message)) {
            return Fate.NOT_AUTHORIZED;
        }
        return to.fits(message, qos, route.subscriptionIds()) ? null : Fate.PACKET_TOO_LARGE;
    }

    private void sendQos0(ClientLink to, Message message, Route route, boolean retain) {
        Fate obstacle = obstacle(to, message, Qos.AT_MOST_ONCE, route);
        if (obstacle == null) {
            to.publish(message, Qos.AT_MOST_ONCE, retain, false, 0, route.subscriptionIds());
            fates().delivered(message, session.clientId());
        } else {
            fates().record(obstacle, message, session.clientId());
        }
    }

    /**
     * Sends a message for the first time.
     *
     * @param known by which the store knows it, or null for one that is new
     * @param joint where to pledge a new one, or null to keep it here
     */
    private void send(
            ClientLink to,
            Message message,
            Route route,
            Qos qos,
            boolean retain,
            @Nullable Owed known,
            @Nullable List<Pledge> joint) {
        Fate obstacle = obstacle(to, message, qos, route);
        if (obstacle != null) {
            waiting.settle(known);
            fates().record(obstacle, message, session.clientId());
            return;
        }
        boolean told = Owed.isTold(known);
        InFlight.Entry entry = inFlight.add(message, route, qos, retain);
        home.counters().inFlight++;
        home.counters().inFlightBytes += entry.weight;
        entry.onWire = true;
        onWire++;
        if (onWire == window) {
            idle = false;
        }
        if (known == null) {
            entry.owed = note(message, route, qos, retain, entry.packetId, joint);
        } else {
            entry.owed = known;
            if (ledger != null) {
                known.sent(entry.packetId, ledger.journal());
            }
        }
        if (joint != null) {
            inFlight.hold(entry); // or it would come twice after a crash, when its publisher sends it again
        } else if (ledger != null && (told || qos == Qos.EXACTLY_ONCE)) {
            // Or after a crash it could come again without DUP, and another message by an identifier that the client
            // knows.
            inFlight.hold(entry);
            ledger.journal().whenDurable(() -> letGo(entry));
        } else if (!inFlight.holds()) {
            publish(to, entry);
        } else {
            inFlight.hold(entry); // behind the others, so that it is sent again in the same order (MQTT5-4.6.0-1)
            entry.safe = true;
        }
    }

    /** Tells the store what is owed, or pledges it. */
    private @Nullable Owed note(
            Message message, Route route, Qos qos, boolean retain, int packetId, @Nullable List<Pledge> joint) {
        if (ledger == null && joint == null) {
            return null;
        }
        Owed owed = ledger == null
                ? Owed.unstored(message, route, qos, retain, packetId)
                : ledger.owe(message, route, qos, retain, packetId);
        if (joint != null) {
            joint.add(new Pledged(this, owed, message));
        } else if (ledger != null) {
            ledger.tell(owed, message.bytes());
        }
        return owed;
    }

    private static void publish(ClientLink to, InFlight.Entry entry) {
        to.publish(entry.message, entry.qos, entry.retain, entry.sent, entry.packetId, entry.route.subscriptionIds());
        entry.sent = true;
    }

    /** The store has the message and its Packet Identifier, or it is not to be sent: it holds nobody up. */
    private void letGo(InFlight.Entry entry) {
        entry.safe = true;
        InFlight.Entry next = inFlight.letGo();
        while (next != null) {
            if (link != null && next.onWire && inFlight.get(next.packetId) == next) {
                if (isTooLate(next)) {
                    expire(next);
                    home.loop().execute(this::drain); // its place is free
                } else {
                    publish(link, next);
                }
            }
            next = inFlight.letGo();
        }
    }

    /** Whether it has expired while it waited for the store, before it was ever sent (MQTT5-3.3.2-5). */
    private boolean isTooLate(InFlight.Entry entry) {
        return !entry.sent && entry.message.isExpired(home.loop());
    }

    private void expire(InFlight.Entry entry) {
        removeInFlight(entry);
        waiting.settle(entry.owed);
        fates().record(Fate.EXPIRED, entry.message, session.clientId());
    }

    /** The publisher's loop has kept a message of ours, or it has not. */
    void decided(Owed owed, Message message, int packetId, boolean kept) {
        InFlight.Entry found = packetId == 0 ? null : inFlight.get(packetId);
        InFlight.Entry entry =
                found != null && found.owed == owed ? found : null; // else finished meanwhile, or waiting
        owed.decided(kept, entry != null && entry.sent, ledger == null ? null : ledger.journal());
        if (Owed.isWithdrawn(owed)) {
            if (entry != null) {
                removeInFlight(entry);
            }
            fates().record(Fate.STORE_UNAVAILABLE, message, session.clientId());
        } else if (entry != null && entry.held) {
            letGo(entry);
        }
        if (parting != null && parting.isEnding()) {
            parting.goOn();
        } else {
            drain();
        }
    }

    /**
     * Has a message wait, within the limits. Where the policy is to refuse, what was accepted before and is handed on by another
     * member of a share is taken beyond them: nobody can be told any more, and it has its place already.
     */
    private boolean admit(Message message, Route route, @Nullable List<Pledge> joint) {
        idle = false;
        Qos qos = route.qosOf(message);
        boolean refuses = home.limits().overflow() == SessionLimits.Overflow.REFUSE;
        Fate fate = waiting.makeRoomFor(message, qos != Qos.AT_MOST_ONCE, route.isPromised() && refuses);
        if (fate != null) {
            fates().record(fate, message, session.clientId());
            return qos == Qos.AT_MOST_ONCE || !refuses;
        }
        boolean known = qos != Qos.AT_MOST_ONCE;
        waiting.add(message, route, known ? note(message, route, qos, route.retains(message), 0, joint) : null);
        return true;
    }

    /** More of what waits has come from the store. */
    void onRead(List<Change.Owed> read) {
        boolean ending = parting != null && parting.isEnding();
        recovery().take(read, ending);
        if (ending) {
            parting().goOn();
        } else if (recovery().goOn()) {
            waiting.shrink();
            drain();
        }
    }

    /** Sends as much as the client takes. */
    void drain() {
        ClientLink to = link;
        if (to == null) {
            return;
        }
        sendAgain(to);
        if (resend == null) {
            sendQueued(to);
        }
        waiting.readAhead();
        if (nothingWaits() && replays != null && !replayDue) {
            sendRetained(to, replays);
        }
        boolean nowIdle = link != null && nothingWaits() && onWire < window && to.isWritable();
        if (idle != nowIdle) {
            idle = nowIdle;
        }
        assert check();
    }

    private void sendAgain(ClientLink to) {
        while (resend != null && onWire < window && to.isWritable()) {
            InFlight.Entry entry = resend;
            resend = entry.next;
            if (entry.released) {
                continue;
            }
            if (isTooLate(entry)) {
                expire(entry);
                continue;
            }
            Fate obstacle = obstacle(to, entry.message, entry.qos, entry.route);
            if (obstacle != null) { // the new connection takes less, or may less
                completeUnsent(entry, to, obstacle);
                continue;
            }
            entry.onWire = true;
            onWire++;
            if (!entry.held) {
                publish(to, entry);
            }
        }
    }

    /**
     * Behaves as if the sending were complete (MQTT5-3.1.2-25). At QoS 2 that is PUBREL: a client that got the message before
     * holds its identifier until then, and would take the next message with it for this one.
     */
    private void completeUnsent(InFlight.Entry entry, ClientLink to, Fate obstacle) {
        fates().record(obstacle, entry.message, session.clientId());
        if (entry.qos == Qos.EXACTLY_ONCE) {
            release(entry, to);
        } else {
            removeInFlight(entry);
            waiting.settle(entry.owed);
        }
    }

    /** Sends PUBREL, when the store knows: or the PUBLISH could be sent again to a client that has forgotten it. */
    private void release(InFlight.Entry entry, @Nullable ClientLink to) {
        entry.released = true;
        if (entry.owed != null && ledger != null) {
            entry.owed.released(ledger.journal());
        }
        pubRel(entry, to);
    }

    private void pubRel(InFlight.Entry entry, @Nullable ClientLink to) {
        session.whenDurable(() -> {
            if (to != null && link == to) {
                to.pubRel(entry.packetId);
            }
        });
    }

    private void sendQueued(ClientLink to) {
        while (waiting.size() > 0) {
            Message message = waiting.firstMessage();
            Route route = waiting.firstRoute();
            Owed owed = waiting.firstOwed();
            Qos qos = route.qosOf(message);
            if (Owed.isWithdrawn(owed)) {
                waiting.removeFirst();
                continue;
            }
            if (message.isExpired(home.loop())) { // MQTT5-3.3.2-5
                waiting.settle(owed);
                waiting.removeFirst();
                fates().record(Fate.EXPIRED, message, session.clientId());
                continue;
            }
            if (Owed.isPledged(owed) || !to.isWritable() || qos != Qos.AT_MOST_ONCE && !hasWindow()) {
                return;
            }
            waiting.removeFirst();
            if (qos == Qos.AT_MOST_ONCE) {
                sendQos0(to, message, route, route.retains(message));
            } else {
                send(to, message, route, qos, route.retains(message), owed, null);
            }
        }
    }

    private void sendRetained(ClientLink to, Replays all) {
        for (int steps = Replays.STEPS_A_TURN; steps > 0; steps--) {
            if (!to.isWritable() || all.qos() != Qos.AT_MOST_ONCE && !hasWindow()) {
                return; // goes on when the client has taken something
            }
            Message message = all.next();
            if (message == null) {
                if (all.isEmpty()) {
                    replays = null;
                    return;
                }
                continue;
            }
            Route route = all.route();
            Qos qos = route.qosOf(message);
            if (message.isExpired(home.loop())) {
                home.router().topics().retained().expire(message, home.router().journal());
            } else if (qos == Qos.AT_MOST_ONCE) {
                sendQos0(to, message, route, true);
            } else {
                send(to, message, route, qos, true, null, null);
            }
        }
        replayDue = true;
        home.loop().nextTurn(this::goOnReplaying); // others have theirs before
    }

    private void goOnReplaying() {
        replayDue = false;
        drain();
    }

    void replay(Subscription subscription) {
        if (replays == null) {
            replays = new Replays(home.router().topics().retained());
        }
        replays.add(subscription);
        drain();
    }

    void stopReplay(Subscription subscription) {
        if (replays != null) {
            replays.remove(subscription);
        }
    }

    boolean onPubAck(int packetId, boolean success) {
        InFlight.Entry entry = inFlight.get(packetId);
        if (entry == null || entry.qos != Qos.AT_LEAST_ONCE) {
            return false;
        }
        finish(entry, success);
        return true;
    }

    boolean onPubRec(int packetId, boolean success) {
        InFlight.Entry entry = inFlight.get(packetId);
        if (entry == null || entry.qos != Qos.EXACTLY_ONCE) {
            return false;
        }
        if (!success && !entry.released) {
            finish(entry, false); // no PUBREL (MQTT5-4.3.3-4)
            return true;
        }
        if (entry.released) {
            pubRel(entry, link);
        } else {
            fates().delivered(entry.message, session.clientId()); // the client owns it now
            release(entry, link);
        }
        return true;
    }

    boolean onPubComp(int packetId) {
        InFlight.Entry entry = inFlight.get(packetId);
        if (entry == null || !entry.released) {
            return false;
        }
        removeInFlight(entry);
        waiting.settle(entry.owed);
        drain();
        return true;
    }

    private void finish(InFlight.Entry entry, boolean success) {
        removeInFlight(entry);
        waiting.settle(entry.owed);
        if (success) {
            fates().delivered(entry.message, session.clientId());
        } else {
            fates().record(Fate.REFUSED_BY_RECEIVER, entry.message, session.clientId());
        }
        drain();
    }

    void removeInFlight(InFlight.Entry entry) {
        if (resend == entry) {
            resend = entry.next;
        }
        inFlight.remove(entry);
        home.counters().inFlight--;
        home.counters().inFlightBytes -= entry.weight;
        if (entry.onWire) {
            onWire--;
        }
        if (entry.held) {
            letGo(entry);
        }
    }

    private Fates fates() {
        return home.router().fates();
    }

    private boolean check() {
        assert onWire >= 0 && onWire <= Math.max(window, 0) : onWire + " of " + window;
        assert onWire <= inFlight.size();
        return true;
    }
}
