package io.chasqui.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How the client comes back by itself after a connection was lost: the n-th attempt in a row waits a random time between
 * half and all of {@code first * 2^(n-1)}, at most {@code longest}. The randomness keeps ten thousand clients from coming
 * back at once.
 *
 * @param first above zero; zero for never
 * @param longest at least {@code first}
 */
public record Reconnect(Duration first, Duration longest) {
    /** Not by itself: what was lost stays lost until {@link MqttClient#connect} is called again. */
    public static final Reconnect NEVER = new Reconnect(Duration.ZERO, Duration.ZERO);

    /** After 1 s at the latest, then 2 s, 4 s and so on, up to 2 min. */
    public static final Reconnect DEFAULT = new Reconnect(Duration.ofSeconds(1), Duration.ofMinutes(2));

    /** @throws IllegalArgumentException with all faults at once */
    public Reconnect {
        if (first.isNegative() || longest.compareTo(first) < 0 || longest.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("reconnect is " + first + " to " + longest
                    + "; give a first delay of zero (never) or more, and a longest that is not shorter, at most a day");
        }
    }

    boolean isNever() {
        return first.isZero();
    }

    /** @param attempt 1 for the first after a connection was lost */
    long delayNanos(int attempt, RandomGenerator random) {
        long doubled = first.toNanos() * (double) (1L << Math.min(attempt - 1, 40)) >= longest.toNanos()
                ? longest.toNanos()
                : first.toNanos() << (attempt - 1);
        return doubled / 2 + random.nextLong(doubled / 2 + 1);
    }
}
