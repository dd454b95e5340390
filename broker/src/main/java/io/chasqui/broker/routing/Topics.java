package io.chasqui.broker.routing;

import io.chasqui.broker.storage.Store;
import io.chasqui.broker.topic.SubscriptionTree;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What all loops share: who wants which topic, and what is retained. Safe on any thread. */
public final class Topics {
    private final SubscriptionTree<Subscription> subscriptions;
    private final Retained retained;

    /**
     * @param retainedMessages limit on retained messages
     * @param retainedBytes limit on the bytes of their payloads and topics
     */
    public Topics(int retainedMessages, long retainedBytes) {
        this(retainedMessages, retainedBytes, Integer.MAX_VALUE, new SecureRandom());
    }

    /**
     * As the other constructor.
     *
     * @param retainedPerClient limit on those that one client has set
     * @param secrets for the hashes of the trees
     */
    public Topics(int retainedMessages, long retainedBytes, int retainedPerClient, RandomGenerator secrets) {
        this.subscriptions = new SubscriptionTree<>(secrets);
        this.retained = new Retained(retainedMessages, retainedBytes, retainedPerClient, secrets);
    }

    /** Puts back what was retained before a restart. Before the loops run. */
    public void restore(Store store) {
        store.loadRetained(retained::restore);
    }

    public SubscriptionTree<Subscription> subscriptions() {
        return subscriptions;
    }

    public Retained retained() {
        return retained;
    }

    /** Adds a subscription, or puts it in the place of the one before (MQTT5-3.8.4-3): there is no moment without either. */
    public void subscribe(Subscription subscription, @Nullable Subscription before) {
        String[] levels = subscription.filter().levels();
        subscriptions.add(levels, subscription);
        if (before != null) {
            subscriptions.remove(levels, before);
        }
    }

    public void unsubscribe(Subscription subscription) {
        subscriptions.remove(subscription.filter().levels(), subscription);
    }
}
