package io.chasqui.broker.routing;

import io.chasqui.broker.loop.ManualLoop;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.broker.storage.Store;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Routers on loops that the test drives by hand. */
final class Network {
    final Topics topics = new Topics(1_000, 1 << 20);
    final List<ManualLoop> loops = new ArrayList<>();
    final List<Router> routers = new ArrayList<>();
    final List<String> fates = new ArrayList<>(); // "NO_LOCAL m of c" by any router

    Network(int count) {
        this(count, new MemoryStore());
    }

    Network(int count, Store store) {
        for (int i = 0; i < count; i++) {
            ManualLoop loop = new ManualLoop(i);
            loops.add(loop);
            Router router = new Router(loop, topics, new Journal(store, loop, topics.retained()::get), count);
            routers.add(router);
            router.fates()
                    .observe((fate, message, receiver) ->
                            fates.add(fate + " " + new String(message.payload(), StandardCharsets.UTF_8)
                                    + (receiver == null ? "" : " of " + receiver)));
        }
        Router.connect(routers);
    }

    Subscription subscribe(Subscriber subscriber, String filter, Qos qos) {
        return subscribe(subscriber, filter, new SubscriptionOptions(qos), 0);
    }

    Subscription subscribe(Subscriber subscriber, String filter, SubscriptionOptions options, int id) {
        Subscription subscription = new Subscription(subscriber, TopicFilter.of(filter), options, id);
        topics.subscribe(subscription, null);
        return subscription;
    }

    static SubscriptionOptions noLocal(Qos qos) {
        return new SubscriptionOptions(qos, true, false, RetainHandling.SEND);
    }

    /** Publishes on one loop; other loops get it with {@link #settle}. */
    Heard publish(int loop, String topic, String payload, Qos qos) {
        return publish(loop, message("publisher", topic, payload, qos));
    }

    Heard publish(int loop, Message message) {
        Heard heard = new Heard();
        routers.get(loop).route(message, heard);
        return heard;
    }

    static Message message(String publisher, String topic, String payload, Qos qos) {
        return new Message(
                TopicName.of(topic),
                payload.getBytes(StandardCharsets.UTF_8),
                qos,
                false,
                PublishProperties.NONE,
                publisher,
                Message.NEVER);
    }

    /** Gives every loop turns until all is quiet. */
    void settle() {
        while (loops.stream().anyMatch(ManualLoop::hasTasks)) {
            loops.forEach(ManualLoop::turn);
        }
    }

    /** What the publisher hears. */
    static final class Heard extends Receipt {
        int completions;

        @Override
        protected void onComplete() {
            completions++;
        }
    }
}
