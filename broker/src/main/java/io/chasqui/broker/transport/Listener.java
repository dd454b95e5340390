package io.chasqui.broker.transport;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** One door, as its channels see it: its name, its limits, and how many are in. Safe on any loop. */
final class Listener {
    private final String name;
    private final int maxConnections;
    private final long connectTimeoutNanos;
    private final Semaphore room; // for connections of all listeners
    private final AtomicInteger here = new AtomicInteger();

    Listener(String name, int maxConnections, long connectTimeoutNanos, Semaphore room) {
        this.name = name;
        this.maxConnections = maxConnections;
        this.connectTimeoutNanos = connectTimeoutNanos;
        this.room = room;
    }

    String name() {
        return name;
    }

    long connectTimeoutNanos() {
        return connectTimeoutNanos;
    }

    /**
     * Counts one more connection in.
     *
     * @return false when there are too many; then it is not counted
     */
    boolean admit() {
        if (here.incrementAndGet() <= maxConnections) {
            if (room.tryAcquire()) {
                return true;
            }
        }
        here.decrementAndGet();
        return false;
    }

    void closed() {
        here.decrementAndGet();
        room.release();
    }
}
