package io.chasqui.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The client with a real broker. */
@Timeout(60)
class MqttClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static BrokerFixture broker;

    @BeforeAll
    static void start() {
        broker = new BrokerFixture();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static MqttClientBuilder client() {
        return MqttClient.to(broker.uri());
    }

    @ParameterizedTest
    @CsvSource({"V5,0", "V5,1", "V5,2", "V3_1_1,0", "V3_1_1,1", "V3_1_1,2", "V3_1,2"})
    void messagesArriveInOrder(MqttVersion version, int level) throws Exception {
        Qos qos = Qos.of(level);
        String topic = "order/" + version + "/" + level;
        String id = version == MqttVersion.V3_1 ? "order" : "";
        try (MqttClient from = client().version(version)
                        .clientId(id.isEmpty() ? "" : "from")
                        .build();
                MqttClient to = client().version(version)
                        .clientId(id.isEmpty() ? "" : "to")
                        .build()) {
            from.connect();
            to.connect();
            Messages messages = to.messages(topic);
            assertThat(to.subscribe(topic, qos)).isEqualTo(ReasonCode.granted(qos));
            List<CompletableFuture<ReasonCode>> published = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                published.add(from.publishAsync(Message.of(topic, "" + i).withQos(qos)));
            }
            for (int i = 0; i < 5_000; i++) {
                assertThat(messages.poll(PATIENCE).text()).isEqualTo("" + i);
            }
            for (CompletableFuture<ReasonCode> one : published) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(ReasonCode.SUCCESS);
            }
            assertThat(from.awaitAcknowledged(PATIENCE)).isTrue();
            assertThat(from.outboxMessages()).isZero();
        }
    }

    @Test
    void aMessageKeepsAllItsProperties() throws Exception {
        try (MqttClient client = client().build()) {
            client.connect();
            Messages messages = client.messages("properties");
            client.subscribe("properties", Qos.EXACTLY_ONCE);
            client.publish(Message.of("properties", "x")
                    .withQos(Qos.EXACTLY_ONCE)
                    .withExpiry(Duration.ofSeconds(100))
                    .withContentType("text/plain")
                    .withResponseTopic("answers", new byte[] {1, 2})
                    .withUserProperty("a", "1")
                    .withUserProperty("a", "2"));
            Received got = messages.poll(PATIENCE);
            assertThat(got.properties().contentType()).isEqualTo("text/plain");
            assertThat(got.properties().responseTopic()).isEqualTo("answers");
            assertThat(got.properties().correlationData()).containsExactly(1, 2);
            assertThat(got.properties().userProperties()).hasSize(2);
            assertThat(got.expirySeconds()).isBetween(90L, 100L);
            assertThat(got.qos()).isEqualTo(Qos.EXACTLY_ONCE);
        }
    }

    @Test
    void aCallbackMayCallTheClientAndWait() throws Exception {
        LinkedBlockingQueue<String> done = new LinkedBlockingQueue<>();
        try (MqttClient client = client().inboxMessages(2).build()) {
            client.connect();
            client.subscribe("in", Qos.AT_LEAST_ONCE, message -> {
                client.publish("out", message.text()); // waits, with the inbox full
                done.add(message.text());
            });
            for (int i = 0; i < 100; i++) {
                client.publishAsync(Message.of("in", "" + i));
            }
            for (int i = 0; i < 100; i++) {
                assertThat(done.poll(20, TimeUnit.SECONDS)).isEqualTo("" + i);
            }
        }
    }

    @Test
    void aSlowReceiverStopsTheSocketAndLosesNothing() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
        CountDownLatch all = new CountDownLatch(3_000);
        try (MqttClient from = client().build();
                MqttClient to = client().inboxMessages(10).build()) {
            from.connect();
            to.connect();
            to.subscribe("slow", Qos.AT_LEAST_ONCE, message -> {
                try {
                    slow.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                got.add(message.text());
                all.countDown();
            });
            for (int i = 0; i < 3_000; i++) {
                from.publishAsync(Message.of("slow", "" + i).withQos(Qos.AT_LEAST_ONCE));
            }
            assertThat(from.awaitAcknowledged(PATIENCE)).isTrue();
            slow.countDown();
            assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(got)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 3_000).mapToObj(i -> "" + i).toList());
        }
    }

    @Test
    void aFlowSubscriberGetsWhatItAsksFor() throws Exception {
        LinkedBlockingQueue<String> got = new LinkedBlockingQueue<>();
        CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        try (MqttClient client = client().build()) {
            client.publisher("flow/#").subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription given) {
                    subscription.complete(given);
                }

                @Override
                public void onNext(Received message) {
                    got.add(message.text());
                }

                @Override
                public void onError(Throwable failure) {
                    got.add(failure.toString());
                }

                @Override
                public void onComplete() {}
            });
            client.connect();
            client.subscribe("flow/#", Qos.AT_LEAST_ONCE);
            for (int i = 0; i < 5; i++) {
                client.publish("flow/x", "" + i);
            }
            subscription.join().request(2);
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("0");
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("1");
            client.publish("nobody", "a round to the server");
            assertThat(got).isEmpty();
            subscription.join().request(3);
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("2");
        }
    }

    @Test
    void sharedSubscribersShare() throws Exception {
        Set<String> got = java.util.concurrent.ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(200);
        try (MqttClient a = client().build();
                MqttClient b = client().build()) {
            for (MqttClient worker : List.of(a, b)) {
                worker.connect();
                worker.subscribe("$share/workers/work/#", Qos.AT_LEAST_ONCE, message -> {
                    assertThat(got.add(message.text())).isTrue();
                    all.countDown();
                });
            }
            for (int i = 0; i < 200; i++) {
                a.publishAsync(Message.of("work/1", "" + i));
            }
            assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(got).hasSize(200);
        }
    }

    @Test
    void aRequestGetsItsResponse() {
        try (MqttClient asks = client().build();
                MqttClient answers = client().build()) {
            asks.connect();
            answers.connect();
            answers.subscribe(
                    "double",
                    Qos.AT_LEAST_ONCE,
                    request -> answers.respond(
                            request, (request.text() + request.text()).getBytes(StandardCharsets.UTF_8)));
            List<CompletableFuture<Received>> responses = IntStream.range(0, 100)
                    .mapToObj(i -> asks.requestAsync(Message.of("double", "" + i), PATIENCE))
                    .toList();
            for (int i = 0; i < 100; i++) {
                assertThat(responses.get(i).join().text()).isEqualTo("" + i + i);
            }
            assertThatThrownBy(() -> asks.request(Message.of("nobody", ""), Duration.ofMillis(50)))
                    .isInstanceOf(MqttException.TimedOut.class);
        }
    }

    @Test
    void aWillIsPublishedOnlyForThoseWhoDoNotLeave() throws Exception {
        try (MqttClient watcher = client().build();
                MqttClient leaves =
                        client().will(Message.of("will", "left"), Duration.ZERO).build();
                MqttClient dies =
                        client().will(Message.of("will", "died"), Duration.ZERO).build()) {
            watcher.connect();
            Messages wills = watcher.messages("will");
            watcher.subscribe("will", Qos.AT_LEAST_ONCE);
            leaves.connect();
            dies.connect();
            leaves.disconnect();
            dies.disconnectAsync(ReasonCode.DISCONNECT_WITH_WILL, null).join();
            assertThat(wills.poll(PATIENCE).text()).isEqualTo("died");
        }
    }

    @Test
    void whatARefusedOneAndAnUnreachableOneSay() {
        try (MqttClient nobody = MqttClient.to("mqtt://127.0.0.1:1").build()) {
            assertThatThrownBy(nobody::connect)
                    .isInstanceOf(MqttException.ConnectFailed.class)
                    .hasMessageContaining("cannot connect to 127.0.0.1:1")
                    .hasMessageContaining("refused");
            assertThatThrownBy(() -> nobody.publish(Message.of("a", "b").withQos(Qos.AT_MOST_ONCE)))
                    .isInstanceOf(MqttException.ConnectionLost.class);
        }
        assertThatThrownBy(() -> MqttClient.to("http://x")
                        .keepAlive(Duration.ofDays(1))
                        .session(Duration.ofHours(1))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keep alive in seconds is 86400; give 0 to 65535")
                .hasMessageContaining("needs a client id")
                .hasMessageContaining("begins with none of mqtt://");
    }

    @Test
    void aSessionIsResumedAfterTheBrokerClosedTheConnection() throws Exception {
        LinkedBlockingQueue<String> got = new LinkedBlockingQueue<>();
        CountDownLatch lost = new CountDownLatch(1);
        try (MqttClient client = client().clientId("resumes")
                        .session(Duration.ofHours(1))
                        .reconnect(Reconnect.NEVER)
                        .listener(new ConnectionListener() {
                            @Override
                            public void onDisconnected(MqttException why, Duration next) {
                                lost.countDown();
                            }
                        })
                        .build();
                MqttClient other = client().clientId("resumes")
                        .session(Duration.ofHours(1))
                        .build();
                MqttClient publisher = client().build()) {
            client.connect();
            client.subscribe("resumed", Qos.AT_LEAST_ONCE, message -> got.add(message.text()));
            publisher.connect();
            other.connect(); // takes over
            assertThat(lost.await(20, TimeUnit.SECONDS)).isTrue();
            other.disconnect();
            publisher.publish("resumed", "while away");
            assertThat(client.connect().sessionPresent()).isTrue();
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("while away");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5", "V3_1_1"})
    void subscriptionsAreRestoredWhenTheServerHasForgotten(MqttVersion version) throws Exception {
        LinkedBlockingQueue<String> got = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Boolean> connected = new LinkedBlockingQueue<>();
        BrokerFixture first = new BrokerFixture();
        int port = first.port();
        try (MqttClient client = MqttClient.to(first.uri())
                .version(version)
                .reconnect(new Reconnect(Duration.ofMillis(20), Duration.ofMillis(50)))
                .listener(new ConnectionListener() {
                    @Override
                    public void onConnected(io.chasqui.protocol.ConnAck ack) {
                        connected.add(ack.sessionPresent());
                    }
                })
                .build()) {
            client.connect();
            client.subscribe("again", Qos.EXACTLY_ONCE, message -> got.add(message.text()));
            client.publish("again", "1");
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("1");
            assertThat(connected.poll(20, TimeUnit.SECONDS)).isFalse();
            first.close();
            CompletableFuture<ReasonCode> waits = client.publishAsync(Message.of("again", "2"));
            try (BrokerFixture second = new BrokerFixture(port)) {
                assertThat(second.port()).isEqualTo(port);
                assertThat(connected.poll(20, TimeUnit.SECONDS)).isFalse();
                assertThat(waits.get(20, TimeUnit.SECONDS).isError()).isFalse();
                assertThat(client.publish(Message.of("again", "3")).isError()).isFalse();
                assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("2");
                assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("3");
            }
        }
    }

    @Test
    void aFullOutboxBlocksOrFails() throws Exception {
        try (MqttClient fails = client().outbox(3, 1_000, WhenFull.FAIL).build();
                MqttClient blocks = client().outbox(3, 1_000, WhenFull.BLOCK).build()) {
            for (int i = 0; i < 3; i++) {
                fails.publishAsync(Message.of("full", "" + i));
                blocks.publishAsync(Message.of("full", "" + i));
            }
            assertThat(fails.publishAsync(Message.of("full", "3")))
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withCauseInstanceOf(MqttException.OutboxFull.class)
                    .withMessageContaining("has 3 messages");
            Thread waiting = Thread.ofVirtual().start(() -> blocks.publish("full", "3"));
            blocks.connect();
            assertThat(waiting.join(PATIENCE)).isTrue();
            fails.connect();
            assertThat(fails.awaitAcknowledged(PATIENCE)).isTrue();
            assertThat(fails.publish("full", "4").isError()).isFalse();
        }
    }

    @Test
    void overWebSocketToo() throws Exception {
        try (MqttClient client = MqttClient.to(broker.webSocketUri()).build()) {
            client.connect();
            Messages messages = client.messages("web");
            client.subscribe("web", Qos.EXACTLY_ONCE);
            byte[] large = new byte[300_000];
            large[299_999] = 7;
            client.publish(Message.of("web", large).withQos(Qos.EXACTLY_ONCE));
            client.publish("web", "small");
            assertThat(messages.poll(PATIENCE).payload()).isEqualTo(large);
            assertThat(messages.poll(PATIENCE).text()).isEqualTo("small");
        }
    }

    @Test
    void clientsHaveNoThreadsAndLeaveNoneBehind() {
        List<MqttClient> clients =
                IntStream.range(0, 500).mapToObj(i -> client().build()).toList();
        clients.stream().map(MqttClient::connectAsync).toList().forEach(CompletableFuture::join);
        assertThat(clientThreads()).hasSizeBetween(1, 4);
        clients.forEach(MqttClient::close);
        assertThat(clientThreads()).isEmpty();
        assertThatThrownBy(() -> clients.getFirst().publish("a", "b")).isInstanceOf(MqttException.Closed.class);
    }

    private static Set<String> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("mqtt-client"))
                .collect(Collectors.toSet());
    }

    @Test
    void aClosedClientSaysSo() {
        MqttClient client = MqttClient.to("mqtt://127.0.0.1:1").build();
        client.close();
        List<CompletableFuture<?>> calls = List.of(
                client.connectAsync(),
                client.subscribeAsync("t", Qos.AT_MOST_ONCE),
                client.unsubscribeAsync("t"),
                client.publishAsync(Message.of("t", "late")),
                client.reauthenticate());
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call::join).hasCauseInstanceOf(MqttException.Closed.class));
        client.start();
        client.close();
    }
}
