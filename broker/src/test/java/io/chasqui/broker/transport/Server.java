package io.chasqui.broker.transport;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.QueuePolicy;
import io.chasqui.broker.Statistics;
import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.broker.storage.Store;
import io.chasqui.broker.tls.TlsConfig;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Qos;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A broker as in production on a port of the system's choice, with two loops. Settings are changed before {@link #start}. */
final class Server implements AutoCloseable {
    /** How long a test waits for what must happen; never for what must not. */
    static final Duration DEADLINE = Duration.ofSeconds(60);

    int maxConnections = 100_000; // of the listener
    int maxOfAll = 100_000;
    Duration connectTimeout = Duration.ofSeconds(60);
    int maxPacketBytes = 1 << 20;
    int maxInFlight = 1_000;
    int queueMessages = 100_000;
    int outboundBufferBytes = 64 << 10;
    long connectionMemoryBytes = 1L << 30;
    long queueMemoryBytes = 1L << 30;
    Duration sysInterval = Duration.ZERO;
    Duration shutdownGrace = Duration.ofSeconds(5);
    int listeners = 1;
    ListenerConfig.Protocol protocol = ListenerConfig.Protocol.MQTT; // of the listeners

    @Nullable
    TlsConfig tls;

    UnaryOperator<ListenerConfig> change = listener -> listener; // to whatever else a test needs
    Authenticator authenticator = Authenticator.ANYONE;
    List<String> origins = ListenerConfig.DEFAULT.websocketOrigins();
    Duration pingInterval = Duration.ZERO;
    Store store = new MemoryStore();
    private @Nullable Broker broker;

    Server start() {
        Limits limits = new Limits(
                maxOfAll,
                1_000_000,
                maxPacketBytes,
                1_000,
                10,
                10,
                Qos.EXACTLY_ONCE,
                maxInFlight,
                queueMessages,
                1L << 30,
                1L << 30,
                queueMemoryBytes,
                QueuePolicy.REFUSE,
                outboundBufferBytes,
                connectionMemoryBytes,
                128,
                100,
                65_535,
                1_000,
                1 << 20,
                1_000,
                Duration.ZERO,
                Duration.ofSeconds(Connect.NEVER_EXPIRES),
                true,
                true,
                true,
                true,
                false,
                true);
        List<ListenerConfig> doors = IntStream.range(0, listeners)
                .mapToObj(i -> change.apply(
                        new ListenerConfig("mqtt" + i, "127.0.0.1", 0, maxConnections, connectTimeout, true)
                                .withProtocol(protocol)
                                .withTls(tls)
                                .withWebsocket(origins, pingInterval)))
                .toList();
        broker = Broker.start(
                new BrokerConfig(doors, limits, 2, 64, sysInterval, shutdownGrace),
                new Security(authenticator, Authorizer.OPEN, Audit.NONE),
                store);
        return this;
    }

    Broker broker() {
        return Objects.requireNonNull(broker);
    }

    int port() {
        return port(0);
    }

    int port(int listener) {
        return broker().addresses().get(listener).getPort();
    }

    /** A server whose listeners speak WebSocket. */
    static Server overWebSocket() {
        Server server = new Server();
        server.protocol = ListenerConfig.Protocol.WEBSOCKET;
        return server;
    }

    /** A client whose CONNECT was accepted. */
    SocketClient client(String clientId) {
        return new SocketClient(port()).connect(clientId, Connect.NEVER_EXPIRES);
    }

    /** The same, whose session ends with its connection. */
    SocketClient client0(String clientId) {
        return new SocketClient(port()).connect(clientId, 0);
    }

    Statistics.Figures figures() {
        return broker().statistics()
                .orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** Asks until the figures are as expected, or the deadline has passed. */
    Statistics.Figures await(Predicate<Statistics.Figures> expected) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            Statistics.Figures figures = figures();
            if (expected.test(figures)) {
                return figures;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + DEADLINE + ": " + figures);
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        broker().close();
    }
}
