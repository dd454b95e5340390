package io.chasqui.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.connection.Interceptor;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The broker inside of a program, which takes part itself. */
@Timeout(60)
class EmbeddingTest {
    private static final int QUEUE = 100; // messages, where queues are small

    /** With queues of {@link #QUEUE} messages, beside what is in flight: 1,000. */
    private static BrokerConfig smallQueues() {
        Limits usual = Limits.DEFAULT;
        Limits small = new Limits(
                usual.maxConnections(),
                usual.maxSessions(),
                usual.maxPacketBytes(),
                usual.receiveMaximum(),
                usual.topicAliasMaximum(),
                usual.outboundTopicAliasMaximum(),
                usual.maxQos(),
                usual.maxInFlight(),
                QUEUE,
                usual.queueBytes(),
                usual.totalQueueBytes(),
                usual.queueMemoryBytes(),
                usual.queuePolicy(),
                usual.outboundBufferBytes(),
                usual.connectionMemoryBytes(),
                usual.maxTopicLevels(),
                usual.maxSubscriptionsPerClient(),
                usual.maxClientIdBytes(),
                usual.retainedMessages(),
                usual.retainedBytes(),
                usual.retainedPerClient(),
                usual.maxKeepAlive(),
                usual.maxSessionExpiry(),
                usual.retainAvailable(),
                usual.wildcardSubscriptions(),
                usual.sharedSubscriptions(),
                usual.subscriptionIdentifiers(),
                usual.checkPayloadFormat(),
                usual.disconnectRefusedV3());
        BrokerConfig config = BrokerConfig.DEFAULT;
        return new BrokerConfig(config.listeners(), small, 2, 64, config.sysInterval(), config.shutdownGrace());
    }

    private static BrokerBuilder builder() {
        return Broker.builder().listen("127.0.0.1", 0);
    }

    private static ReasonCode await(CompletableFuture<ReasonCode> answer) {
        return answer.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static Message take(BlockingQueue<Message> from) throws InterruptedException {
        Message message = from.poll(30, TimeUnit.SECONDS);
        assertThat(message).isNotNull();
        return message;
    }

    @Test
    void theProgramPublishesAndSubscribesAtEachQos() throws InterruptedException {
        BlockingQueue<Message> got = new LinkedBlockingQueue<>();
        try (Broker broker = builder().start()) {
            Broker.Subscription subscription = broker.subscribe("a/#", Qos.EXACTLY_ONCE, got::add);
            for (Qos qos : Qos.values()) {
                assertThat(await(broker.publish(
                                Message.of("a/" + qos.level(), "m").withQos(qos))))
                        .isEqualTo(ReasonCode.SUCCESS);
                Message message = take(got);
                assertThat(message.topic().name()).isEqualTo("a/" + qos.level());
                assertThat(message.text()).isEqualTo("m");
                assertThat(message.qos()).isEqualTo(qos);
            }
            assertThat(await(broker.publish(Message.of("b", "nobody's"))))
                    .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            subscription.close();
            subscription.close();
            awaitConnections(broker, 0);
            assertThat(await(broker.publish(Message.of("a/0", "late")))).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            assertThat(got).isEmpty();
        }
    }

    private static void awaitConnections(Broker broker, int expected) {
        while (broker.statistics().join().counters().connections != expected) {
            Thread.onSpinWait();
        }
    }

    @Test
    void retainedMessagesComeFirstAndExpire() throws InterruptedException {
        BlockingQueue<Message> got = new LinkedBlockingQueue<>();
        try (Broker broker = builder().start()) {
            await(broker.publish(Message.of("limit", "28").withRetain(true)));
            await(broker.publish(Message.of("forecast", "rain").withRetain(true), Duration.ofHours(1)));
            broker.passTime(Duration.ofHours(2)).join();
            broker.subscribe("#", Qos.AT_LEAST_ONCE, got::add);
            assertThat(take(got).retain()).isTrue();
            await(broker.publish(Message.of("end", "")));
            assertThat(take(got).topic().name()).isEqualTo("end");
        }
    }

    /** A callback that does not return makes messages wait, up to the limits of every session; nothing is lost without a fate. */
    @Test
    void aSlowCallbackMeetsTheLimitsOfEverySession() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        BlockingQueue<Message> got = new LinkedBlockingQueue<>();
        try (Broker broker = builder().config(smallQueues()).start();
                Broker.Subscription slow = broker.subscribe("t", Qos.AT_LEAST_ONCE, message -> {
                    awaitQuietly(go);
                    got.add(message);
                })) {
            assertThat(slow).isNotNull();
            List<CompletableFuture<ReasonCode>> answers = new ArrayList<>();
            int success = 0;
            for (int i = 0; i < 5_000; i++) {
                answers.add(broker.publish(Message.of("t", "" + i)));
                if (answers.size() == 1_000) {
                    success += successes(answers);
                }
            }
            success += successes(answers);
            assertThat(success).isBetween(QUEUE, 3_000);
            go.countDown();
            for (int i = 0; i < success; i++) {
                assertThat(take(got).text()).isEqualTo("" + i);
            }
            long refused = 5_000L - success;
            assertThat(broker.statistics().join().fates()).containsEntry(Fate.QUEUE_FULL, refused);
        }
    }

    private static int successes(List<CompletableFuture<ReasonCode>> answers) {
        int successes = 0;
        for (CompletableFuture<ReasonCode> answer : answers) {
            ReasonCode reason = await(answer);
            assertThat(reason).isIn(ReasonCode.SUCCESS, ReasonCode.QUOTA_EXCEEDED);
            successes += reason == ReasonCode.SUCCESS ? 1 : 0;
        }
        answers.clear();
        return successes;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCallbackThatThrowsRefusesThatMessageAlone() throws InterruptedException {
        BlockingQueue<Message> got = new LinkedBlockingQueue<>();
        try (Broker broker = builder().start()) {
            broker.subscribe("t", Qos.EXACTLY_ONCE, message -> {
                if (message.text().equals("bad")) {
                    throw new IllegalStateException("bad");
                }
                got.add(message);
            });
            await(broker.publish(Message.of("t", "bad")));
            await(broker.publish(Message.of("t", "bad").withQos(Qos.EXACTLY_ONCE)));
            await(broker.publish(Message.of("t", "good").withQos(Qos.EXACTLY_ONCE)));
            assertThat(take(got).text()).isEqualTo("good");
            while (broker.statistics().join().fates().get(Fate.REFUSED_BY_RECEIVER) < 2) { // told after the callbacks
                Thread.onSpinWait();
            }
        }
    }

    /** Tens of thousands handed over at once: what is open has a limit, beyond which the caller hears it. */
    @Test
    void whatTheProgramHandsOverIsLimited() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        Interceptor blocks = new Interceptor() {
            @Override
            public void onEnded(Fate fate, Message message, String receiver) {
                awaitQuietly(busy); // never do this: it holds up the loop, which is what this test is after
            }
        };
        try (Broker broker = builder().interceptor(blocks).start()) {
            List<CompletableFuture<ReasonCode>> answers = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                answers.add(broker.publish(Message.of("t", "m")));
            }
            byte[] large = new byte[1_000_000];
            busy.countDown();
            List<ReasonCode> reasons =
                    answers.stream().map(EmbeddingTest::await).toList();
            assertThat(reasons.stream()
                            .filter(ReasonCode.NO_MATCHING_SUBSCRIBERS::equals)
                            .count())
                    .isEqualTo(10_000);
            assertThat(reasons.stream()
                            .filter(ReasonCode.QUOTA_EXCEEDED::equals)
                            .count())
                    .isEqualTo(10_000);
            assertThat(await(broker.publish(Message.of("t", large)))).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            assertThatThrownBy(() -> broker.publish(Message.of("t", new byte[Limits.DEFAULT.maxPacketBytes() + 1])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bytes, more than");
        }
    }

    @Test
    void aSubscriptionThatCannotBeIsRefusedInPlainWords() {
        Broker broker = builder().start();
        try (broker) {
            assertThatThrownBy(() -> broker.subscribe("a/#/b", Qos.AT_LEAST_ONCE, _ -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a/#/b")
                    .hasMessageContaining("TOPIC_FILTER_INVALID");
        }
        assertThatThrownBy(() -> broker.subscribe("a", Qos.AT_LEAST_ONCE, _ -> {}))
                .isInstanceOf(IllegalStateException.class);
        assertThat(await(broker.publish(Message.of("a", "late")))).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
    }

    /** What is strict with clients is not so with the program itself, and does not ask its own interceptor. */
    @Test
    void theProgramIsNotAskedForItsOwnPapers() throws InterruptedException {
        BlockingQueue<Message> got = new LinkedBlockingQueue<>();
        List<String> seen = new ArrayList<>();
        Interceptor watch = new Interceptor() {
            @Override
            public Verdict onPublish(ClientInfo client, Message message) {
                seen.add("publish");
                return Verdict.drop();
            }

            @Override
            public void onConnected(ClientInfo client) {
                seen.add("connect");
            }
        };
        Authenticator nobody = (client, password) ->
                CompletableFuture.completedFuture(new Authenticator.Refused(ReasonCode.NOT_AUTHORIZED, "nobody"));
        try (Broker broker = builder()
                        .security(new Security(nobody, Authorizer.OPEN, Audit.NONE))
                        .store(new MemoryStore())
                        .interceptor(watch)
                        .start();
                Broker.Subscription subscription = broker.subscribe("t", Qos.AT_LEAST_ONCE, got::add)) {
            assertThat(subscription).isNotNull();
            await(broker.publish(Message.of("t", "m")));
            assertThat(take(got).text()).isEqualTo("m");
            assertThat(seen).isEmpty();
        }
    }

    /** The subscription of a program has no Keep Alive, so time that passes does not end it. */
    @Test
    void aSubscriptionDoesNotEndByTime() throws InterruptedException {
        BlockingQueue<Message> got = new LinkedBlockingQueue<>();
        try (Broker broker = builder().start()) {
            broker.subscribe("t", Qos.AT_LEAST_ONCE, got::add);
            broker.passTime(Duration.ofDays(30)).join();
            await(broker.publish(Message.of("t", "m")));
            assertThat(take(got).text()).isEqualTo("m");
        }
    }

    @Test
    void twoBrokersAreIndependentAndCloseLeavesNoThread() throws IOException, InterruptedException {
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        BlockingQueue<Message> ones = new LinkedBlockingQueue<>();
        BlockingQueue<Message> twos = new LinkedBlockingQueue<>();
        try (Broker one = builder().listen("127.0.0.1", 0).start();
                Broker two = builder().start();
                Socket open = new Socket(
                        InetAddress.getLoopbackAddress(),
                        one.addresses().getLast().getPort())) {
            one.subscribe("t", Qos.AT_LEAST_ONCE, ones::add);
            two.subscribe("t", Qos.AT_LEAST_ONCE, twos::add);
            await(one.publish(Message.of("t", "one")));
            await(two.publish(Message.of("t", "two")));
            assertThat(take(ones).text()).isEqualTo("one");
            assertThat(take(twos).text()).isEqualTo("two");
            assertThat(open.isConnected()).isTrue();
            assertThat(one.addresses()).hasSize(2);
        }
        assertThat(ones).isEmpty();
        assertThat(twos).isEmpty();
        GlobalEventExecutor.INSTANCE.awaitInactivity(
                30, TimeUnit.SECONDS); // Netty's for the JVM ends after an idle second
        // Those that the JDK keeps for all: of virtual threads, of their timers, of the common pool.
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread))
                        .map(Thread::getName)
                        .filter(name -> !name.startsWith("ForkJoinPool") && !name.startsWith("VirtualThread"))
                        .filter(name -> !name.startsWith("CompletableFutureDelayScheduler")))
                .isEmpty();
    }
}
