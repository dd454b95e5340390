package io.chasqui.server.bench;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What has been seen of one stream: tells the next message from one that was seen before, and from one that was overtaken. As
 * long as nothing is missing it is one number; the first gap makes it remember the last {@value #WINDOW} messages. Not safe on
 * several threads.
 */
final class Track {
    static final int WINDOW = 1 << 16;

    /** What a message is. */
    enum Sight {
        /** It was not seen before, and follows all that were. */
        NEXT,
        /** It was not seen before, but one behind it was. */
        OVERTAKEN,
        /** It was seen before; or it is more than a window behind, where both look the same. */
        REPEATED
    }

    private long next; // the lowest number above all that were seen
    private long @Nullable [] seen; // a ring of bits for the WINDOW numbers below next

    Sight see(long sequence) {
        if (sequence == next) {
            next++;
            if (seen != null) {
                set(seen, sequence, true);
            }
            return Sight.NEXT;
        }
        if (sequence > next) {
            skip(sequence);
            return Sight.NEXT;
        }
        if (seen == null || next - sequence > WINDOW || get(seen, sequence)) {
            return Sight.REPEATED;
        }
        set(seen, sequence, true);
        return Sight.OVERTAKEN;
    }

    private void skip(long sequence) {
        long[] bits = seen;
        if (bits == null) {
            bits = new long[WINDOW / Long.SIZE];
            Arrays.fill(bits, -1L); // all below next were seen
            seen = bits;
        }
        if (sequence - next >= WINDOW) {
            Arrays.fill(bits, 0L);
        } else {
            for (long missing = next; missing < sequence; missing++) {
                set(bits, missing, false);
            }
        }
        set(bits, sequence, true);
        next = sequence + 1;
    }

    private static boolean get(long[] bits, long sequence) {
        int at = (int) sequence & WINDOW - 1;
        return (bits[at >>> 6] & 1L << (at & 63)) != 0;
    }

    private static void set(long[] bits, long sequence, boolean value) {
        int at = (int) sequence & WINDOW - 1;
        if (value) {
            bits[at >>> 6] |= 1L << (at & 63);
        } else {
            bits[at >>> 6] &= ~(1L << (at & 63));
        }
    }
}
