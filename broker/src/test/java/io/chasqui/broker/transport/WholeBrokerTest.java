package io.chasqui.broker.transport;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Fates;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The broker as its embedder sees it: start, ask, close. */
class WholeBrokerTest {
    private static <T> T answer(CompletableFuture<T> future) {
        return future.orTimeout(Server.DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Test
    void closeSaysGoodbyeAndLeavesNoThread() {
        int before = DoorTest.loopThreads();
        Server server = new Server().start();
        try (server;
                SocketClient v5 = server.client("v5");
                SocketClient v3 = new SocketClient(server.port()).connectV3("v3");
                SocketClient silent = new SocketClient(server.port())) {
            assertThat(DoorTest.loopThreads()).isEqualTo(before + 2);
            Thread closing = Thread.ofVirtual().start(server::close);
            assertThat(v5.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
            assertThat(v5.next()).isNull();
            assertThat(v3.next()).isNull();
            v5.vanish(false);
            v3.vanish(false);
            silent.vanish(false);
            assertThat(closing.join(Server.DEADLINE)).isTrue();
            server.broker().close(); // once more does no harm
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(DoorTest.loopThreads()).isEqualTo(before);
    }

    /** The paranoid leak detector of Netty looks at every buffer; it speaks when one that was not released is collected. */
    @Test
    void noBufferLeaksWhateverTheEnd() {
        Queue<String> leaks = new ConcurrentLinkedQueue<>();
        ByteBufUtil.setLeakListener((resource, records) -> leaks.add(resource + " " + records));
        Server server = new Server();
        server.shutdownGrace = Duration.ofMillis(100);
        server.start();
        String large = "x".repeat(100_000);
        SocketClient stays = new SocketClient(server.port(), 8 << 10).connect("stays", 0);
        stays.subscribe("#", AT_MOST_ONCE);
        for (int i = 0; i < 50; i++) {
            SocketClient client = server.client("c" + i).subscribe("t" + i % 3, AT_LEAST_ONCE);
            client.send(SocketClient.publish("t" + i % 3, large, AT_LEAST_ONCE, 1));
            if (i % 5 == 0) {
                client.sendBytes((byte) 0x30, (byte) 0x7f, (byte) 1); // half a packet
            }
            if (i % 7 == 0) {
                client.sendUntilClosed(client.bytes(SocketClient.hello("again", 0))); // a protocol error
            }
            client.vanish(i % 2 == 0);
        }
        server.close();
        stays.close();
        for (int i = 0; i < 5; i++) {
            System.gc();
            for (int k = 0; k < 100; k++) { // the detector reports when it tracks the next buffer
                PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
            }
        }
        ByteBufUtil.setLeakListener(null);
        assertThat(leaks).isEmpty();
    }

    @Test
    void twoBrokersInOneProcessKnowNothingOfEachOther() {
        try (Server one = new Server().start();
                Server two = new Server().start();
                SocketClient inOne = one.client("c").subscribe("t", AT_LEAST_ONCE);
                SocketClient inTwo = two.client("c").subscribe("t", AT_LEAST_ONCE)) {
            assertThat(inOne.publishAndWaitForEcho("t", "one")).isEqualTo("one");
            assertThat(inTwo.publishAndWaitForEcho("t", "two")).isEqualTo("two");
            assertThat(one.figures().counters().publishReceived).isEqualTo(1);
            one.broker().close();
            inTwo.ping();
        }
    }

    @Test
    void theSysTopicsAppear() {
        Server server = new Server();
        server.sysInterval = Duration.ofSeconds(1);
        try (server) {
            server.start();
            try (SocketClient twice = server.client("twice")) {
                twice.send(SocketClient.hello("twice", 0)); // a second CONNECT
                assertThat(twice.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            }
            try (SocketClient client = server.client("c").subscribe("$SYS/#", AT_MOST_ONCE)) {
                Set<String> missing = new HashSet<>(List.of(
                        "version",
                        "uptime",
                        "clients/connected",
                        "clients/total",
                        "connections/ended/no-connect-in-time",
                        "connections/ended/protocol-error",
                        "messages/received",
                        "messages/sent",
                        "bytes/received",
                        "bytes/sent",
                        "publish/messages/dropped",
                        "subscriptions/count",
                        "retained messages/count",
                        "load/messages/received/1min",
                        "heap/current",
                        "heap/maximum",
                        "direct/current",
                        "fates/queue-full"));
                while (!missing.isEmpty()) {
                    Publish publish = client.expect(Publish.class);
                    assertThat(publish.payload()).isNotEmpty();
                    String name = publish.topic().name().substring("$SYS/broker/".length());
                    boolean memory = name.startsWith("heap/") || name.startsWith("direct/");
                    String value = new String(publish.payload(), StandardCharsets.UTF_8);
                    if (!memory || Long.parseLong(value) > 0) { // no buffer is held before the first client is read
                        missing.remove(name);
                    }
                }
            }
        }
    }

    @Test
    void mqtt5_4_7_2_1_aWildcardDoesNotShowTheSysTopics() {
        Server server = new Server();
        server.sysInterval = Duration.ofSeconds(1);
        try (server) {
            server.start();
            try (SocketClient sys = server.client("sys").subscribe("$SYS/broker/version", AT_MOST_ONCE);
                    SocketClient all = server.client("all").subscribe("#", AT_LEAST_ONCE)) {
                assertThat(sys.message()).startsWith("chasqui version");
                assertThat(all.publishAndWaitForEcho("t", "marker")).isEqualTo("marker");
            }
        }
    }

    /** "Why did my message not arrive?" */
    @Test
    void fatesAnswerForATopicAndForAClientWhereverTheyAreAtHome() {
        try (Server server = new Server().start();
                SocketClient publisher = server.client("publisher")) {
            for (int i = 0; i < 10; i++) {
                SocketClient subscriber = server.client("s" + i).subscribe("t", AT_LEAST_ONCE);
                subscriber.vanish(false);
            }
            server.await(figures -> figures.counters().connections == 1);
            publisher.send(SocketClient.publish("t", "m", Qos.AT_MOST_ONCE, 0));
            assertThat(publisher.publishAndWait("nobody/cares", "m")).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            server.await(figures -> figures.fates().get(Fate.QOS0_OFFLINE) == 10);

            assertThat(answer(server.broker().fatesOfTopic("t")))
                    .hasSize(10)
                    .allSatisfy(ended -> assertThat(ended.fate()).isEqualTo(Fate.QOS0_OFFLINE))
                    .extracting(Fates.Ended::publisher)
                    .containsOnly("publisher");
            for (int i = 0; i < 10; i++) {
                assertThat(answer(server.broker().fatesOfClient("s" + i))).hasSize(1);
            }
            assertThat(answer(server.broker().fatesOfClient("publisher")))
                    .singleElement()
                    .satisfies(ended -> {
                        assertThat(ended.fate()).isEqualTo(Fate.NO_SUBSCRIBER);
                        assertThat(ended.topic()).isEqualTo("nobody/cares");
                        assertThat(ended.receiver()).isEmpty();
                    });
            assertThat(answer(server.broker().fatesOfClient("unknown"))).isEmpty();
        }
    }

    @Test
    void statisticsCountWhatWentThrough() {
        try (Server server = new Server().start();
                SocketClient client = server.client("c").subscribe("t", AT_LEAST_ONCE)) {
            assertThat(client.publishAndWaitForEcho("t", "12345")).isEqualTo("12345");
            client.ping();
            var counters = server.await(figures -> figures.counters().packetsReceived == 4)
                    .counters();
            assertThat(counters.connectionsAccepted).isEqualTo(1);
            assertThat(counters.packetsSent).isEqualTo(5); // CONNACK, SUBACK, PUBLISH, PUBACK, PINGRESP
            assertThat(counters.publishReceived).isEqualTo(1);
            assertThat(counters.publishSent).isEqualTo(1);
            assertThat(counters.publishBytesReceived).isEqualTo(5);
            assertThat(counters.publishBytesSent).isEqualTo(5);
            assertThat(counters.inFlight).isEqualTo(1);
            assertThat(counters.subscriptions).isEqualTo(1);
        }
    }
}
