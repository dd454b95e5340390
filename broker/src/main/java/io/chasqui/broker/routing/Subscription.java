package io.chasqui.broker.routing;

import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;

/**
 * One session's subscription to one Topic Filter. Immutable: a SUBSCRIBE for the same filter replaces it (MQTT5-3.8.4-3).
 */
public final class Subscription {
    private final Subscriber subscriber;
    private final TopicFilter filter;
    private final SubscriptionOptions options;
    private final int id;
    private final Route route;

    /** @param id Subscription Identifier, or 0 for none */
    public Subscription(Subscriber subscriber, TopicFilter filter, SubscriptionOptions options, int id) {
        this.subscriber = subscriber;
        this.filter = filter;
        this.options = options;
        this.id = id;
        this.route = Route.of(this);
    }

    public Subscriber subscriber() {
        return subscriber;
    }

    public TopicFilter filter() {
        return filter;
    }

    public SubscriptionOptions options() {
        return options;
    }

    public int id() {
        return id;
    }

    /** The way of a message that this subscription alone matches. */
    public Route route() {
        return route;
    }
}
