package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Fates;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Qos;
import org.jspecify.annotations.Nullable;

/**
 * The way of messages from a session to its client: what waits, what is in flight, and the retained messages still to be
 * replayed. Confined to the session's loop.
 *
 * <p>Order of sending: first what was in flight on the last connection (MQTT5-4.4.0-1), then what waits, then retained
 * messages. A live message goes directly when nothing is in flight again and nothing waits; it may overtake a replay.
 *
 * <p>Invariants, see {@link #check}: {@code onWire <= window} (MQTT5-3.3.4-9); nobody waits while there is room; the queue
 * is within its limits; without a connection nothing of QoS 0 waits.
 */
final class Outbox {
    private final Session session;
    private final Sessions home;
    private final Queue queue = new Queue();
    private final InFlight inFlight = new InFlight();
    private @Nullable Replays replays;
    private @Nullable Ledger ledger; // of a session that outlives its connections
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
    }

    boolean isIdle() {
        return idle;
    }

    int queuedMessages() {
        return queue.size();
    }

    int inFlightMessages() {
        return inFlight.size();
    }

    void ledger(@Nullable Ledger newLedger) {
        ledger = newLedger;
    }

    /** Puts back what was owed before a restart. */
    void restore(StoredSession.Owed owed) {
        Route route = Route.restored(session, owed.qos(), owed.retain(), owed.subscriptionIds(), owed.share());
        if (owed.packetId() == 0) {
            enqueue(owed.message(), route, owed.sequence());
            return;
        }
        InFlight.Entry entry =
                new InFlight.Entry(owed.packetId(), owed.message(), route, owed.qos(), owed.retain(), owed.sequence());
        entry.released = owed.released();
        inFlight.restore(entry);
        home.counters().inFlight++;
    }

    void start(ClientLink newLink, int newWindow) {
        link = newLink;
        window = Math.min(newWindow, home.limits().inFlight());
        onWire = 0;
        for (InFlight.Entry entry = inFlight.first(); entry != null; entry = entry.next) {
            entry.onWire = false;
            if (entry.released) {
                newLink.pubRel(entry.packetId); // never the PUBLISH again (MQTT5-4.3.3-6)
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
            dropQos0();
            handOnShared();
        }
    }

    private void dropQos0() {
        for (int left = queue.size(); left > 0; left--) {
            Message message = queue.firstMessage();
            Route route = queue.firstRoute();
            long sequence = queue.firstSequence();
            dequeue();
            if (qos(message, route) == Qos.AT_MOST_ONCE) {
                fates().record(Fate.CONNECTION_LOST, message, session.clientId());
            } else {
                enqueue(message, route, sequence);
            }
        }
    }

    /** Another member of a share that is connected gets what this one cannot finish now; QoS 2 under way stays (MQTT5-4.8.2-4). */
    private void handOnShared() {
        long now = home.loop().nanoTime();
        InFlight.Entry next;
        for (InFlight.Entry entry = inFlight.first(); entry != null; entry = next) {
            next = entry.next;
            if (entry.route.share() != null
                    && entry.qos == Qos.AT_LEAST_ONCE
                    && !entry.message.isExpired(now) // begun here, it is not begun elsewhere (MQTT5-3.3.2-5)
                    && home.router().handOn(entry.message, entry.route, true)) {
                removeInFlight(entry);
            }
        }
        for (int left = queue.size(); left > 0; left--) {
            Message message = queue.firstMessage();
            Route route = queue.firstRoute();
            long sequence = queue.firstSequence();
            dequeue();
            if (message.isExpired(now)) {
                settle(sequence);
                fates().record(Fate.EXPIRED, message, session.clientId());
            } else if (route.share() != null && home.router().handOn(message, route, true)) {
                settle(sequence);
            } else {
                enqueue(message, route, sequence);
            }
        }
    }

    /** The session has ended: all that is left goes to another member of its share, or ends. */
    void end() {
        while (!queue.isEmpty()) {
            Message message = queue.firstMessage();
            Route route = queue.firstRoute();
            dequeue();
            endOne(message, route, qos(message, route) != Qos.AT_MOST_ONCE);
        }
        InFlight.Entry entry;
        while ((entry = inFlight.first()) != null) {
            removeInFlight(entry);
            if (!entry.released) { // else it was delivered when PUBREC came
                endOne(entry.message, entry.route, entry.qos == Qos.AT_LEAST_ONCE); // QoS 2: MQTT5-4.8.2-5
            }
        }
        replays = null;
    }

    private void endOne(Message message, Route route, boolean mayHandOn) {
        boolean handOn = mayHandOn
                && route.share() != null
                && !message.isExpired(home.loop().nanoTime());
        if (!handOn || !home.router().handOn(message, route, false)) {
            fates().record(Fate.SESSION_ENDED, message, session.clientId());
        }
    }

    /** @return false when there is no room for it */
    boolean deliver(Message message, Route route) {
        ClientLink to = link;
        Qos qos = qos(message, route);
        if (qos == Qos.AT_MOST_ONCE) {
            if (session.link() == null) {
                fates().record(Fate.QOS0_OFFLINE, message, session.clientId());
                return true;
            }
            if (to != null && queue.isEmpty() && resend == null && to.isWritable()) {
                sendQos0(to, message, route, route.retainAsPublished() && message.retain());
                return true;
            }
        } else if (to != null && queue.isEmpty() && resend == null && hasWindow() && to.isWritable()) {
            boolean retain = route.retainAsPublished() && message.retain();
            send(to, message, route, qos, retain, note(message, route, qos, retain));
            return true;
        }
        return admit(message, route);
    }

    /** Tells the store that a message is owed. @return its sequence, 0 when there is no store to tell */
    private long note(Message message, Route route, Qos qos, boolean retain) {
        return ledger == null ? 0 : ledger.queued(message, route, qos, retain);
    }

    /** Tells the store that a message is owed no longer. */
    private void settle(long sequence) {
        if (sequence != 0 && ledger != null) {
            ledger.settled(sequence);
        }
    }

    private boolean hasWindow() {
        return onWire < window && inFlight.hasFreeId();
    }

    private static Qos qos(Message message, Route route) {
        return message.qos().min(route.qos());
    }

    private void sendQos0(ClientLink to, Message message, Route route, boolean retain) {
        if (to.fits(message, Qos.AT_MOST_ONCE, route.subscriptionIds())) {
            to.publish(message, Qos.AT_MOST_ONCE, retain, false, 0, route.subscriptionIds());
            fates().delivered(message, session.clientId());
        } else {
            fates().record(Fate.PACKET_TOO_LARGE, message, session.clientId());
        }
    }

    private void send(ClientLink to, Message message, Route route, Qos qos, boolean retain, long sequence) {
        if (!to.fits(message, qos, route.subscriptionIds())) { // dropped and counted as delivered (MQTT5-3.1.2-25)
            settle(sequence);
            fates().record(Fate.PACKET_TOO_LARGE, message, session.clientId());
            return;
        }
        InFlight.Entry entry = inFlight.add(message, route, qos, retain, sequence);
        if (sequence != 0 && ledger != null) {
            ledger.sent(sequence, entry.packetId);
        }
        home.counters().inFlight++;
        entry.onWire = true;
        onWire++;
        if (onWire == window) {
            idle = false;
        }
        to.publish(message, qos, retain, false, entry.packetId, route.subscriptionIds());
    }

    /**
     * Queues a message, within the limits. Where the policy is to refuse, what was accepted before and is handed on by another
     * member of a share is taken beyond those of this queue: nobody can be told any more. That of the loop holds.
     */
    private boolean admit(Message message, Route route) {
        idle = false;
        SessionLimits limits = home.limits();
        if (home.counters().queuedBytes + message.bytes() > limits.loopQueueBytes()) {
            fates().record(Fate.QUOTA_EXCEEDED, message, session.clientId());
            return qos(message, route) == Qos.AT_MOST_ONCE || limits.overflow() != SessionLimits.Overflow.REFUSE;
        }
        boolean promised = route.isPromised() && limits.overflow() == SessionLimits.Overflow.REFUSE;
        boolean canFit = limits.queueMessages() > 0 && message.bytes() <= limits.queueBytes();
        while (!promised
                && (queue.size() >= limits.queueMessages() || queue.bytes() + message.bytes() > limits.queueBytes())) {
            if (!canFit || !makeRoom(limits.overflow())) {
                fates().record(Fate.QUEUE_FULL, message, session.clientId());
                return qos(message, route) == Qos.AT_MOST_ONCE || limits.overflow() != SessionLimits.Overflow.REFUSE;
            }
        }
        Qos qos = qos(message, route);
        boolean noted = qos != Qos.AT_MOST_ONCE;
        enqueue(message, route, noted ? note(message, route, qos, route.retainAsPublished() && message.retain()) : 0);
        return true;
    }

    /** Ends the message that has waited longest if it has expired (MQTT5-3.3.2-5) or the policy gives its place away. */
    private boolean makeRoom(SessionLimits.Overflow overflow) {
        Message oldest = queue.firstMessage();
        boolean expired = oldest.isExpired(home.loop().nanoTime());
        if (!expired && overflow != SessionLimits.Overflow.DROP_OLDEST) {
            return false;
        }
        settle(queue.firstSequence());
        dequeue();
        fates().record(expired ? Fate.EXPIRED : Fate.DISPLACED, oldest, session.clientId());
        return true;
    }

    private void enqueue(Message message, Route route, long sequence) {
        queue.add(message, route, sequence);
        home.counters().queuedMessages++;
        home.counters().queuedBytes += message.bytes();
    }

    private void dequeue() {
        home.counters().queuedMessages--;
        home.counters().queuedBytes -= queue.firstMessage().bytes();
        queue.removeFirst();
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
        if (resend == null && queue.isEmpty() && replays != null && !replayDue) {
            sendRetained(to, replays);
        }
        boolean nowIdle = link != null && resend == null && queue.isEmpty() && onWire < window && to.isWritable();
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
            if (!to.fits(entry.message, entry.qos, entry.route.subscriptionIds())) { // the new connection takes less
                completeUnsent(entry, to);
                continue;
            }
            entry.onWire = true;
            onWire++;
            to.publish(entry.message, entry.qos, entry.retain, true, entry.packetId, entry.route.subscriptionIds());
        }
    }

    /**
     * Behaves as if the sending were complete (MQTT5-3.1.2-25). At QoS 2 that is PUBREL: a client that got the message before
     * holds its identifier until then, and would take the next message with it for this one.
     */
    private void completeUnsent(InFlight.Entry entry, ClientLink to) {
        fates().record(Fate.PACKET_TOO_LARGE, entry.message, session.clientId());
        if (entry.qos == Qos.EXACTLY_ONCE) {
            entry.released = true;
            if (entry.sequence != 0 && ledger != null) {
                ledger.released(entry.sequence);
            }
            home.router().whenDurable(() -> {
                if (link == to) {
                    to.pubRel(entry.packetId);
                }
            });
        } else {
            removeInFlight(entry);
        }
    }

    private void sendQueued(ClientLink to) {
        long now = home.loop().nanoTime();
        while (!queue.isEmpty()) {
            Message message = queue.firstMessage();
            Route route = queue.firstRoute();
            Qos qos = qos(message, route);
            if (message.isExpired(now)) { // MQTT5-3.3.2-5
                settle(queue.firstSequence());
                dequeue();
                fates().record(Fate.EXPIRED, message, session.clientId());
                continue;
            }
            if (!to.isWritable() || qos != Qos.AT_MOST_ONCE && !hasWindow()) {
                return;
            }
            long sequence = queue.firstSequence();
            dequeue();
            boolean retain = route.retainAsPublished() && message.retain();
            if (qos == Qos.AT_MOST_ONCE) {
                sendQos0(to, message, route, retain);
            } else {
                send(to, message, route, qos, retain, sequence);
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
            Qos qos = qos(message, route);
            if (message.isExpired(home.loop().nanoTime())) {
                home.router().topics().retained().expire(message, home.router().journal());
            } else if (qos == Qos.AT_MOST_ONCE) {
                sendQos0(to, message, route, true);
            } else {
                send(to, message, route, qos, true, note(message, route, qos, true));
            }
        }
        replayDue = true;
        home.loop().execute(this::goOnReplaying); // others get a turn
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
        if (!entry.released) {
            entry.released = true;
            if (entry.sequence != 0 && ledger != null) {
                ledger.released(entry.sequence);
            }
            fates().delivered(entry.message, session.clientId()); // the client owns it now
        }
        // Only when the store knows of PUBREC: or the PUBLISH could be sent again to a client that has forgotten it.
        home.router().whenDurable(() -> {
            if (link != null) {
                link.pubRel(packetId);
            }
        });
        return true;
    }

    boolean onPubComp(int packetId) {
        InFlight.Entry entry = inFlight.get(packetId);
        if (entry == null || !entry.released) {
            return false;
        }
        removeInFlight(entry);
        drain();
        return true;
    }

    private void finish(InFlight.Entry entry, boolean success) {
        removeInFlight(entry);
        if (success) {
            fates().delivered(entry.message, session.clientId());
        } else {
            fates().record(Fate.REFUSED_BY_RECEIVER, entry.message, session.clientId());
        }
        drain();
    }

    private void removeInFlight(InFlight.Entry entry) {
        if (resend == entry) {
            resend = entry.next;
        }
        inFlight.remove(entry);
        settle(entry.sequence);
        home.counters().inFlight--;
        if (entry.onWire) {
            onWire--;
        }
    }

    private Fates fates() {
        return home.router().fates();
    }

    private boolean check() {
        assert onWire >= 0 && onWire <= Math.max(window, 0) : onWire + " of " + window;
        assert onWire <= inFlight.size();
        assert queue.size() <= home.limits().queueMessages()
                        || home.limits().queueMessages() == 0
                        || home.limits().overflow() == SessionLimits.Overflow.REFUSE
                : queue.size(); // then what was handed on
        return true;
    }
}
