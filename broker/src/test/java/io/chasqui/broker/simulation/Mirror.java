package io.chasqui.broker.simulation;

import io.chasqui.broker.session.Session;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.Will;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the session of one Client Identifier must be, as told by the packets that the core was given and gave. */
final class Mirror {
    final String clientId;
    final Outstanding outstanding = new Outstanding();
    final Map<String, Subscribed> subscriptions = new LinkedHashMap<>(); // by Topic Filter
    final List<Replay> replays = new ArrayList<>(); // one for each SUBSCRIBE
    final Map<Integer, Attempt> received = new HashMap<>(); // QoS 2, taken and not released, by Packet Identifier

    @Nullable
    Session session; // null when there must be none

    @Nullable
    Talk talk; // null while not connected

    @Nullable
    Talk lastTalk;

    int epoch; // counts the sessions of this client
    boolean everSmall; // a connection of this session had a Maximum Packet Size
    long expirySeconds;
    long closedAt;

    @Nullable
    Testimony will;

    Mirror(String clientId) {
        this.clientId = clientId;
    }

    /** A subscription that was granted. */
    record Subscribed(TopicFilter filter, SubscriptionOptions options, int id) {}

    /** Retained messages that a SUBSCRIBE brought. */
    static final class Replay {
        final TopicFilter filter;
        final long since; // of the retained messages' moments
        final Set<String> sent = new HashSet<>(); // topics

        Replay(TopicFilter filter, long since) {
            this.filter = filter;
            this.since = since;
        }
    }

    /** A Will that was not yet published. */
    static final class Testimony {
        final Will will;
        long dueAt = Long.MAX_VALUE;

        Testimony(Will will) {
            this.will = will;
        }
    }

    /** The connection has ended; {@code quietly} if a DISCONNECT has deleted the Will. */
    void close(long now, boolean quietly) {
        talk = null;
        closedAt = now;
        outstanding.close();
        if (quietly) {
            will = null;
        } else if (will != null) {
            will.dueAt = now + Math.min(expirySeconds, will.will.delaySeconds()) * Scheduler.SECOND;
        }
    }

    /** When the session ends without another connection. */
    long endsAt() {
        return expirySeconds == Connect.NEVER_EXPIRES ? Long.MAX_VALUE : closedAt + expirySeconds * Scheduler.SECOND;
    }

    /**
     * Forgets what has ended with the session.
     *
     * @return whether it has ended since this was asked last
     */
    boolean forgetIfEnded() {
        if (session == null || !session.isEnded()) {
            return false;
        }
        session = null;
        everSmall = false;
        subscriptions.clear();
        replays.clear();
        received.clear();
        outstanding.clear();
        return true;
    }
}
