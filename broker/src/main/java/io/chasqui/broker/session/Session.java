package io.chasqui.broker.session;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.loop.Timer;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.metrics.Counters;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Pledge;
import io.chasqui.broker.routing.Receipt;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscriber;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one client is owed, connected or not (section 4.1): its subscriptions, what waits and what is in flight, the QoS 2
 * messages it has not released, its Will, and when all that ends.
 *
 * <p>Confined to its home loop, but for {@link #isConnected} and {@link #isIdle}. Life: made by {@link Sessions#open}, then
 * attached and detached any number of times, then ended once; an ended session takes nothing any more.
 */
public final class Session implements Subscriber {
    private final Sessions home;
    private final String clientId;
    private final Subscriptions subscriptions = new Subscriptions();
    private final Outbox outbox;
    private @Nullable BitSet received; // Packet Identifiers of QoS 2 messages taken and not yet released
    private @Nullable Map<Integer, Receipt> undecided; // of these, those that are not acknowledged
    private long expirySeconds;
    private boolean ended;
    private @Nullable Ledger ledger; // null as long as the session ended with its connection
    private int unfinished; // parts of its end

    // Valid while connected.
    private @Nullable ClientLink link;

    // Valid while connected, and after that until the delay has passed.
    private @Nullable Testament will;

    // The Will of the store's record, from when it is published until everyone who is owed it has it safe.
    private @Nullable Departing departing;

    // Valid while not connected.
    private @Nullable Alarm expiry;
    private @Nullable Alarm willDelay;

    private volatile boolean connected; // link != null, for other loops

    Session(Sessions home, String clientId) {
        this.home = home;
        this.clientId = clientId;
        this.outbox = new Outbox(this, home);
    }

    /** A timer of this session. */
    private final class Alarm extends Timer {
        private final Runnable task;

        Alarm(Runnable task, long seconds) {
            this.task = task;
            home.loop().timers().set(this, seconds * 1_000_000_000L);
        }

        @Override
        protected void onTime() {
            task.run();
        }
    }

    @Override
    public String clientId() {
        return clientId;
    }

    @Override
    public int home() {
        return home.loop().index();
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isIdle() {
        return outbox.isIdle();
    }

    public boolean isEnded() {
        return ended;
    }

    /** The number by which the store knows it, 0 when it does not. */
    long number() {
        return ledger == null ? 0 : ledger.id().number();
    }

    /** Session Expiry Interval in force, 0 to {@link Connect#NEVER_EXPIRES}. */
    public long expirySeconds() {
        return expirySeconds;
    }

    @Nullable
    ClientLink link() {
        return link;
    }

    /** Gives the session its next connection. What it is owed is sent by {@link #start}, after CONNACK. */
    void attach(ClientLink newLink, long newExpirySeconds, @Nullable Testament newWill) {
        assert link == null && !ended;
        expiry = cancel(expiry);
        willDelay = cancel(willDelay); // back in time: the Will of the last connection is not sent (MQTT5-3.1.3-9)
        link = newLink;
        connected = true;
        expirySeconds = newExpirySeconds;
        will = newWill;
        record();
    }

    private void letDepart() {
        if (departing != null) {
            departing.makeWay();
            departing = null;
        }
    }

    /** Tells the store of the connection, if the session outlives it or has outlived one before. */
    private void record() {
        if (ledger == null && expirySeconds == 0) {
            return;
        }
        if (ledger == null) {
            ledger = home.newLedger(clientId);
            outbox.ledger(ledger);
        }
        letDepart();
        ledger.opened(expirySeconds, will);
    }

    /** Puts back a session that was left before a restart. */
    void restore(StoredSession stored, Ledger known, @Nullable Testament testament) {
        ledger = known;
        outbox.ledger(known);
        outbox.recovery().begin(stored);
        expirySeconds = stored.expirySeconds();
        will = testament;
        if (stored.received().length > 0) {
            received = new BitSet();
            for (int packetId : stored.received()) {
                received.set(packetId);
            }
        }
    }

    /** Puts back its subscriptions. */
    void resume(StoredSession stored) {
        for (Change.Subscribed subscribed : stored.subscriptions()) {
            Subscription subscription =
                    new Subscription(this, subscribed.filter(), subscribed.options(), subscribed.id());
            subscriptions.put(subscription);
            home.router().topics().subscribe(subscription, null);
            count(subscription, 1);
        }
        if (stored.leftAtWallMillis() == StoredSession.CONNECTED && ledger != null) {
            // When the process ended, or when this one began, which is all we know.
            ledger.left(expirySeconds, home.loop().wallMillis());
        }
    }

    /** All sessions of all loops are back: has its end and its Will come in their time. */
    void begin() {
        assert ledger != null;
        waitForReturn(secondsSince(ledger.leftAtWallMillis(), home.loop().wallMillis()));
    }

    private static long secondsSince(long leftAtWallMillis, long now) {
        return leftAtWallMillis == StoredSession.CONNECTED ? 0 : Math.max(0, now - leftAtWallMillis) / 1000;
    }

    /** Whether nobody may continue it: it had ended, or its expiry has passed while nobody ran. */
    static boolean isOver(StoredSession stored, long wallMillis) {
        return stored.expirySeconds() == 0
                || stored.expirySeconds() != Connect.NEVER_EXPIRES
                        && secondsSince(stored.leftAtWallMillis(), wallMillis) >= stored.expirySeconds();
    }

    /** Runs {@code task} when the session is ready for {@link #start}; at once unless it is the first time after a restart. */
    public void whenReady(Runnable task) {
        outbox.recovery().whenDone(task);
    }

    public boolean isReady() {
        return outbox.recovery().isDone();
    }

    /** Whether its state is in the store: what is promised to its client has to be safe first. */
    public boolean isStored() {
        return ledger != null;
    }

    /**
     * Sends what is owed: what was in flight again, then what waits.
     *
     * @param to the connection; another one may have taken over meanwhile
     * @param window QoS 1 and 2 messages the client takes at once, 1 to 65,535
     */
    public void start(ClientLink to, int window) {
        if (link == to) {
            outbox.start(to, window);
        }
    }

    /** The last word of the connection is a DISCONNECT that changes the Session Expiry Interval. */
    public void expirySeconds(long newExpirySeconds) {
        expirySeconds = newExpirySeconds;
    }

    /** DISCONNECT 0x00: the Will is deleted unpublished (MQTT5-3.14.4-3). */
    public void dropWill() {
        settle(will);
        will = null;
    }

    private void settle(@Nullable Testament testament) {
        if (ledger != null) {
            ledger.settled(testament);
        }
    }

    /**
     * The connection is gone. Does nothing when {@code oldLink} is no longer this session's.
     *
     * <p>The Will is published now unless it has a delay and the session lives on; the session ends now if it does not
     * outlive its connections.
     */
    public void detach(ClientLink oldLink) {
        if (link != oldLink) {
            return;
        }
        release();
        if (expirySeconds == 0) {
            home.end(this);
        } else {
            waitForReturn(0);
        }
    }

    /**
     * Not connected: the Will and the end of the session come in their time.
     *
     * @param gone seconds since the connection went
     */
    private void waitForReturn(long gone) {
        long delay = will == null ? 0 : will.will().delaySeconds();
        if (will != null && delay == 0) {
            publishWill();
        } else if (will != null && delay < expirySeconds) {
            willDelay = new Alarm(this::publishWill, Math.max(0, delay - gone));
        } // else it is published when the session ends
        if (expirySeconds != Connect.NEVER_EXPIRES) {
            expiry = new Alarm(this::expire, Math.max(0, expirySeconds - gone));
        }
    }

    /** Takes the connection away for another one, which goes on with this session if {@code kept}. */
    void takeOver(boolean kept) {
        ClientLink old = link;
        assert old != null;
        release();
        if (will != null && (will.will().delaySeconds() == 0 || !kept)) {
            publishWill();
        }
        dropWill(); // there is one if the client came back before the delay was over
        old.end(ReasonCode.SESSION_TAKEN_OVER, "another connection uses this Client Identifier");
    }

    /** Not connected, and does not outlive its connections: nobody may continue it (MQTT3-3.1.2-6). */
    boolean isOver() {
        return link == null && expirySeconds == 0;
    }

    /** The broker stops: the connection goes, and the Will may wait for the restart (U5-32). */
    public void suspend(ClientLink oldLink) {
        if (link == oldLink) {
            release();
        }
    }

    private void release() {
        link = null;
        connected = false;
        if (ledger != null) {
            ledger.left(expirySeconds, home.loop().wallMillis());
        }
        outbox.stop(expirySeconds > 0);
    }

    private void expire() {
        home.counters().sessionsExpired++;
        home.end(this);
    }

    /** Publishes the Will if there still is one. */
    void publishWill() {
        publishWill(() -> {});
    }

    /** @param then runs when everyone who is owed the Will has it safe */
    private void publishWill(Runnable then) {
        willDelay = cancel(willDelay);
        Testament testament = will;
        will = null;
        Message message = testament == null ? null : testament.execute();
        if (testament == null || message == null) {
            settle(testament);
            then.run();
        } else {
            Departing published = new Departing(home, clientId, testament);
            departing = ledger == null ? null : published;
            home.publish(message, () -> {
                if (published.done()) {
                    settle(testament);
                    departing = null;
                }
                then.run();
            });
        }
    }

    /** Ends all: called by {@link Sessions#end}, which has forgotten this session. Messages of the store are cleared bit by bit. */
    void end() {
        assert link == null && !ended;
        ended = true;
        expiry = cancel(expiry);
        for (Subscription subscription : subscriptions.all()) {
            home.router().topics().unsubscribe(subscription);
            count(subscription, -1);
        }
        letDepart();
        if (ledger != null) {
            ledger.over(home.loop().wallMillis());
        }
        unfinished = 2;
        outbox.end(this::finishEnd);
        publishWill(this::finishEnd);
    }

    private void finishEnd() {
        unfinished--;
        if (unfinished == 0 && ledger != null) {
            ledger.ended();
        }
    }

    private @Nullable Alarm cancel(@Nullable Alarm alarm) {
        if (alarm != null) {
            home.loop().timers().cancel(alarm);
        }
        return null;
    }

    /** What {@link #subscribe} found. */
    public enum Subscribed {
        NEW,
        REPLACED,
        TOO_MANY
    }

    /**
     * Makes a subscription, or replaces the one with the same Topic Filter (MQTT5-3.8.4-3).
     *
     * @param id Subscription Identifier, or 0
     */
    public Subscribed subscribe(TopicFilter filter, SubscriptionOptions options, int id) {
        return subscribe(filter, options, id, Integer.MAX_VALUE);
    }

    /**
     * As the other one.
     *
     * @param most subscriptions that this client may have, beside what holds for all
     */
    public Subscribed subscribe(TopicFilter filter, SubscriptionOptions options, int id, int most) {
        Subscription before = subscriptions.get(filter.text());
        if (before == null && subscriptions.size() >= Math.min(most, home.maxSubscriptions())) {
            return Subscribed.TOO_MANY;
        }
        Subscription subscription = new Subscription(this, filter, options, id);
        subscriptions.put(subscription);
        home.router().topics().subscribe(subscription, before);
        if (ledger != null) {
            ledger.subscribed(subscription);
        }
        if (before == null) {
            count(subscription, 1);
        }
        return before == null ? Subscribed.NEW : Subscribed.REPLACED;
    }

    /** Sends the retained messages that match a subscription just made (section 3.3.1.3), as the client takes them. */
    public void replayRetained(TopicFilter filter) {
        Subscription subscription = subscriptions.get(filter.text());
        if (subscription != null && !filter.isShared()) {
            outbox.replay(subscription);
        }
    }

    /** @return false when there was no such subscription */
    public boolean unsubscribe(String filter) {
        Subscription subscription = subscriptions.remove(filter);
        if (subscription == null) {
            return false;
        }
        home.router().topics().unsubscribe(subscription);
        if (ledger != null) {
            ledger.unsubscribed(filter);
        }
        outbox.stopReplay(subscription);
        count(subscription, -1);
        return true;
    }

    private void count(Subscription subscription, int change) {
        Counters counters = home.counters();
        counters.subscriptions += change;
        counters.sharedSubscriptions += subscription.filter().isShared() ? change : 0;
    }

    @Override
    public boolean deliver(Message message, Route route, @Nullable List<Pledge> joint) {
        assert home.loop().inLoop();
        if (ended) { // between the match on another loop and now
            if (route.share() == null || !home.router().handOn(message, route, false, () -> {})) {
                home.router().fates().record(Fate.SESSION_ENDED, message, clientId);
            }
            return true;
        }
        return outbox.deliver(message, route, joint);
    }

    /**
     * PUBACK came.
     *
     * @return false when no QoS 1 message with this identifier is in flight
     */
    public boolean onPubAck(int packetId, boolean success) {
        return outbox.onPubAck(packetId, success);
    }

    /**
     * PUBREC came.
     *
     * @return false when no QoS 2 message with this identifier is in flight
     */
    public boolean onPubRec(int packetId, boolean success) {
        return outbox.onPubRec(packetId, success);
    }

    /**
     * PUBCOMP came.
     *
     * @return false when no PUBREL with this identifier is in flight
     */
    public boolean onPubComp(int packetId) {
        return outbox.onPubComp(packetId);
    }

    /** The connection can take more again. */
    public void onWritable() {
        outbox.drain();
    }

    /** Whether a QoS 2 message with this identifier was taken and not released: the next one with it is the same (MQTT5-4.3.3-10). */
    public boolean hasReceived(int packetId) {
        return received != null && received.get(packetId);
    }

    /**
     * Notes that a QoS 2 message is taken. It is not yet in the store: see {@link #receiving}.
     */
    public void receive(int packetId) {
        if (received == null) {
            received = new BitSet();
        }
        received.set(packetId);
        if (undecided != null) {
            undecided.remove(packetId); // of a message before it, which its client released unasked
        }
    }

    /**
     * The acknowledgement of a QoS 2 message has to wait.
     *
     * @param receipt for what; to be {@linkplain #decided taken away} then
     */
    public void undecided(int packetId, Receipt receipt) {
        if (undecided == null) {
            undecided = new HashMap<>();
        }
        undecided.put(packetId, receipt);
    }

    /** What has the store know of a QoS 2 message that was taken; null when the session is not in the store. */
    public @Nullable Change receiving(int packetId) {
        return ledger == null ? null : ledger.received(packetId);
    }

    /** What the acknowledgement of a QoS 2 message still waits for, perhaps on behalf of a connection that is gone; else null. */
    public @Nullable Receipt undecided(int packetId) {
        return undecided == null ? null : undecided.get(packetId);
    }

    /** The acknowledgement of a QoS 2 message waits no longer. */
    public void decided(int packetId, Receipt receipt) {
        if (undecided != null && undecided.remove(packetId, receipt) && undecided.isEmpty()) {
            undecided = null;
        }
    }

    /**
     * Notes that the identifier of a QoS 2 message is free again.
     *
     * @return false when it was not held
     */
    public boolean forget(int packetId) {
        boolean held = received != null && received.get(packetId);
        if (held && received != null) {
            received.clear(packetId);
            if (ledger != null) {
                ledger.forgotten(packetId);
            }
        }
        return held;
    }

    /** Runs {@code task} when all that this session has told the store is safe, at once if nothing has to be. */
    public void whenDurable(Runnable task) {
        if (ledger == null) {
            task.run();
        } else {
            ledger.journal().whenDurable(task);
        }
    }

    /** As {@link #whenDurable}, but hears at once when the store fails. */
    public void whenDecided(Journal.Outcome outcome) {
        if (ledger == null) {
            outcome.decided(true);
        } else {
            ledger.journal().whenDecided(outcome);
        }
    }

    /** QoS 2 messages taken and not yet released by the client. */
    public int receivedCount() {
        return received == null ? 0 : received.cardinality();
    }

    /** Messages that wait, in flight excluded. */
    public long queuedMessages() {
        return outbox.queuedMessages();
    }

    /** Messages sent and not finished. */
    public int inFlightMessages() {
        return outbox.inFlightMessages();
    }

    public int subscriptionCount() {
        return subscriptions.size();
    }

    Loop loop() {
        return home.loop();
    }
}
