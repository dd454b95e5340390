package io.chasqui.conformance.raw;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the body of one packet and fails where the broker wrote nonsense. Not thread-safe. */
final class Reader {
    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean hasMore() {
        return at < bytes.length;
    }

    int u8() {
        Failure.unless(at < bytes.length, "the packet ends too early: %s", Bytes.hex(bytes));
        return bytes[at++] & 0xFF;
    }

    int u16() {
        return u8() << 8 | u8();
    }

    long u32() {
        return (long) u16() << 16 | u16();
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int octet = u8();
            value |= (long) (octet & 0x7F) << shift;
            if (octet < 0x80) {
                Failure.unless(
                        octet != 0 || shift == 0, "MQTT5-1.5.5-1: a variable byte integer is not in its shortest form");
                return value;
            }
        }
        throw new Failure("MQTT5-1.5.5-1: a variable byte integer has more than four bytes");
    }

    byte[] binary() {
        return take(u16());
    }

    String text() {
        byte[] utf8 = binary();
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
            Failure.unless(text.indexOf(0) < 0, "MQTT5-1.5.4-2: a string holds U+0000");
            return text;
        } catch (CharacterCodingException _) {
            throw new Failure("MQTT5-1.5.4-1: a string is not UTF-8: " + Bytes.hex(utf8));
        }
    }

    byte[] take(int length) {
        Failure.unless(at + length <= bytes.length, "the packet ends too early: %s", Bytes.hex(bytes));
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    byte[] rest() {
        return take(bytes.length - at);
    }
}
