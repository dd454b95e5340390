package io.chasqui.benchmarks;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.TopicTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does it cost to take a packet out of the bytes received? A PUBLISH with 64 bytes whose topic is known may allocate
 * its payload and the packet, 136 bytes, and an acknowledgement of success 24: more is a failure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecodeBenchmark {
    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Role.SERVER, Connect.NO_LIMIT, new TopicTable(1024));
    private final ByteBuf publish = Unpooled.buffer();
    private final ByteBuf ack = Unpooled.buffer();

    @Setup
    public void encode() throws ProtocolException {
        ByteBuf connect = Unpooled.buffer();
        PacketEncoder.encode(Connect.of(MqttVersion.V5, "c", true, 0), MqttVersion.V5, connect);
        decoder.decode(connect);
        TopicName topic = TopicName.of("greenhouse/bed/1/temperature");
        PacketEncoder.encode(
                new Publish(false, Qos.AT_MOST_ONCE, false, topic, 0, new byte[64]), MqttVersion.V5, publish);
        PacketEncoder.encode(new PubAck(1, ReasonCode.SUCCESS), MqttVersion.V5, ack);
    }

    @Benchmark
    public @Nullable Packet publish() throws ProtocolException {
        return decoder.decode(publish.readerIndex(0));
    }

    @Benchmark
    public @Nullable Packet ack() throws ProtocolException {
        return decoder.decode(ack.readerIndex(0));
    }
}
