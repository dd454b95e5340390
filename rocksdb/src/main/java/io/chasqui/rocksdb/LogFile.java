package io.chasqui.rocksdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * What RocksDB's write-ahead log looks like from outside: blocks of 32 KiB with records of checksum, length and type. Tells the
 * torn end that a crash leaves from damage in the middle, which takes acknowledged writes with it.
 */
final class LogFile {
    private static final int BLOCK_BYTES = 32 << 10;
    private static final int HEADER_BYTES = 7; // checksum 4, length 2, type 1
    private static final int LOG_NUMBER_BYTES = 4; // in front of the data of types 5 to 8
    private static final int FIRST_RECYCLABLE = 5;
    private static final int LAST_RECYCLABLE = 8;
    private static final int CHECKSUM_MASK = 0xA282_EAD8;

    private LogFile() {}

    /**
     * @param damagedParts parts that cannot be read
     * @param goodAfterDamage records that can be read behind the first such part
     */
    record Look(long damagedParts, long goodAfterDamage) {
        /** Damage at the end only: what a crash leaves. */
        boolean isTornOnly() {
            return damagedParts > 0 && goodAfterDamage == 0;
        }
    }

    static Look look(Path file) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long damagedParts = 0;
        long good = 0;
        try (FileChannel in = FileChannel.open(file)) {
            while (true) {
                block.clear();
                while (block.hasRemaining() && in.read(block) >= 0) {}
                block.flip();
                if (!block.hasRemaining()) {
                    return new Look(damagedParts, good);
                }
                while (block.remaining() >= HEADER_BYTES && !isPadding(block)) {
                    if (!isGood(block)) {
                        damagedParts++;
                        break; // nobody knows where the next record of this block begins
                    }
                    good += damagedParts > 0 ? 1 : 0;
                    block.position(block.position() + HEADER_BYTES + length(block));
                }
            }
        }
    }

    /** A header of zeros stands for space that was set aside and not written. */
    private static boolean isPadding(ByteBuffer block) {
        return block.getInt(block.position()) == 0
                && length(block) == 0
                && block.get(block.position() + HEADER_BYTES - 1) == 0;
    }

    private static int length(ByteBuffer block) {
        int type = block.get(block.position() + 6);
        boolean recyclable = type >= FIRST_RECYCLABLE && type <= LAST_RECYCLABLE;
        return (block.getShort(block.position() + 4) & 0xFFFF) + (recyclable ? LOG_NUMBER_BYTES : 0);
    }

    private static boolean isGood(ByteBuffer block) {
        int length = length(block);
        if (block.remaining() < HEADER_BYTES + length) {
            return false;
        }
        CRC32C checksum = new CRC32C();
        checksum.update(block.slice(block.position() + 6, 1 + length));
        int value = (int) checksum.getValue();
        int masked = (value >>> 15 | value << 17) + CHECKSUM_MASK;
        return masked == block.getInt(block.position());
    }
}
