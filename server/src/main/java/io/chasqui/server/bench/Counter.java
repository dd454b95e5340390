package io.chasqui.server.bench;

import java.util.concurrent.atomic.AtomicLong;

/** Counts on one thread; any thread may read, and sees what was counted a moment ago. */
final class Counter {
    private final AtomicLong value = new AtomicLong();

    void add(long more) {
        value.setRelease(value.getPlain() + more);
    }

    long get() {
        return value.getAcquire();
    }
}
