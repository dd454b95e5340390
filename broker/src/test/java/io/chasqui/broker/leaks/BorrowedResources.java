package io.chasqui.broker.leaks;

import io.netty.util.LeakPresenceDetector;

/**
 * Netty's leak detector, by its name in a system property: counts what is borrowed and not given back since {@link #begin}. Unlike
 * the usual one it needs no collection of garbage, so nothing escapes it. Any thread.
 */
public final class BorrowedResources<T> extends LeakPresenceDetector<T> {
    private static volatile ResourceScope current = new ResourceScope("before the first test");

    /** As Netty wants it. */
    public BorrowedResources(Class<?> resourceType, int samplingInterval) {
        super(resourceType);
    }

    /** As Netty wanted it once. */
    public BorrowedResources(Class<?> resourceType, int samplingInterval, long maxActive) {
        super(resourceType);
    }

    @Override
    protected ResourceScope currentScope() {
        return current;
    }

    /** What is borrowed from now on is counted for {@code name}. */
    static void begin(String name) {
        current = new ResourceScope(name);
    }

    /** What was borrowed since {@link #begin}. */
    static ResourceScope current() {
        return current;
    }
}
