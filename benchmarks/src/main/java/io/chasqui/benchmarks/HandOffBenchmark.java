package io.chasqui.benchmarks;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Pledge;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Router;
import io.chasqui.broker.routing.Subscriber;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.routing.Topics;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does it cost to hand the messages of a turn to another loop, beside delivering them here? The figure to read is the
 * processor time ({@link CpuProfiler}) of a turn: its part that does not depend on the size of the turn is the hand-off, the rest the
 * messages. More than 50 ns for each message of a turn of 256 beyond {@code here} is a failure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HandOffBenchmark {
    private static final int AHEAD = 64; // turns under way

    @Param({"1", "16", "256"})
    int turn;

    private final TurnLoop source = new TurnLoop(0);
    private final SocketLoop target = new SocketLoop(1);
    private final Semaphore ahead = new Semaphore(AHEAD);
    private final Topics topics = new Topics(1, 1);
    private final Router router = router(source);
    private final Message toHere = message("here");
    private final Message toThere = message("there");
    private int delivered; // by one of the two loops only in each benchmark

    private Router router(Loop loop) {
        return new Router(loop, topics, new Journal(new MemoryStore(), loop, topics.retained()::get), 2);
    }

    private static Message message(String topic) {
        return new Message(
                TopicName.of(topic), new byte[64], Qos.AT_MOST_ONCE, false, PublishProperties.NONE, "p", Message.NEVER);
    }

    @Setup
    public void subscribe() {
        Router.connect(List.of(router, router(target)));
        topics.subscribe(subscription("here", 0), null);
        topics.subscribe(subscription("there", 1), null);
    }

    private Subscription subscription(String topic, int home) {
        return new Subscription(
                new Counting(home), TopicFilter.of(topic), new SubscriptionOptions(Qos.AT_MOST_ONCE), 0);
    }

    @TearDown
    public void end() {
        target.close();
    }

    @Benchmark
    public void here() throws InterruptedException {
        route(toHere);
    }

    @Benchmark
    public void there() throws InterruptedException {
        route(toThere);
    }

    private void route(Message message) throws InterruptedException {
        ahead.acquire();
        for (int i = 0; i < turn; i++) {
            router.route(message, null);
        }
        source.turn();
    }

    private final class Counting implements Subscriber {
        private final int home;

        Counting(int home) {
            this.home = home;
        }

        @Override
        public String clientId() {
            return "c" + home;
        }

        @Override
        public int home() {
            return home;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public boolean isIdle() {
            return true;
        }

        @Override
        public boolean deliver(Message message, Route route, @Nullable List<Pledge> joint) {
            delivered++;
            if (delivered % turn == 0) {
                ahead.release();
            }
            return true;
        }
    }
}
