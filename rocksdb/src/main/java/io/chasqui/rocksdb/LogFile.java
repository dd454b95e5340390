package io.chasqui.rocksdb;

import java.io.ByteArrayOutputStream;
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
    private static final int TYPE = 6; // where it stands in the header
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int LAST = 4; // 3 is a part between them
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
        Looking looking = new Looking();
        scan(file, looking);
        return new Look(looking.damagedParts, looking.good);
    }

    private static final class Looking implements Parts {
        long damagedParts;
        long good;

        @Override
        public void part(int type, ByteBuffer data, boolean isRead) {
            good += isRead && damagedParts > 0 ? 1 : 0;
        }

        @Override
        public void damage() {
            damagedParts++;
        }
    }

    /** Hears what stands in a log, in its order. */
    interface Records {
        /**
         * @param data what was written at once; damaged, perhaps, when it was not read
         * @param isRead whether RocksDB reads it, too; it leaves out what is damaged and what follows that in the same block
         */
        void record(ByteBuffer data, boolean isRead);

        /** A part that nothing can be made of. */
        void unknown();
    }

    /** Goes through what was written, also through what is damaged as far as that goes. */
    static void read(Path file, Records records) throws IOException {
        Joining joining = new Joining(records);
        scan(file, joining);
        joining.close();
    }

    /** Makes records out of parts. */
    private static final class Joining implements Parts {
        private final Records records;
        private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
        private boolean hasBegun;
        private boolean isRead;

        Joining(Records records) {
            this.records = records;
        }

        @Override
        public void part(int type, ByteBuffer data, boolean partIsRead) {
            int kind = type >= FIRST_RECYCLABLE ? type - FIRST_RECYCLABLE + FULL : type;
            if (kind == FULL || kind == FIRST) {
                close();
                hasBegun = true;
                isRead = true;
            }
            if (kind > LAST || !hasBegun) {
                return; // something about the log itself, or the rest of a record whose beginning is gone
            }
            isRead &= partIsRead;
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            begun.writeBytes(bytes);
            if (kind == FULL || kind == LAST) {
                records.record(ByteBuffer.wrap(begun.toByteArray()), isRead);
                forget();
            }
        }

        private void forget() {
            begun.reset();
            hasBegun = false;
        }

        @Override
        public void damage() {
            isRead = false;
        }

        @Override
        public void end() {
            close();
            records.unknown();
        }

        /** What has begun and does not end is shown as far as it goes. */
        void close() {
            if (hasBegun) {
                records.record(ByteBuffer.wrap(begun.toByteArray()), false);
                forget();
            }
        }
    }

    /** Hears of the parts of a log, which records are divided into. */
    private interface Parts {
        /** @param isRead whether it is whole and nothing before it in its block is damaged */
        void part(int type, ByteBuffer data, boolean isRead);

        /** What follows in this block is not whole, or comes after such a part. */
        void damage();

        /** Where the next part of this block begins is not known. */
        default void end() {}
    }

    private static void scan(Path file, Parts parts) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel in = FileChannel.open(file)) {
            while (true) {
                block.clear();
                while (block.hasRemaining() && in.read(block) >= 0) {}
                block.flip();
                if (!block.hasRemaining()) {
                    return;
                }
                scan(block, parts);
            }
        }
    }

    private static void scan(ByteBuffer block, Parts parts) {
        boolean isRead = true;
        while (block.remaining() >= HEADER_BYTES && !isPadding(block)) {
            int length = length(block);
            boolean fits = block.remaining() >= HEADER_BYTES + length;
            if (isRead && !(fits && isGood(block, length))) {
                isRead = false;
                parts.damage();
            }
            if (!fits) {
                parts.end();
                return;
            }
            int type = block.get(block.position() + TYPE);
            int logNumber = isRecyclable(type) ? LOG_NUMBER_BYTES : 0;
            parts.part(type, block.slice(block.position() + HEADER_BYTES + logNumber, length - logNumber), isRead);
            block.position(block.position() + HEADER_BYTES + length);
        }
    }

    /** A header of zeros stands for space that was set aside and not written. */
    private static boolean isPadding(ByteBuffer block) {
        return block.getInt(block.position()) == 0 && length(block) == 0 && block.get(block.position() + TYPE) == 0;
    }

    private static boolean isRecyclable(int type) {
        return type >= FIRST_RECYCLABLE && type <= LAST_RECYCLABLE;
    }

    /** Of what follows the header. */
    private static int length(ByteBuffer block) {
        int length = block.getShort(block.position() + 4) & 0xFFFF;
        return length + (isRecyclable(block.get(block.position() + TYPE)) ? LOG_NUMBER_BYTES : 0);
    }

    private static boolean isGood(ByteBuffer block, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(block.slice(block.position() + TYPE, 1 + length));
        int value = (int) checksum.getValue();
        int masked = (value >>> 15 | value << 17) + CHECKSUM_MASK;
        return masked == block.getInt(block.position());
    }
}
