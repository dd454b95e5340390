package io.chasqui.broker.connection;

import io.chasqui.broker.auth.Security;
import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.routing.Router;
import io.chasqui.broker.routing.Topics;
import io.chasqui.broker.session.SessionLimits;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.Store;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The broker without its sockets: what belongs to each loop, and what all loops share. Immutable after construction; the
 * real server and the simulation each build one over loops of their own. Each loop's first task puts back the sessions that
 * the store holds for it.
 */
public final class Engine {
    private static final long WATCH_NANOS = 1_000_000_000L;

    private final Homes homes;
    private final List<Core> cores;
    private final Topics topics;
    private final CompletableFuture<Void> restored;

    /**
     * What the engine is built with.
     *
     * @param shards parts that sessions are divided into
     * @param maxSessions of all loops together
     * @param maxSubscriptions of one session
     * @param retainedMessages limit on retained messages
     * @param retainedBytes limit on the bytes of their payloads and topics
     * @param retainedPerClient limit on those that one client has set
     * @param listeners what clients of a listener are held to, by its name; those that are not here have no limits of their own
     * @param security what is asked about clients
     * @param store what sessions and retained messages are read from and kept in
     * @param interceptor sees and rules over what clients do; null for none, which costs nothing
     */
    public record Setup(
            int shards,
            Policy policy,
            SessionLimits sessionLimits,
            int maxSessions,
            int maxSubscriptions,
            int retainedMessages,
            long retainedBytes,
            int retainedPerClient,
            Map<String, ListenerLimits> listeners,
            Security security,
            Store store,
            @Nullable Interceptor interceptor) {
        public Setup {
            listeners = Map.copyOf(listeners);
        }

        /** Without limits of listeners, or of what one client may have retained, and without an interceptor. */
        public Setup(
                int shards,
                Policy policy,
                SessionLimits sessionLimits,
                int maxSessions,
                int maxSubscriptions,
                int retainedMessages,
                long retainedBytes,
                Security security,
                Store store) {
            this(
                    shards,
                    policy,
                    sessionLimits,
                    maxSessions,
                    maxSubscriptions,
                    retainedMessages,
                    retainedBytes,
                    Integer.MAX_VALUE,
                    Map.of(),
                    security,
                    store,
                    null);
        }
    }

    public Engine(Setup setup, List<? extends Loop> loops) {
        this(setup, loops, new SecureRandom());
    }

    /** @param secrets for the hashes of the topic trees; a seeded one makes a run repeatable, and is for tests only */
    public Engine(Setup setup, List<? extends Loop> loops, RandomGenerator secrets) {
        homes = new Homes(setup.shards(), loops.size());
        topics = new Topics(setup.retainedMessages(), setup.retainedBytes(), setup.retainedPerClient(), secrets);
        topics.restore(setup.store());
        AtomicInteger sessions = new AtomicInteger();
        AtomicLong lastSession = new AtomicLong(setup.store().lastSession());
        Map<String, Pace> paces = new HashMap<>();
        setup.listeners().forEach((name, limits) -> {
            Pace pace = Pace.of(
                    limits.messagesPerSecond(),
                    limits.bytesPerSecond(),
                    loops.getFirst().nanoTime());
            if (pace != null) {
                paces.put(name, pace);
            }
        });
        List<Core> list = new ArrayList<>();
        for (Loop loop : loops) {
            Journal journal = new Journal(setup.store(), loop, topics.retained()::get);
            Router router = new Router(loop, topics, journal, loops.size());
            list.add(new Core(setup, router, homes, sessions, lastSession, Map.copyOf(paces)));
        }
        cores = List.copyOf(list);
        Router.connect(cores.stream().map(Core::router).toList());
        restored = onAll(core -> core.restore(setup.store(), setup.shards())).thenCompose(_ -> onAll(Core::begin));
    }

    /**
     * Has a store that has failed try again, once a second: it does so when it is asked, for which there may be no client. Never ends:
     * whoever runs the loops for good calls it, once.
     */
    public void watch(Store store) {
        Loop loop = cores.getFirst().loop();
        loop.execute(() -> watch(store, loop));
    }

    private static void watch(Store store, Loop loop) {
        loop.schedule(
                () -> {
                    store.hasRoom();
                    watch(store, loop);
                },
                WATCH_NANOS);
    }

    private CompletableFuture<Void> onAll(Consumer<Core> task) {
        return CompletableFuture.allOf(cores.stream()
                .map(core -> CompletableFuture.runAsync(() -> task.accept(core), core.loop()::execute))
                .toArray(CompletableFuture[]::new));
    }

    /**
     * Done when the sessions of all loops are back. Before that no client may come: its messages would miss the subscriptions of those
     * that are not.
     */
    public CompletableFuture<Void> restored() {
        return restored;
    }

    public Homes homes() {
        return homes;
    }

    /** One for each loop, in the order of the loops. */
    public List<Core> cores() {
        return cores;
    }

    public Topics topics() {
        return topics;
    }
}
