package io.chasqui.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.storage.disk.Batch;
import io.chasqui.broker.storage.disk.Disk.Table;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WriteBatch;

class BatchEncoderTest {
    @TempDir
    Path directory;

    @Test
    void makesTheBytesThatRocksDbItselfMakes() throws Exception {
        Batch batch = new Batch();
        try (RocksDisk disk = RocksDisk.open(directory, RocksOptions.DEFAULT);
                Database database =
                        Database.open(directory.resolve("other"), RocksOptions.DEFAULT, Database.Trust.FULL);
                WriteBatch expected = new WriteBatch()) {
            for (Table table : Table.values()) {
                for (int length : new int[] {1, 127, 128, 16_383, 16_384, 300_000}) {
                    byte[] key = new byte[length];
                    byte[] value = new byte[length - 1];
                    batch.put(table, key, value);
                    batch.delete(table, key);
                    batch.deleteRange(table, key, new byte[] {1});
                    if (table != Table.STATE) { // its family is the default one, which has a shorter form
                        expected.put(database.table(table), key, value);
                        expected.delete(database.table(table), key);
                        expected.deleteRange(database.table(table), key, new byte[] {1});
                    }
                }
            }
            Batch others = new Batch();
            batch.forEach(new Except(others));
            assertThat(BatchEncoder.encode(others)).isEqualTo(expected.data());
            disk.write(batch);
        }
    }

    /** All but STATE. */
    private record Except(Batch into) implements Batch.Visitor {
        private static byte[] part(byte[] bytes, int start, int length) {
            return Arrays.copyOfRange(bytes, start, start + length);
        }

        @Override
        public void put(Table table, byte[] bytes, int keyStart, int keyLength, int valueStart, int valueLength) {
            if (table != Table.STATE) {
                into.put(table, part(bytes, keyStart, keyLength), part(bytes, valueStart, valueLength));
            }
        }

        @Override
        public void delete(Table table, byte[] bytes, int keyStart, int keyLength) {
            if (table != Table.STATE) {
                into.delete(table, part(bytes, keyStart, keyLength));
            }
        }

        @Override
        public void deleteRange(Table table, byte[] bytes, int fromStart, int fromLength, int toStart, int toLength) {
            if (table != Table.STATE) {
                into.deleteRange(table, part(bytes, fromStart, fromLength), part(bytes, toStart, toLength));
            }
        }
    }
}
