package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Remembers Topic Names by their bytes: a known topic is answered by the same instance as before, without decoding it or
 * allocating. One for each event loop; confined to its thread.
 *
 * <p>Bounded: a fixed number of entries in sets of {@value #WAYS}, and topics above {@value #LONGEST} bytes are not kept. A
 * topic can live in one set only, so a lookup compares at most {@value #WAYS} tags: whoever finds topics that collide can
 * push others out of one set, but cannot make the table slow. In a full set the first entry that was not asked for since it
 * was last passed over makes room (second chance), so a stream of topics seen once does not push out those in use.
 */
public final class TopicTable implements TopicNames {
    /** The longest topic that is kept, in bytes. */
    public static final int LONGEST = 512;

    private static final int WAYS = 8;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L; // 2^64 / golden ratio, odd

    private final @Nullable TopicName[] topics; // WAYS to a set
    private final int[] tags; // the upper half of the hash, to look into few topics
    private final boolean[] asked; // since the hand last passed
    private final int setMask;
    private final long[] words = new long[LONGEST / Long.BYTES]; // the topic that is looked for
    private int hand;

    /** @param entries topics to remember, rounded up to a power of two; each takes its bytes twice and some 100 more */
    public TopicTable(int entries) {
        if (entries < 1 || entries > 1 << 24) {
            throw new IllegalArgumentException("entries: " + entries);
        }
        int sets = Math.max(1, Integer.highestOneBit(2 * ((entries + WAYS - 1) / WAYS) - 1));
        topics = new @Nullable TopicName[sets * WAYS];
        tags = new int[sets * WAYS];
        asked = new boolean[sets * WAYS];
        setMask = sets - 1;
    }

    @Override
    public TopicName get(ByteBuf in, int index, int length) throws ProtocolException {
        if (length > LONGEST) {
            return TopicNames.decode(in, index, length);
        }
        long hash = load(in, index, length);
        int tag = (int) (hash >>> 32);
        int first = ((int) hash & setMask) * WAYS;
        for (int i = first; i < first + WAYS; i++) {
            if (tags[i] == tag) {
                TopicName topic = topics[i];
                if (topic != null && equal(topic.utf8(), length)) {
                    asked[i] = true;
                    return topic;
                }
            }
        }
        TopicName topic = TopicNames.decode(in, index, length);
        int slot = freeSlot(first);
        topics[slot] = topic;
        tags[slot] = tag;
        asked[slot] = false;
        return topic;
    }

    /** Copies the bytes into {@link #words}, the last one filled up with zeros, and hashes them on the way. */
    long load(ByteBuf in, int index, int length) {
        long hash = seed(length);
        int whole = length >> 3;
        for (int i = 0; i < whole; i++) {
            long word = in.getLongLE(index + (i << 3));
            words[i] = word;
            hash = mix(hash, word);
        }
        if ((length & 7) != 0) {
            long word = tail(in, index, length);
            words[whole] = word;
            hash = mix(hash, word);
        }
        return hash ^ hash >>> 29;
    }

    static long seed(int length) {
        return length * MULTIPLIER;
    }

    static long mix(long hash, long word) {
        return (Long.rotateLeft(hash, 27) ^ word) * MULTIPLIER;
    }

    /** The last 1 to 7 bytes. They are read together with the bytes before them where there are such. */
    private static long tail(ByteBuf in, int index, int length) {
        int bytes = length & 7;
        if (length >= 8) {
            return in.getLongLE(index + length - 8) >>> (8 - bytes) * 8;
        }
        long word = 0;
        if (bytes >= 4) {
            word = in.getUnsignedIntLE(index);
            return bytes == 4 ? word : word | in.getUnsignedIntLE(index + bytes - 4) >>> (8 - bytes) * 8 << 32;
        }
        for (int i = bytes - 1; i >= 0; i--) {
            word = word << 8 | in.getUnsignedByte(index + i);
        }
        return word;
    }

    private boolean equal(byte[] utf8, int length) {
        if (utf8.length != length) {
            return false;
        }
        int whole = length >> 3;
        for (int i = 0; i < whole; i++) {
            if ((long) LONG.get(utf8, i << 3) != words[i]) {
                return false;
            }
        }
        int bytes = length & 7;
        if (bytes == 0) {
            return true;
        }
        if (length >= 8) {
            return (long) LONG.get(utf8, length - 8) >>> (8 - bytes) * 8 == words[whole];
        }
        long word = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            word = word << 8 | utf8[i] & 0xFF;
        }
        return word == words[0];
    }

    private int freeSlot(int first) {
        for (int i = first; i < first + WAYS; i++) {
            if (topics[i] == null) {
                return i;
            }
        }
        while (true) { // at most twice around: the first round clears what could make it go on
            int slot = first + (hand++ & WAYS - 1);
            if (!asked[slot]) {
                return slot;
            }
            asked[slot] = false;
        }
    }
}
