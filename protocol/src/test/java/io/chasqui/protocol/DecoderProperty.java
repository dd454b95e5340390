package io.chasqui.protocol;

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
        String ones = outcome(role, version, bytes, (byte) 0xFF);
        require(zeros.equals(ones), "depends on what is behind", zeros + " <> " + ones);
    }

    /** @return all that the decoder says, until it waits or throws */
    private static String outcome(Role role, @Nullable MqttVersion version, byte[] bytes, byte after) {
        byte[] more = Arrays.copyOf(bytes, bytes.length + 32);
        Arrays.fill(more, bytes.length, more.length, after);
        ByteBuf in =
                Unpooled.wrappedBuffer(more).writerIndex(bytes.length); // what is beyond could be read, but must not
        PacketDecoder decoder = Wire.decoder(role, version);
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < PACKETS_MAX; i++) {
            int start = in.readerIndex();
            try {
                Packet packet = decoder.decode(in);
                if (packet == null) {
                    require(in.readerIndex() == start, "moved though it waits", packet);
                    return said.append("wait").toString();
                }
                require(in.readerIndex() > start, "did not move", packet);
                said.append(PacketText.of(packet)).append(in.readerIndex()).append('\n');
                checkRoundTrip(role, decoder, packet);
            } catch (ProtocolException e) {
                require(in.readerIndex() == start, "moved though it throws", e.getMessage());
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
        require(out.readableBytes() == PacketEncoder.encodedLength(packet, spoken), "encodedLength", packet);
        byte[] written = Arrays.copyOf(out.array(), out.writerIndex());
        try {
            PacketDecoder again = Wire.decoder(role, packet instanceof Connect ? null : spoken);
            Packet read = again.decode(out);
            require(PacketText.of(read).equals(PacketText.of(packet)), "not read back as it was", packet);
            require(read != null && Arrays.equals(Wire.encode(read, spoken), written), "other bytes", packet);
        } catch (ProtocolException e) {
            throw new AssertionError("cannot read back " + Wire.hex(written) + " of " + PacketText.of(packet), e);
        }
    }

    /** AssertJ would take most of a fuzzer's time. */
    private static void require(boolean holds, String otherwise, @Nullable Object of) {
        if (!holds) {
            throw new AssertionError(otherwise + ": " + PacketText.of(of));
        }
    }
}
