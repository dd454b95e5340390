package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Batch;
import io.chasqui.broker.storage.disk.Disk.Table;

/**
 * Writes a batch as RocksDB's WriteBatch keeps it inside, which is also what stands in its log and therefore stays readable: so
 * one call hands over all of it, where one for each record would cost more than the records. Tables are column families by
 * their order. {@code BatchEncoderTest} holds it to what WriteBatch itself makes.
 */
final class BatchEncoder implements Batch.Visitor {
    private static final int HEADER_BYTES = 12; // sequence number, which RocksDB sets, and the number of records
    static final int DELETE = 0x4;
    static final int PUT = 0x5;
    static final int DELETE_RANGE = 0xE;

    private final byte[] out;
    private int at = HEADER_BYTES;

    private BatchEncoder(byte[] out) {
        this.out = out;
    }

    static byte[] encode(Batch batch) {
        Length length = new Length();
        batch.forEach(length);
        byte[] out = new byte[length.bytes];
        batch.forEach(new BatchEncoder(out));
        int count = batch.operations();
        for (int i = 0; i < 4; i++) {
            out[8 + i] = (byte) (count >>> 8 * i);
        }
        return out;
    }

    private static final class Length implements Batch.Visitor {
        int bytes = HEADER_BYTES;

        @Override
        public void put(Table table, byte[] from, int keyStart, int keyLength, int valueStart, int valueLength) {
            bytes += 2 + field(keyLength) + field(valueLength);
        }

        @Override
        public void delete(Table table, byte[] from, int keyStart, int keyLength) {
            bytes += 2 + field(keyLength);
        }

        @Override
        public void deleteRange(Table table, byte[] from, int fromStart, int fromLength, int toStart, int toLength) {
            bytes += 2 + field(fromLength) + field(toLength);
        }

        private static int field(int length) {
            return length + (38 - Integer.numberOfLeadingZeros(length | 1)) / 7;
        }
    }

    @Override
    public void put(Table table, byte[] from, int keyStart, int keyLength, int valueStart, int valueLength) {
        begin(PUT, table);
        field(from, keyStart, keyLength);
        field(from, valueStart, valueLength);
    }

    @Override
    public void delete(Table table, byte[] from, int keyStart, int keyLength) {
        begin(DELETE, table);
        field(from, keyStart, keyLength);
    }

    @Override
    public void deleteRange(Table table, byte[] from, int fromStart, int fromLength, int toStart, int toLength) {
        begin(DELETE_RANGE, table);
        field(from, fromStart, fromLength);
        field(from, toStart, toLength);
    }

    private void begin(int operation, Table table) {
        out[at++] = (byte) operation;
        out[at++] = (byte) table.ordinal();
    }

    private void field(byte[] from, int start, int length) {
        int rest = length;
        while (rest >= 0x80) {
            out[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
        System.arraycopy(from, start, out, at, length);
        at += length;
    }
}
