package io.chasqui.broker.routing;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a message goes to one subscriber: all of its matching subscriptions as one. One copy is sent, at the highest QoS of
 * them (MQTT5-3.3.4-2), with the Subscription Identifiers of all (MQTT5-3.3.4-4). Immutable, shared by all messages that
 * match the same subscriptions; a subscriber's queue holds it beside each message.
 */
public final class Route {
    private final Subscriber subscriber;
    private final Qos qos;
    private final boolean retainAsPublished;
    private final int[] subscriptionIds;
    private final @Nullable TopicFilter share;
    private final @Nullable Route ownMessages; // this, unless No Local makes a difference; null when nothing is left
    private final boolean local;
    private final boolean promised;

    private Route(
            Subscriber subscriber,
            Qos qos,
            boolean retainAsPublished,
            int[] subscriptionIds,
            @Nullable TopicFilter share,
            boolean local,
            @Nullable Route ownMessages,
            boolean promised) {
        this.subscriber = subscriber;
        this.qos = qos;
        this.retainAsPublished = retainAsPublished;
        this.subscriptionIds = subscriptionIds;
        this.share = share;
        this.local = local;
        this.ownMessages = ownMessages;
        this.promised = promised;
    }

    static Route of(Subscription subscription) {
        return new Route(
                subscription.subscriber(),
                subscription.options().qos(),
                subscription.options().retainAsPublished(),
                subscription.id() == 0 ? Publish.NO_IDS : new int[] {subscription.id()},
                subscription.filter().isShared() ? subscription.filter() : null,
                !subscription.options().noLocal(),
                null,
                false);
    }

    /** The way of a message that was owed before a restart; its subscriptions may be gone. */
    public static Route restored(
            Subscriber subscriber, Qos qos, boolean retain, int[] subscriptionIds, @Nullable TopicFilter share) {
        return new Route(subscriber, qos, retain, subscriptionIds, share, true, null, false);
    }

    /** @param subscriptions two or more, not shared, of one subscriber */
    static Route merged(List<Subscription> subscriptions) {
        List<Subscription> withoutNoLocal =
                subscriptions.stream().filter(s -> !s.options().noLocal()).toList();
        if (withoutNoLocal.size() == subscriptions.size()) {
            return merged(subscriptions, true, null);
        }
        Route own = withoutNoLocal.isEmpty() ? null : merged(withoutNoLocal, true, null);
        return merged(subscriptions, false, own);
    }

    private static Route merged(List<Subscription> subscriptions, boolean local, @Nullable Route own) {
        Qos qos = Qos.AT_MOST_ONCE;
        boolean retainAsPublished = false;
        for (Subscription subscription : subscriptions) {
            qos = qos.max(subscription.options().qos());
            retainAsPublished |= subscription.options().retainAsPublished();
        }
        int[] ids = subscriptions.stream()
                .mapToInt(Subscription::id)
                .filter(id -> id != 0)
                .toArray();
        Subscriber subscriber = subscriptions.getFirst().subscriber();
        return new Route(
                subscriber, qos, retainAsPublished, ids.length == 0 ? Publish.NO_IDS : ids, null, local, own, false);
    }

    public Subscriber subscriber() {
        return subscriber;
    }

    /** The highest QoS that was granted. */
    public Qos qos() {
        return qos;
    }

    /** At which {@code message} goes this way: what was published and what was granted, whichever is less (MQTT5-3.8.4-8). */
    public Qos qosOf(Message message) {
        return message.qos().min(qos);
    }

    /** The RETAIN flag with which {@code message} goes this way. */
    public boolean retains(Message message) {
        return retainAsPublished && message.retain();
    }

    public boolean retainAsPublished() {
        return retainAsPublished;
    }

    /** Not to be modified. */
    public int[] subscriptionIds() {
        return subscriptionIds;
    }

    /** The shared subscription that this route is a member of, or null. */
    public @Nullable TopicFilter share() {
        return share;
    }

    /** Whether a message may wait for the subscriber while it is away: at QoS 0 it may not. */
    boolean mayWait() {
        return qos != Qos.AT_MOST_ONCE;
    }

    /** This way for a message that another member of the share has left behind. */
    Route forHandOn() {
        return new Route(subscriber, qos, retainAsPublished, subscriptionIds, share, local, ownMessages, true);
    }

    /** Whether its messages were accepted before: their publishers cannot be told any more that there is no room. */
    public boolean isPromised() {
        return promised;
    }

    /** What of this route holds for {@code message}: less without the No Local subscriptions if it is the subscriber's own (MQTT5-3.8.3-3). */
    @Nullable
    Route forMessage(Message message) {
        return local || !message.publisher().equals(subscriber.clientId()) ? this : ownMessages;
    }
}
