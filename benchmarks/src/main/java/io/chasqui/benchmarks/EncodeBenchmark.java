package io.chasqui.benchmarks;

import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Question: what does it cost to write a packet with a payload of 64 bytes, and an acknowledgement? {@code -prof gc} must read 0 B/op. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EncodeBenchmark {
    private final ByteBuf out = Unpooled.directBuffer(1024, 1024);
    private final TopicName topic = TopicName.of("greenhouse/bed/1/temperature");
    private final byte[] payload = new byte[64];
    private final PubAck ack = new PubAck(1, ReasonCode.SUCCESS);

    @Benchmark
    public ByteBuf publish() {
        out.clear();
        PacketEncoder.encodePublish(
                out,
                MqttVersion.V5,
                false,
                Qos.AT_LEAST_ONCE,
                false,
                topic,
                7,
                PublishProperties.NONE,
                Publish.ABSENT,
                0,
                Publish.NO_IDS,
                payload);
        return out;
    }

    @Benchmark
    public ByteBuf ack() {
        PacketEncoder.encode(ack, MqttVersion.V5, out.clear());
        return out;
    }
}
