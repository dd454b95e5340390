package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait for one client, first in first out: a ring of pairs of message and route, eight bytes a message that
 * others hold too; and beside it, once the store knows one of them, the sequence of each. Empty until used.
 */
final class Queue {
    private static final @Nullable Object[] EMPTY = {};

    private @Nullable Object[] ring = EMPTY;
    private long @Nullable [] sequences; // one for each pair of the ring, 0 for what the store does not know
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

    /** @param sequence by which the store knows it, or 0 */
    void add(Message message, Route route, long sequence) {
        if (size * 2 == ring.length) {
            grow();
        }
        int tail = index(size);
        if (sequence != 0 && sequences == null) {
            sequences = new long[ring.length / 2];
        }
        if (sequences != null) {
            sequences[tail / 2] = sequence;
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

    long firstSequence() {
        return sequences == null ? 0 : sequences[head];
    }

    void removeFirst() {
        bytes -= firstMessage().bytes();
        ring[head * 2] = null;
        ring[head * 2 + 1] = null;
        size--;
        head = size == 0 ? 0 : (head + 1) % (ring.length / 2);
        if (size == 0 && ring.length > 1024) {
            sequences = null;
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
        if (sequences != null) {
            long[] largerSequences = new long[larger.length / 2];
            System.arraycopy(sequences, head, largerSequences, 0, sequences.length - head);
            System.arraycopy(sequences, 0, largerSequences, sequences.length - head, head);
            sequences = largerSequences;
        }
        ring = larger;
        head = 0;
    }
}
