package io.chasqui.benchmarks;

import io.chasqui.broker.connection.Connection;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
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
 * Question: what does a message cost between the decoder and the encoder, with all acknowledgements on both sides, and what does
 * it leave to the collector? At QoS 0 the message itself at the most, 48 bytes, and nothing where the compiler sees that nobody keeps
 * it: more is a failure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DeliverBenchmark {
    @Param({"0", "1", "2"})
    int qos;

    private final SocketlessBroker broker = new SocketlessBroker();
    private final CountingWire toPublisher = new CountingWire();
    private final CountingWire toSubscriber = new CountingWire();
    private final Connection publisher = broker.connect("publisher", toPublisher);
    private final Connection subscriber = broker.connect("subscriber", toSubscriber);
    private final TopicName topic = TopicName.of("greenhouse/bed/1/temperature");
    private final PubRel pubRel = new PubRel(1, ReasonCode.SUCCESS);
    private Publish publish = new Publish(false, Qos.AT_MOST_ONCE, false, topic, 0, new byte[64]);

    @Setup
    public void subscribe() throws ProtocolException {
        Qos of = Qos.of(qos);
        broker.subscribe(subscriber, "greenhouse/#", of);
        publish = new Publish(false, of, false, topic, qos == 0 ? 0 : 1, new byte[64]);
    }

    @Benchmark
    public int publish() throws ProtocolException {
        publisher.onPacket(publish);
        publisher.onReceived();
        if (qos == 1) {
            subscriber.onPacket(new PubAck(toSubscriber.lastPacketId, ReasonCode.SUCCESS));
        } else if (qos == 2) {
            subscriber.onPacket(new PubRec(toSubscriber.lastPacketId, ReasonCode.SUCCESS));
            publisher.onPacket(pubRel);
            subscriber.onPacket(new PubComp(toSubscriber.lastPacketId, ReasonCode.SUCCESS));
        }
        broker.loop.turn();
        return toSubscriber.published + toPublisher.written;
    }
}
