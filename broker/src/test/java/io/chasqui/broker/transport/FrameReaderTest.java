package io.chasqui.broker.transport;

import static io.chasqui.broker.transport.FrameReader.BINARY;
import static io.chasqui.broker.transport.FrameReader.CLOSE;
import static io.chasqui.broker.transport.FrameReader.CONTINUATION;
import static io.chasqui.broker.transport.FrameReader.PING;
import static io.chasqui.broker.transport.FrameReader.PONG;
import static io.chasqui.broker.transport.WebSocketPeer.binary;
import static io.chasqui.broker.transport.WebSocketPeer.frame;
import static io.chasqui.broker.transport.WebSocketPeer.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6455, section 5, as a server reads it. */
class FrameReaderTest {
    private static final int MAX = 100_000;

    private FrameReader reader = new FrameReader(MAX);
    private ByteBuf mqtt = Unpooled.buffer();

    @BeforeTry
    void startAnew() {
        reader = new FrameReader(MAX);
        mqtt = Unpooled.buffer();
    }

    private byte[] read(byte... bytes) {
        ByteBuf in = Unpooled.buffer().writeZero(3).writeBytes(bytes).skipBytes(3); // not at the start of its buffer
        reader.unwrap(in);
        mqtt.writeBytes(in);
        return ByteBufUtil.getBytes(mqtt);
    }

    private static byte[] random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aMaskedFrameOfTheRfc() {
        // Section 5.7: "Hello", here as binary
        assertThat(read(HexFormat.of().parseHex("828537fa213d7f9f4d5158")))
                .isEqualTo("Hello".getBytes(StandardCharsets.US_ASCII));
        assertThat(reader.end()).isNull();
    }

    /** However the stream is cut into frames, and the frames into reads, the bytes are the same. */
    @Property(tries = 100)
    void mqtt5_6_0_0_2_bytesDoNotDependOnFramesAndReads(
            @ForAll @IntRange(max = 70_000) int size, @ForAll int seed, @ForAll @IntRange(min = 1, max = 9) int cuts) {
        byte[] payload = random(seed, size);
        Random random = new Random(seed);
        ByteBuf wire = Unpooled.buffer();
        boolean fresh = true;
        int at = 0;
        for (int i = 0; i < cuts; i++) {
            int end = i == cuts - 1 ? size : at + random.nextInt(size - at + 1);
            boolean last = i == cuts - 1 || random.nextBoolean();
            wire.writeBytes(frame(last, fresh ? BINARY : CONTINUATION, Arrays.copyOfRange(payload, at, end)));
            wire.writeBytes(frame(true, random.nextBoolean() ? PING : PONG, random(i, random.nextInt(126))));
            fresh = last;
            at = end;
        }
        while (wire.isReadable()) {
            read(ByteBufUtil.getBytes(wire.readSlice(1 + random.nextInt(wire.readableBytes()))));
        }
        assertThat(ByteBufUtil.getBytes(mqtt)).isEqualTo(payload);
        assertThat(reader.end()).isNull();
    }

    @Test
    void everyByteOnItsOwn() {
        byte[] payload = random(1, 300);
        for (byte one : join(binary(payload), frame(true, PING, (byte) 7), binary(), binary((byte) 1))) {
            read(one);
        }
        assertThat(ByteBufUtil.getBytes(mqtt)).isEqualTo(join(payload, new byte[] {1}));
        assertThat(reader.takePing()).containsExactly(7);
    }

    /** Whatever comes, it ends in bytes or in an end: never in an exception. */
    @Property(tries = 2_000)
    void noiseIsRead(@ForAll byte[] noise) {
        read(noise);
        assertThat(mqtt.readableBytes()).isLessThanOrEqualTo(Math.max(0, noise.length - 6)); // a header is at least six
    }

    @Test
    void onlyTheLastPingOfAReadIsAnswered() {
        read(join(frame(true, PING, (byte) 1), frame(true, PING, (byte) 2)));
        assertThat(reader.takePing()).containsExactly(2);
        assertThat(reader.takePing()).isNull();
        read(frame(true, PING));
        assertThat(reader.takePing()).isEmpty();
    }

    @Test
    void whatCameBeforeTheEndIsRead() {
        assertThat(read(join(binary((byte) 1), frame(true, CLOSE, (byte) 0x03, (byte) 0xE9), binary((byte) 2))))
                .containsExactly(1);
        assertThat(Objects.requireNonNull(reader.end()).closeCode()).isEqualTo(1001);
        assertThat(reader.end().fault()).isNull();
    }

    @Test
    void aCloseFrameNeedNotSayWhy() {
        read(frame(true, CLOSE));
        assertThat(Objects.requireNonNull(reader.end()).closeCode()).isEqualTo(1000);
        assertThat(reader.end().fault()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "c28100000000, 1002, a reserved bit",
        "8201, 1002, without a mask",
        "8181, 1003, a text frame",
        "0181, 1003, a text frame",
        "8381, 1002, reserved opcode 3",
        "8b80, 1002, reserved opcode 11",
        "0980, 1002, in fragments",
        "89fe, 1002, more than 125",
        "8081, 1002, a continuation of nothing",
        "028100000000010281, 1002, within another",
        "82fe007d00000000, 1002, shortest form",
        "82ff000000000000ffff00000000, 1002, shortest form",
        "82ff800000000000000000000000, 1002, shortest form",
        "82ff00000000000186a100000000, 1009, 100001 bytes",
        "02810000000000" + "80ff00000000000186a100000000, 1009, 100001 bytes",
        "88810000000003, 1002, half a code",
        "8882000000000000, 1002, may not be sent",
        "888200000000" + "03ed, 1002, may not be sent",
        "888200000000" + "03ee, 1002, may not be sent",
        "888200000000" + "1388, 1002, may not be sent",
    })
    void faults(String wire, int closeCode, String why) {
        read(HexFormat.of().parseHex(wire));
        FrameReader.End end = Objects.requireNonNull(reader.end());
        assertThat(end.closeCode()).isEqualTo(closeCode);
        assertThat(Objects.requireNonNull(end.fault()).getMessage()).contains(why);
    }

    /** They cost a loop time, and nothing of MQTT comes of them: no Keep Alive, rate or packet size would ever end them. */
    @Test
    void framesWithoutPayloadAreNotReadForever() {
        byte[] first = HexFormat.of().parseHex("028000000000");
        byte[] next = HexFormat.of().parseHex("008000000000");
        byte[] full = HexFormat.of().parseHex("00810000000007");
        read(first);
        for (int i = 1; i < FrameReader.MOST_EMPTY; i++) {
            read(next);
        }
        assertThat(read(full)).as("payload makes good for them").containsExactly(7);
        for (int i = 0; i < FrameReader.MOST_EMPTY; i++) {
            read(next);
        }
        assertThat(reader.end()).isNull();
        read(next);
        FrameReader.End end = Objects.requireNonNull(reader.end());
        assertThat(end.closeCode()).isEqualTo(FrameReader.NOT_ACCEPTABLE);
        assertThat(Objects.requireNonNull(end.fault()).getMessage()).contains("without payload");
    }

    @Test
    void aFrameOfTheLargestSizeIsRead() {
        byte[] payload = random(2, MAX);
        assertThat(read(binary(payload))).isEqualTo(payload);
        assertThat(reader.end()).isNull();
    }
}
