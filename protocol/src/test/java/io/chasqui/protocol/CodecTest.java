package io.chasqui.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.PacketDecoder.Role;
import io.chasqui.protocol.Samples.Sample;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Encoder and decoder against the table of good packets. */
class CodecTest {
    static List<Sample> samples() {
        return Samples.all();
    }

    static List<Sample> canonical() {
        return Samples.all().stream().filter(Sample::canonical).toList();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void decodes(Sample sample) throws ProtocolException {
        ByteBuf in = Unpooled.wrappedBuffer(sample.bytes());
        Packet packet = sample.decoder().decode(in);
        assertThat(PacketText.of(packet)).isEqualTo(PacketText.of(sample.packet()));
        assertThat(in.readableBytes()).isZero();
        if (sample.to() == null) {
            in.readerIndex(0);
            assertThat(PacketText.of(Wire.decoder(Role.CLIENT, sample.version()).decode(in)))
                    .isEqualTo(PacketText.of(sample.packet()));
        }
    }

    @ParameterizedTest
    @MethodSource("canonical")
    void encodes(Sample sample) {
        assertThat(Wire.hex(Wire.encode(sample.packet(), sample.version()))).isEqualTo(Wire.hex(sample.bytes()));
        assertThat(PacketEncoder.encodedLength(sample.packet(), sample.version()))
                .isEqualTo(sample.bytes().length);
    }

    /** Also that the decoder reads nothing past its packet: what follows is a reserved packet type in all its bytes. */
    @ParameterizedTest
    @MethodSource("samples")
    void waitsForTheLastByteAndTakesNoMore(Sample sample) throws ProtocolException {
        PacketDecoder decoder = sample.decoder();
        int length = sample.bytes().length;
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(new byte[7]).skipBytes(7);
        for (int i = 0; i < length; i++) {
            if (i < 100 || i > length - 100) {
                assertThat(decoder.decode(in)).as("after %d bytes", i).isNull();
                assertThat(in.readerIndex()).isEqualTo(7);
            }
            in.writeByte(sample.bytes()[i]);
        }
        in.writeBytes(new byte[20]);
        assertThat(decoder.decode(in)).isNotNull();
        assertThat(in.readableBytes()).isEqualTo(20);
    }

    @Test
    void everyPacketTypeIsInTheTable() {
        Set<Class<?>> inTable =
                Samples.all().stream().map(s -> s.packet().getClass()).collect(Collectors.toSet());
        assertThat(inTable).isEqualTo(Set.of(Packet.class.getPermittedSubclasses()));
    }
}
