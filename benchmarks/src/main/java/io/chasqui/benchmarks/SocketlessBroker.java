package io.chasqui.benchmarks;

import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.connection.Connection;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.connection.Policy;
import io.chasqui.broker.connection.Wire;
import io.chasqui.broker.session.SessionLimits;
import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** All of a broker but its sockets, on one {@link TurnLoop}. */
final class SocketlessBroker {
    private static final int IN_FLIGHT = 65_535;

    final TurnLoop loop = new TurnLoop(0);
    private final Engine engine;

    SocketlessBroker() {
        Policy policy = new Policy(
                1 << 20, IN_FLIGHT, 0, 0, Qos.EXACTLY_ONCE, 100, 100, 0, 0, true, true, true, true, false, true);
        SessionLimits limits = new SessionLimits(IN_FLIGHT, 100_000, 1 << 30, 1 << 30, 1 << 30, Overflow.REFUSE);
        Engine.Setup setup =
                new Engine.Setup(1, policy, limits, 1_000, 1_000, 1_000, 1 << 20, Security.OPEN, new MemoryStore());
        engine = new Engine(setup, List.of(loop));
        loop.turn();
    }

    Connection connect(String clientId, Wire wire) {
        Peer from = Peer.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        Connect connect = Connect.of(MqttVersion.V5, clientId, true, 0);
        Connection connection = engine.cores().getFirst().open(connect, wire, from, "mqtt");
        loop.turn();
        return connection;
    }

    void subscribe(Connection connection, String filter, Qos qos) throws ProtocolException {
        connection.onPacket(new Subscribe(1, List.of(new Subscribe.Entry(filter, new SubscriptionOptions(qos)))));
        loop.turn();
    }
}
