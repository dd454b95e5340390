package io.chasqui.broker.topic;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Hashes topic levels with a secret of its own, and lets equal ones share a String.
 *
 * <p>Clients choose the levels, so {@link String#hashCode} will not do: strings that collide in it are made at will, and a
 * table full of them costs a scan for each message. Here the characters are mixed with two random keys that never leave the
 * process; without them nobody can aim.
 *
 * <p>{@link #hash} is for any thread, {@link #share} for who holds the lock of the tree.
 */
final class LevelStrings {
    private static final int SHARED = 4096; // slots
    private static final int SHARED_CHARS = 32; // longer ones are not kept, so that the slots stay small

    private final long seed;
    private final long multiplier;
    private final @Nullable String[] shared = new @Nullable String[SHARED]; // direct-mapped; a newcomer takes the slot

    LevelStrings(RandomGenerator random) {
        seed = random.nextLong();
        multiplier = random.nextLong() | 1;
    }

    /** Four characters to a multiplication whose 128 bits are folded: about 2 ns for a level of 8 characters. */
    int hash(String level) {
        int length = level.length();
        long hash = mix(seed ^ length);
        int i = 0;
        for (; i + 4 <= length; i += 4) {
            hash = mix(hash ^ (pair(level, i) | pair(level, i + 2) << 32));
        }
        long rest = 0;
        for (; i < length; i++) {
            rest = rest << 16 | level.charAt(i);
        }
        hash = mix(hash ^ rest);
        return (int) (hash ^ hash >>> 32);
    }

    private static long pair(String level, int i) {
        return level.charAt(i) | (long) level.charAt(i + 1) << 16;
    }

    private long mix(long value) {
        return Math.unsignedMultiplyHigh(value, multiplier) ^ value * multiplier;
    }

    /**
     * A String equal to {@code level}, the same for most callers. A million devices that each have a level "temperature"
     * then keep one of it.
     */
    String share(String level, int hash) {
        if (level.length() > SHARED_CHARS) {
            return level;
        }
        int slot = hash & SHARED - 1;
        String known = shared[slot];
        if (known != null && known.equals(level)) {
            return known;
        }
        shared[slot] = level;
        return level;
    }
}
