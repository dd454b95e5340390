package io.chasqui.broker.session;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.metrics.Counters;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Router;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.StoredSession;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The sessions at home on one loop, by Client Identifier. Confined to that loop. */
public final class Sessions {
    private final Router router;
    private final Counters counters;
    private final SessionLimits limits;
    private final ToIntFunction<String> shard;
    private final AtomicInteger sessionsOfAllLoops;
    private final AtomicLong lastSession;
    private final int maxSessions;
    private final int maxSubscriptions;
    private final Map<String, Session> byClientId = new HashMap<>();
    private List<Session> over = new ArrayList<>(); // of the store, while others are put back

    /**
     * @param shard of a Client Identifier
     * @param sessionsOfAllLoops what the loops share: the number of sessions, at most {@code maxSessions}
     * @param lastSession what the loops share: the highest number that a session of the store was given
     * @param maxSubscriptions subscriptions of one session
     */
    public Sessions(
            Router router,
            Counters counters,
            SessionLimits limits,
            ToIntFunction<String> shard,
            AtomicInteger sessionsOfAllLoops,
            AtomicLong lastSession,
            int maxSessions,
            int maxSubscriptions) {
        this.router = router;
        this.counters = counters;
        this.limits = limits;
        this.shard = shard;
        this.sessionsOfAllLoops = sessionsOfAllLoops;
        this.lastSession = lastSession;
        this.maxSessions = maxSessions;
        this.maxSubscriptions = maxSubscriptions;
    }

    /** Whether the store can keep what {@link #open} would tell it. A session that is there already needs next to nothing. */
    public boolean mayOpen(String clientId, long expirySeconds) {
        Session existing = byClientId.get(clientId);
        boolean stored = existing != null && existing.isStored();
        return stored
                ? !router.journal().isFailing()
                : expirySeconds == 0 || router.journal().accepts();
    }

    /** @param present whether it existed before: Session Present of CONNACK */
    public record Opened(Session session, boolean present) {}

    /**
     * Gives {@code link} the session of {@code clientId}: the one that exists, or a new one (section 3.1.2.4). A connection
     * that has it is ended (MQTT5-3.1.4-3).
     *
     * @param cleanStart end the one that exists first
     * @return null when there are too many sessions
     */
    public @Nullable Opened open(
            String clientId, boolean cleanStart, long expirySeconds, ClientLink link, @Nullable Testament will) {
        assert loop().inLoop();
        Session existing = byClientId.get(clientId);
        if (existing != null && existing.link() != null) {
            existing.takeOver(!cleanStart && existing.expirySeconds() > 0);
        }
        if (existing != null && (cleanStart || existing.isOver())) {
            end(existing);
            existing = null;
        }
        boolean present = existing != null;
        if (existing == null) {
            if (sessionsOfAllLoops.incrementAndGet() > maxSessions) {
                sessionsOfAllLoops.decrementAndGet();
                return null;
            }
            existing = new Session(this, clientId);
            byClientId.put(clientId, existing);
            counters.sessions++;
        }
        existing.attach(link, expirySeconds, will);
        return new Opened(existing, present);
    }

    /**
     * Puts back a session that was left before a restart, unless it has ended meanwhile. On the loop, before {@link #begin}.
     *
     * @param testament its Will, if that is not settled
     */
    public void restore(StoredSession stored, @Nullable Testament testament) {
        Session session = new Session(this, stored.clientId());
        session.restore(stored, Ledger.stored(router.journal(), stored, testament), testament);
        Session other = byClientId.get(stored.clientId());
        boolean replaced = other != null && other.number() > stored.id().number();
        if (replaced || Session.isOver(stored, loop().wallMillis())) {
            over.add(session);
            return;
        }
        if (other != null && forget(other)) { // it had ended, and this one came after it
            over.add(other);
        }
        byClientId.put(stored.clientId(), session);
        counters.sessions++;
        sessionsOfAllLoops.incrementAndGet();
        session.resume(stored);
    }

    /**
     * All loops have put back their sessions: from now on Wills come and sessions end, for they reach all who are owed them. On the
     * loop, once, before the first connection.
     */
    public void begin() {
        over.forEach(Session::end);
        over = List.of();
        List.copyOf(byClientId.values()).forEach(Session::begin);
    }

    /** Ends a session and all that it holds. It must not be connected. */
    void end(Session session) {
        if (forget(session)) {
            session.end();
        }
    }

    private boolean forget(Session session) {
        boolean known = byClientId.remove(session.clientId(), session);
        if (known) {
            counters.sessions--;
            sessionsOfAllLoops.decrementAndGet();
        }
        return known;
    }

    public @Nullable Session get(String clientId) {
        return byClientId.get(clientId);
    }

    public Collection<Session> all() {
        return Collections.unmodifiableCollection(byClientId.values());
    }

    /** Publishes a message of the broker itself. */
    public void publish(Message message) {
        if (mayRoute(message)) {
            router.route(message, null);
        }
    }

    /**
     * Publishes a Will.
     *
     * @param owned runs when everyone who is owed it has it safe
     */
    void publish(Message message, Runnable owned) {
        if (mayRoute(message)) {
            router.routeOwned(message, owned);
        } else {
            owned.run();
        }
    }

    /** Retains a message that asks for it. @return false when there was no room, which is accounted for */
    private boolean mayRoute(Message message) {
        boolean routed = !message.retain() || router.retain(message);
        if (!routed) {
            router.fates().record(Fate.QUOTA_EXCEEDED, message, null);
        }
        return routed;
    }

    Ledger newLedger(String clientId) {
        SessionId id = new SessionId(shard.applyAsInt(clientId), lastSession.incrementAndGet());
        return new Ledger(router.journal(), id, clientId);
    }

    public Router router() {
        return router;
    }

    public Counters counters() {
        return counters;
    }

    public Loop loop() {
        return router.loop();
    }

    SessionLimits limits() {
        return limits;
    }

    int maxSubscriptions() {
        return maxSubscriptions;
    }
}
