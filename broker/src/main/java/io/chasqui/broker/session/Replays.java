package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Retained;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.topic.TopicMap;
import io.chasqui.protocol.Qos;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages that one session has yet to be sent, one walk for each subscription, in the order of SUBSCRIBE.
 * Holds no messages: the walk goes on where it stopped when the client has room. At most one walk a Topic Filter, so that
 * the limit on subscriptions bounds it.
 */
final class Replays {
    /** Calls of {@link #next}, a message each or a stretch of topics without one, before others on the loop get a turn. */
    static final int STEPS_A_TURN = 512;

    private static final int STEPS_A_CALL = 16; // topics looked at

    private final Retained retained;
    private final Map<String, Walk> walks = new LinkedHashMap<>(); // by Topic Filter

    private record Walk(Subscription subscription, TopicMap.Cursor<Message> cursor) {}

    Replays(Retained retained) {
        this.retained = retained;
    }

    void add(Subscription subscription) {
        remove(subscription);
        walks.put(subscription.filter().text(), new Walk(subscription, retained.matching(subscription.filter())));
    }

    void remove(Subscription subscription) {
        walks.remove(subscription.filter().text());
    }

    boolean isEmpty() {
        return walks.isEmpty();
    }

    /** The QoS of the subscription whose turn it is, QoS 0 when there is none. */
    Qos qos() {
        Walk walk = first();
        return walk == null ? Qos.AT_MOST_ONCE : walk.subscription.options().qos();
    }

    /** The way of the message that {@link #next} has just returned. */
    Route route() {
        Walk walk = first();
        assert walk != null;
        return walk.subscription.route();
    }

    /** The next message, or null when none was found in some steps: then ask again unless this is empty. */
    @Nullable
    Message next() {
        Walk walk = first();
        if (walk == null) {
            return null;
        }
        Message message = walk.cursor.next(STEPS_A_CALL);
        if (message == null && walk.cursor.isDone()) {
            remove(walk.subscription);
        }
        return message;
    }

    private @Nullable Walk first() {
        return walks.isEmpty() ? null : walks.values().iterator().next();
    }
}
