package io.chasqui.conformance.raw;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes bytes in the forms that MQTT knows, legal or not: nothing is checked. Not thread-safe. */
public final class Bytes {
    private static final int HEX_SHOWN = 64; // bytes

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public static Bytes of(int... octets) {
        return new Bytes().raw(octets);
    }

    public Bytes u8(int value) {
        out.write(value);
        return this;
    }

    public Bytes u16(int value) {
        return u8(value >> 8).u8(value);
    }

    public Bytes u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    /** A variable byte integer in its shortest form. */
    public Bytes varint(long value) {
        long rest = value;
        while (rest > 0x7F) {
            u8((int) (rest & 0x7F) | 0x80);
            rest >>= 7;
        }
        return u8((int) rest);
    }

    /** A string: two bytes of length, then UTF-8. */
    public Bytes text(String value) {
        return binary(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Binary data, or a string that Java cannot hold: two bytes of length, then these. */
    public Bytes binary(byte... value) {
        return u16(value.length).raw(value);
    }

    public Bytes raw(byte[] value) {
        out.writeBytes(value);
        return this;
    }

    public Bytes raw(int... octets) {
        for (int octet : octets) {
            u8(octet);
        }
        return this;
    }

    public Bytes raw(Bytes other) {
        return raw(other.toArray());
    }

    public int size() {
        return out.size();
    }

    public byte[] toArray() {
        return out.toByteArray();
    }

    /** These bytes as the body of a packet that starts with {@code firstByte} and has the right Remaining Length. */
    public byte[] packet(int firstByte) {
        return new Bytes().u8(firstByte).varint(size()).raw(this).toArray();
    }

    public byte[] packet(Type type) {
        return packet(type.firstByte());
    }

    /** All of them in one array, to be written at once. */
    public static byte[] join(byte[]... parts) {
        Bytes all = new Bytes();
        for (byte[] part : parts) {
            all.raw(part);
        }
        return all.toArray();
    }

    /** A copy of {@code packet} with the byte at {@code index} replaced. */
    public static byte[] with(byte[] packet, int index, int octet) {
        byte[] copy = packet.clone();
        copy[index] = (byte) octet;
        return copy;
    }

    /** For messages: the first bytes in hexadecimal, and how many there are. */
    public static String hex(byte[] bytes) {
        String shown = HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(bytes.length, HEX_SHOWN));
        return bytes.length > HEX_SHOWN ? shown + " ... (" + bytes.length + " bytes)" : shown;
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] bytes(int... octets) {
        return of(octets).toArray();
    }
}
