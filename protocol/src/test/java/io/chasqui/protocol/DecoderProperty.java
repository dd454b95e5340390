package io.chasqui.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.PacketDecoder.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for any bytes, in either role and in the middle of a conversation of any version as well as at its start:
 *
 * <ul>
 *   <li>the decoder returns packets, waits, or throws a {@link ProtocolException}, and nothing else;
 *   <li>it ends where its packet ends, and what it says does not depend on the bytes after it;
 *   <li>a packet that was decoded can be written, and what was written is read as the same packet;
 *   <li>and writing that again gives the same bytes, of the length that was told before.
 * </ul>
 *
 * Random tests and fuzzers check all of it.
 */
final class DecoderProperty {
    private static final int PACKETS_MAX = 1_000;

    private DecoderProperty() {}

    static void check(byte[] bytes) {
        check(Role.SERVER, null, bytes);
        for (MqttVersion version : MqttVersion.values()) {
            check(Role.SERVER, version, bytes);
            check(Role.CLIENT, version, bytes);
        }
    }

    /** @param version null for a server that waits for CONNECT */
    static void check(Role role, @Nullable MqttVersion version, byte[] bytes) {
        String zeros = outcome(role, version, bytes, (byte) 0);
        assertThat(outcome(role, version, bytes, (byte) 0xFF)).isEqualTo(zeros);
    }

    /** @return all that the decoder says, up to the first packet that needs what follows {@code bytes} */
    private static String outcome(Role role, @Nullable MqttVersion version, byte[] bytes, byte after) {
        byte[] more = Arrays.copyOf(bytes, bytes.length + 32);
        Arrays.fill(more, bytes.length, more.length, after);
        PacketDecoder decoder = Wire.decoder(role, version);
        ByteBuf in = Unpooled.wrappedBuffer(more);
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < PACKETS_MAX; i++) {
            int start = in.readerIndex();
            try {
                Packet packet = decoder.decode(in.slice(start, bytes.length - start));
                if (packet == null) {
                    return said.append("wait").toString();
                }
                assertThat(decoder.decode(in)).isNotNull(); // with more bytes behind it, no other end
                assertThat(in.readerIndex()).isLessThanOrEqualTo(bytes.length);
                said.append(PacketText.of(packet)).append(in.readerIndex()).append('\n');
                checkRoundTrip(role, decoder, packet);
            } catch (ProtocolException e) {
                assertThat(in.readerIndex()).isEqualTo(start);
                return said.append(e.getMessage()).append(e.reason()).toString();
            }
        }
        return said.toString();
    }

    private static void checkRoundTrip(Role role, PacketDecoder decoder, Packet packet) {
        MqttVersion spoken = packet instanceof Connect connect ? connect.version() : decoder.version();
        if (spoken == null) {
            throw new AssertionError("no version after " + PacketText.of(packet));
        }
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, spoken, out);
        assertThat(out.readableBytes()).isEqualTo(PacketEncoder.encodedLength(packet, spoken));
        byte[] written = Arrays.copyOf(out.array(), out.writerIndex());
        try {
            Packet read = Wire.decoder(role, packet instanceof Connect ? null : spoken)
                    .decode(out);
            assertThat(PacketText.of(read)).isEqualTo(PacketText.of(packet));
            assertThat(Wire.encode(packet, spoken)).isEqualTo(written);
        } catch (ProtocolException e) {
            throw new AssertionError("cannot read back " + Wire.hex(written) + " of " + PacketText.of(packet), e);
        }
    }
}
