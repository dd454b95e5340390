package io.chasqui.broker.storage.disk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Grows an array by numbers and strings, in the form that {@link RecordInput} reads; to be used again and again. */
final class RecordOutput {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int KEEP_BYTES = 1 << 16; // a larger array is let go of

    private byte[] array = new byte[256];
    private int length;

    RecordOutput clear() {
        length = 0;
        if (array.length > KEEP_BYTES) {
            array = new byte[256];
        }
        return this;
    }

    RecordOutput u8(int value) {
        ensure(1);
        array[length++] = (byte) value;
        return this;
    }

    RecordOutput u16(int value) {
        ensure(2);
        array[length] = (byte) (value >> 8);
        array[length + 1] = (byte) value;
        length += 2;
        return this;
    }

    /** Eight bytes, the highest first: sorts as the number does, if it is not negative. */
    RecordOutput u64(long value) {
        ensure(8);
        LONG.set(array, length, value);
        length += 8;
        return this;
    }

    /** Seven bits a byte, the lowest first. */
    RecordOutput varint(long value) {
        assert value >= 0 : value;
        ensure(9);
        long rest = value;
        while (rest >= 0x80) {
            array[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[length++] = (byte) rest;
        return this;
    }

    /** With its length before it. */
    RecordOutput binary(byte[] value) {
        return varint(value.length).raw(value);
    }

    /** With its length before it, in UTF-8. */
    RecordOutput text(String value) {
        return binary(value.getBytes(StandardCharsets.UTF_8));
    }

    RecordOutput raw(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, array, length, value.length);
        length += value.length;
        return this;
    }

    private void ensure(int more) {
        if (array.length - length < more) {
            array = Arrays.copyOf(array, Math.max(Math.addExact(length, more), 2 * array.length));
        }
    }

    /** Holds more than {@link #length} bytes; until the next change. */
    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(array, length);
    }
}
