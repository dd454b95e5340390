package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The publisher keeps the rules, so that what goes wrong is the broker's fault. */
class PublisherTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private Counterpart broker;
    private Arena arena;

    @BeforeEach
    void open() throws Exception {
        broker = new Counterpart();
        arena = broker.arena();
    }

    @AfterEach
    void close() throws Exception {
        arena.end();
        broker.close();
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void afterAReconnectPubRelsComeFirstThenTheOthersInOrderWithDup() throws Exception {
        Future<?> end = start(
                new Message("a", Qos.AT_LEAST_ONCE),
                new Message("b", Qos.EXACTLY_ONCE),
                new Message("c", Qos.EXACTLY_ONCE),
                new Message("d", Qos.AT_LEAST_ONCE));
        try (Counterpart.Conversation first = broker.accept(false)) {
            for (String payload : List.of("a", "b", "c", "d")) {
                assertPublish(first.read(Publish.class), payload, false);
            }
            first.write(new PubRec(3));
            first.write(new PubRec(2));
            assertThat(first.read(PubRel.class).packetId()).isEqualTo(3);
            assertThat(first.read(PubRel.class).packetId()).isEqualTo(2);
        }
        try (Counterpart.Conversation second = broker.accept(true)) {
            assertThat(second.read(PubRel.class).packetId()).isEqualTo(3);
            assertThat(second.read(PubRel.class).packetId()).isEqualTo(2);
            Publish a = second.read(Publish.class);
            assertPublish(a, "a", true);
            assertThat(a.packetId()).isEqualTo(1);
            Publish d = second.read(Publish.class);
            assertPublish(d, "d", true);
            assertThat(d.packetId()).isEqualTo(4);
            second.write(new PubComp(2));
            second.write(new PubComp(3, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            second.write(new PubAck(1));
            second.write(new PubAck(4, ReasonCode.NO_MATCHING_SUBSCRIBERS));
            second.read(Disconnect.class);
        }
        end.get(30, TimeUnit.SECONDS);
        assertThat(told)
                .containsExactly(
                        "c acknowledged",
                        "b acknowledged",
                        "a resending",
                        "d resending",
                        "b settled",
                        "c settled",
                        "a acknowledged",
                        "a settled",
                        "d acknowledged",
                        "d settled");
        assertThat(arena.faults.total()).isZero();
    }

    @Test
    void nothingIsSentAgainToABrokerThatForgotTheSession() throws Exception {
        Future<?> end = start(new Message("a", Qos.AT_LEAST_ONCE), new Message("b", Qos.EXACTLY_ONCE));
        try (Counterpart.Conversation first = broker.accept(false)) {
            first.read(Publish.class);
            first.read(Publish.class);
            first.write(new PubRec(2));
            first.read(PubRel.class);
        }
        try (Counterpart.Conversation second = broker.accept(false)) {
            second.read(Disconnect.class);
        }
        end.get(30, TimeUnit.SECONDS);
        assertThat(told).containsExactly("b acknowledged", "a abandoned", "b abandoned");
        assertThat(arena.faults.examples(Fault.SESSION_MISSING)).containsExactly("torture-run-pub");
    }

    @Test
    void anErrorRefuses() throws Exception {
        Future<?> end = start(new Message("a", Qos.AT_LEAST_ONCE), new Message("b", Qos.EXACTLY_ONCE));
        try (Counterpart.Conversation first = broker.accept(false)) {
            first.read(Publish.class);
            first.read(Publish.class);
            first.write(new PubAck(1, ReasonCode.QUOTA_EXCEEDED));
            first.write(new PubRec(2, ReasonCode.QUOTA_EXCEEDED));
            first.read(Disconnect.class);
        }
        end.get(30, TimeUnit.SECONDS);
        assertThat(told).containsExactly("a refused QUOTA_EXCEEDED", "b refused QUOTA_EXCEEDED");
    }

    @Test
    void mqtt5_3_3_4_7_theWindowIsNoLargerThanTheReceiveMaximum() throws Exception {
        Message[] messages = new Message[20];
        Arrays.setAll(messages, i -> new Message("m" + i, Qos.AT_LEAST_ONCE));
        Future<?> end = start(messages);
        try (Counterpart.Conversation first = broker.accept()) {
            assertThat(first.read(Connect.class).sessionExpirySeconds()).isPositive();
            first.write(connAckWithReceiveMaximum(3));
            for (int i = 0; i < messages.length; i++) {
                int packetId = first.read(Publish.class).packetId();
                if (i >= 2) {
                    first.write(new PubAck(packetId - 2)); // makes room for one, and there are never more than three
                }
            }
            first.write(new PubAck(19));
            first.write(new PubAck(20));
            first.read(Disconnect.class);
        }
        end.get(30, TimeUnit.SECONDS);
        assertThat(told).hasSize(40);
    }

    @Test
    void whatIsNeverAnsweredIsKnownAtTheEnd() throws Exception {
        Publisher publisher = publisher(new Message("a", Qos.AT_LEAST_ONCE));
        Future<?> end = run(publisher);
        try (Counterpart.Conversation first = broker.accept(false)) {
            first.read(Publish.class);
            arena.end();
            end.get(30, TimeUnit.SECONDS);
        }
        assertThat(publisher.unanswered()).isEqualTo(1);
    }

    @Test
    void aBreachOfTheProtocolIsFound() throws Exception {
        Future<?> end = start(new Message("a", Qos.AT_LEAST_ONCE));
        try (Counterpart.Conversation first = broker.accept(false)) {
            first.read(Publish.class);
            first.write(new byte[] {(byte) 0xf1, 0});
            first.awaitEnd();
        }
        try (Counterpart.Conversation second = broker.accept(true)) {
            second.write(new PubAck(second.read(Publish.class).packetId()));
            second.read(Disconnect.class);
        }
        end.get(30, TimeUnit.SECONDS);
        assertThat(arena.faults.count(Fault.PROTOCOL)).isEqualTo(1);
    }

    private static ConnAck connAckWithReceiveMaximum(int receiveMaximum) {
        return new ConnAck(
                false,
                ReasonCode.SUCCESS,
                ConnAck.Properties.granted(
                        ConnAck.Properties.ABSENT,
                        receiveMaximum,
                        Qos.EXACTLY_ONCE,
                        true,
                        Connect.NO_LIMIT,
                        null,
                        0,
                        true,
                        true,
                        true,
                        ConnAck.Properties.ABSENT));
    }

    private static void assertPublish(Publish publish, String payload, boolean dup) {
        assertThat(new String(publish.payload(), StandardCharsets.UTF_8)).isEqualTo(payload);
        assertThat(publish.dup()).isEqualTo(dup);
    }

    private Future<?> start(Message... messages) {
        return run(publisher(messages));
    }

    private Future<?> run(Publisher publisher) {
        Callable<@Nullable Void> task = () -> {
            publisher.run();
            return null;
        };
        return threads.submit(task);
    }

    private Publisher publisher(Message... messages) {
        Deque<Outgoing> left = new ArrayDeque<>(List.of(messages));
        Outgoing.Source source = new Outgoing.Source() {
            @Override
            public @Nullable Outgoing next() {
                return left.poll();
            }

            @Override
            public boolean isExhausted() {
                return left.isEmpty();
            }
        };
        return new Publisher(arena, new ClientSession(arena, "pub", MqttVersion.V5, 65_535), source, false);
    }

    private final class Message implements Outgoing {
        private final String text;
        private final Qos qos;

        Message(String text, Qos qos) {
            this.text = text;
            this.qos = qos;
        }

        @Override
        public TopicName topic() {
            return TopicName.of("t");
        }

        @Override
        public Qos qos() {
            return qos;
        }

        @Override
        public boolean retain() {
            return false;
        }

        @Override
        public byte[] payload() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void resending() {
            told.add(text + " resending");
        }

        @Override
        public void acknowledged() {
            told.add(text + " acknowledged");
        }

        @Override
        public void settled() {
            told.add(text + " settled");
        }

        @Override
        public void refused(ReasonCode reason) {
            told.add(text + " refused " + reason);
        }

        @Override
        public void abandoned() {
            told.add(text + " abandoned");
        }
    }
}
