package io.chasqui.broker.transport;

import static io.chasqui.broker.transport.WebSocketPeer.binary;
import static io.chasqui.broker.transport.WebSocketPeer.bytes;
import static io.chasqui.broker.transport.WebSocketPeer.frame;
import static io.chasqui.broker.transport.WebSocketPeer.join;
import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.routing.Fate;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MQTT in the frames of a WebSocket, from the handshake to the end. */
class WebSocketTest {
    private final Server server = Server.overWebSocket();

    @AfterEach
    void close() {
        server.close();
    }

    /** Half of the channels move to another loop behind their CONNECT; the rest of the frame and a ping go with them. */
    @Test
    void whatComesBehindConnectIsAnsweredInOrderOnEitherLoop() throws Exception {
        server.start();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                int number = i;
                done.add(threads.submit(() -> pipelined(number)));
            }
            for (Future<?> each : done) {
                each.get();
            }
        }
        assertThat(server.figures().counters().faults).isZero();
        server.await(figures -> figures.counters().connections == 0);
    }

    private void pipelined(int number) {
        String topic = "topic/" + number;
        byte[] mqtt = bytes(
                SocketClient.hello("client-" + number, 0),
                SocketClient.subscription(1, topic, AT_LEAST_ONCE),
                SocketClient.publish(topic, "first", AT_LEAST_ONCE, 2),
                SocketClient.publish(topic, "second", AT_LEAST_ONCE, 3));
        int cut = number % mqtt.length; // also within a fixed header
        byte[] wire = join(
                frame(number % 2 == 0, FrameReader.BINARY, Arrays.copyOf(mqtt, cut)),
                frame(true, FrameReader.PONG), // unasked for, and between fragments
                frame(
                        true,
                        number % 2 == 0 ? FrameReader.BINARY : FrameReader.CONTINUATION,
                        Arrays.copyOfRange(mqtt, cut, mqtt.length)));
        try (WebSocketPeer peer = WebSocketPeer.open(server.port())) {
            int write = number % wire.length;
            peer.sendBytes(Arrays.copyOf(wire, write));
            peer.sendBytes(Arrays.copyOfRange(wire, write, wire.length));
            peer.expect(ConnAck.class);
            peer.expect(SubAck.class);
            assertThat(text(peer.expect(Publish.class))).isEqualTo("first");
            assertThat(peer.expect(PubAck.class).packetId()).isEqualTo(2);
            assertThat(text(peer.expect(Publish.class))).isEqualTo("second");
            assertThat(peer.expect(PubAck.class).packetId()).isEqualTo(3);
        }
    }

    private static String text(Publish publish) {
        return new String(publish.payload(), StandardCharsets.UTF_8);
    }

    /** A client that says all it has to say and closes, in one breath, has been heard: also on its way to its loop. */
    @Test
    void whatComesBeforeCloseIsWorkedOff() {
        server.start();
        try (WebSocketPeer subscriber =
                WebSocketPeer.connected(server.port(), "s").subscribe("t", AT_MOST_ONCE)) {
            for (int i = 0; i < 50; i++) {
                try (WebSocketPeer brief = WebSocketPeer.open(server.port())) {
                    byte[] mqtt = bytes(
                            SocketClient.hello("brief" + i, 0), SocketClient.publish("t", "m" + i, AT_MOST_ONCE, 0));
                    brief.sendBytes(join(binary(mqtt), frame(true, FrameReader.CLOSE, (byte) 0x03, (byte) 0xE9)));
                    brief.expect(ConnAck.class);
                    assertThat(brief.expect(FrameReader.CLOSE).closeCode()).isEqualTo(1001);
                    assertThat(brief.frame()).isNull();
                    assertThat(text(subscriber.expect(Publish.class))).isEqualTo("m" + i);
                }
            }
            server.await(figures -> figures.counters().connections == 1);
        }
    }

    /** The same for a frame that breaks the rules: what came before it was fine. */
    @Test
    void whatComesBeforeAFaultIsAnswered() {
        server.start();
        for (int i = 0; i < 20; i++) {
            try (WebSocketPeer peer = WebSocketPeer.open(server.port())) {
                byte[] mqtt = bytes(SocketClient.hello("c" + i, 0), PingReq.INSTANCE);
                peer.sendBytes(join(binary(mqtt), frame(true, FrameReader.TEXT, (byte) 'x')));
                peer.expect(ConnAck.class);
                peer.expect(PingResp.class);
                assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
                assertThat(peer.expect(FrameReader.CLOSE).closeCode()).isEqualTo(1003);
                assertThat(peer.frame()).isNull();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "818100000000" + "78, 1003, PROTOCOL_ERROR", // MQTT5-6.0.0-1: a text frame
        "8202c000, 1002, PROTOCOL_ERROR", // PINGREQ without a mask
        "098000000000, 1002, PROTOCOL_ERROR", // a ping in fragments
        "82ff000000000010000100000000, 1009, PACKET_TOO_LARGE", // 1 MiB and a byte are announced
        "0281000000003080ff000000000010000100000000, 1009, PACKET_TOO_LARGE", // and in a continuation
    })
    void aFrameThatBreaksTheRulesEndsTheConnection(String wire, int closeCode, ReasonCode reason) {
        server.start();
        byte[] bad = HexFormat.of().parseHex(wire);
        try (WebSocketPeer connected = WebSocketPeer.connected(server.port(), "c");
                WebSocketPeer before = WebSocketPeer.open(server.port())) {
            connected.sendBytes(bad);
            assertThat(connected.expect(Disconnect.class).reason()).isEqualTo(reason);
            assertThat(connected.expect(FrameReader.CLOSE).closeCode()).isEqualTo(closeCode);
            assertThat(connected.frame()).isNull();
            before.sendBytes(bad);
            assertThat(before.expect(FrameReader.CLOSE).closeCode()).isEqualTo(closeCode);
            assertThat(before.frame()).isNull();
            connected.vanish();
            server.await(figures -> figures.counters().connections == 0);
        }
    }

    @Test
    void aPingIsAnsweredWithItsPayload() {
        server.start();
        byte[] longest = "x".repeat(125).getBytes(StandardCharsets.US_ASCII);
        try (WebSocketPeer peer = WebSocketPeer.connected(server.port(), "c")) {
            peer.sendBytes(frame(true, FrameReader.PING, longest));
            assertThat(peer.expect(FrameReader.PONG).payload()).isEqualTo(longest);
            peer.send(PingReq.INSTANCE);
            peer.expect(PingResp.class);
        }
    }

    @Test
    void aClientThatAnswersNoPingIsClosed() {
        server.pingInterval = Duration.ofSeconds(2);
        server.start();
        try (WebSocketPeer silent = WebSocketPeer.connected(server.port(), "silent");
                WebSocketPeer lively = WebSocketPeer.connected(server.port(), "lively")) {
            assertThat(lively.expect(FrameReader.PING).payload()).isEmpty();
            lively.sendBytes(frame(true, FrameReader.PONG));
            assertThat(silent.expect(FrameReader.PING).payload()).isEmpty();
            assertThat(silent.frame()).isNull();
            lively.expect(FrameReader.PING);
        }
    }

    @Test
    void ourLastWordsAreFollowedByClose() {
        server.start();
        try (WebSocketPeer first = WebSocketPeer.connected(server.port(), "c");
                WebSocketPeer second = WebSocketPeer.connected(server.port(), "c")) {
            assertThat(first.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
            assertThat(first.expect(FrameReader.CLOSE).closeCode()).isEqualTo(1000);
            first.sendBytes(frame(true, FrameReader.CLOSE, (byte) 0x03, (byte) 0xE8));
            assertThat(first.frame()).isNull();
            second.send(new Disconnect(ReasonCode.SUCCESS));
            assertThat(second.expect(FrameReader.CLOSE).closeCode()).isEqualTo(1000);
            assertThat(second.frame()).isNull();
            server.await(figures -> figures.counters().connections == 0);
        }
    }

    @Test
    void aStopSaysGoodbye() throws Exception {
        server.start();
        try (WebSocketPeer peer = WebSocketPeer.connected(server.port(), "c");
                WebSocketPeer silent = WebSocketPeer.open(server.port());
                WebSocketPeer half = new WebSocketPeer(server.port())) {
            half.sendBytes((byte) 'G');
            Thread closing = Thread.ofVirtual().start(server::close);
            assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
            peer.expect(FrameReader.CLOSE);
            peer.sendBytes(frame(true, FrameReader.CLOSE));
            assertThat(peer.frame()).isNull();
            assertThat(silent.frame()).isNull();
            assertThat(half.rest()).isEmpty();
            assertThat(closing.join(Server.DEADLINE)).isTrue();
        }
    }

    /** A browser wakes up for each frame: what a turn has written, payloads that are shared included, is one. */
    @Test
    void aTurnIsOneFrame() {
        server.start();
        try (WebSocketPeer peer = WebSocketPeer.connected(server.port(), "c").subscribe("t", AT_MOST_ONCE)) {
            int before = peer.dataFrames;
            peer.send(IntStream.range(0, 20)
                    .mapToObj(i -> SocketClient.publish("t", "x".repeat(1_000), AT_MOST_ONCE, 0))
                    .toArray(Packet[]::new));
            for (int i = 0; i < 20; i++) {
                peer.expect(Publish.class);
            }
            assertThat(peer.dataFrames - before).isEqualTo(1);
        }
    }

    @Test
    void aLargeMessageComesInFramesThatAllClientsTake() {
        server.start();
        String large = IntStream.range(0, 100_000).mapToObj(Integer::toString).collect(Collectors.joining());
        try (WebSocketPeer one = WebSocketPeer.connected(server.port(), "1").subscribe("t", AT_MOST_ONCE);
                WebSocketPeer two = WebSocketPeer.connected(server.port(), "2").subscribe("t", AT_MOST_ONCE)) {
            for (int i = 0; i < 3; i++) {
                one.send(SocketClient.publish("t", large, AT_MOST_ONCE, 0));
                assertThat(text(one.expect(Publish.class))).isEqualTo(large);
                assertThat(text(two.expect(Publish.class))).isEqualTo(large);
            }
            assertThat(one.hasMore()).isFalse();
        }
    }

    /** Its messages wait in its session, where the limits are, and all that were not refused come in order. */
    @Test
    void aClientThatDoesNotReadFillsItsQueueAndNothingElse() {
        server.queueMessages = 100;
        server.maxInFlight = 65_535;
        server.start();
        String bulk = "x".repeat(16 << 10);
        try (WebSocketPeer publisher = WebSocketPeer.connected(server.port(), "p");
                WebSocketPeer slow =
                        WebSocketPeer.connected(server.port(), "slow").subscribe("t", AT_MOST_ONCE)) {
            int sent = 0;
            do {
                for (int i = 0; i < 50; i++) {
                    publisher.send(SocketClient.publish("t", sent++ + bulk, AT_LEAST_ONCE, 1));
                    publisher.expect(PubAck.class);
                }
                assertThat(sent).isLessThan(20_000);
            } while (server.figures().fates().getOrDefault(Fate.QUEUE_FULL, 0L) == 0);
            long dropped = server.figures().fates().get(Fate.QUEUE_FULL);
            int last = -1;
            for (int i = 0; i < sent - dropped; i++) {
                String payload = text(slow.expect(Publish.class));
                int number = Integer.parseInt(payload.substring(0, payload.indexOf('x')));
                assertThat(number).isGreaterThan(last);
                last = number;
            }
        }
    }

    /** A message of fragments without end is no way to hold memory, nor to hide from the Keep Alive: there is no packet in it. */
    @Test
    void fragmentsWithoutEndHoldNothingAndKeepNobodyAlive() {
        server.start();
        try (WebSocketPeer endless = WebSocketPeer.open(server.port())) {
            endless.send(Connect.of(MqttVersion.V5, "endless", true, 10));
            endless.expect(ConnAck.class);
            endless.sendBytes(frame(false, FrameReader.BINARY));
            byte[] empty = frame(false, FrameReader.CONTINUATION);
            byte[] many = new byte[empty.length * (FrameReader.MOST_EMPTY - 1)]; // more are a fault
            for (int i = 0; i < many.length; i += empty.length) {
                System.arraycopy(empty, 0, many, i, empty.length);
            }
            endless.sendBytes(many);
            endless.sendBytes(frame(false, FrameReader.CONTINUATION, bytes(PingReq.INSTANCE)));
            endless.expect(PingResp.class); // all of them have been read
            assertThat(server.figures().counters().connectionBytes).isZero();
            server.broker().passTime(Duration.ofSeconds(9)).join();
            endless.sendBytes(many);
            server.broker().passTime(Duration.ofSeconds(7)).join();
            assertThat(endless.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.KEEP_ALIVE_TIMEOUT);
        }
        try (WebSocketPeer endless = WebSocketPeer.connected(server.port(), "endless");
                WebSocketPeer other = WebSocketPeer.connected(server.port(), "other")) {
            byte[] empty = frame(true, FrameReader.BINARY);
            for (int i = 0; i <= FrameReader.MOST_EMPTY; i++) {
                endless.sendBytes(empty);
            }
            assertThat(endless.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            assertThat(server.figures().counters().connectionsEnded[ReasonCode.PROTOCOL_ERROR.code()])
                    .isEqualTo(1);
            assertThat(server.figures().counters().connectionsEnded[ReasonCode.KEEP_ALIVE_TIMEOUT.code()])
                    .isEqualTo(1);
            other.send(PingReq.INSTANCE);
            other.expect(PingResp.class);
        }
    }

    /** Pings that are never read back cost no more than the socket holds: the client is not read any more. */
    @Test
    void aFloodOfPingsHarmsNobody() {
        server.start();
        try (WebSocketPeer flood = WebSocketPeer.connected(server.port(), "flood");
                WebSocketPeer other = WebSocketPeer.connected(server.port(), "other")) {
            byte[] ping = frame(true, FrameReader.PING, new byte[125]);
            byte[] many = new byte[ping.length * 10_000];
            for (int i = 0; i < many.length; i += ping.length) {
                System.arraycopy(ping, 0, many, i, ping.length);
            }
            flood.sendBytes(many);
            other.send(PingReq.INSTANCE);
            other.expect(PingResp.class);
            assertThat(flood.expect(FrameReader.PONG).payload()).hasSize(125);
        }
    }

    /** The paranoid leak detector of Netty looks at every buffer; it speaks when one that was not released is collected. */
    @Test
    void noBufferLeaksWhateverTheEnd() {
        Queue<String> leaks = new ConcurrentLinkedQueue<>();
        ByteBufUtil.setLeakListener((resource, records) -> leaks.add(resource + " " + records));
        server.shutdownGrace = Duration.ofMillis(100);
        server.start();
        String large = "x".repeat(100_000);
        for (int i = 0; i < 50; i++) {
            WebSocketPeer peer = WebSocketPeer.connected(server.port(), "c" + i).subscribe("t" + i % 3, AT_LEAST_ONCE);
            peer.send(SocketClient.publish("t" + i % 3, large, AT_LEAST_ONCE, 1));
            switch (i % 5) {
                case 0 -> peer.sendBytes((byte) 0x82, (byte) 0xfe, (byte) 1); // half a header
                case 1 -> peer.send(SocketClient.hello("again", 0)); // a protocol error
                case 2 -> peer.sendBytes(frame(true, FrameReader.TEXT));
                case 3 -> peer.sendBytes(join(frame(true, FrameReader.PING), frame(true, FrameReader.CLOSE)));
                default -> {}
            }
            peer.vanish();
            WebSocketPeer refused = new WebSocketPeer(server.port());
            refused.sendBytes((i + " \r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            refused.vanish();
        }
        server.close();
        for (int i = 0; i < 5; i++) {
            System.gc();
            for (int k = 0; k < 100; k++) { // the detector reports when it tracks the next buffer
                PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
            }
        }
        ByteBufUtil.setLeakListener(null);
        assertThat(leaks).isEmpty();
    }
}
