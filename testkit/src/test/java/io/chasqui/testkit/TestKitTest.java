package io.chasqui.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.client.Message;
import io.chasqui.client.Messages;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.client.Reconnect;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.testkit.FaultyNetwork.Kind;
import io.chasqui.testkit.FaultyNetwork.Way;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ChasquiTest
@Timeout(60)
class TestKitTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static MqttClientBuilder through(FaultyNetwork network) {
        return MqttClient.to(network.uri())
                .clientId("faulty")
                .session(Duration.ofHours(1))
                .reconnect(new Reconnect(Duration.ofMillis(10), Duration.ofMillis(20)));
    }

    @Test
    void parametersAreConnectedAndTheBrokerIsTheTestsOwn(MqttClient a, MqttClient b, TestBroker broker)
            throws Exception {
        Messages messages = b.messages("#");
        b.subscribe("#", Qos.AT_LEAST_ONCE);
        a.publish("hello", "world");
        assertThat(messages.poll(PATIENCE).text()).isEqualTo("world");
        assertThat(broker.broker().statistics().join()).isNotNull();
    }

    @Test
    void keepAliveWillDelayAndSessionExpiryAreJumpedOver(TestBroker broker, MqttClient watcher) throws Exception {
        Messages wills = watcher.messages("will");
        watcher.subscribe("will", Qos.AT_LEAST_ONCE);
        try (MqttClient device = MqttClient.to(broker.uri())
                .clientId("device")
                .session(Duration.ofHours(2))
                .keepAlive(Duration.ofMinutes(10))
                .will(Message.of("will", "gone"), Duration.ofMinutes(30))
                .reconnect(Reconnect.NEVER)
                .build()) {
            assertThat(device.connect().sessionPresent()).isFalse();
            broker.passTime(Duration.ofSeconds(899)); // below one and a half Keep Alives
            device.publish("still", "here");
            watcher.connect(); // its own 60 s are over
            watcher.subscribe("will", Qos.AT_LEAST_ONCE);
            broker.passTime(Duration.ofSeconds(901));
            watcher.connect();
            watcher.subscribe("will", Qos.AT_LEAST_ONCE);
            assertThat(wills.poll(Duration.ofMillis(1))).isNull();
            broker.passTime(Duration.ofSeconds(80)); // below the watcher's
            for (int minute = 0; minute < 30; minute++) {
                watcher.publish("i am", "alive");
                broker.passTime(Duration.ofMinutes(1));
            }
            assertThat(wills.poll(PATIENCE).text()).isEqualTo("gone");
            assertThat(device.connect().sessionPresent()).isTrue();
            device.disconnect();
            broker.passTime(Duration.ofHours(2).plusSeconds(1));
            assertThat(device.connect().sessionPresent()).isFalse();
        }
    }

    @Test
    void timePassesAfterWhatWasSentBefore(TestBroker broker) {
        try (MqttClient device = MqttClient.to(broker.uri())
                .clientId("device")
                .session(Duration.ofHours(1))
                .reconnect(Reconnect.NEVER)
                .build()) {
            for (int i = 0; i < 100; i++) {
                assertThat(device.connect().sessionPresent()).isFalse();
                device.disconnect();
                broker.passTime(Duration.ofHours(1).plusSeconds(1));
            }
        }
    }

    @Test
    void aLostPubAckBringsTheMessageTwice(FaultyNetwork network, MqttClient watcher) throws Exception {
        Messages messages = watcher.messages("t");
        watcher.subscribe("t", Qos.EXACTLY_ONCE);
        try (MqttClient client = through(network).build()) {
            client.connect();
            network.lose(Way.TO_CLIENT, Kind.PUBACK);
            CompletableFuture<ReasonCode> published = client.publishAsync(Message.of("t", "x"));
            network.awaitFaults();
            assertThat(published).isNotDone();
            network.cut();
            assertThat(published).succeedsWithin(PATIENCE);
            assertThat(messages.poll(PATIENCE).text()).isEqualTo("x");
            assertThat(messages.poll(PATIENCE).text()).isEqualTo("x");
        }
    }

    /** Whichever packet of the handshake breaks in the middle, QoS 2 arrives once. */
    @ParameterizedTest
    @EnumSource(names = {"PUBREC", "PUBCOMP", "PUBLISH", "PUBREL"})
    void qos2ArrivesOnceWhateverIsCut(Kind kind, FaultyNetwork network, MqttClient watcher) throws Exception {
        Messages messages = watcher.messages("t");
        watcher.subscribe("t", Qos.EXACTLY_ONCE);
        try (MqttClient client = through(network).build()) {
            client.connect();
            boolean toClient = kind == Kind.PUBREC || kind == Kind.PUBCOMP;
            network.cutIn(toClient ? Way.TO_CLIENT : Way.TO_BROKER, kind);
            assertThat(client.publishAsync(Message.of("t", "once").withQos(Qos.EXACTLY_ONCE)))
                    .succeedsWithin(PATIENCE);
            assertThat(network.met()).isEqualTo(1);
            client.publish(Message.of("t", "end").withQos(Qos.EXACTLY_ONCE));
            assertThat(messages.poll(PATIENCE).text()).isEqualTo("once");
            assertThat(messages.poll(PATIENCE).text()).isEqualTo("end");
        }
    }

    @Test
    void aDuplicateAndALateAcknowledgementDoNoHarm(FaultyNetwork network) throws Exception {
        try (MqttClient client = through(network).build()) {
            client.connect();
            network.duplicate(Way.TO_CLIENT, Kind.PUBACK);
            client.publish("t", "acknowledged twice");
            network.hold(Way.TO_CLIENT, Kind.PUBACK);
            CompletableFuture<ReasonCode> late = client.publishAsync(Message.of("t", "late"));
            network.awaitFaults();
            client.publish("t", "overtakes");
            assertThat(late).isNotDone();
            network.release();
            assertThat(late).succeedsWithin(PATIENCE);
        }
    }

    @Test
    void twoBrokersAreIndependentAndLeaveNothingBehind() {
        assertThat(ResourceLeakDetectorFactory.instance().newResourceLeakDetector(Object.class))
                .extracting(detector -> detector.getClass().getSimpleName())
                .isEqualTo("BorrowedResources"); // so a buffer that is lost fails this class
        var before = Thread.getAllStackTraces().keySet();
        try (TestBroker one = TestBroker.start();
                TestBroker two = TestBroker.start();
                MqttClient client = MqttClient.to(one.uri()).build();
                MqttClient other = MqttClient.to(two.uri()).build()) {
            client.connect();
            other.connect();
            assertThat(client.publish("a", "b")).isEqualTo(other.publish("a", "b"));
        }
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread))
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("loop") || name.startsWith("mqtt-client"))
                        .collect(Collectors.toSet()))
                .isEmpty();
    }

    /** It takes a third of the first start. */
    @Test
    void theFirstStartDoesWithoutFlightRecorder() {
        try (TestBroker broker = TestBroker.start()) {
            assertThat(broker.port()).isPositive();
            assertThat(PlatformDependent.isJfrEnabled()).isFalse();
        }
    }

    @Test
    void aBrokerStartsInLessThanAThirdOfASecond() {
        try (TestBroker warm = TestBroker.start()) {
            assertThat(warm.port()).isPositive();
        }
        long before = System.nanoTime();
        try (TestBroker broker = TestBroker.start()) {
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(300));
            assertThat(broker.uri()).startsWith("mqtt://127.0.0.1:");
        }
    }
}
