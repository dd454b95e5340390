package io.chasqui.broker.topic;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One value for each Topic Name, found by Topic Name or by Topic Filter: the retained messages (section 3.3.1.3).
 *
 * <p><b>Threads.</b> Any thread may call anything. Reading takes no lock. Changing the value of a topic takes the monitor
 * of its node, so changes of one topic follow one another and the last wins, while others go on; a topic that comes or goes
 * also takes the one lock of the structure. Lock order: {@code structure}, then the monitor of a node; an operator given
 * to {@link #compute} runs under the latter and must not call back.
 *
 * <p><b>Limits.</b> A topic costs about 100 bytes plus its distinct levels and its value; the caller bounds topics and
 * levels. Nothing recurses. Levels are hashed with a secret, see {@link LevelStrings}.
 *
 * @param <V> compared by identity only
 */
public final class TopicMap<V> {
    /** The value of a node that has left the tree; who meets it has to look again from the root. */
    private static final Object GONE = new Object();

    private final LevelStrings strings;
    private final Node root = new Node("", 0, null);
    private final LongAdder size = new LongAdder();
    private final Object structure = new Object();
    private volatile int nodes; // written under structure

    public TopicMap() {
        this(new SecureRandom());
    }

    /** @param random for the secret; a seeded one makes the order of cursors repeatable, and is for tests only */
    public TopicMap(RandomGenerator random) {
        strings = new LevelStrings(random);
    }

    /** @return the value, or null if the topic has none */
    public @Nullable V get(String[] topic) {
        Node node = find(topic);
        return node == null ? null : value(node.value);
    }

    /** @return the value before, or null if there was none */
    public @Nullable V put(String[] topic, V value) {
        while (true) {
            Node node = findOrGrow(topic);
            synchronized (node) {
                Object before = node.value;
                if (before == GONE) {
                    continue;
                }
                set(node, before, value);
                return value(before);
            }
        }
    }

    /** @return the value that was removed, or null if there was none */
    public @Nullable V remove(String[] topic) {
        Node node = find(topic);
        if (node == null) {
            return null;
        }
        Object before;
        synchronized (node) {
            before = node.value;
            if (before == null || before == GONE) {
                return null;
            }
            set(node, before, null);
        }
        prune(node);
        return value(before);
    }

    /**
     * Replaces the value by what {@code change} makes of it, in one step.
     *
     * @param change called once, with null if there is none; null removes. Short, and does not call this map.
     * @return the value afterwards
     */
    public @Nullable V compute(String[] topic, UnaryOperator<@Nullable V> change) {
        while (true) {
            Node node = findOrGrow(topic);
            try {
                synchronized (node) {
                    Object before = node.value;
                    if (before == GONE) {
                        continue;
                    }
                    V after = change.apply(value(before));
                    set(node, before, after);
                    return after;
                }
            } finally {
                if (node.value == null) {
                    prune(node);
                }
            }
        }
    }

    private void set(Node node, @Nullable Object before, @Nullable V after) {
        node.value = after;
        size.add((after == null ? 0 : 1) - (before == null ? 0 : 1));
    }

    private @Nullable Node find(String[] topic) {
        Node node = root;
        for (String level : topic) {
            node = node.child(strings, level);
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private Node findOrGrow(String[] topic) {
        Node known = find(topic);
        if (known != null) {
            return known;
        }
        synchronized (structure) {
            Node node = root;
            for (String level : topic) {
                Node child = node.child(strings, level);
                node = child != null ? child : grow(node, level);
            }
            return node;
        }
    }

    private Node grow(Node parent, String level) {
        int hash = strings.hash(level);
        Node node = new Node(strings.share(level, hash), hash, parent);
        parent.attach(node);
        nodes++;
        return node;
    }

    private void prune(Node from) {
        synchronized (structure) {
            Node node = from;
            for (Node parent = node.parent; parent != null; parent = node.parent) {
                synchronized (node) {
                    if (node.value != null || node.hasChildren()) {
                        return;
                    }
                    node.value = GONE;
                    parent.detach(node); // within the monitor, so that who waits for it finds no way back here
                }
                nodes--;
                node = parent;
            }
        }
    }

    /**
     * Walks the values whose topics match, at the caller's pace.
     *
     * @param filter the levels of a valid Topic Filter
     */
    public Cursor<V> cursor(String[] filter) {
        return new Cursor<>(root, strings, filter);
    }

    /** The number of topics that have a value. */
    public long size() {
        return size.sum();
    }

    /** Whether nothing is left, not even an inner node. */
    public boolean isEmpty() {
        return size() == 0 && nodes == 0;
    }

    /** Nodes below the root. */
    int nodeCount() {
        return nodes;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // a value is a V, null, or GONE
    private static <V> @Nullable V value(@Nullable Object value) {
        return value == GONE ? null : (V) value;
    }

    /** One level of some topics. */
    private static final class Node extends LevelNode<Node> {
        volatile @Nullable Object value; // written under the monitor of this node

        Node(String level, int hash, @Nullable Node parent) {
            super(level, hash, parent);
        }
    }

    /**
     * Where a walk over the matching topics stands. Holds no lock and keeps nobody from changing the map: a topic that has
     * a value from the first call to the last is returned exactly once, with a value it had at that time; one that comes or
     * goes meanwhile may be returned or not.
     *
     * <p>Keeps a position for each level. On each it goes through the children as one table held them, and a child never
     * moves within a table (see {@link ChildTable}), so nothing is skipped or met twice when tables are replaced.
     *
     * <p>Confined to one thread at a time.
     */
    public static final class Cursor<V> {
        private final LevelStrings strings;
        private final String[] filter;
        private final int tail; // the index of '#', or more than any depth

        // For each level from the root down to where the walk stands: what it goes through, a Node or slots, and how
        // far.
        private @Nullable Object[] tables = new @Nullable Object[8];
        private int[] next = new int[8];
        private int depth = -1;

        private Cursor(Node root, LevelStrings strings, String[] filter) {
            this.strings = strings;
            this.filter = filter;
            this.tail = filter[filter.length - 1].equals("#") ? filter.length - 1 : Integer.MAX_VALUE;
            descend(root);
        }

        /** @return a value, or null when there is none left */
        public @Nullable V next() {
            V value = null;
            while (value == null && !isDone()) {
                value = next(Integer.MAX_VALUE);
            }
            return value;
        }

        /**
         * As {@link #next()}, but gives up for now when a filter matches little of much, so that a caller on an event loop
         * can let others in between.
         *
         * @param maxSteps table slots to look at, above zero
         * @return a value, or null if none was met, or when {@link #isDone}
         */
        public @Nullable V next(int maxSteps) {
            for (int steps = 0; steps < maxSteps && depth >= 0; steps++) {
                Node node = step();
                if (node == null) {
                    continue;
                }
                int levels = depth + 1;
                if (levels < filter.length || levels >= tail) {
                    descend(node);
                }
                if (levels == filter.length || levels >= tail) { // "a/#" matches a too, 4.7.1.2
                    V value = value(node.value);
                    if (value != null) {
                        return value;
                    }
                }
            }
            return null;
        }

        /** Whether the walk is over. */
        public boolean isDone() {
            return depth < 0;
        }

        /** Looks at one more slot, or leaves the level when there is none. */
        private @Nullable Node step() {
            Object table = tables[depth];
            int i = next[depth]++;
            Node node = null;
            if (table instanceof @Nullable LevelNode<?>[] slots) {
                if (i < slots.length) {
                    node = (Node) ChildTable.at(slots, i);
                } else {
                    ascend();
                }
            } else if (i == 0) {
                node = (Node) table;
            } else {
                ascend();
            }
            boolean hidden = node != null && depth == 0 && isWild(0) && node.level.startsWith("$"); // MQTT5-4.7.2-1
            return hidden ? null : node;
        }

        private void descend(Node node) {
            int below = depth + 1;
            Object table = isWild(below) ? node.snapshot() : node.child(strings, filter[below]);
            if (table == null) {
                return;
            }
            depth = below;
            if (depth == tables.length) {
                tables = Arrays.copyOf(tables, depth * 2);
                next = Arrays.copyOf(next, depth * 2);
            }
            tables[depth] = table;
            next[depth] = 0;
        }

        private void ascend() {
            tables[depth] = null;
            depth--;
        }

        private boolean isWild(int level) {
            return level >= tail || filter[level].equals("+");
        }
    }
}
