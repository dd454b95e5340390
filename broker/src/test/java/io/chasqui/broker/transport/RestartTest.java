package io.chasqui.broker.transport;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a store keeps goes on with the next broker. */
class RestartTest {
    private static final long LONG = 3_600;

    private final MemoryStore store = new MemoryStore();

    private Server start() {
        Server server = new Server();
        server.store = store;
        return server.start();
    }

    private static Publish retained(String topic, String payload) {
        return new Publish(
                false, AT_LEAST_ONCE, true, TopicName.of(topic), 1, payload.getBytes(StandardCharsets.UTF_8));
    }

    private static ConnAck comeBack(SocketClient client, String clientId) {
        client.send(SocketClient.hello(clientId, LONG));
        return client.expect(ConnAck.class);
    }

    @Test
    void mqtt5_4_1_0_1_aSessionWithExpiryGoesOnWithItsSubscriptionsAndWhatItIsOwed() {
        try (Server server = start();
                SocketClient publisher = server.client("publisher")) {
            SocketClient sleeper = new SocketClient(server.port()).connect("sleeper", LONG);
            sleeper.subscribe("t/#", EXACTLY_ONCE);
            sleeper.vanish(false);
            server.await(figures -> figures.counters().connections == 1);
            assertThat(publisher.publishAndWait("t/1", "one")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(publisher.publishAndWait("t/2", "two")).isEqualTo(ReasonCode.SUCCESS);
        }
        try (Server server = start();
                SocketClient sleeper = new SocketClient(server.port());
                SocketClient publisher = server.client("publisher")) {
            assertThat(comeBack(sleeper, "sleeper").sessionPresent()).isTrue();
            assertThat(sleeper.message()).isEqualTo("one");
            assertThat(sleeper.message()).isEqualTo("two");
            assertThat(publisher.publishAndWait("t/3", "three")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(sleeper.message()).isEqualTo("three");
        }
    }

    @Test
    void aSessionWithoutExpiryIsNotThereAnyMore() {
        try (Server server = start()) {
            new SocketClient(server.port()).connect("c", 0).subscribe("t", AT_LEAST_ONCE);
        }
        try (Server server = start();
                SocketClient client = new SocketClient(server.port())) {
            assertThat(comeBack(client, "c").sessionPresent()).isFalse();
            assertThat(server.figures().counters().subscriptions).isZero();
        }
    }

    @Test
    void mqtt5_3_3_1_5_retainedMessagesGoOn() {
        try (Server server = start();
                SocketClient publisher = server.client("publisher")) {
            publisher.send(retained("kept", "value"), retained("deleted", "value"), retained("deleted", ""));
            for (int i = 0; i < 3; i++) {
                publisher.expect(PubAck.class);
            }
        }
        try (Server server = start();
                SocketClient late = server.client("late")) {
            assertThat(server.figures().retainedMessages()).isEqualTo(1);
            late.subscribe("#", AT_LEAST_ONCE);
            Publish message = late.expect(Publish.class);
            assertThat(message.topic()).isEqualTo(TopicName.of("kept"));
            assertThat(message.retain()).isTrue();
        }
    }

    @Test
    void mqtt5_4_3_3_10_aQos2MessageThatWasTakenIsNotTakenAgain() {
        Publish message = SocketClient.publish("t", "a", EXACTLY_ONCE, 9);
        try (Server server = start()) {
            SocketClient publisher = new SocketClient(server.port()).connect("publisher", LONG);
            publisher.send(message);
            publisher.expect(PubRec.class);
            publisher.vanish(false);
            server.await(figures -> figures.counters().connections == 0);
        }
        try (Server server = start();
                SocketClient publisher = new SocketClient(server.port());
                SocketClient reader = server.client("reader")) {
            reader.subscribe("t", EXACTLY_ONCE);
            comeBack(publisher, "publisher");
            publisher.send(message, new PubRel(9), SocketClient.publish("t", "marker", AT_LEAST_ONCE, 10));
            publisher.expect(PubRec.class);
            assertThat(publisher.expect(PubComp.class).reason()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(reader.message()).isEqualTo("marker");
        }
    }

    @Test
    void mqtt5_4_4_0_1_whatWasInFlightIsSentAgainWithItsPacketIdentifier() {
        int packetId;
        try (Server server = start();
                SocketClient publisher = server.client("publisher")) {
            SocketClient receiver = new SocketClient(server.port()).connect("receiver", LONG);
            receiver.subscribe("t", EXACTLY_ONCE);
            publisher.send(SocketClient.publish("t", "a", AT_LEAST_ONCE, 1));
            packetId = receiver.expect(Publish.class).packetId();
            receiver.vanish(false);
            server.await(figures -> figures.counters().connections == 1);
        }
        try (Server server = start();
                SocketClient receiver = new SocketClient(server.port())) {
            assertThat(comeBack(receiver, "receiver").sessionPresent()).isTrue();
            Publish again = receiver.expect(Publish.class);
            assertThat(again.dup()).isTrue();
            assertThat(again.packetId()).isEqualTo(packetId);
        }
    }
}
