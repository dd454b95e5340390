package io.chasqui.broker.transport;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Many connections, and packets that come before the connection is where it belongs. */
class CrowdTest {
    private static final int CONNECTIONS = 2_000;

    /** U5-37: a client need not wait for CONNACK. Half of the channels move to another loop behind their CONNECT. */
    @Test
    void u5_37_whatIsPipelinedBehindConnectIsAnsweredInOrderOnEitherLoop() throws Exception {
        try (Server server = new Server().start();
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                int number = i;
                done.add(threads.submit(() -> pipelined(server.port(), number)));
            }
            for (Future<?> each : done) {
                each.get();
            }
            assertThat(server.figures().counters().faults).isZero();
            server.await(figures -> figures.counters().connections == 0);
        }
    }

    private static void pipelined(int port, int number) {
        String topic = "topic/" + number;
        try (SocketClient client = new SocketClient(port)) {
            byte[] all = client.bytes(
                    SocketClient.hello("client-" + number, 0),
                    SocketClient.subscription(1, topic, AT_LEAST_ONCE),
                    SocketClient.publish(topic, "first", AT_LEAST_ONCE, 2),
                    SocketClient.publish(topic, "second", AT_LEAST_ONCE, 3));
            int cut = number % all.length; // at every place, CONNECT included
            client.sendBytes(Arrays.copyOf(all, cut));
            client.sendBytes(Arrays.copyOfRange(all, cut, all.length));
            client.expect(ConnAck.class);
            client.expect(SubAck.class);
            assertThat(client.expect(Publish.class).payload())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("first");
            assertThat(client.expect(PubAck.class).packetId()).isEqualTo(2);
            assertThat(client.message()).isEqualTo("second");
            assertThat(client.expect(PubAck.class).packetId()).isEqualTo(3);
        }
    }

    @Test
    void bytesThatComeOneAtATime() {
        try (Server server = new Server().start()) {
            for (int i = 0; i < 8; i++) {
                try (SocketClient client = new SocketClient(server.port())) {
                    byte[] all = client.bytes(
                            SocketClient.hello("slow-" + i, 0), SocketClient.publish("t", "m", AT_LEAST_ONCE, 1));
                    for (byte one : all) {
                        client.sendBytes(one);
                    }
                    client.expect(ConnAck.class);
                    client.expect(PubAck.class);
                }
            }
        }
    }

    /** A length that is announced reserves nothing: 400 MiB here. */
    @Test
    void largePacketsThatAreAnnouncedAndNeverSentCostLittle() {
        int count = 400;
        byte[] announced = {0x30, (byte) 0xf0, (byte) 0xff, 0x3f, 0, 1, 't'}; // PUBLISH of nearly 1 MiB
        try (Server server = new Server().start();
                SocketClient witness = server.client("witness")) {
            List<SocketClient> clients = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                clients.add(server.client("c" + i));
            }
            long received = server.figures().counters().bytesReceived;
            long before = used();
            clients.forEach(client -> client.sendBytes(announced));
            server.await(figures -> figures.counters().bytesReceived == received + (long) count * announced.length);
            assertThat(used() - before).isLessThan(count * (16L << 10));
            witness.ping();
            clients.forEach(SocketClient::close);
        }
    }

    private static long used() {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    @Test
    void u5_12_aPacketAboveTheMaximumIsRefusedAtItsHeader() {
        try (Server server = new Server().start();
                SocketClient client = server.client("c")) {
            client.sendBytes((byte) 0x30, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x7f);
            assertThat(client.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aPacketOfTheLargestSizeGoesThrough() {
        try (Server server = new Server().start();
                SocketClient subscriber = server.client("s").subscribe("t", AT_LEAST_ONCE);
                SocketClient other = server.client("other").subscribe("t", AT_LEAST_ONCE);
                SocketClient publisher = server.client("p")) {
            String payload = "x".repeat((1 << 20) - 20);
            assertThat(publisher.publishAndWait("t", payload)).isEqualTo(ReasonCode.SUCCESS);
            assertThat(subscriber.message()).isEqualTo(payload);
            assertThat(other.message()).isEqualTo(payload);
        }
    }

    @Test
    void mqtt5_3_1_4_3_takeOverFromAConnectionThatCameInOnAnyLoop() {
        try (Server server = new Server().start()) {
            List<SocketClient> before = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                before.add(server.client("c" + i));
            }
            for (int i = 0; i < 20; i++) {
                try (SocketClient next = server.client("c" + i);
                        SocketClient old = before.get(i)) {
                    assertThat(old.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
                    assertThat(old.isClosed()).isTrue();
                    next.ping();
                }
            }
        }
    }

    @Test
    void thoseWhoGoWithoutAWordLeaveNothing() {
        try (Server server = new Server().start()) {
            for (int i = 0; i < 100; i++) {
                SocketClient client = new SocketClient(server.port());
                if (i % 3 > 0) {
                    client.connect("c" + i, 0).subscribe("t", AT_LEAST_ONCE);
                }
                client.vanish(i % 2 == 0);
            }
            server.await(figures -> figures.counters().connections == 0
                    && figures.counters().sessions == 0
                    && figures.counters().subscriptions == 0);
            assertThat(server.figures().counters().faults).isZero();
        }
    }
}
