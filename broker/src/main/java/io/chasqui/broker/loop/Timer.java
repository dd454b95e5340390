package io.chasqui.broker.loop;

import org.jspecify.annotations.Nullable;

/**
 * Something that happens at a time unless it is cancelled; owned by the object that waits for it, set again and again.
 * Confined to the loop of its wheel.
 */
public abstract class Timer {
    @Nullable
    Timer previous;

    @Nullable
    Timer next;

    long tick; // when it is due, in ticks of the wheel

    /** The time has come. The timer is not set any more and may be set again. */
    protected abstract void onTime();

    public final boolean isSet() {
        return next != null;
    }
}
