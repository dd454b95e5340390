package io.chasqui.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.client.ScriptedServer.Peer;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutboxOnDiskTest extends ScriptedTest {
    @TempDir
    Path directory;

    @Test
    void whatWasHandedOverWithoutAConnectionIsSentByTheNextLife() {
        try (MqttClient first = client().outboxOnDisk(directory, true).build()) {
            first.handOver(
                    qos(1, "1").withContentType("text/plain").withRetain(true).withExpiry(Duration.ofHours(1)));
            first.handOver(qos(2, "2"));
            first.publishAsync(qos(0, "is not kept"));
        }
        MqttClient second = started(client().outboxOnDisk(directory, true));
        assertThat(second.outboxMessages()).isEqualTo(2);
        Peer peer = welcome();
        Publish one = peer.expect(Publish.class);
        assertThat(text(one)).isEqualTo("1");
        assertThat(one.retain()).isTrue();
        assertThat(one.properties().contentType()).isEqualTo("text/plain");
        assertThat(one.messageExpirySeconds()).isBetween(3_500L, 3_600L);
        peer.send(new PubAck(one.packetId()));
        Publish two = peer.expect(Publish.class);
        peer.send(new PubRec(two.packetId()));
        peer.expect(PubRel.class);
        peer.send(new PubComp(two.packetId()));
        assertThat(second.awaitAcknowledged(PATIENCE)).isTrue();
        second.close();
        try (MqttClient third = client().outboxOnDisk(directory, true).build()) {
            assertThat(third.outboxMessages()).isZero();
        }
    }

    @Test
    void mqtt5_4_3_3_6_qos2IsFinishedByTheNextLife() {
        MqttClient first = started(client().outboxOnDisk(directory, false));
        Peer before = welcome();
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            first.publishAsync(qos(2, "" + i));
            ids.add(before.expect(Publish.class).packetId());
        }
        before.send(new PubRec(ids.get(1)));
        assertThat(before.expect(PubRel.class).packetId()).isEqualTo(ids.get(1));
        first.close();
        MqttClient second = started(client().outboxOnDisk(directory, false));
        Peer after = welcome(true, ConnAck.Properties.NONE);
        for (int i = 0; i < 3; i++) {
            if (i == 1) {
                assertThat(after.expect(PubRel.class).packetId()).isEqualTo(ids.get(1));
            } else {
                Publish again = after.expect(Publish.class);
                assertThat(again.packetId()).isEqualTo(ids.get(i));
                assertThat(again.dup()).isTrue();
                assertThat(text(again)).isEqualTo("" + i);
            }
        }
        after.send(new PubComp(ids.get(1)), new PubRec(ids.get(0)), new PubRec(ids.get(2)));
        after.expect(PubRel.class);
        after.expect(PubRel.class);
        after.send(new PubComp(ids.get(0)), new PubComp(ids.get(2)));
        assertThat(second.awaitAcknowledged(PATIENCE)).isTrue();
    }

    @Test
    void theFileDoesNotGrowWithWhatIsDone() throws IOException {
        try (BrokerFixture broker = new BrokerFixture();
                MqttClient client = MqttClient.to(broker.uri())
                        .clientId("writes")
                        .session(Duration.ofHours(1))
                        .outboxOnDisk(directory, false)
                        .build()) {
            client.connect();
            byte[] payload = new byte[10_000];
            for (int i = 0; i < 3_000; i++) {
                client.publishAsync(Message.of("t", payload).withQos(Qos.of(1 + i % 2)));
            }
            assertThat(client.awaitAcknowledged(PATIENCE)).isTrue();
        }
        assertThat(Files.size(directory.resolve("outbox.log"))).isLessThan(10L << 20); // of 30 MB that were written
    }

    @Test
    void aFullOutboxOnDiskFailsOrBlocksToo() {
        try (MqttClient client = client().outboxOnDisk(directory, false)
                .outbox(2, 1_000_000, WhenFull.FAIL)
                .build()) {
            client.handOver(qos(1, "1"));
            client.handOver(qos(1, "2"));
            assertThatThrownBy(() -> client.handOver(qos(1, "3"))).isInstanceOf(MqttException.OutboxFull.class);
            assertThatThrownBy(() -> client.publish(qos(1, "3"))).isInstanceOf(MqttException.OutboxFull.class);
        }
    }

    @Test
    void twoClientsCannotShareADirectory() {
        try (MqttClient first = client().outboxOnDisk(directory, false).build()) {
            assertThatThrownBy(() -> client().outboxOnDisk(directory, false).build())
                    .isInstanceOf(MqttException.OutboxFailed.class)
                    .hasMessageContaining("in use by another client");
            assertThat(first.outboxMessages()).isZero();
        }
    }

    /** The application that is killed: hands over numbers and says which are safe. */
    static final class Application {
        private Application() {}

        /** @param args server, directory, QoS, first number */
        public static void main(String[] args) {
            MqttClient client = MqttClient.to(args[0])
                    .clientId("crashes")
                    .session(Duration.ofHours(1))
                    .outboxOnDisk(Path.of(args[1]), false)
                    .outbox(1_000, 1 << 20, WhenFull.BLOCK)
                    .build();
            client.connect();
            for (int i = Integer.parseInt(args[3]); ; i++) {
                client.handOver(Message.of("crash", "" + i).withQos(Qos.of(Integer.parseInt(args[2]))));
                System.out.println(i);
            }
        }
    }

    /** Kills a real JVM again and again: what it said is safe arrives, at QoS 2 once. */
    @ParameterizedTest
    @CsvSource({"1", "2"})
    void whatAKilledApplicationHandedOverArrives(int level) throws Exception {
        List<String> got = java.util.Collections.synchronizedList(new ArrayList<>());
        Set<String> safe = new HashSet<>();
        CountDownLatch end = new CountDownLatch(1);
        try (BrokerFixture broker = new BrokerFixture();
                MqttClient watcher = MqttClient.to(broker.uri()).build()) {
            watcher.connect();
            watcher.subscribe("crash", Qos.EXACTLY_ONCE, message -> {
                got.add(message.text());
                if (message.text().equals("end")) {
                    end.countDown();
                }
            });
            int next = 0;
            for (int life = 0; life < 3; life++) {
                next = runAndKill(broker, level, next, safe);
            }
            try (MqttClient last = MqttClient.to(broker.uri())
                    .clientId("crashes")
                    .session(Duration.ofHours(1))
                    .outboxOnDisk(directory, false)
                    .build()) {
                last.connect();
                assertThat(last.awaitAcknowledged(PATIENCE)).isTrue();
                last.publish(Message.of("crash", "end").withQos(Qos.of(level)));
            }
            assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(got).containsAll(safe);
        assertThat(safe).hasSizeGreaterThan(100);
        if (level == 2) {
            assertThat(got).doesNotHaveDuplicates();
        }
    }

    private int runAndKill(BrokerFixture broker, int level, int first, Set<String> safe) throws Exception {
        Process application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Application.class.getName(),
                        broker.uri(),
                        directory.toString(),
                        "" + level,
                        "" + first)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int last = first;
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(application.getInputStream(), StandardCharsets.UTF_8))) {
            boolean killed = false;
            for (String line; (line = said.readLine()) != null; ) {
                safe.add(line);
                last = Integer.parseInt(line);
                if (!killed && last - first >= 500) {
                    application.toHandle().destroyForcibly(); // which leaves what it said to be read
                    killed = true;
                }
            }
        }
        application.waitFor();
        return last + 2; // the one after the last may be safe without having been said
    }

    @Test
    void whatIsOnItsWayToTheDiskEndsWithTheClient() {
        for (int i = 0; i < 20; i++) {
            MqttClient client = client().outboxOnDisk(directory, true).build();
            CompletableFuture<ReasonCode> onItsWay = client.publishAsync(qos(1, "" + i));
            client.close();
            assertThatThrownBy(onItsWay::join).hasCauseInstanceOf(MqttException.Closed.class);
        }
    }
}
