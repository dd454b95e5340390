package io.chasqui.broker.connection;

import io.chasqui.broker.auth.Conduct;
import org.jspecify.annotations.Nullable;

/** What one client meets that publishes faster than it, or its listener, may. Confined to the loop of its connection. */
final class Throttle {
    private final @Nullable Pace own;
    private final @Nullable Pace ofListener; // shared by all of its clients
    private final Conduct.OverLimit overLimit;

    private Throttle(@Nullable Pace own, @Nullable Pace ofListener, Conduct.OverLimit overLimit) {
        this.own = own;
        this.ofListener = ofListener;
        this.overLimit = overLimit;
    }

    /** Null where clients may publish as fast as they can. */
    static @Nullable Throttle of(Conduct conduct, ListenerLimits limits, @Nullable Pace ofListener, long nowNanos) {
        Pace own = Pace.of(
                limits.clientMessagesPerSecond() > 0 ? limits.clientMessagesPerSecond() : conduct.messagesPerSecond(),
                limits.clientBytesPerSecond() > 0 ? limits.clientBytesPerSecond() : conduct.bytesPerSecond(),
                nowNanos);
        return own == null && ofListener == null ? null : new Throttle(own, ofListener, conduct.overLimit());
    }

    /**
     * A message has come.
     *
     * @return whether it is refused, for it came too fast; then it counts no further
     */
    boolean refuses(int payloadBytes, long nowNanos) {
        if (overLimit == Conduct.OverLimit.REFUSE && waitNanos(nowNanos) > 0) {
            return true;
        }
        if (own != null) {
            own.take(payloadBytes, nowNanos);
        }
        if (ofListener != null) {
            ofListener.take(payloadBytes, nowNanos);
        }
        return false;
    }

    /** @return how long the next message has to wait, where clients are slowed or disconnected */
    long waitNanos(long nowNanos) {
        long mine = own == null ? 0 : own.waitNanos(nowNanos);
        return ofListener == null ? mine : Math.max(mine, ofListener.waitNanos(nowNanos));
    }
}
