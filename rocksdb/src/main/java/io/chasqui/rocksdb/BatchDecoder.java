package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Disk.Table;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads what {@link BatchEncoder} and RocksDB's WriteBatch write, out of a log that may be damaged. */
final class BatchDecoder {
    private static final int HEADER_BYTES = 12;
    private static final int DELETE = 0x0;
    private static final int PUT = 0x1;
    private static final int NOTHING = 0xD;
    private static final int DELETE_RANGE = 0xF;

    private BatchDecoder() {}

    /** Hears of the changes of a batch, in their order. */
    interface Changes {
        void put(Table table, byte[] key, byte[] value);

        void delete(Table table, byte[] key);

        void deleteRange(Table table, byte[] from, byte[] to);
    }

    /** @return false when it cannot be followed to its end */
    static boolean decode(ByteBuffer batch, Changes changes) {
        if (batch.remaining() < HEADER_BYTES) {
            return false;
        }
        batch.position(batch.position() + HEADER_BYTES);
        while (batch.hasRemaining()) {
            int operation = batch.get();
            if (operation == NOTHING) {
                continue;
            }
            if (!change(operation, batch, changes)) {
                return false;
            }
        }
        return true;
    }

    private static boolean change(int operation, ByteBuffer batch, Changes changes) {
        int plain = switch (operation) {
            case BatchEncoder.DELETE -> DELETE;
            case BatchEncoder.PUT -> PUT;
            case BatchEncoder.DELETE_RANGE -> DELETE_RANGE;
            default -> operation;
        };
        int number = plain == operation ? 0 : varint(batch);
        if (number < 0 || number >= Table.values().length) {
            return false;
        }
        Table table = Table.values()[number];
        byte[] key = field(batch);
        if (key == null) {
            return false;
        }
        if (plain == DELETE) {
            changes.delete(table, key);
            return true;
        }
        byte[] second = plain == PUT || plain == DELETE_RANGE ? field(batch) : null;
        if (second == null) {
            return false;
        }
        if (plain == PUT) {
            changes.put(table, key, second);
        } else {
            changes.deleteRange(table, key, second);
        }
        return true;
    }

    private static byte @Nullable [] field(ByteBuffer batch) {
        int length = varint(batch);
        if (length < 0 || length > batch.remaining()) {
            return null;
        }
        byte[] field = new byte[length];
        batch.get(field);
        return field;
    }

    /** -1 when there is none. */
    private static int varint(ByteBuffer batch) {
        int value = 0;
        for (int shift = 0; shift < 35 && batch.hasRemaining(); shift += 7) {
            byte next = batch.get();
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        return -1;
    }
}
