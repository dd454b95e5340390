package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait for one client, first in first out: a ring of pairs of message and route, eight bytes a message that
 * others hold too; and beside it, once the store knows one of them, what it keeps of each. Empty until used.
 */
final class Queue {
    private static final @Nullable Object[] EMPTY = {};

    /** Of all clients for whom nothing has waited yet; nothing is added to it. On any loop. */
    static final Queue NONE = new Queue();

    private @Nullable Object[] ring = EMPTY;
    private @Nullable Owed @Nullable [] stored; // one for each pair of the ring, null for what the store does not know
    private int head; // index of the pair at the front
    private int size;
    private long bytes;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long bytes() {
        return bytes;
    }

    /** @param owed by which the store knows it, or null */
    void add(Message message, Route route, @Nullable Owed owed) {
        assert this != NONE;
        if (size * 2 == ring.length) {
            grow();
        }
        int tail = index(size);
        if (owed != null && stored == null) {
            stored = new @Nullable Owed[ring.length / 2];
        }
        if (stored != null) {
            stored[tail / 2] = owed;
        }
        ring[tail] = message;
        ring[tail + 1] = route;
        size++;
        bytes += message.bytes();
    }

    Message firstMessage() {
        return (Message) at(head * 2);
    }

    Route firstRoute() {
        return (Route) at(head * 2 + 1);
    }

    @Nullable
    Owed firstOwed() {
        return stored == null ? null : stored[head];
    }

    void removeFirst() {
        bytes -= firstMessage().bytes();
        ring[head * 2] = null;
        ring[head * 2 + 1] = null;
        if (stored != null) {
            stored[head] = null;
        }
        size--;
        head = size == 0 ? 0 : (head + 1) % (ring.length / 2);
        if (size == 0 && ring.length > 1024) {
            stored = null;
            ring = EMPTY; // an idle session should not keep a burst's ring
        }
    }

    private Object at(int index) {
        Object value = ring[index];
        assert value != null : "empty";
        return value;
    }

    private int index(int position) {
        int pairs = ring.length / 2;
        int pair = head + position;
        return (pair < pairs ? pair : pair - pairs) * 2;
    }

    private void grow() {
        @Nullable Object[] larger = new @Nullable Object[Math.max(8, ring.length * 2)];
        int untilEnd = ring.length - head * 2;
        System.arraycopy(ring, head * 2, larger, 0, untilEnd);
        System.arraycopy(ring, 0, larger, untilEnd, head * 2);
        if (stored != null) {
            @Nullable Owed[] largerStored = new @Nullable Owed[larger.length / 2];
            System.arraycopy(stored, head, largerStored, 0, stored.length - head);
            System.arraycopy(stored, 0, largerStored, stored.length - head, head);
            stored = largerStored;
        }
        ring = larger;
        head = 0;
    }
}
