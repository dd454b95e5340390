package io.chasqui.broker.topic;

import org.jspecify.annotations.Nullable;

/**
 * One topic level of a trie, and the way to the levels below. Nodes with no child or one are the many, so these need no
 * table: {@code children} is null, or the one child, or a {@link ChildTable}.
 *
 * <p>Changed under the lock of the trie, read by any thread without it. A reader sees a child before or after its change;
 * a child that stays is found at any time, also while the table around it grows, for a table that was replaced is never
 * changed again.
 *
 * @param <N> the nodes of this trie
 */
abstract class LevelNode<N extends LevelNode<N>> {
    final String level;
    final int hash; // by the trie's LevelStrings
    final @Nullable N parent; // null for the root

    private volatile @Nullable Object children;

    LevelNode(String level, int hash, @Nullable N parent) {
        this.level = level;
        this.hash = hash;
        this.parent = parent;
    }

    /** The child for the literal {@code level}. The hash is computed only where there is a table to ask. */
    @SuppressWarnings("unchecked") // children are N or a table of N, see attach
    final @Nullable N child(LevelStrings strings, String level) {
        Object now = children;
        if (now == null) {
            return null;
        }
        if (now instanceof ChildTable table) {
            return (N) table.get(strings.hash(level), level);
        }
        N only = (N) now;
        return only.level.equals(level) ? only : null;
    }

    final boolean hasChildren() {
        return children != null;
    }

    /** Under the lock, when {@link #child} finds none of this level. */
    final void attach(N child) {
        Object now = children;
        if (now == null) {
            children = child;
        } else if (now instanceof ChildTable table) {
            ChildTable roomy = table.withRoom();
            roomy.add(child);
            if (roomy != table) {
                children = roomy;
            }
        } else {
            ChildTable table = new ChildTable(ChildTable.MIN_SLOTS);
            table.add((LevelNode<?>) now);
            table.add(child);
            children = table;
        }
    }

    /** Under the lock, of a child that {@link #attach} brought. */
    final void detach(N child) {
        if (!(children instanceof ChildTable table)) {
            assert children == child;
            children = null;
            return;
        }
        table.remove(child);
        if (table.size() == 1) {
            children = table.any();
        } else {
            ChildTable tight = table.trimmed();
            if (tight != table) {
                children = tight;
            }
        }
    }

    /** For an iteration that may last: null, the one child, or {@link ChildTable#slots}, which stay what they are. */
    final @Nullable Object snapshot() {
        Object now = children;
        return now instanceof ChildTable table ? table.slots() : now;
    }
}
