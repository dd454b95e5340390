package io.chasqui.broker.session;

import io.chasqui.broker.loop.ManualLoop;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.metrics.Counters;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Router;
import io.chasqui.broker.routing.Topics;
import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.broker.storage.Store;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The sessions of one loop with all that they stand on; time, and what the clients take, are in the hand of the test. */
final class Stage {
    static final SessionLimits GENEROUS =
            new SessionLimits(65_535, 1_000_000, 1L << 40, 1L << 40, 1L << 40, Overflow.REFUSE);

    static final int MAX_SESSIONS = 5;
    static final int MAX_SUBSCRIPTIONS = 4;

    final ManualLoop loop = new ManualLoop(0);
    final Topics topics = new Topics(100_000, 1 << 30);
    final Router router;
    final Counters counters = new Counters();
    final AtomicInteger sessionCount = new AtomicInteger();
    final Sessions sessions;
    final List<String> fates = new ArrayList<>(); // "EXPIRED m1 of c"; deliveries are not among them
    int delivered;

    Stage() {
        this(GENEROUS);
    }

    Stage(SessionLimits limits) {
        this(limits, new MemoryStore());
    }

    Stage(SessionLimits limits, Store store) {
        Journal journal = new Journal(store, loop, topics.retained()::get);
        router = new Router(loop, topics, journal, 1);
        sessions = new Sessions(
                router,
                counters,
                limits,
                _ -> 0,
                sessionCount,
                new AtomicLong(store.lastSession()),
                MAX_SESSIONS,
                MAX_SUBSCRIPTIONS);
        Router.connect(List.of(router));
        router.fates().observe((fate, message, receiver) -> {
            if (fate == Fate.DELIVERED) {
                delivered++;
            } else {
                fates.add(fate + " " + text(message) + (receiver == null ? "" : " of " + receiver));
            }
        });
    }

    static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    /** A client that connects for a session that never expires and takes 65,535 messages at once. */
    Session connect(String clientId, RecordingLink link) {
        return connect(clientId, link, 65_535);
    }

    Session connect(String clientId, RecordingLink link, int window) {
        return connect(clientId, link, window, false, Connect.NEVER_EXPIRES, null);
    }

    Session connect(
            String clientId,
            RecordingLink link,
            int window,
            boolean cleanStart,
            long expirySeconds,
            @Nullable Testament will) {
        Sessions.Opened opened = sessions.open(clientId, cleanStart, expirySeconds, link, will);
        assert opened != null : "no room";
        opened.session().start(link, window);
        return opened.session();
    }

    void subscribe(Session session, String filter, Qos qos) {
        session.subscribe(TopicFilter.of(filter), new SubscriptionOptions(qos), 0);
    }

    /** A client with one subscription. */
    Session subscriber(String clientId, RecordingLink link, int window, String filter, Qos qos) {
        Session session = connect(clientId, link, window);
        subscribe(session, filter, qos);
        return session;
    }

    void replay(Session session, String filter) {
        session.replayRetained(TopicFilter.of(filter));
    }

    void publish(String topic, String payload, Qos qos) {
        router.route(message(topic, payload, qos, false, Message.NEVER), null);
    }

    void publishExpiring(String topic, String payload, Qos qos, Duration expiry) {
        router.route(message(topic, payload, qos, false, loop.nanoTime() + expiry.toNanos()), null);
    }

    void retain(String topic, String payload, Qos qos) {
        router.retain(message(topic, payload, qos, true, Message.NEVER));
    }

    static Message message(String topic, String payload, Qos qos, boolean retain, long expiresAtNanos) {
        return new Message(
                TopicName.of(topic),
                payload.getBytes(StandardCharsets.UTF_8),
                qos,
                retain,
                PublishProperties.NONE,
                "publisher",
                expiresAtNanos);
    }

    static Will willMessage(long delaySeconds) {
        return new Will(
                Qos.AT_LEAST_ONCE,
                false,
                TopicName.of("wills"),
                PublishProperties.NONE,
                delaySeconds,
                Publish.ABSENT,
                "will".getBytes(StandardCharsets.UTF_8));
    }

    /** A Will whose payload is {@code will}, to the topic {@code wills}. */
    static Testament will(long delaySeconds) {
        return new Testament() {
            @Override
            public Will will() {
                return willMessage(delaySeconds);
            }

            @Override
            public @Nullable String userName() {
                return null;
            }

            @Override
            public Message execute() {
                return message("wills", "will", Qos.AT_LEAST_ONCE, false, Message.NEVER);
            }
        };
    }
}
