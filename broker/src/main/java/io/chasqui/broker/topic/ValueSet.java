package io.chasqui.broker.topic;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The values that sit at one Topic Filter, each once, by identity. A filter has one value most of the time, so a
 * <i>content</i> is null, or the value itself, or, from two on, a ValueSet; the static methods take and give contents.
 *
 * <p>Changed under the lock of the tree, read by any thread without it. Values are appended and the size published after
 * them; a removed one leaves a null. No slot is used twice, so a reader, who takes the size once, never meets a value
 * twice nor misses one that stays. Where holes crowd or slots end, a new set is made and the old one left as it is.
 *
 * <p>Adding and removing cost the same however many there are: beyond {@link #SCANNED} values an index is kept.
 */
final class ValueSet {
    private static final int SCANNED = 32; // slots; as many are faster looked through than looked up

    private final @Nullable Object[] slots;
    private volatile int size; // slots that readers may look at, holes among them
    private int live; // values; the writer's
    private final int @Nullable [] index; // the writer's: slot + 1 by identity hash, 0 for none; a hole is met as such

    private ValueSet(int capacity) {
        slots = new @Nullable Object[capacity];
        index = capacity > SCANNED ? new int[Integer.highestOneBit(capacity - 1) * 4] : null;
    }

    @SuppressWarnings("unchecked") // the tree puts nothing but S into its contents
    static <S> void forEach(@Nullable Object content, Consumer<? super S> found) {
        if (content instanceof ValueSet set) {
            int size = set.size;
            for (int i = 0; i < size; i++) {
                Object value = set.slots[i];
                if (value != null) {
                    found.accept((S) value);
                }
            }
        } else if (content != null) {
            found.accept((S) content);
        }
    }

    static boolean contains(@Nullable Object content, Object value) {
        return content instanceof ValueSet set ? set.slotOf(value) >= 0 : content == value;
    }

    /** The content with {@code value}, which is not in it. */
    static Object with(@Nullable Object content, Object value) {
        if (content == null) {
            return value;
        }
        ValueSet set;
        if (content instanceof ValueSet many) {
            set = many.size < many.slots.length ? many : many.copy();
        } else {
            set = new ValueSet(2);
            set.append(content);
        }
        set.append(value);
        return set;
    }

    /** The content without {@code value}, which is in it. */
    static @Nullable Object without(Object content, Object value) {
        if (!(content instanceof ValueSet set)) {
            return null;
        }
        set.slots[set.slotOf(value)] = null;
        set.live--;
        if (set.live == 1) {
            return set.any();
        }
        return set.live < set.size / 2 ? set.copy() : set;
    }

    private void append(Object value) {
        int slot = size;
        slots[slot] = value;
        live++;
        if (index != null) {
            int i = home(value, index);
            while (index[i] != 0) {
                i = i + 1 & index.length - 1;
            }
            index[i] = slot + 1;
        }
        size = slot + 1;
    }

    private int slotOf(Object value) {
        if (index == null) {
            for (int slot = 0; slot < size; slot++) {
                if (slots[slot] == value) {
                    return slot;
                }
            }
            return -1;
        }
        for (int i = home(value, index); index[i] != 0; i = i + 1 & index.length - 1) {
            if (slots[index[i] - 1] == value) {
                return index[i] - 1;
            }
        }
        return -1;
    }

    private static int home(Object value, int[] index) {
        return System.identityHashCode(value) * 0x9E3779B9 >>> Integer.numberOfLeadingZeros(index.length - 1);
    }

    private Object any() {
        for (Object value : slots) {
            if (value != null) {
                return value;
            }
        }
        throw new IllegalStateException("no value");
    }

    /** Without holes, and with as much room again. */
    private ValueSet copy() {
        ValueSet copy = new ValueSet(live * 2);
        for (Object value : slots) {
            if (value != null) {
                copy.append(value);
            }
        }
        return copy;
    }
}
