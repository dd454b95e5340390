package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Fates;
import io.chasqui.broker.routing.Pledge;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Qos;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of messages from a session to its client: what waits, what is in flight, and the retained messages still to be
 * replayed. Confined to the session's loop.
 *
 * <p>Order of sending: first what was in flight on the last connection (MQTT5-4.4.0-1), then what waits, then retained
 * messages. A live message goes directly when nothing is in flight again and nothing waits; it may overtake a replay.
 *
 * <p>What waits in a session that outlives its connections is in the store, and the first of it in memory, too: the {@link Queue}.
 * The {@link Backlog} behind it is in the store alone and is read as the queue empties. After a restart all of it is backlog,
 * what was in flight first.
 *
 * <p>Invariants, see {@link #check}: {@code onWire <= window} (MQTT5-3.3.4-9); nobody waits while there is room; the queue
 * is within its limits; without a connection nothing of QoS 0 waits.
 */
final class Outbox {
    /** What is held in memory of one queue that the store has: 512 messages or 1 MiB, whichever is less. */
    static final int QUEUE_MESSAGES = 512;

    private static final long QUEUE_BYTES = 1 << 20;
    private static final int FEW = 32; // of that where memory is short

    private final Session session;
    private final Sessions home;
    private final Queue queue = new Queue();
    private final Backlog backlog = new Backlog();
    private final InFlight inFlight = new InFlight();
    private @Nullable ArrayDeque<InFlight.Entry> held; // of those, the last ones, which are not sent yet; null for none
    private @Nullable Replays replays;
    private @Nullable Ledger ledger; // of a session that outlives its connections
    private boolean replayDue; // the next turn of the replays is among the loop's tasks
    private boolean reading; // part of the backlog is on its way from the store
    private boolean restoring; // what was in flight before the restart is not all here
    private int leaving; // messages handed on to others who do not have them safe yet
    private @Nullable Runnable afterRestore;
    private @Nullable Runnable afterEnd;

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

    /** Messages that wait; of those in the store an upper bound. */
    long queuedMessages() {
        return queue.size() + backlog.messages();
    }

    private long queuedBytes() {
        return queue.bytes() + backlog.bytes();
    }

    int inFlightMessages() {
        return inFlight.size();
    }

    /** The session outlives its connections from now on. */
    void ledger(Ledger newLedger) {
        ledger = newLedger;
    }

    /** Puts back what was owed before a restart. */
    void restore(StoredSession stored) {
        backlog.restore(stored);
        restoring = !backlog.isEmpty();
        home.counters().queuedMessages += backlog.messages();
        home.counters().queuedBytes += backlog.bytes();
    }

    boolean isRestored() {
        return !restoring;
    }

    /** Runs {@code task} when what was in flight before a restart is here, so that its Packet Identifiers are known; at once if it is. */
    void whenRestored(Runnable task) {
        if (restoring) {
            afterRestore = task;
            readBacklog();
        } else {
            task.run();
        }
    }

    void start(ClientLink newLink, int newWindow) {
        assert !restoring;
        link = newLink;
        window = Math.min(newWindow, home.limits().inFlight());
        onWire = 0;
        boolean anyReleased = false;
        for (InFlight.Entry entry = inFlight.first(); entry != null; entry = entry.next) {
            entry.onWire = false;
            anyReleased |= entry.released;
        }
        if (anyReleased) {
            whenDurable(() -> releaseAgain(newLink));
        }
        resend = inFlight.first();
        drain();
    }

    private void releaseAgain(ClientLink to) {
        for (InFlight.Entry entry = inFlight.first(); entry != null && link == to; entry = entry.next) {
            if (entry.released) {
                to.pubRel(entry.packetId); // never the PUBLISH again (MQTT5-4.3.3-6)
            }
        }
    }

    private void whenDurable(Runnable task) {
        if (ledger == null) {
            task.run();
        } else {
            ledger.journal().whenDurable(task);
        }
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
            Owed owed = queue.firstOwed();
            dequeue();
            if (qos(message, route) == Qos.AT_MOST_ONCE) {
                fates().record(Fate.CONNECTION_LOST, message, session.clientId());
            } else {
                enqueue(message, route, owed);
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
                    && handOn(entry.message, entry.route, true, entry.owed)) {
                removeInFlight(entry);
            }
        }
        for (int left = queue.size(); left > 0; left--) {
            Message message = queue.firstMessage();
            Route route = queue.firstRoute();
            Owed owed = queue.firstOwed();
            dequeue();
            if (isWithdrawn(owed)) {
                continue;
            }
            if (message.isExpired(now)) {
                settle(owed);
                fates().record(Fate.EXPIRED, message, session.clientId());
            } else if (route.share() == null || isPledged(owed) || !handOn(message, route, true, owed)) {
                enqueue(message, route, owed);
            }
        }
    }

    /** Gives a message to another member of its share; it is settled here when that one has it safe. */
    private boolean handOn(Message message, Route route, boolean onlyConnected, @Nullable Owed owed) {
        leaving++;
        boolean found = home.router().handOn(message, route, onlyConnected, () -> {
            settle(owed);
            leaving--;
            endIfEmpty();
        });
        leaving -= found ? 0 : 1;
        return found;
    }

    /**
     * The session has ended: all that is left goes to another member of its share, or ends.
     *
     * @param then runs when nothing is left, also in the store
     */
    void end(Runnable then) {
        afterEnd = then;
        endQueue();
        InFlight.Entry entry;
        while ((entry = inFlight.first()) != null) {
            removeInFlight(entry);
            if (entry.released) { // it was delivered when PUBREC came
                settle(entry.owed);
            } else {
                endOne(entry.message, entry.route, entry.qos == Qos.AT_LEAST_ONCE, entry.owed); // QoS 2: MQTT5-4.8.2-5
            }
        }
        replays = null;
        restoring = false;
        endIfEmpty();
    }

    private void endQueue() {
        while (!queue.isEmpty()) {
            Message message = queue.firstMessage();
            Route route = queue.firstRoute();
            Owed owed = queue.firstOwed();
            dequeue();
            if (!isWithdrawn(owed)) {
                endOne(message, route, qos(message, route) != Qos.AT_MOST_ONCE && !isPledged(owed), owed);
            }
        }
    }

    private void endOne(Message message, Route route, boolean mayHandOn, @Nullable Owed owed) {
        boolean handOn = mayHandOn
                && route.share() != null
                && !message.isExpired(home.loop().nanoTime());
        if (!handOn || !handOn(message, route, false, owed)) {
            settle(owed);
            fates().record(Fate.SESSION_ENDED, message, session.clientId());
        }
    }

    private void endIfEmpty() {
        if (afterEnd == null) {
            return;
        }
        if (!backlog.isEmpty()) {
            readBacklog();
        } else if (leaving == 0) {
            Runnable then = afterEnd;
            afterEnd = null;
            then.run();
        }
    }

    /**
     * Takes over a message: sends it, or has it wait.
     *
     * @param joint takes up what is to be kept of it, or null to keep it here
     * @return false when there is no room for it
     */
    boolean deliver(Message message, Route route, @Nullable List<Pledge> joint) {
        ClientLink to = link;
        Qos qos = qos(message, route);
        if (qos == Qos.AT_MOST_ONCE) {
            if (session.link() == null) {
                fates().record(Fate.QOS0_OFFLINE, message, session.clientId());
                return true;
            }
            if (to != null && queue.isEmpty() && resend == null && to.isWritable()) {
                sendQos0(to, message, route, retains(message, route));
                return true;
            }
            return admit(message, route, null);
        }
        if (ledger != null && !ledger.journal().accepts()) {
            fates().record(Fate.STORE_UNAVAILABLE, message, session.clientId());
            return false;
        }
        if (to != null && nothingWaits() && hasWindow() && to.isWritable()) {
            send(to, message, route, qos, retains(message, route), null, joint);
            return true;
        }
        return admit(message, route, joint);
    }

    private boolean nothingWaits() {
        return queue.isEmpty() && backlog.isEmpty() && resend == null;
    }

    /** Tells the store that a message is owed no longer. */
    private void settle(@Nullable Owed owed) {
        if (owed != null && ledger != null) {
            owed.settled(ledger.journal());
        }
    }

    private static boolean isPledged(@Nullable Owed owed) {
        return owed != null && owed.isPledged();
    }

    private static boolean isWithdrawn(@Nullable Owed owed) {
        return owed != null && owed.isWithdrawn();
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
        if (!to.fits(message, qos, route.subscriptionIds())) { // dropped and counted as delivered (MQTT5-3.1.2-25)
            settle(known);
            fates().record(Fate.PACKET_TOO_LARGE, message, session.clientId());
            return;
        }
        InFlight.Entry entry = inFlight.add(message, route, qos, retain);
        home.counters().inFlight++;
        entry.onWire = true;
        onWire++;
        if (onWire == window) {
            idle = false;
        }
        if (ledger == null) {
            publish(to, entry);
            return;
        }
        if (known != null) {
            entry.owed = known;
            known.sent(entry.packetId, ledger.journal());
        } else {
            entry.owed = note(ledger, ledger.owe(message, route, qos, retain, entry.packetId), message, joint);
        }
        if (qos == Qos.EXACTLY_ONCE) {
            hold(entry); // or after a crash another message could go by an identifier that the client knows
            if (joint == null) {
                ledger.journal().whenDurable(() -> letGo(entry));
            }
        } else if (held == null) {
            publish(to, entry);
        } else {
            hold(entry); // behind the others, so that it is sent again in the same order (MQTT5-4.6.0-1)
            entry.safe = true;
        }
    }

    private Owed note(Ledger to, Owed owed, Message message, @Nullable List<Pledge> joint) {
        if (joint == null) {
            to.tell(owed, message.bytes());
        } else {
            joint.add(new Pledged(owed, message));
        }
        return owed;
    }

    private static void publish(ClientLink to, InFlight.Entry entry) {
        to.publish(entry.message, entry.qos, entry.retain, entry.sent, entry.packetId, entry.route.subscriptionIds());
        entry.sent = true;
    }

    private void hold(InFlight.Entry entry) {
        entry.held = true;
        if (held == null) {
            held = new ArrayDeque<>();
        }
        held.add(entry);
    }

    /** The store has the message and its Packet Identifier, or it is not to be sent: it holds nobody up. */
    private void letGo(InFlight.Entry entry) {
        entry.safe = true;
        while (held != null && held.element().safe) {
            InFlight.Entry next = held.remove();
            held = held.isEmpty() ? null : held;
            next.held = false;
            if (link != null && next.onWire && inFlight.get(next.packetId) == next) {
                publish(link, next);
            }
        }
    }

    /** A message of ours that the publisher's loop has kept. */
    private final class Pledged implements Pledge {
        private final Owed owed;
        private final Message message;
        private final Change.Owed change;

        Pledged(Owed owed, Message message) {
            this.owed = owed;
            this.message = message;
            this.change = owed.pledge();
        }

        @Override
        public Change change() {
            return change;
        }

        @Override
        public void decided(boolean kept) {
            InFlight.Entry entry = change.packetId() == 0 ? null : inFlight.get(change.packetId());
            if (entry != null && entry.owed != owed) {
                entry = null; // finished meanwhile
            }
            boolean sent = entry != null && entry.sent;
            if (ledger != null) {
                owed.decided(kept, sent, ledger.journal());
            }
            if (kept && entry != null) {
                letGo(entry);
            } else if (owed.isWithdrawn()) {
                if (entry != null) {
                    removeInFlight(entry);
                }
                fates().record(Fate.STORE_UNAVAILABLE, message, session.clientId());
            }
            drain();
        }
    }

    /**
     * Queues a message, within the limits. Where the policy is to refuse, what was accepted before and is handed on by another
     * member of a share is taken beyond those of this queue: nobody can be told any more. That of the loop holds.
     */
    private boolean admit(Message message, Route route, @Nullable List<Pledge> joint) {
        idle = false;
        SessionLimits limits = home.limits();
        Qos qos = qos(message, route);
        boolean mayRefuse = qos != Qos.AT_MOST_ONCE && limits.overflow() == SessionLimits.Overflow.REFUSE;
        boolean stored = qos != Qos.AT_MOST_ONCE && ledger != null;
        if (home.counters().queuedBytes + message.bytes() > limits.loopQueueBytes()
                || !stored && home.counters().queuedMemoryBytes + message.bytes() > limits.loopMemoryBytes()) {
            fates().record(Fate.QUOTA_EXCEEDED, message, session.clientId());
            return !mayRefuse;
        }
        boolean promised = route.isPromised() && limits.overflow() == SessionLimits.Overflow.REFUSE;
        boolean canFit = limits.queueMessages() > 0 && message.bytes() <= limits.queueBytes();
        while (!promised && isOver(1, message.bytes())) {
            if (canFit
                    && queue.isEmpty()
                    && !backlog.isEmpty()
                    && limits.overflow() == SessionLimits.Overflow.DROP_OLDEST) {
                readBacklog(); // to make room when its oldest are here
                break;
            }
            if (!canFit || !makeRoom(limits.overflow())) {
                fates().record(Fate.QUEUE_FULL, message, session.clientId());
                return !mayRefuse;
            }
        }
        if (ledger == null || !stored) {
            enqueue(message, route, null);
            return true;
        }
        boolean retain = retains(message, route);
        Owed owed = note(ledger, ledger.owe(message, route, qos, retain, 0), message, joint);
        if (backlog.isEmpty() && fitsMemory(message)) {
            enqueue(message, route, owed);
        } else {
            backlog.add(owed, message.bytes());
            home.counters().queuedMessages++;
            home.counters().queuedBytes += message.bytes();
        }
        return true;
    }

    private boolean isOver(int messages, long bytes) {
        SessionLimits limits = home.limits();
        return queuedMessages() + messages > limits.queueMessages() || queuedBytes() + bytes > limits.queueBytes();
    }

    private boolean fitsMemory(Message message) {
        return queue.size() < QUEUE_MESSAGES
                && queue.bytes() + message.bytes() <= QUEUE_BYTES
                && home.counters().queuedMemoryBytes + message.bytes()
                        <= home.limits().loopMemoryBytes();
    }

    /** Ends the message that has waited longest if it has expired (MQTT5-3.3.2-5) or the policy gives its place away. */
    private boolean makeRoom(SessionLimits.Overflow overflow) {
        if (queue.isEmpty()) {
            readBacklog(); // what has expired of it makes room for the next
            return false;
        }
        Message oldest = queue.firstMessage();
        Owed owed = queue.firstOwed();
        boolean expired = oldest.isExpired(home.loop().nanoTime());
        if (!expired && overflow != SessionLimits.Overflow.DROP_OLDEST && !isWithdrawn(owed)) {
            return false;
        }
        dequeue();
        if (!isWithdrawn(owed)) {
            settle(owed);
            fates().record(expired ? Fate.EXPIRED : Fate.DISPLACED, oldest, session.clientId());
        }
        return true;
    }

    private void enqueue(Message message, Route route, @Nullable Owed owed) {
        queue.add(message, route, owed);
        home.counters().queuedMessages++;
        home.counters().queuedBytes += message.bytes();
        home.counters().queuedMemoryBytes += message.bytes();
    }

    private void dequeue() {
        int bytes = queue.firstMessage().bytes();
        home.counters().queuedMessages--;
        home.counters().queuedBytes -= bytes;
        home.counters().queuedMemoryBytes -= bytes;
        queue.removeFirst();
    }

    /** Asks the store for the next part of the backlog, unless it is on its way. */
    private void readBacklog() {
        if (reading || backlog.isEmpty() || ledger == null) {
            return;
        }
        reading = true;
        boolean isShort = home.counters().queuedMemoryBytes > home.limits().loopMemoryBytes();
        ledger.journal()
                .read(
                        ledger.id(),
                        backlog.next(),
                        isShort ? FEW : QUEUE_MESSAGES,
                        isShort ? QUEUE_BYTES / FEW : QUEUE_BYTES,
                        this::onRead);
    }

    private void onRead(List<StoredSession.Owed> read) {
        reading = false;
        long messages = backlog.messages();
        long bytes = backlog.bytes();
        backlog.took(read);
        home.counters().queuedMessages -= messages - backlog.messages();
        home.counters().queuedBytes -= bytes - backlog.bytes();
        read.forEach(this::takeBack);
        if (afterEnd != null) {
            endQueue();
            endIfEmpty();
        } else if (restoring && !backlog.isEmpty()) {
            readBacklog();
        } else {
            restored();
            shrink();
            drain();
        }
    }

    private void takeBack(StoredSession.Owed stored) {
        Route route = Route.restored(session, stored.qos(), stored.retain(), stored.subscriptionIds(), stored.share());
        assert ledger != null;
        Owed owed = Owed.stored(ledger.id(), stored, route);
        if (stored.packetId() == 0 || afterEnd != null) {
            restoring = false; // what was in flight comes first
            enqueue(stored.message(), route, owed);
            return;
        }
        InFlight.Entry entry =
                new InFlight.Entry(stored.packetId(), stored.message(), route, stored.qos(), stored.retain());
        entry.owed = owed;
        entry.released = stored.released();
        entry.sent = true;
        inFlight.restore(entry);
        home.counters().inFlight++;
    }

    private void restored() {
        restoring = false;
        Runnable task = afterRestore;
        afterRestore = null;
        if (task != null) {
            task.run();
        }
    }

    /** Ends what has expired of the oldest, and what is too much where the policy gives the place of the oldest away. */
    private void shrink() {
        boolean displaces = home.limits().overflow() == SessionLimits.Overflow.DROP_OLDEST;
        while (!queue.isEmpty()
                && (queue.firstMessage().isExpired(home.loop().nanoTime()) || displaces && isOver(0, 0))) {
            makeRoom(home.limits().overflow());
        }
        if (queue.isEmpty() && displaces && isOver(0, 0)) {
            readBacklog();
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
        if (queue.size() <= QUEUE_MESSAGES / 2) {
            readBacklog();
        }
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
            if (!to.fits(entry.message, entry.qos, entry.route.subscriptionIds())) { // the new connection takes less
                completeUnsent(entry, to);
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
    private void completeUnsent(InFlight.Entry entry, ClientLink to) {
        fates().record(Fate.PACKET_TOO_LARGE, entry.message, session.clientId());
        if (entry.qos == Qos.EXACTLY_ONCE) {
            release(entry, to);
        } else {
            removeInFlight(entry);
            settle(entry.owed);
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
        whenDurable(() -> {
            if (to != null && link == to) {
                to.pubRel(entry.packetId);
            }
        });
    }

    private void sendQueued(ClientLink to) {
        long now = home.loop().nanoTime();
        while (!queue.isEmpty()) {
            Message message = queue.firstMessage();
            Route route = queue.firstRoute();
            Owed owed = queue.firstOwed();
            Qos qos = qos(message, route);
            if (isWithdrawn(owed)) {
                dequeue();
                continue;
            }
            if (message.isExpired(now)) { // MQTT5-3.3.2-5
                settle(owed);
                dequeue();
                fates().record(Fate.EXPIRED, message, session.clientId());
                continue;
            }
            if (isPledged(owed) || !to.isWritable() || qos != Qos.AT_MOST_ONCE && !hasWindow()) {
                return;
            }
            dequeue();
            if (qos == Qos.AT_MOST_ONCE) {
                sendQos0(to, message, route, retains(message, route));
            } else {
                send(to, message, route, qos, retains(message, route), owed, null);
            }
        }
    }

    private static boolean retains(Message message, Route route) {
        return route.retainAsPublished() && message.retain();
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
                send(to, message, route, qos, true, null, null);
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
        settle(entry.owed);
        drain();
        return true;
    }

    private void finish(InFlight.Entry entry, boolean success) {
        removeInFlight(entry);
        settle(entry.owed);
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
        home.counters().inFlight--;
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
        assert queue.size() <= home.limits().queueMessages()
                        || home.limits().queueMessages() == 0
                        || home.limits().overflow() == SessionLimits.Overflow.REFUSE
                : queue.size(); // then what was handed on
        return true;
    }
}
