package io.chasqui.protocol;

import io.chasqui.protocol.PacketDecoder.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Bytes for tests, written so that one can read them. */
final class Wire {
    private Wire() {}

    /**
     * Bytes from text: hexadecimal digits in any grouping; {@code 'text'} for a string field, its two length bytes included;
     * {@code [...]} for a block with a Variable Byte Integer before it that says how long it is, as properties have.
     */
    static byte[] bytes(String text) {
        Deque<ByteBuf> open = new ArrayDeque<>();
        open.push(Unpooled.buffer());
        for (int i = 0; i < text.length(); i++) {
            ByteBuf out = open.getFirst();
            switch (text.charAt(i)) {
                case ' ' -> {}
                case '\'' -> {
                    int end = text.indexOf('\'', i + 1);
                    byte[] utf8 = text.substring(i + 1, end).getBytes(StandardCharsets.UTF_8);
                    out.writeShort(utf8.length).writeBytes(utf8);
                    i = end;
                }
                case '[' -> open.push(Unpooled.buffer());
                case ']' -> appendCounted(open.pop(), open.getFirst());
                default -> out.writeByte(HexFormat.fromHexDigits(text, i, ++i + 1));
            }
        }
        return ByteBufUtil.getBytes(open.pop());
    }

    /** A packet from its first byte and its body: like {@link #bytes}, with Remaining Length put in. */
    static byte[] packet(String text) {
        return bytes(text.substring(0, 2) + "[" + text.substring(2) + "]");
    }

    private static void appendCounted(ByteBuf block, ByteBuf out) {
        int length = block.readableBytes();
        do {
            out.writeByte(length < 128 ? length : length % 128 + 128);
            length /= 128;
        } while (length > 0);
        out.writeBytes(block);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** A decoder in the middle of a conversation. */
    static PacketDecoder decoder(Role role, @Nullable MqttVersion version) {
        PacketDecoder decoder = new PacketDecoder(role, Connect.NO_LIMIT, TopicNames.UNCACHED);
        if (version != null) {
            decoder.version(version);
        }
        return decoder;
    }

    static byte[] encode(Packet packet, MqttVersion version) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        return ByteBufUtil.getBytes(out);
    }
}
