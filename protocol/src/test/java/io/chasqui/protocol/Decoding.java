package io.chasqui.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.chasqui.protocol.PacketDecoder.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a packet between other bytes, as it arrives in practice, and twice with different bytes around it, on and off the
 * heap: what comes out must not depend on them. A fault leaves the reader index where it was.
 */
final class Decoding {
    /** Without leak detection, which the build sets to paranoid and which would take most of the time here. */
    private static final ByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(true, true);

    private Decoding() {}

    /** @param version null for a server that waits for CONNECT */
    static Packet decode(Role role, @Nullable MqttVersion version, byte[] packet) throws ProtocolException {
        return decode(() -> Wire.decoder(role, version), packet);
    }

    static Packet decode(DecoderSource decoders, byte[] packet) throws ProtocolException {
        Outcome first = outcome(decoders.get(), packet, (byte) 0x00, false);
        Outcome second = outcome(decoders.get(), packet, (byte) 0xFF, true);
        assertThat(second.text()).isEqualTo(first.text());
        if (first.fault() != null) {
            throw first.fault();
        }
        return Objects.requireNonNull(first.packet(), "the packet is not complete");
    }

    /** @param version null for a server that waits for CONNECT
     *  @param packet in the notation of {@link Wire#packet} */
    static Packet decode(Role role, @Nullable MqttVersion version, String packet) throws ProtocolException {
        return decode(role, version, Wire.packet(packet));
    }

    /** Asserts that the packet is refused, for this reason and in the name of this statement. */
    static void refused(Role role, @Nullable MqttVersion version, byte[] packet, ReasonCode reason, String statement) {
        try {
            Packet decoded = decode(role, version, packet);
            fail("decoded %s to %s", Wire.hex(packet), PacketText.of(decoded));
        } catch (ProtocolException e) {
            assertThat(e.statement() + " " + e.reason()).as(e.getMessage()).isEqualTo(statement + " " + reason);
            assertThat(e).hasMessage(statement + ": " + e.detail()).hasNoCause();
            assertThat(e.getStackTrace()).isEmpty();
        }
    }

    static void refused(Role role, @Nullable MqttVersion version, String packet, ReasonCode reason, String statement) {
        refused(role, version, Wire.packet(packet), reason, statement);
    }

    /** A new decoder for each call. */
    interface DecoderSource {
        PacketDecoder get();
    }

    private record Outcome(
            @Nullable Packet packet, @Nullable ProtocolException fault) {
        String text() {
            return fault == null ? PacketText.of(packet) : fault.reason() + " " + fault.getMessage();
        }
    }

    private static Outcome outcome(PacketDecoder decoder, byte[] packet, byte around, boolean direct) {
        byte[] canary = new byte[16];
        Arrays.fill(canary, around);
        int size = packet.length + 2 * canary.length;
        ByteBuf in = direct ? BUFFERS.directBuffer(size) : BUFFERS.heapBuffer(size);
        try {
            in.writeBytes(canary).writeBytes(packet).writeBytes(canary).readerIndex(canary.length);
            Packet decoded;
            try {
                decoded = decoder.decode(in);
            } catch (ProtocolException e) {
                assertThat(in.readerIndex()).isEqualTo(canary.length);
                return new Outcome(null, e);
            }
            assertThat(in.readerIndex()).isEqualTo(canary.length + (decoded == null ? 0 : packet.length));
            return new Outcome(decoded, null);
        } finally {
            in.release();
        }
    }
}
