package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.disk.Disk.Table;
import java.util.Arrays;

/**
 * Puts and deletes that a {@link Disk} does as one, in this order. Copies what it is given into one array, which
 * {@link #clear} keeps for the next. Confined to one thread at a time.
 */
public final class Batch {
    private static final Table[] TABLES = Table.values();
    private static final int PUT = 0;
    private static final int DELETE = 1;
    private static final int DELETE_RANGE = 2;
    private static final int KEEP_BYTES = 1 << 20; // a larger array is let go of

    private byte[] bytes = new byte[1024];
    private int length;
    private int operations;

    /** Hears what a batch holds, in order. The arrays hold more than what is meant, and are not to be kept or modified. */
    public interface Visitor {
        void put(Table table, byte[] bytes, int keyStart, int keyLength, int valueStart, int valueLength);

        void delete(Table table, byte[] bytes, int keyStart, int keyLength);

        /** Deletes from the first key up to and without the second. */
        void deleteRange(Table table, byte[] bytes, int fromStart, int fromLength, int toStart, int toLength);
    }

    public void put(Table table, byte[] key, byte[] value) {
        add(PUT, table, key, key.length, value, value.length);
    }

    void put(Table table, RecordOutput key, RecordOutput value) {
        add(PUT, table, key.array(), key.length(), value.array(), value.length());
    }

    public void delete(Table table, byte[] key) {
        add(DELETE, table, key, key.length, key, 0);
    }

    void delete(Table table, RecordOutput key) {
        add(DELETE, table, key.array(), key.length(), key.array(), 0);
    }

    /** @param to the first key that stays */
    public void deleteRange(Table table, byte[] from, byte[] to) {
        add(DELETE_RANGE, table, from, from.length, to, to.length);
    }

    private void add(int operation, Table table, byte[] first, int firstLength, byte[] second, int secondLength) {
        int more = 9 + firstLength + secondLength;
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), 2 * bytes.length));
        }
        bytes[length] = (byte) (operation << 4 | table.ordinal());
        writeInt(length + 1, firstLength);
        writeInt(length + 5, secondLength);
        System.arraycopy(first, 0, bytes, length + 9, firstLength);
        System.arraycopy(second, 0, bytes, length + 9 + firstLength, secondLength);
        length += more;
        operations++;
    }

    public void forEach(Visitor visitor) {
        for (int at = 0; at < length; ) {
            Table table = TABLES[bytes[at] & 0xF];
            int firstLength = readInt(at + 1);
            int secondLength = readInt(at + 5);
            int first = at + 9;
            int second = first + firstLength;
            switch (bytes[at] >> 4) {
                case PUT -> visitor.put(table, bytes, first, firstLength, second, secondLength);
                case DELETE -> visitor.delete(table, bytes, first, firstLength);
                case DELETE_RANGE -> visitor.deleteRange(table, bytes, first, firstLength, second, secondLength);
                default -> throw new AssertionError(bytes[at]);
            }
            at = second + secondLength;
        }
    }

    /** What it takes here; about what it takes on the disk. */
    public int bytes() {
        return length;
    }

    /** Puts and deletes. */
    public int operations() {
        return operations;
    }

    public boolean isEmpty() {
        return operations == 0;
    }

    public void clear() {
        length = 0;
        operations = 0;
        if (bytes.length > KEEP_BYTES) {
            bytes = new byte[1024];
        }
    }

    private void writeInt(int at, int value) {
        bytes[at] = (byte) (value >> 24);
        bytes[at + 1] = (byte) (value >> 16);
        bytes[at + 2] = (byte) (value >> 8);
        bytes[at + 3] = (byte) value;
    }

    private int readInt(int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF;
    }
}
