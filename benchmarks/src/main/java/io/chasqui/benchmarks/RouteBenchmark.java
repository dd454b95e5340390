package io.chasqui.benchmarks;

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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does it cost to find the subscribers of a message whose topic is hot, and to call them? It must grow by a few
 * nanoseconds for each, and {@code -prof gc} must read 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteBenchmark {
    @Param({"1", "50"})
    int subscribers;

    private final TurnLoop loop = new TurnLoop(0);
    private final Topics topics = new Topics(1, 1);
    private final Router router =
            new Router(loop, topics, new Journal(new MemoryStore(), loop, topics.retained()::get), 1);
    private final Message message = new Message(
            TopicName.of("greenhouse/bed/1/temperature"),
            new byte[64],
            Qos.AT_MOST_ONCE,
            false,
            PublishProperties.NONE,
            "publisher",
            Message.NEVER);
    private int delivered;

    @Setup
    public void subscribe() {
        Router.connect(List.of(router));
        for (int i = 0; i < subscribers; i++) {
            topics.subscribe(
                    new Subscription(
                            new Counting("c" + i),
                            TopicFilter.of("greenhouse/bed/1/temperature"),
                            new SubscriptionOptions(Qos.AT_MOST_ONCE),
                            0),
                    null);
        }
    }

    @Benchmark
    public int route() {
        router.route(message, null);
        return delivered;
    }

    private final class Counting implements Subscriber {
        private final String clientId;

        Counting(String clientId) {
            this.clientId = clientId;
        }

        @Override
        public String clientId() {
            return clientId;
        }

        @Override
        public int home() {
            return 0;
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
            return true;
        }
    }
}
