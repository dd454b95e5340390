package io.chasqui.broker.transport;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.routing.Fate;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.netty.util.ResourceLeakDetector;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Peers that do not read, or not fast enough: what they cost is bounded, and the others do not notice. */
class SlowPeerTest {
    private static final int SMALL_BUFFER = 8 << 10;
    private static final String FOUR_KIB = "x".repeat(4 << 10);

    /** Answers that nobody takes would pile up; so who does not take answers is not heard any more either. */
    @Test
    void aFloodOfPingsWithoutReadingIsNotReadAnyMore() throws Exception {
        long pings = 4_000_000; // 8 MB of answers, more than the sockets hold
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE); // paranoia costs 12 us a ping
        try (Server server = new Server().start();
                SocketClient witness = server.client("witness");
                SocketClient flooder = new SocketClient(server.port(), SMALL_BUFFER).connect("flooder", 0)) {
            byte[] burst = new byte[64_000];
            for (int i = 0; i < burst.length; i += 2) {
                burst[i] = (byte) 0xC0;
            }
            Thread flood = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < pings / (burst.length / 2); i++) {
                    flooder.sendBytes(burst);
                }
            });
            long received = standstill(server, witness);
            assertThat(received).as("of %s pings", pings).isLessThan(pings);
            assertThat(flood.isAlive()).isTrue();

            flooder.skip(2 * pings); // it reads at last, and finds every answer
            assertThat(flood.join(Server.DEADLINE)).isTrue();
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    /** Who sends a packet byte by byte has the time of its Keep Alive for the whole of it, and not for each byte. */
    @Test
    void aPacketThatDripsDoesNotKeepItsConnectionAlive() {
        try (Server server = new Server().start();
                SocketClient dripping = new SocketClient(server.port())) {
            dripping.send(Connect.of(MqttVersion.V5, "dripping", true, 10));
            dripping.expect(ConnAck.class);
            byte[] packet = dripping.bytes(SocketClient.publish("t", FOUR_KIB, Qos.AT_MOST_ONCE, 0));
            long received = server.figures().counters().bytesReceived;
            for (int second = 0; second < 20; second++) {
                long before = received + second;
                dripping.sendUntilClosed(new byte[] {packet[second]});
                server.await(
                        figures -> figures.counters().bytesReceived > before || figures.counters().connections == 0);
                server.broker().passTime(Duration.ofSeconds(1)).join();
            }
            assertThat(dripping.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.KEEP_ALIVE_TIMEOUT);
            assertThat(dripping.isClosed()).isTrue();
        }
    }

    /** The pings received once they have stood still while a witness was served fifty times. */
    private static long standstill(Server server, SocketClient witness) {
        long before = -1;
        for (int still = 0; still < 50; still++) {
            witness.ping();
            long now = server.figures().counters().bytesReceived / 2;
            if (now - before > 1) { // more than the ping of the witness
                still = 0;
            }
            before = now;
        }
        return before;
    }

    @Test
    void aSlowSubscribersMessagesWaitInItsSessionAndEndInAFateAtItsLimit() {
        Server server = new Server();
        server.queueMessages = 50;
        server.maxInFlight = 65_535;
        try (server) {
            server.start();
            try (SocketClient slow = new SocketClient(server.port(), SMALL_BUFFER).connect("slow", 1000);
                    SocketClient quick = server.client("quick").subscribe("t", AT_LEAST_ONCE);
                    SocketClient publisher = server.client("p")) {
                slow.subscribe("t", AT_LEAST_ONCE);
                int accepted = 0;
                while (publisher.publishAndWait("t", accepted + FOUR_KIB) == ReasonCode.SUCCESS) {
                    assertThat(quick.message()).startsWith(accepted + "x");
                    accepted++;
                    assertThat(accepted).as("sockets hold a few megabytes").isLessThan(20_000);
                }
                assertThat(quick.message())
                        .as("refused for one, received by the other")
                        .startsWith(accepted + "x");
                assertThat(server.figures().counters().queuedMessages).isEqualTo(50);
                assertThat(server.figures().fates()).containsEntry(Fate.QUEUE_FULL, 1L);
                assertThat(server.broker()
                                .fatesOfClient("slow")
                                .orTimeout(60, TimeUnit.SECONDS)
                                .join())
                        .singleElement()
                        .satisfies(ended -> assertThat(ended.fate()).isEqualTo(Fate.QUEUE_FULL));

                for (int i = 0; i < accepted; i++) {
                    Publish publish = slow.expect(Publish.class);
                    assertThat(new String(publish.payload(), StandardCharsets.UTF_8))
                            .startsWith(i + "x");
                    slow.send(new PubAck(publish.packetId()));
                }
                slow.ping();
                assertThat(server.figures().counters().queuedMessages).isZero();
                assertThat(publisher.publishAndWait("t", "again")).isEqualTo(ReasonCode.SUCCESS);
                assertThat(slow.message()).isEqualTo("again");
            }
        }
    }

    @Test
    void qos0ForASlowSubscriberIsDroppedAtItsLimitAndCounted() {
        Server server = new Server();
        server.queueMessages = 10;
        try (server) {
            server.start();
            try (SocketClient slow = new SocketClient(server.port(), SMALL_BUFFER).connect("slow", 1000);
                    SocketClient publisher = server.client("p")) {
                slow.subscribe("t", AT_MOST_ONCE);
                int sent = 0;
                do {
                    for (int i = 0; i < 100; i++, sent++) {
                        assertThat(publisher.publishAndWait("t", sent + FOUR_KIB))
                                .isEqualTo(ReasonCode.SUCCESS);
                    }
                    assertThat(sent).isLessThan(20_000);
                } while (!server.figures().fates().containsKey(Fate.QUEUE_FULL)
                        || server.figures().fates().get(Fate.QUEUE_FULL) == 0);
                long dropped = server.figures().fates().get(Fate.QUEUE_FULL);
                assertThat(publisher.publishAndWait("last", "")).isNotNull();
                for (int i = 0; i < sent - dropped; i++) {
                    slow.message();
                }
                slow.ping(); // and nothing else has come
            }
        }
    }

    @Test
    void aSlowSubscriberThatGoesLeavesItsMessagesToItsNextConnection() {
        Server server = new Server();
        server.queueMessages = 10_000;
        try (server) {
            server.start();
            try (SocketClient publisher = server.client("p")) {
                SocketClient slow = new SocketClient(server.port(), SMALL_BUFFER).connect("slow", 1000);
                slow.subscribe("t", AT_LEAST_ONCE);
                for (int i = 0; i < 3_000; i++) {
                    assertThat(publisher.publishAndWait("t", i + FOUR_KIB)).isEqualTo(ReasonCode.SUCCESS);
                }
                slow.vanish(true);
                server.await(figures -> figures.counters().connections == 1);
                try (SocketClient next = server.client("slow")) {
                    for (int i = 0; i < 3_000; i++) {
                        Publish publish = next.expect(Publish.class);
                        assertThat(new String(publish.payload(), StandardCharsets.UTF_8))
                                .startsWith(i + "x");
                        next.send(new PubAck(publish.packetId()));
                    }
                }
            }
        }
    }

    /** Closing a socket with unread bytes resets it, and our last words would be lost on their way. */
    @Test
    void ourLastWordsArriveThoughTheClientKeepsSending() throws Exception {
        try (Server server = new Server().start();
                SocketClient client = server.client("c")) {
            byte[] faultAndMore = Arrays.copyOf(client.bytes(SocketClient.hello("c", 0)), 4 << 20);
            Thread sender = Thread.ofVirtual().start(() -> client.sendUntilClosed(faultAndMore));
            assertThat(client.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            assertThat(client.next()).as("the end of the stream, no reset").isNull();
            client.vanish(false);
            assertThat(sender.join(Server.DEADLINE)).isTrue();
            server.await(figures -> figures.counters().connections == 0);
        }
    }

    /** A peer that never closes its side is not waited for longer than a moment. */
    @Test
    void aPeerThatStaysAfterOurLastWordsIsClosed() {
        Server server = new Server();
        server.maxConnections = 1;
        try (server) {
            server.start();
            try (SocketClient stays = server.client("c")) {
                stays.send(SocketClient.hello("c", 0));
                stays.expect(Disconnect.class);
                assertThat(stays.next()).isNull();
                while (true) { // its place is free when it has been closed
                    try (SocketClient next = new SocketClient(server.port())) {
                        next.sendUntilClosed(next.bytes(SocketClient.hello("next", 0)));
                        if (next.next() != null) {
                            break;
                        }
                    } catch (UncheckedIOException e) {
                        assertThat(e.getCause()).isInstanceOf(SocketException.class);
                    }
                }
            }
        }
    }
}
