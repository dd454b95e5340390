package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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

/** The subscriber keeps the rules, so that what goes wrong is the broker's fault. */
class SubscriberTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> got = Collections.synchronizedList(new ArrayList<>());
    private Counterpart broker;
    private Arena arena;
    private Subscriber subscriber;
    private Future<?> end;

    @BeforeEach
    void open() throws Exception {
        broker = new Counterpart();
        arena = broker.arena();
        subscriber = new Subscriber(
                arena,
                new ClientSession(arena, "sub", MqttVersion.V5, 65_535),
                arena.ledger.receiver("sub"),
                (topic, payload, qos, dup) ->
                        got.add(new String(payload, StandardCharsets.UTF_8) + (dup ? " dup" : "")),
                List.of("a/#"),
                Qos.EXACTLY_ONCE,
                Subscriber.Habit.STEADY);
        Callable<@Nullable Void> task = () -> {
            subscriber.run();
            return null;
        };
        end = threads.submit(task);
    }

    @AfterEach
    void close() throws Exception {
        arena.end();
        end.get(30, TimeUnit.SECONDS);
        broker.close();
        threads.shutdown();
    }

    @Test
    void aQos2MessageIsTakenOnceUntilItIsReleasedAlsoOverConnections() throws Exception {
        try (Counterpart.Conversation first = broker.accept(false)) {
            grant(first);
            first.write(publish(7, "x", false));
            first.read(PubRec.class);
        }
        try (Counterpart.Conversation second = broker.accept(true)) {
            second.write(publish(7, "x", true));
            assertThat(second.read(PubRec.class).packetId()).isEqualTo(7);
            second.write(new PubRel(7));
            assertThat(second.read(PubComp.class).reason()).isEqualTo(ReasonCode.SUCCESS);
            second.write(new PubRel(7));
            assertThat(second.read(PubComp.class).reason()).isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
            assertThat(got).containsExactly("x");
            second.write(publish(7, "x", false)); // a new message to us, and to the ledger a duplicate
            second.read(PubRec.class);
        }
        assertThat(got).containsExactly("x", "x");
        assertThat(arena.faults.total()).isZero();
    }

    @Test
    void anotherMessageUnderAnUnreleasedIdentifierIsFound() throws Exception {
        try (Counterpart.Conversation first = broker.accept(false)) {
            grant(first);
            first.write(publish(7, "x", false));
            first.read(PubRec.class);
            first.write(publish(7, "y", false));
            first.read(PubRec.class);
        }
        assertThat(got).containsExactly("x");
        assertThat(arena.faults.count(Fault.IDENTIFIER_REUSED)).isEqualTo(1);
    }

    @Test
    void qos1IsTakenEachTime() throws Exception {
        try (Counterpart.Conversation first = broker.accept(false)) {
            grant(first);
            Publish publish = new Publish(true, Qos.AT_LEAST_ONCE, false, TopicName.of("a"), 9, bytes("x"));
            first.write(publish);
            assertThat(first.read(PubAck.class).packetId()).isEqualTo(9);
            first.write(publish);
            first.read(PubAck.class);
        }
        assertThat(got).containsExactly("x dup", "x dup");
    }

    @Test
    void aLostSessionIsFoundAndItsSubscriptionsAreMadeAgain() throws Exception {
        try (Counterpart.Conversation first = broker.accept(false)) {
            grant(first);
            assertThat(subscriber.awaitReady(Duration.ofSeconds(30))).isTrue();
            first.write(publish(7, "x", false));
            first.read(PubRec.class);
        }
        try (Counterpart.Conversation second = broker.accept(false)) {
            grant(second);
            second.write(publish(7, "y", false)); // the identifier went with the session
            second.read(PubRec.class);
        }
        assertThat(got).containsExactly("x", "y");
        assertThat(arena.faults.examples(Fault.SESSION_MISSING)).containsExactly("torture-run-sub");
        assertThat(arena.faults.total()).isEqualTo(1);
    }

    @Test
    void aSubscribeWithoutSubAckIsRepeated() throws Exception {
        try (Counterpart.Conversation first = broker.accept(false)) {
            first.read(Subscribe.class);
        }
        try (Counterpart.Conversation second = broker.accept(true)) {
            grant(second);
            assertThat(subscriber.awaitReady(Duration.ofSeconds(30))).isTrue();
        }
        try (Counterpart.Conversation third = broker.accept(true)) { // and not once more
            third.write(publish(1, "x", false));
            third.read(PubRec.class);
        }
    }

    private static void grant(Counterpart.Conversation conversation) throws Exception {
        Subscribe subscribe = conversation.read(Subscribe.class);
        assertThat(subscribe.entries().getFirst().filter()).isEqualTo("a/#");
        conversation.write(new SubAck(subscribe.packetId(), List.of(ReasonCode.GRANTED_QOS_2)));
    }

    private static Publish publish(int packetId, String payload, boolean dup) {
        return new Publish(dup, Qos.EXACTLY_ONCE, false, TopicName.of("a"), packetId, bytes(payload));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
