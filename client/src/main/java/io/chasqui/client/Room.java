package io.chasqui.client;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The door of the outbox: counts what was handed over and is not done, and passes it to the event thread in bundles. Any
 * thread comes in, one lock for each message; virtual threads may wait here.
 */
final class Room {
    private final int maxMessages;
    private final long maxBytes;
    private final boolean block;
    private final Runnable wake; // the event thread, to call take()

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private ArrayDeque<Outgoing> handed = new ArrayDeque<>();
    private ArrayDeque<Outgoing> spare = new ArrayDeque<>();
    private int messages;
    private long bytes;
    private boolean awake; // take() will come
    private boolean closed;

    Room(int maxMessages, long maxBytes, boolean block, Runnable wake) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.block = block;
        this.wake = wake;
    }

    /** How many are not done. */
    int messages() {
        lock.lock();
        try {
            return messages;
        } finally {
            lock.unlock();
        }
    }

    /** Takes room for what a journal brings from an earlier life, whatever the limits. */
    void fill(int moreMessages, long moreBytes) {
        lock.lock();
        try {
            messages += moreMessages;
            bytes += moreBytes;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for room if it may, and takes it.
     *
     * @throws MqttException.OutboxFull when there is none
     * @throws MqttException.Closed when the client is, or the wait was interrupted
     */
    void enter(Outgoing message, boolean mayWait) {
        lock.lock();
        try {
            enterLocked(message, mayWait);
        } finally {
            lock.unlock();
        }
    }

    /** Passes on what has room. */
    void pass(Outgoing message) {
        boolean first;
        lock.lock();
        try {
            handed.add(message);
            first = !awake;
            awake = true;
        } finally {
            lock.unlock();
        }
        if (first) {
            wake.run();
        }
    }

    /** {@link #enter} and {@link #pass} at once. */
    void hand(Outgoing message, boolean mayWait) {
        boolean first;
        lock.lock();
        try {
            enterLocked(message, mayWait);
            handed.add(message);
            first = !awake;
            awake = true;
        } finally {
            lock.unlock();
        }
        if (first) {
            wake.run();
        }
    }

    private void enterLocked(Outgoing message, boolean mayWait) {
        int size = message.bytes();
        if (size > maxBytes) {
            throw new MqttException.OutboxFull(
                    "a message of " + size + " bytes does not go into an outbox of " + maxBytes);
        }
        try {
            while (!closed && (messages >= maxMessages || bytes + size > maxBytes)) {
                if (!block || !mayWait) {
                    throw new MqttException.OutboxFull("the outbox has " + messages + " messages and " + bytes
                            + " bytes, of at most " + maxMessages + " and " + maxBytes);
                }
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqttException.Closed("interrupted while waiting for room in the outbox");
        }
        if (closed) {
            throw new MqttException.Closed("the client is closed");
        }
        messages++;
        bytes += size;
    }

    /** All that was handed over since the last call; valid until the next one. Event thread. */
    ArrayDeque<Outgoing> take() {
        lock.lock();
        try {
            ArrayDeque<Outgoing> taken = handed;
            assert spare.isEmpty();
            handed = spare;
            spare = taken;
            awake = false;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Gives room back. */
    void leave(int doneMessages, long doneBytes) {
        lock.lock();
        try {
            messages -= doneMessages;
            bytes -= doneBytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all is done. Returns whether it is, for the time may be over before. */
    boolean awaitEmpty(long nanos) {
        long left = nanos;
        lock.lock();
        try {
            while (messages > 0 && left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            return messages == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqttException.Closed("interrupted while waiting for the outbox");
        } finally {
            lock.unlock();
        }
    }

    /** Nobody comes in any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
