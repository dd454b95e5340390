package io.chasqui.broker.topic;

import java.security.SecureRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who wants this Topic Name: values by Topic Filter. Knows values by identity only; what a Share Name is, the caller knows.
 *
 * <p><b>Threads.</b> {@link #match} and {@link #version} run on every event loop at once, take no lock and allocate
 * nothing; they see each value before or after its change. {@link #add} and {@link #remove} are rare beside them and take
 * one lock, which makes pruning safe: nobody adds below a node that is being taken away. A reader that stands in one just
 * taken away finds it empty, as it was. Adding to a node with a million children may copy its table, some 100 ms in which
 * other changes wait; readers do not.
 *
 * <p><b>Limits.</b> A filter costs about 100 bytes plus its distinct levels; nothing here limits filters or levels, the
 * caller does. Nothing recurses, so 65,535 levels are slow but safe. The cost of a match grows with the nodes on matching
 * paths, not with the filters that do not match. Levels are hashed with a secret, see {@link LevelStrings}.
 *
 * <p><b>Remembering matches.</b> Who keeps the result of a match by topic keeps the two slots of the topic and the version
 * beside it, and <em>reads the version first</em>:
 * <pre>
 *   long version = tree.version(firstSlot, secondSlot);
 *   tree.match(levels, found);
 *   // ... later, still true if
 *   version == tree.version(firstSlot, secondSlot)
 * </pre>
 * A change is visible before it is counted. So who missed a change has read the version before that change was counted, and
 * will see another one afterwards.
 *
 * @param <S> a subscription; two are the same if they are the same object
 */
public final class SubscriptionTree<S> {
    private static final int COUNTERS = 1 << 14; // 128 KB

    private final LevelStrings strings;
    private final ChangeCounters counters;
    private final Node root = new Node("", 0, null);
    private final Object changes = new Object();

    // Written under changes.
    private volatile int size;
    private volatile int nodes;

    public SubscriptionTree() {
        this(new SecureRandom());
    }

    /** @param random for the secret; a seeded one is for tests only */
    public SubscriptionTree(RandomGenerator random) {
        strings = new LevelStrings(random);
        counters = new ChangeCounters(COUNTERS, strings);
    }

    /**
     * @param filter the levels of a valid Topic Filter without {@code $share/ShareName/}
     * @return false if it was there already
     */
    public boolean add(String[] filter, S value) {
        synchronized (changes) {
            Node node = root;
            for (String level : filter) {
                Node child = node.branch(strings, level);
                node = child != null ? child : grow(node, level);
            }
            if (ValueSet.contains(node.values, value)) {
                return false;
            }
            node.values = ValueSet.with(node.values, value);
            size++;
            counters.changed(filter);
            return true;
        }
    }

    private Node grow(Node parent, String level) {
        int hash = strings.hash(level);
        Node node = new Node(strings.share(level, hash), hash, parent);
        if (node.isPlus()) {
            parent.plus = node;
        } else if (node.isTail()) {
            parent.tail = node;
        } else {
            parent.attach(node);
        }
        nodes++;
        return node;
    }

    /** @return false if it was not there */
    public boolean remove(String[] filter, S value) {
        synchronized (changes) {
            Node node = root;
            for (String level : filter) {
                node = node.branch(strings, level);
                if (node == null) {
                    return false;
                }
            }
            Object values = node.values;
            if (values == null || !ValueSet.contains(values, value)) {
                return false;
            }
            node.values = ValueSet.without(values, value);
            prune(node);
            size--;
            counters.changed(filter);
            return true;
        }
    }

    private void prune(Node from) {
        Node node = from;
        for (Node parent = node.parent; parent != null && node.isBare(); parent = node.parent) {
            if (node.isPlus()) {
                parent.plus = null;
            } else if (node.isTail()) {
                parent.tail = null;
            } else {
                parent.detach(node);
            }
            nodes--;
            node = parent;
        }
    }

    /**
     * Gives {@code found} every value whose filter matches, a value once for each such filter, in no particular order.
     *
     * @param topic the levels of a Topic Name
     */
    public void match(String[] topic, Consumer<? super S> found) {
        boolean dollar = topic[0].startsWith("$");
        Node node = root;
        int depth = 0;
        // Down first by '+', then by the literal level; which of the two a node hangs on tells where to go on when
        // coming
        // back up, so there is no stack to keep.
        while (true) {
            boolean wildcards = depth > 0 || !dollar; // MQTT5-4.7.2-1
            Node next = null;
            if (wildcards) {
                emitTail(node, found);
                next = depth < topic.length ? node.plus : null;
            }
            if (depth == topic.length) {
                ValueSet.forEach(node.values, found);
            } else if (next == null) {
                next = node.child(strings, topic[depth]);
            }
            while (next == null) {
                Node parent = node.parent;
                if (parent == null) {
                    return;
                }
                depth--;
                next = node.isPlus() ? parent.child(strings, topic[depth]) : null;
                node = parent;
            }
            node = next;
            depth++;
        }
    }

    /** "a/#" matches a too, 4.7.1.2, so '#' is looked at on the level above it. */
    private static <S> void emitTail(Node node, Consumer<? super S> found) {
        Node tail = node.tail;
        if (tail != null) {
            ValueSet.forEach(tail.values, found);
        }
    }

    /** What to give to {@link #version} for this topic; constant for the life of the tree. */
    public int firstSlot(String[] topic) {
        return counters.slot(topic[0]);
    }

    /** What to give to {@link #version} for this topic; constant for the life of the tree. */
    public int secondSlot(String[] topic) {
        return topic.length > 1 ? counters.slot(topic[0], topic[1]) : counters.slot(topic[0]);
    }

    /** Grows whenever a filter changes that may match a topic with these slots, see the class comment. */
    public long version(int firstSlot, int secondSlot) {
        return counters.sum(firstSlot, secondSlot);
    }

    /** The number of values, each counted once for each of its filters. */
    public int size() {
        return size;
    }

    /** Whether nothing is left, not even an inner node. */
    public boolean isEmpty() {
        return size == 0 && nodes == 0;
    }

    /** Nodes below the root. */
    int nodeCount() {
        return nodes;
    }

    /** One level of some filters. All fields are written under {@code changes} and read without it. */
    private static final class Node extends LevelNode<Node> {
        volatile @Nullable Object values; // of the filters that end here; a content, see ValueSet
        volatile @Nullable Node plus; // the child '+'
        volatile @Nullable Node tail; // the child '#', which has values only

        Node(String level, int hash, @Nullable Node parent) {
            super(level, hash, parent);
        }

        boolean isPlus() {
            return level.equals("+");
        }

        boolean isTail() {
            return level.equals("#");
        }

        boolean isBare() {
            return values == null && plus == null && tail == null && !hasChildren();
        }

        @Nullable
        Node branch(LevelStrings strings, String level) {
            return switch (level) {
                case "+" -> plus;
                case "#" -> tail;
                default -> child(strings, level);
            };
        }
    }
}
