package io.chasqui.broker.topic;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts changes of Topic Filters by their first two levels, so that who remembers what a topic matched can tell that it
 * still does. One counter for all would make each SUBSCRIBE forget all topics; here it makes forget those that begin alike,
 * and few that share the counter by chance.
 *
 * <pre>
 *   filter changed                          counter
 *   +...  #                                 the wild one
 *   a     a/#   a/+/...                     (a)
 *   a/b   a/b/...                           (a, b)
 *   topic a/b/c hears of                    the wild one, (a), (a, b)
 * </pre>
 *
 * <p>Changed under the lock of the tree, read by any thread.
 */
final class ChangeCounters {
    private static final int WILD = 0;

    private final AtomicLongArray counters;
    private final LevelStrings strings;

    /** @param slots a power of two */
    ChangeCounters(int slots, LevelStrings strings) {
        counters = new AtomicLongArray(slots + 1);
        this.strings = strings;
    }

    int slot(String first) {
        return slot(strings.hash(first));
    }

    int slot(String first, String second) {
        return slot(strings.hash(first) * 31 + strings.hash(second));
    }

    private int slot(int hash) {
        return WILD + 1 + (hash * 0x9E3779B9 >>> Integer.numberOfLeadingZeros(counters.length() - 2));
    }

    /** After the change, where every reader can see it. */
    void changed(String[] filter) {
        String first = filter[0];
        @Nullable String second = filter.length > 1 ? filter[1] : null;
        int slot;
        if (first.equals("+") || first.equals("#")) {
            slot = WILD;
        } else if (second == null || second.equals("+") || second.equals("#")) {
            slot = slot(first);
        } else {
            slot = slot(first, second);
        }
        counters.getAndIncrement(slot);
    }

    /** Each counter only grows, so an equal sum means that none of the three has moved. */
    long sum(int firstSlot, int secondSlot) {
        return counters.getAcquire(WILD) + counters.getAcquire(firstSlot) + counters.getAcquire(secondSlot);
    }
}
