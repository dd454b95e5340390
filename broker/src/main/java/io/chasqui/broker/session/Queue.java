package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait for one client, first in first out: a ring of pairs of message and route, eight bytes a message that
 * others hold too. Empty until used.
 */
final class Queue {
    private static final @Nullable Object[] EMPTY = {};

    private @Nullable Object[] ring = EMPTY;
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

    void add(Message message, Route route) {
        if (size * 2 == ring.length) {
            grow();
        }
        int tail = index(size);
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

    void removeFirst() {
        bytes -= firstMessage().bytes();
        ring[head * 2] = null;
        ring[head * 2 + 1] = null;
        size--;
        head = size == 0 ? 0 : (head + 1) % (ring.length / 2);
        if (size == 0 && ring.length > 1024) {
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
        ring = larger;
        head = 0;
    }
}
