package io.chasqui.benchmarks;

import io.chasqui.broker.connection.Connection;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.util.concurrent.TimeUnit;
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
 * Question: does a message of QoS 1 cost more when many are in flight? It may wait for memory, and no more: one is sent, and the oldest
 * is acknowledged. More than twice the cost of one in flight is a failure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InFlightBenchmark {
    @Param({"1", "1000", "60000"})
    int inFlight;

    private final SocketlessBroker broker = new SocketlessBroker();
    private final CountingWire toSubscriber = new CountingWire();
    private final Connection publisher = broker.connect("publisher", new CountingWire());
    private final Connection subscriber = broker.connect("subscriber", toSubscriber);
    private final Publish publish =
            new Publish(false, Qos.AT_LEAST_ONCE, false, TopicName.of("greenhouse/bed/1/temperature"), 1, new byte[64]);
    private int[] sent = {}; // a ring of Packet Identifiers
    private int next;

    @Setup
    public void fill() throws ProtocolException {
        broker.subscribe(subscriber, "greenhouse/#", Qos.AT_LEAST_ONCE);
        sent = new int[inFlight];
        for (int i = 0; i < inFlight; i++) {
            publish(i);
        }
    }

    @Benchmark
    public int oneMoreAndTheOldestAcknowledged() throws ProtocolException {
        subscriber.onPacket(new PubAck(sent[next], ReasonCode.SUCCESS));
        publish(next);
        next = next + 1 == inFlight ? 0 : next + 1;
        return toSubscriber.published;
    }

    private void publish(int at) throws ProtocolException {
        publisher.onPacket(publish);
        publisher.onReceived();
        broker.loop.turn();
        sent[at] = toSubscriber.lastPacketId;
    }
}
