package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Hostile clients together want more memory than connections may have: it stays within, and the others are served. */
class HoldingsTest {
    private static final long MOST = 8 << 20; // bytes, of two loops
    private static final int HALF_PACKET = 900_000; // bytes, of a packet of a million
    private static final long TICK_NANOS = 200_000_000L; // a timer's grain, generously

    /** Looks all the time at what is held, as long as it is open. */
    private static final class Watch implements AutoCloseable {
        final AtomicLong most = new AtomicLong();
        private final AtomicBoolean done = new AtomicBoolean();

        Watch(Server server) {
            Thread.ofVirtual().start(() -> {
                while (!done.get()) {
                    most.accumulateAndGet(server.figures().counters().connectionBytes, Math::max);
                }
            });
        }

        @Override
        public void close() {
            done.set(true);
        }
    }

    private static Server server() {
        Server server = new Server();
        server.connectionMemoryBytes = MOST;
        server.outboundBufferBytes = 1 << 20;
        return server;
    }

    /** A PUBLISH of which the end is missing. */
    private static byte[] halfPacket(SocketClient client) {
        return Arrays.copyOf(
                client.bytes(SocketClient.publish("t", "x".repeat(1_000_000), Qos.AT_MOST_ONCE, 0)), HALF_PACKET);
    }

    /** Publishes at QoS 1 to its own subscription. The acknowledgement may come first: while memory is full the message waits. */
    private static @Nullable String echo(SocketClient client, String topic, String payload) {
        client.send(SocketClient.publish(topic, payload, Qos.AT_LEAST_ONCE, 1));
        String echo = null;
        for (int i = 0; i < 2; i++) {
            if (client.next() instanceof Publish message) {
                echo = new String(message.payload(), StandardCharsets.UTF_8);
            }
        }
        return echo;
    }

    /** One that sends a half of a packet, waits until it is closed, and comes again, as long as the test wants. */
    private static Thread attack(int port, int number, AtomicBoolean done) {
        return Thread.ofVirtual().start(() -> {
            while (!done.get()) {
                try (SocketClient client = new SocketClient(port)) {
                    client.send(SocketClient.hello("hostile" + number, 0));
                    client.sendUntilClosed(halfPacket(client));
                    client.skipToEnd();
                } catch (UncheckedIOException e) {
                    assert e.getCause() != null; // it was closed in the middle of CONNECT
                }
            }
        });
    }

    /** A crowd that wants 18 MB of 8, and comes again as soon as it is sent away. */
    @Test
    void halvesOfPacketsLoseTheirConnectionsAndOthersGoOnAndComeIn() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> hostile = new ArrayList<>();
        try (Server server = server().start();
                Watch watch = new Watch(server);
                SocketClient good = server.client("good").subscribe("good", Qos.AT_MOST_ONCE)) {
            for (int i = 0; i < 20; i++) { // so that with 25 closed some have come again
                hostile.add(attack(server.port(), i, done));
            }
            for (int i = 0; server.figures().counters().connectionsEvicted < 25; i++) {
                assertThat(echo(good, "good", "still " + i)).isEqualTo("still " + i);
            }
            try (SocketClient late = server.client("late").subscribe("late", Qos.AT_MOST_ONCE)) {
                assertThat(echo(late, "late", "in time")).isEqualTo("in time");
            }
            assertThat(watch.most.get()).isBetween(MOST / 4, MOST);
        } finally {
            done.set(true);
        }
        for (Thread each : hostile) {
            each.join();
        }
    }

    /** From where connections have had to be closed, clients wait for theirs: they cannot come again and again at once. */
    @Test
    void whoComesAgainHasToWait() {
        Server small = server();
        small.connectionMemoryBytes = 1 << 20;
        try (Server server = small.start()) {
            try (SocketClient hostile = server.client("hostile")) {
                hostile.sendUntilClosed(halfPacket(hostile));
                hostile.skipToEnd();
            }
            assertThat(server.figures().counters().connectionsEvicted).isEqualTo(1);
            long before = System.nanoTime();
            try (SocketClient again = server.client("hostile")) {
                assertThat(System.nanoTime() - before).isGreaterThan(Holdings.DELAY_NANOS - TICK_NANOS);
                again.ping();
            }
        }
    }

    @Test
    void thoseWhoDoNotReadLoseTheirConnectionsAndOthersGoOn() {
        List<SocketClient> slow = new ArrayList<>();
        Server hall = server();
        hall.queueMessages = 10;
        try (Server server = hall.start();
                Watch watch = new Watch(server);
                SocketClient good = server.client("good").subscribe("good", Qos.AT_LEAST_ONCE);
                SocketClient publisher = server.client("publisher")) {
            for (int i = 0; i < 20; i++) {
                slow.add(new SocketClient(server.port(), 4096)
                        .connect("slow" + i, 0)
                        .subscribe("t/" + i, Qos.AT_MOST_ONCE));
            }
            String payload = "x".repeat(100_000);
            while (server.figures().counters().connectionsEvicted == 0) {
                for (int i = 0; i < 20; i++) { // 2 MB, each to another
                    publisher.publishAndWait("t/" + i, payload);
                }
                assertThat(good.publishAndWaitForEcho("good", "still")).isEqualTo("still");
            }
            server.await(figures -> figures.counters().connectionBytes < MOST / 2);
            assertThat(good.publishAndWaitForEcho("good", "after")).isEqualTo("after");
            assertThat(watch.most.get()).isBetween(MOST / 4, MOST + 20 * 100_100);
        } finally {
            slow.forEach(SocketClient::close);
        }
    }

    /** A large message for many is held once, not once for each. */
    @Test
    void aPayloadThatManyShareCountsOnce() {
        List<SocketClient> crowd = new ArrayList<>();
        try (Server server = server().start();
                SocketClient publisher = server.client("publisher")) {
            for (int i = 0; i < 40; i++) {
                crowd.add(new SocketClient(server.port(), 4096)
                        .connect("c" + i, 0)
                        .subscribe("all", Qos.AT_LEAST_ONCE));
            }
            String payload = "x".repeat(800_000); // 32 MB, if each had its own
            publisher.publishAndWait("all", payload);
            assertThat(server.figures().counters().connectionBytes).isLessThan(MOST / 2);
            for (SocketClient client : crowd) {
                assertThat(client.message()).isEqualTo(payload);
            }
            assertThat(server.figures().counters().connectionsEvicted).isZero();
        } finally {
            crowd.forEach(SocketClient::close);
        }
    }

    /** One that sends the half of a packet can still hear why it is disconnected. */
    @Test
    void theReasonIsSaidToThoseWhoRead() {
        Server small = server();
        small.connectionMemoryBytes = 1 << 20;
        try (Server server = small.start();
                SocketClient client = server.client("hostile")) {
            client.sendUntilClosed(halfPacket(client));
            assertThat(client.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        } catch (UncheckedIOException reset) {
            assertThat(reset)
                    .as("its last bytes came after the connection was closed")
                    .hasMessageContaining("reset");
        }
    }

    /** Who acknowledges nothing can hold only a part of the memory for queues; then messages for it are refused. */
    @Test
    void aClientThatAcknowledgesNothingFillsOnlyItsShare() {
        Server server = server();
        server.maxInFlight = 65_535;
        server.queueMemoryBytes = 4 << 20;
        server.connectionMemoryBytes = 1L << 30;
        server.outboundBufferBytes = 1 << 30;
        try (server) {
            server.start();
            try (SocketClient hostile = server.client0("hostile").subscribe("t", Qos.AT_LEAST_ONCE);
                    SocketClient good = server.client0("good").subscribe("good", Qos.AT_LEAST_ONCE);
                    SocketClient publisher = server.client0("publisher")) {
                Thread.ofVirtual().start(() -> readAndForget(hostile));
                int accepted = 0;
                while (publisher.publishAndWait("t", "x".repeat(10_000)) == ReasonCode.SUCCESS) {
                    accepted++;
                    assertThat(accepted * 10_000L).isLessThan(8 << 20);
                }
                assertThat(publisher.publishAndWait("good", "for one who does")).isEqualTo(ReasonCode.SUCCESS);
                assertThat(good.message()).isEqualTo("for one who does");
            }
        }
    }

    private static void readAndForget(SocketClient client) {
        try {
            while (client.next() instanceof Publish) {
                assert true;
            }
        } catch (UncheckedIOException e) {
            assert e.getCause() != null; // the test is over
        }
    }
}
