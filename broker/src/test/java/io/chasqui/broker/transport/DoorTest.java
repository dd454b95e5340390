package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.connection.ListenerLimits;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.ReasonCode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who comes in, and who has to go before CONNECT. */
class DoorTest {
    @Test
    void u5_26_aConnectionWithoutConnectIsClosed() {
        Server server = new Server();
        server.connectTimeout = Duration.ofMillis(200);
        try (server) {
            server.start();
            try (SocketClient connected = server.client("c");
                    SocketClient silent = new SocketClient(server.port());
                    SocketClient half = new SocketClient(server.port())) {
                byte[] hello = half.bytes(SocketClient.hello("half", 0));
                half.sendBytes(Arrays.copyOf(hello, hello.length - 1)); // one byte short of a CONNECT
                assertThat(silent.isClosed()).isTrue();
                assertThat(half.isClosed()).isTrue();
                connected.ping(); // whose time had come before theirs
                assertThat(server.figures().counters().connectionsLate).isEqualTo(2);
            }
        }
    }

    @Test
    void aListenerTakesNoMoreConnectionsThanItsLimit() {
        Server server = new Server();
        server.maxConnections = 2;
        try (server) {
            server.start();
            SocketClient first = server.client("a");
            try (SocketClient second = server.client("b");
                    SocketClient third = new SocketClient(server.port())) {
                assertThat(third.isClosed()).isTrue();
                second.ping();
                first.vanish(false);
                server.await(figures -> figures.counters().connections == 1);
                try (SocketClient fourth = server.client("d")) {
                    fourth.ping();
                }
            }
        }
    }

    @Test
    void oneAddressHasNoMoreConnectionsThanItsLimit() {
        Server server = new Server();
        server.change = listener -> listener.withLimits(new ListenerLimits(0, 0, 2, 0, 0, 0, 0, 0));
        try (server) {
            server.start();
            SocketClient first = server.client("a");
            try (SocketClient second = server.client("b");
                    SocketClient third = new SocketClient(server.port())) {
                third.send(SocketClient.hello("c", 0));
                assertThat(third.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
                first.vanish(false);
                server.await(figures -> figures.counters().connections == 1);
                try (SocketClient fourth = server.client("d")) {
                    fourth.ping();
                    second.ping();
                }
            }
        }
    }

    @Test
    void allListenersTogetherTakeNoMoreThanTheirLimit() {
        Server server = new Server();
        server.listeners = 2;
        server.maxOfAll = 2;
        try (server) {
            server.start();
            try (SocketClient first = new SocketClient(server.port(0)).connect("a", 0);
                    SocketClient second = new SocketClient(server.port(1)).connect("b", 0);
                    SocketClient third = new SocketClient(server.port(1))) {
                assertThat(third.isClosed()).isTrue();
                first.ping();
                second.ping();
            }
        }
    }

    @Test
    void mqtt5_3_1_0_1_anotherPacketBeforeConnectClosesWithoutAWord() {
        try (Server server = new Server().start();
                SocketClient client = new SocketClient(server.port())) {
            client.send(PingReq.INSTANCE);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aPortThatIsTakenIsSaidWithTheNameOfTheListenerAndLeavesNoThread() {
        try (Server server = new Server().start()) {
            int before = loopThreads();
            BrokerConfig config = new BrokerConfig(
                    List.of(
                            new ListenerConfig("free", "127.0.0.1", 0, 10, Duration.ofSeconds(1)),
                            new ListenerConfig("taken", "127.0.0.1", server.port(), 10, Duration.ofSeconds(1))),
                    Limits.DEFAULT,
                    2,
                    64,
                    Duration.ZERO,
                    Duration.ofSeconds(1));
            assertThatThrownBy(() -> Broker.start(config))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("taken")
                    .hasMessageContaining(String.valueOf(server.port()));
            assertThat(loopThreads()).isEqualTo(before);
        }
    }

    static int loopThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("loop-"))
                .count();
    }
}
