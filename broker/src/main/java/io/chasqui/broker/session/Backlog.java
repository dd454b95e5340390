package io.chasqui.broker.session;

import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.StoredSession;
import java.util.List;

/**
 * The part of a session's queue that only the store holds: what is owed from one sequence to another. Costs the same for one
 * message and for a million. Its sums are upper bounds: a sequence between may be owed no more, which is noticed when
 * it is read. Confined to the session's loop.
 */
final class Backlog {
    /** Of all sessions that have none; nothing is added to it. On any loop. */
    static final Backlog NONE = new Backlog();

    private long next; // the lowest sequence that may be owed; above last when there is none
    private long last = -1;
    private long beforeBytes; // see Change.Owed.endBytes
    private long endBytes;

    boolean isEmpty() {
        return next > last;
    }

    /** The lowest sequence that may be owed. */
    long next() {
        return next;
    }

    /** The highest sequence that may be owed. */
    long last() {
        return last;
    }

    long messages() {
        return last - next + 1;
    }

    long bytes() {
        return isEmpty() ? 0 : endBytes - beforeBytes;
    }

    /** Puts back what the store holds after a restart. */
    void restore(StoredSession stored) {
        assert this != NONE;
        if (stored.firstSequence() != 0) {
            next = stored.firstSequence();
            last = stored.lastSequence();
            beforeBytes = stored.beforeBytes();
            endBytes = stored.endBytes();
        }
    }

    /** Adds a message behind the others. */
    void add(Owed owed, int bytes) {
        assert this != NONE;
        if (isEmpty()) {
            next = owed.sequence();
            beforeBytes = owed.endBytes() - bytes;
        }
        last = owed.sequence();
        endBytes = owed.endBytes();
    }

    /**
     * Takes away what was read from {@link #next} on; nothing read means that nothing is left.
     *
     * @param through the highest sequence that could be read: those above it may have come since
     */
    void took(List<Change.Owed> read, long through) {
        assert this != NONE;
        if (read.isEmpty()) {
            next = through + 1;
            return;
        }
        next = read.getLast().sequence() + 1;
        beforeBytes = read.getLast().endBytes();
    }
}
