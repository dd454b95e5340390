package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.StoredSession;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one client, first in first out, within its limits. The head is in memory, the {@link Queue}. What the store has can
 * be longer than that: the {@link Backlog} behind it is in the store alone, and is read as the queue empties. Messages
 * that the store does not have are all in memory. Confined to the session's loop.
 */
final class Waiting {
    /** What is held in memory of what the store has: 512 messages or 1 MiB, whichever is less. */
    static final int QUEUE_MESSAGES = 512;

    /** Bytes of objects around one message in memory. */
    static final int OVERHEAD = 128;

    private static final long QUEUE_BYTES = 1 << 20;
    private static final int SHARE = 16; // of these where memory is short: so many times less

    private final Sessions home;
    private final String clientId;
    private final Consumer<List<Change.Owed>> onRead;
    private final Queue queue = new Queue();
    private final Backlog backlog = new Backlog();
    private @Nullable Ledger ledger; // of a session that outlives its connections
    private @Nullable ArrayDeque<Owed> pledged; // of the backlog, from the first that is not decided on; null for none
    private boolean reading; // part of the backlog is on its way
    private long reserved; // memory that is counted for it

    /** @param onRead hears what has been read; it is to be given back to {@link #addAgain} */
    Waiting(Sessions home, String clientId, Consumer<List<Change.Owed>> onRead) {
        this.home = home;
        this.clientId = clientId;
        this.onRead = onRead;
    }

    void ledger(Ledger newLedger) {
        ledger = newLedger;
    }

    boolean isEmpty() {
        return queue.isEmpty() && backlog.isEmpty();
    }

    /** Messages; of those in the store alone an upper bound. */
    long messages() {
        return queue.size() + backlog.messages();
    }

    private long bytes() {
        return queue.bytes() + backlog.bytes();
    }

    /** Messages in memory: the ones at the front. */
    int size() {
        return queue.size();
    }

    /** Whether there are messages in the store alone. */
    boolean isMoreStored() {
        return !backlog.isEmpty();
    }

    Message firstMessage() {
        return queue.firstMessage();
    }

    Route firstRoute() {
        return queue.firstRoute();
    }

    /** By which the store knows the first one, or null. */
    @Nullable
    Owed firstOwed() {
        return queue.firstOwed();
    }

    void removeFirst() {
        int bytes = queue.firstMessage().bytes();
        home.counters().queuedMessages--;
        home.counters().queuedBytes -= bytes;
        home.counters().queuedMemoryBytes -= bytes + OVERHEAD;
        queue.removeFirst();
    }

    /** Puts back what the store held before a restart. */
    void restore(StoredSession stored) {
        backlog.restore(stored);
        home.counters().queuedMessages += backlog.messages();
        home.counters().queuedBytes += backlog.bytes();
    }

    /**
     * Adds a message for which there is {@linkplain #makeRoomFor room}.
     *
     * @param owed by which the store knows it, or null
     */
    void add(Message message, Route route, @Nullable Owed owed) {
        if (owed == null || ledger == null || backlog.isEmpty() && fitsMemory(message)) {
            addAgain(message, route, owed);
            return;
        }
        backlog.add(owed, message.bytes());
        firstPledged(); // so that those decided do not gather
        if (Owed.isPledged(owed)) {
            pledged = pledged == null ? new ArrayDeque<>() : pledged;
            pledged.add(owed);
        }
        home.counters().queuedMessages++;
        home.counters().queuedBytes += message.bytes();
    }

    private boolean fitsMemory(Message message) {
        return queue.size() < QUEUE_MESSAGES
                && queue.bytes() + message.bytes() <= QUEUE_BYTES
                && !isMemoryShort(message.bytes());
    }

    private boolean isMemoryShort(int bytes) {
        return home.counters().queuedMemoryBytes + home.counters().inFlightBytes + bytes + OVERHEAD
                > home.limits().loopMemoryBytes();
    }

    /** Whether so much is in memory, of all sessions of the loop, that what the store has should stay there. */
    boolean isMemoryShort() {
        return isMemoryShort(0);
    }

    /** Adds what was at the front, or was read from the store, behind the others in memory. */
    void addAgain(Message message, Route route, @Nullable Owed owed) {
        queue.add(message, route, owed);
        home.counters().queuedMessages++;
        home.counters().queuedBytes += message.bytes();
        home.counters().queuedMemoryBytes += message.bytes() + OVERHEAD;
    }

    /**
     * Makes room for a message if need be and if the policy allows it.
     *
     * @param mayStore its QoS allows that the store has it
     * @param promised it was accepted before and only changes its place, so no limits hold for it
     * @return why there is no room, or null
     */
    @Nullable
    Fate makeRoomFor(Message message, boolean mayStore, boolean promised) {
        if (promised) {
            return null;
        }
        SessionLimits limits = home.limits();
        boolean inMemory = ledger == null || !mayStore;
        if (home.counters().queuedBytes + message.bytes() > limits.loopQueueBytes()
                || inMemory && isMemoryShort(message.bytes())) {
            return Fate.QUOTA_EXCEEDED;
        }
        boolean canFit = limits.queueMessages() > 0 && message.bytes() <= limits.queueBytes();
        while (isOver(1, message.bytes())) {
            if (canFit && queue.isEmpty() && limits.overflow() == Overflow.DROP_OLDEST) {
                readMore(); // there is room when the oldest are here
                return null;
            }
            if (!canFit || !dropFirst(limits.overflow())) {
                return Fate.QUEUE_FULL;
            }
        }
        return null;
    }

    private boolean isOver(int moreMessages, long moreBytes) {
        SessionLimits limits = home.limits();
        return messages() + moreMessages > limits.queueMessages() || bytes() + moreBytes > limits.queueBytes();
    }

    /** Ends the message that has waited longest if it has expired (MQTT5-3.3.2-5) or the policy gives its place away. */
    private boolean dropFirst(Overflow overflow) {
        if (queue.isEmpty()) {
            readMore(); // what has expired of it makes room for a later one
            return false;
        }
        Message first = queue.firstMessage();
        Owed owed = queue.firstOwed();
        boolean withdrawn = Owed.isWithdrawn(owed);
        boolean expired = first.isExpired(home.loop());
        if (!withdrawn && !expired && overflow != Overflow.DROP_OLDEST) {
            return false;
        }
        removeFirst();
        if (!withdrawn) {
            settle(owed);
            home.router().fates().record(expired ? Fate.EXPIRED : Fate.DISPLACED, first, clientId);
        }
        return true;
    }

    /** Tells the store that a message is owed no longer. */
    void settle(@Nullable Owed owed) {
        if (owed != null && ledger != null) {
            owed.settled(ledger.journal());
        }
    }

    /** Ends what has expired of the oldest, and what is too much where the policy gives the place of the oldest away. */
    void shrink() {
        Overflow overflow = home.limits().overflow();
        boolean displaces = overflow == Overflow.DROP_OLDEST;
        while (!queue.isEmpty() && (queue.firstMessage().isExpired(home.loop()) || displaces && isOver(0, 0))) {
            dropFirst(overflow);
        }
        if (queue.isEmpty() && displaces && isOver(0, 0)) {
            readMore();
        }
    }

    /** Reads on when what is in memory runs low. */
    void readAhead() {
        if (queue.size() <= QUEUE_MESSAGES / 2) {
            readMore();
        }
    }

    /**
     * Asks the store for the next part of the backlog, unless it is on its way.
     *
     * @return false when nothing will come: there is no more, or the next is pledged and not yet decided
     */
    boolean readMore() {
        if (reading) {
            return true;
        }
        long through = readable();
        if (backlog.isEmpty() || ledger == null || through < backlog.next()) {
            return false;
        }
        reading = true;
        int share = isMemoryShort() ? SHARE : 1;
        int messages = QUEUE_MESSAGES / share;
        long bytes = QUEUE_BYTES / share;
        reserved = Math.min(backlog.bytes(), bytes) + Math.min(backlog.messages(), messages) * OVERHEAD;
        home.counters().queuedMemoryBytes += reserved;
        ledger.journal().read(ledger.id(), backlog.next(), messages, bytes, read -> onRead(read, through));
        return true;
    }

    /** The highest sequence of the backlog that may be read: what is pledged reaches the store by another loop, perhaps later. */
    private long readable() {
        Owed first = firstPledged();
        return first == null ? backlog.last() : Math.min(backlog.last(), first.sequence() - 1);
    }

    private @Nullable Owed firstPledged() {
        while (pledged != null) {
            Owed first = pledged.element();
            if (Owed.isPledged(first)) {
                return first;
            }
            pledged.remove();
            pledged = pledged.isEmpty() ? null : pledged;
        }
        return null;
    }

    private void onRead(List<Change.Owed> all, long through) {
        reading = false;
        home.counters().queuedMemoryBytes -= reserved;
        List<Change.Owed> read =
                all.stream().takeWhile(owed -> owed.sequence() <= through).toList();
        long messages = backlog.messages();
        long bytes = backlog.bytes();
        backlog.took(read, through);
        home.counters().queuedMessages -= messages - backlog.messages();
        home.counters().queuedBytes -= bytes - backlog.bytes();
        onRead.accept(read);
    }
}
