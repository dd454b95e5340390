package io.chasqui.broker.topic;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The children of a node by their level: open addressing with linear probing, half full at the most.
 *
 * <p>One writer at a time, readers without a lock. What makes that work: a child never moves within its table. A removed
 * one leaves a mark that probing passes, so that no other child gets lost on the way; where marks crowd, a new table is
 * built and the old one left as it is.
 */
final class ChildTable {
    static final int MIN_SLOTS = 4;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(LevelNode[].class);
    private static final LevelNode<?> REMOVED = new Removed();

    private final @Nullable LevelNode<?>[] slots; // a power of two; slots.length / 2 of them at least are null
    private int live; // children; the writer's
    private int used; // children and marks; the writer's

    ChildTable(int slots) {
        this.slots = new @Nullable LevelNode<?>[slots];
    }

    @Nullable
    LevelNode<?> get(int hash, String level) {
        int mask = slots.length - 1;
        for (int i = hash & mask; ; i = i + 1 & mask) {
            LevelNode<?> node = (LevelNode<?>) SLOT.getAcquire(slots, i);
            if (node == null) {
                return null;
            }
            if (node.hash == hash && node != REMOVED && node.level.equals(level)) {
                return node;
            }
        }
    }

    int size() {
        return live;
    }

    /** For iterations: read them with {@link #at} from 0 to the length. Never replaced, see the class comment. */
    @Nullable
    LevelNode<?>[] slots() {
        return slots;
    }

    /** The child in that slot, or null. */
    static @Nullable LevelNode<?> at(@Nullable LevelNode<?>[] slots, int i) {
        LevelNode<?> node = (LevelNode<?>) SLOT.getAcquire(slots, i);
        return node == REMOVED ? null : node;
    }

    /** This table, or a copy that can take one more child. */
    ChildTable withRoom() {
        if (used + 1 <= slots.length / 2) {
            return this;
        }
        // With many marks a copy of the same size has room for a while, so that copying stays cheap per change.
        return copy(live >= slots.length / 4 ? slots.length * 2 : slots.length);
    }

    /** This table, or a smaller copy when hardly anything is left in it. */
    ChildTable trimmed() {
        return slots.length > MIN_SLOTS && live <= slots.length / 8 ? copy(slots.length / 4) : this;
    }

    void add(LevelNode<?> child) {
        int mask = slots.length - 1;
        int i = child.hash & mask;
        while (slots[i] != null && slots[i] != REMOVED) {
            i = i + 1 & mask;
        }
        if (slots[i] == null) {
            used++;
        }
        live++;
        SLOT.setRelease(slots, i, child);
    }

    void remove(LevelNode<?> child) {
        int mask = slots.length - 1;
        int i = child.hash & mask;
        while (slots[i] != child) {
            assert slots[i] != null;
            i = i + 1 & mask;
        }
        live--;
        SLOT.setRelease(slots, i, REMOVED);
    }

    LevelNode<?> any() {
        for (LevelNode<?> node : slots) {
            if (node != null && node != REMOVED) {
                return node;
            }
        }
        throw new IllegalStateException("no child");
    }

    private ChildTable copy(int newSlots) {
        ChildTable copy = new ChildTable(Math.max(MIN_SLOTS, newSlots));
        for (LevelNode<?> node : slots) {
            if (node != null && node != REMOVED) {
                copy.add(node);
            }
        }
        return copy;
    }

    /** How many slots a lookup of {@code child} reads; for tests. */
    int probes(LevelNode<?> child) {
        int mask = slots.length - 1;
        int probes = 1;
        for (int i = child.hash & mask; slots[i] != child; i = i + 1 & mask) {
            probes++;
        }
        return probes;
    }

    private static final class Removed extends LevelNode<Removed> {
        Removed() {
            super("", 0, null);
        }
    }
}
