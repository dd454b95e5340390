package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;

/** Variable Byte Integer, section 1.5.5: seven bits a byte, the lowest first, the top bit says that more follow. */
final class VariableByteInteger {
    static final int MAX = 268_435_455;

    private VariableByteInteger() {}

    /** The fewest bytes that hold {@code value} (MQTT5-1.5.5-1): 1 to 4. */
    static int length(int value) {
        assert value >= 0 && value <= MAX : value;
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }

    static void write(ByteBuf out, int value) {
        switch (length(value)) {
            case 1 -> out.writeByte(value);
            case 2 -> out.writeShort(two(value));
            case 3 -> out.writeMedium(three(value));
            default -> out.writeInt(four(value));
        }
    }

    /** A fixed header (section 2.1.1) with as few writes as there can be: it leads every packet. */
    static void writeFixedHeader(ByteBuf out, int firstByte, int remainingLength) {
        switch (length(remainingLength)) {
            case 1 -> out.writeShort(firstByte << 8 | remainingLength);
            case 2 -> out.writeMedium(firstByte << 16 | two(remainingLength));
            case 3 -> out.writeInt(firstByte << 24 | three(remainingLength));
            default -> {
                out.writeByte(firstByte);
                out.writeInt(four(remainingLength));
            }
        }
    }

    /** The bytes of the wire as one big-endian number. */
    private static int two(int value) {
        return (value & 0x7F | 0x80) << 8 | value >>> 7;
    }

    private static int three(int value) {
        return (value & 0x7F | 0x80) << 16 | (value >>> 7 & 0x7F | 0x80) << 8 | value >>> 14;
    }

    private static int four(int value) {
        return (value & 0x7F | 0x80) << 24
                | (value >>> 7 & 0x7F | 0x80) << 16
                | (value >>> 14 & 0x7F | 0x80) << 8
                | value >>> 21;
    }
}
