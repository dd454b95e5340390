package io.chasqui.broker.transport;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** One door, as its channels see it: its name, its limits, and how many are in. Safe on any loop. */
final class Listener {
    private final String name;
    private final int maxConnections;
    private final int perAddress; // 0 for any number
    private final long connectTimeoutNanos;
    private final Semaphore room; // for connections of all listeners
    private final AtomicInteger here = new AtomicInteger();
    private final ConcurrentHashMap<String, Integer> byAddress = new ConcurrentHashMap<>(); // where there is a limit

    Listener(String name, int maxConnections, int perAddress, long connectTimeoutNanos, Semaphore room) {
        this.name = name;
        this.maxConnections = maxConnections;
        this.perAddress = perAddress;
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

    /** Whether there is a limit for each address: else nobody has to {@link #enter}. */
    boolean countsAddresses() {
        return perAddress > 0;
    }

    /**
     * Counts one more connection of an address, which has sent CONNECT.
     *
     * @return false when there are too many; then it is not counted
     */
    boolean enter(String address) {
        boolean[] entered = {false};
        byAddress.compute(address, (_, count) -> {
            int before = count == null ? 0 : count;
            entered[0] = before < perAddress;
            return entered[0] ? before + 1 : before;
        });
        return entered[0];
    }

    /** One that entered has gone. */
    void left(String address) {
        byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }

    void closed() {
        here.decrementAndGet();
        room.release();
    }
}
