package io.chasqui.broker.session;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.loop.Timer;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.metrics.Counters;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscriber;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import java.util.BitSet;
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
    private long expirySeconds;
    private boolean ended;
    private @Nullable Ledger ledger; // null when the session ends with its connection

    // Valid while connected.
    private @Nullable ClientLink link;

    // Valid while connected, and after that until the delay has passed.
    private @Nullable Testament will;

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

    /** Tells the store of the connection, or to forget this session if it is not to outlive it. */
    private void record() {
        if (expirySeconds == 0) {
            if (ledger != null) {
                ledger.ended();
            }
            setLedger(null);
            return;
        }
        Ledger open = ledger == null ? home.ledger(clientId, 0) : ledger;
        setLedger(open);
        open.opened(expirySeconds);
        if (will == null) {
            open.willSettled(); // of the connection before
        } else {
            open.willMade(will);
        }
    }

    private void setLedger(@Nullable Ledger newLedger) {
        ledger = newLedger;
        outbox.ledger(newLedger);
    }

    /** Puts back a session that was left before a restart. */
    void restore(StoredSession stored, @Nullable Testament testament) {
        long last =
                stored.messages().isEmpty() ? 0 : stored.messages().getLast().sequence();
        setLedger(home.ledger(clientId, last));
        expirySeconds = stored.expirySeconds();
        for (Change.Subscribed subscribed : stored.subscriptions()) {
            Subscription subscription =
                    new Subscription(this, subscribed.filter(), subscribed.options(), subscribed.id());
            subscriptions.put(subscription);
            home.router().topics().subscribe(subscription, null);
            count(subscription, 1);
        }
        stored.messages().forEach(outbox::restore);
        for (int packetId : stored.received()) {
            receive(packetId);
        }
        will = testament;
        long now = home.loop().wallMillis();
        boolean leftBefore = stored.leftAtWallMillis() != StoredSession.CONNECTED;
        waitForReturn(leftBefore ? Math.max(0, now - stored.leftAtWallMillis()) / 1000 : 0, true);
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
        will = null;
        if (ledger != null) {
            ledger.willSettled();
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
            publishWill();
            home.end(this);
        } else {
            waitForReturn(0, false);
        }
    }

    /**
     * Not connected: the Will and the end of the session come in their time.
     *
     * @param gone seconds since the connection went
     * @param restored others who may want the Will are still being put back, so it comes a tick later at the earliest
     */
    private void waitForReturn(long gone, boolean restored) {
        long delay = will == null ? 0 : will.will().delaySeconds();
        if (will != null && delay == 0 && !restored) {
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
        will = null; // otherwise the client came back before the delay was over
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
        outbox.stop(expirySeconds > 0);
        if (ledger != null && expirySeconds > 0) {
            ledger.left(expirySeconds, home.loop().wallMillis());
        }
    }

    private void expire() {
        home.counters().sessionsExpired++;
        home.end(this);
    }

    /** Publishes the Will if there still is one. */
    void publishWill() {
        willDelay = cancel(willDelay);
        Testament testament = will;
        will = null;
        if (testament != null) {
            if (ledger != null) {
                ledger.willSettled();
            }
            Message message = testament.execute();
            if (message != null) {
                home.publish(message);
            }
        }
    }

    /** Ends all: called by {@link Sessions#end}, which has forgotten this session. */
    void end() {
        assert link == null && !ended;
        ended = true;
        expiry = cancel(expiry);
        for (Subscription subscription : subscriptions.all()) {
            home.router().topics().unsubscribe(subscription);
            count(subscription, -1);
        }
        if (ledger != null) {
            ledger.ended();
            setLedger(null);
        }
        outbox.end();
        publishWill();
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
        Subscription before = subscriptions.get(filter.text());
        if (before == null && subscriptions.size() >= home.maxSubscriptions()) {
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
    public boolean deliver(Message message, Route route) {
        assert home.loop().inLoop();
        if (ended) { // between the match on another loop and now
            if (route.share() == null || !home.router().handOn(message, route, false)) {
                home.router().fates().record(Fate.SESSION_ENDED, message, clientId);
            }
            return true;
        }
        return outbox.deliver(message, route);
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

    /**
     * Notes that a QoS 2 message was taken.
     *
     * @return false when it had been taken before (MQTT5-4.3.3-10)
     */
    public boolean receive(int packetId) {
        if (received == null) {
            received = new BitSet();
        }
        boolean fresh = !received.get(packetId);
        received.set(packetId);
        if (fresh && ledger != null) {
            ledger.received(packetId);
        }
        return fresh;
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

    /** QoS 2 messages taken and not yet released by the client. */
    public int receivedCount() {
        return received == null ? 0 : received.cardinality();
    }

    /** Messages that wait, in flight excluded. */
    public int queuedMessages() {
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
