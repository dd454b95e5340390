package io.chasqui.broker;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.connection.Insider;
import io.chasqui.broker.connection.Interceptor;
import io.chasqui.broker.connection.Policy;
import io.chasqui.broker.connection.Publisher;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fates;
import io.chasqui.broker.routing.RetainedSweep;
import io.chasqui.broker.session.SessionLimits;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.broker.storage.Store;
import io.chasqui.broker.transport.Door;
import io.chasqui.broker.transport.Networks;
import io.chasqui.broker.transport.Preparation;
import io.chasqui.broker.transport.Transport;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A running broker. Start it with {@link #builder} or {@link #start}, stop it with {@link #close}; safe on any thread but its own event loops.
 */
public final class Broker implements AutoCloseable {
    private static final long LONGEST_EXPIRY_SECONDS = 0xFFFF_FFFFL;

    private final BrokerConfig config;
    private final Store store;
    private final Transport transport;
    private final Statistics statistics;
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private final AtomicInteger subscriptions = new AtomicInteger();

    private Broker(BrokerConfig config, Security security, Store store, @Nullable Interceptor interceptor) {
        this.config = config;
        this.store = store;
        Limits limits = config.limits();
        Engine.Setup setup = new Engine.Setup(
                config.shards(),
                policy(limits),
                sessionLimits(limits, config.loops()),
                limits.maxSessions(),
                limits.maxSubscriptionsPerClient(),
                limits.retainedMessages(),
                limits.retainedBytes(),
                limits.retainedPerClient(),
                config.listeners().stream()
                        .collect(Collectors.toUnmodifiableMap(ListenerConfig::name, ListenerConfig::limits)),
                security,
                store,
                interceptor);
        transport = new Transport(
                config.loops(),
                limits.outboundBufferBytes(),
                limits.maxConnections(),
                limits.connectionMemoryBytes(),
                loops -> new Engine(setup, loops));
        statistics = new Statistics(transport.engine());
    }

    /**
     * Starts listening, open to everyone.
     *
     * @throws java.io.UncheckedIOException when a listener cannot bind; the message names it
     */
    public static Broker start(BrokerConfig config) {
        return start(config, Security.OPEN, new MemoryStore());
    }

    /** Starts listening, with sessions and messages in memory. */
    public static Broker start(BrokerConfig config, Authenticator authenticator, Authorizer authorizer) {
        return start(config, new Security(authenticator, authorizer, Audit.NONE), new MemoryStore());
    }

    /**
     * Starts listening.
     *
     * @param security who may come and what they may do
     * @param store what sessions and retained messages are kept in; this broker's alone, and closed with it
     * @throws java.io.UncheckedIOException when a listener cannot bind; the message names it
     */
    public static Broker start(BrokerConfig config, Security security, Store store) {
        return start(config, security, store, null);
    }

    /** For all that a broker can be started with: {@code Broker.builder().listen("127.0.0.1", 0).start()}. */
    public static BrokerBuilder builder() {
        return new BrokerBuilder();
    }

    /**
     * Begins to load, in a thread of its own, what a broker needs of Netty: a third of the first start in a JVM. For a program that has
     * other things to do before, such as reading its settings, and that leaves Netty alone meanwhile. Any thread.
     */
    public static void prepare() {
        Preparation.begin();
    }

    static Broker start(BrokerConfig config, Security security, Store store, @Nullable Interceptor interceptor) {
        Broker broker;
        try {
            checkAuthenticates(config, security);
            broker = new Broker(config, security, store, interceptor);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
        try {
            broker.restore();
            for (ListenerConfig listener : config.listeners()) {
                if (broker.transport.listen(door(listener)) instanceof InetSocketAddress address) {
                    broker.addresses.add(address);
                }
            }
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
        new RetainedSweep(broker.transport.engine().cores().getFirst().router()).start();
        if (!config.sysInterval().isZero()) {
            new SysTopics(
                            broker.transport.engine(),
                            broker.statistics,
                            broker.transport::certificateExpiries,
                            Transport::directBytes,
                            config.sysInterval())
                    .start();
        }
        return broker;
    }

    private static void checkAuthenticates(BrokerConfig config, Security security) {
        for (ListenerConfig listener : config.listeners()) {
            if (!listener.allowAnonymous() && security.authenticator() == Authenticator.ANYONE) {
                throw new IllegalArgumentException("listener \"" + listener.name()
                        + "\" does not allow anonymous clients, and nobody is asked who he is");
            }
        }
    }

    /** Waits until all that the store holds is back: before that nobody may come. */
    private void restore() {
        try {
            transport.engine().restored().join();
            if (!store.isImmediate()) {
                transport.engine().watch(store);
            }
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static Door door(ListenerConfig listener) {
        boolean unix = listener.isUnixSocket();
        boolean webSocket = listener.protocol() != ListenerConfig.Protocol.MQTT;
        return new Door(
                listener.name(),
                listener.host(),
                listener.port(),
                unix ? new Door.UnixSocket(listener.unixSocket(), listener.unixPermissions()) : null,
                listener.maxConnections(),
                listener.limits().connectionsPerAddress(),
                listener.connectRate(),
                listener.connectQueue(),
                listener.connectTimeout(),
                new Networks(listener.proxyProtocolFrom()),
                switch (listener.protocol()) {
                    case MQTT -> Door.Speech.MQTT;
                    case WEBSOCKET -> Door.Speech.WEBSOCKET;
                    case AUTO -> Door.Speech.AUTO;
                },
                listener.tls(),
                webSocket
                        ? new Door.WebSocket(
                                listener.websocketPath(),
                                listener.websocketOrigins(),
                                listener.websocketPingInterval(),
                                new Networks(listener.websocketProxies()))
                        : null);
    }

    private static Policy policy(Limits limits) {
        return new Policy(
                limits.maxPacketBytes(),
                limits.receiveMaximum(),
                limits.topicAliasMaximum(),
                limits.outboundTopicAliasMaximum(),
                limits.maxQos(),
                limits.maxTopicLevels(),
                limits.maxClientIdBytes(),
                (int) limits.maxKeepAlive().toSeconds(),
                limits.maxSessionExpiry().toSeconds(),
                limits.retainAvailable(),
                limits.wildcardSubscriptions(),
                limits.sharedSubscriptions(),
                limits.subscriptionIdentifiers(),
                limits.checkPayloadFormat(),
                limits.disconnectRefusedV3());
    }

    private static SessionLimits sessionLimits(Limits limits, int loops) {
        return new SessionLimits(
                limits.maxInFlight(),
                limits.queueMessages(),
                limits.queueBytes(),
                Math.max(1, limits.totalQueueBytes() / loops),
                Math.max(1, limits.queueMemoryBytes() / loops),
                switch (limits.queuePolicy()) {
                    case REFUSE -> SessionLimits.Overflow.REFUSE;
                    case DROP_OLDEST -> SessionLimits.Overflow.DROP_OLDEST;
                    case DROP_NEWEST -> SessionLimits.Overflow.DROP_NEWEST;
                });
    }

    /**
     * The addresses that listeners are bound to, in the order of the configuration; ports are real even where 0 was asked
     * for. Those with a Unix domain socket have none and are left out.
     */
    public List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    public BrokerConfig config() {
        return config;
    }

    /** When the certificate of each listener with TLS expires, by the listener's name. */
    public Map<String, Instant> certificateExpiries() {
        return transport.certificateExpiries();
    }

    /**
     * Publishes a message of the embedding program, such as {@code Message.of("greenhouse/1/limit", "28").withRetain(true)}, to all who
     * want it. Does not block; from one thread in the order of the calls. No Authorizer and no Interceptor is asked.
     *
     * @return what PUBACK would say: SUCCESS when everyone who is owed the message has it, and has it safe;
     *     NO_MATCHING_SUBSCRIBERS; QUOTA_EXCEEDED when someone has no room, or when 10,000 messages or 64 MiB are not yet
     *     answered, so a program that publishes much waits for its answers; SERVER_SHUTTING_DOWN. Completed on an event
     *     loop, where what is chained to it without Async must not block
     * @throws IllegalArgumentException when the message is larger, or has more topic levels, than any client may publish
     */
    public CompletableFuture<ReasonCode> publish(Message message) {
        return publisher().publish(message, Publish.ABSENT);
    }

    /**
     * Publishes a message that is worth nothing later.
     *
     * @param expiry Message Expiry Interval, in whole seconds: 0 s to 136 years
     */
    public CompletableFuture<ReasonCode> publish(Message message, Duration expiry) {
        if (expiry.isNegative() || expiry.toSeconds() > LONGEST_EXPIRY_SECONDS) {
            throw new IllegalArgumentException(
                    "expiry is " + expiry + "; give 0 to " + LONGEST_EXPIRY_SECONDS + " seconds");
        }
        return publisher().publish(message, expiry.toSeconds());
    }

    private Publisher publisher() {
        return transport.engine().cores().getFirst().publisher();
    }

    /** A subscription of the embedding program. */
    public interface Subscription extends AutoCloseable {
        /** Ends it: no call of its callback begins any more; one that runs is not waited for. Idempotent; any thread. */
        @Override
        void close();
    }

    /**
     * Has {@code callback} get the messages that match, retained ones first. It is a client like any other: it has a
     * session that ends with the subscription, a queue with the limits of all, and is counted; only that nobody is asked whether it
     * may. A message is acknowledged when the callback has returned, and refused, once and for all, when it throws.
     *
     * @param filter Topic Filter, also of a shared subscription
     * @param callback called on virtual threads, one call at a time, in order; may block, and then messages wait in the
     *     session. What it gets has the QoS and RETAIN flag of this delivery
     * @throws IllegalArgumentException with the Reason Code when the subscription is refused
     * @throws IllegalStateException when the broker is closed, or the caller is one of its event loops
     */
    public Subscription subscribe(String filter, Qos qos, Consumer<Message> callback) {
        List<Core> cores = transport.engine().cores();
        if (closed.get() || cores.stream().anyMatch(core -> core.loop().inLoop())) {
            throw new IllegalStateException(
                    closed.get() ? "the broker is closed" : "an event loop of the broker cannot wait for it");
        }
        Core core = cores.get(Math.floorMod(subscriptions.getAndIncrement(), cores.size()));
        try {
            return Insider.subscribe(core, filter, qos, callback).join()::close;
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("the broker is closed", e);
        }
    }

    /** What the broker counts, summed up over its loops. */
    public CompletableFuture<Statistics.Figures> statistics() {
        return statistics.take();
    }

    /** The last messages that did not arrive on {@code topic}, oldest first: each with the reason. */
    public CompletableFuture<List<Fates.Ended>> fatesOfTopic(String topic) {
        return fates(core -> core.fates().ofTopic(topic));
    }

    /** The last messages that did not reach {@code clientId}, or that it published and nobody got; oldest first. */
    public CompletableFuture<List<Fates.Ended>> fatesOfClient(String clientId) {
        return fates(core -> core.fates().ofClient(clientId));
    }

    private CompletableFuture<List<Fates.Ended>> fates(Function<Core, List<Fates.Ended>> ask) {
        return statistics
                .askAll(ask)
                .thenApply(lists -> lists.stream()
                        .flatMap(List::stream)
                        .sorted(Comparator.comparingLong(Fates.Ended::wallMillis))
                        .toList());
    }

    /**
     * Disconnects clients, at MQTT 5 with a reason. Their Wills are published; that they may not come back is the affair of the
     * authenticator.
     *
     * @param whom asked on the event loops for each client that is in; must be quick
     * @param reason for DISCONNECT, such as NOT_AUTHORIZED or ADMINISTRATIVE_ACTION
     * @param detail Reason String
     * @return how many there were
     */
    public CompletableFuture<Integer> disconnect(Predicate<ClientInfo> whom, ReasonCode reason, String detail) {
        return statistics
                .askAll(core -> core.end(whom, reason, detail))
                .thenApply(counts -> counts.stream().mapToInt(Integer::intValue).sum());
    }

    /**
     * For tests: lets time pass at once, and does what is due: Keep Alive, Will Delay, Message and Session Expiry. Clients do not
     * notice, so one that is connected is silent for so long. What clients had sent before is taken first. Done when what was due
     * has run.
     *
     * @param time above zero, and at most 30 days, for each tenth of a second is looked at
     */
    public CompletableFuture<Void> passTime(Duration time) {
        if (time.isNegative() || time.compareTo(Duration.ofDays(30)) > 0) {
            throw new IllegalArgumentException("time to pass is " + time + "; give up to 30 days");
        }
        return transport.jump(time.toNanos());
    }

    /**
     * Says DISCONNECT 0x8B to MQTT 5 clients, closes all connections and stops the threads: when it returns, none of them is left and
     * all buffers are given back. Idempotent.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            transport.close(config.shutdownGrace());
            store.close();
        }
    }
}
