package io.chasqui.broker.simulation;

import io.chasqui.broker.connection.Policy;
import io.chasqui.broker.session.SessionLimits;
import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.protocol.Qos;

/**
 * What differs from seed to seed: limits of the broker and manners of the world.
 *
 * @param outboundBytes beyond so many, a connection is not writable
 * @param slowAuthentication whether the authenticator takes its time
 * @param slowStore whether what the store is given is safe only later
 * @param mostDelay of the network, nanoseconds
 * @param chaos percent of a client's actions that are unfriendly
 * @param actions of each client
 */
record Settings(
        int loops,
        int clients,
        int actions,
        int chaos,
        boolean slowAuthentication,
        boolean slowStore,
        int outboundBytes,
        long mostDelay,
        int retainedMessages,
        SessionLimits limits,
        Policy policy) {
    static final int MAX_EXPIRY_SECONDS = 100;

    static Settings of(Scheduler scheduler) {
        boolean tight = scheduler.oneIn(2);
        boolean slowStore = scheduler.oneIn(2);
        return new Settings(
                scheduler.any(1, 2, 3, 3, 3),
                scheduler.random().nextInt(2, 7),
                scheduler.random().nextInt(20, 120),
                scheduler.any(5, 15, 40),
                !slowStore && scheduler.oneIn(4), // the model cannot see into both at once
                slowStore,
                scheduler.any(200, 1_000, 65_536),
                scheduler.any(1, 10, 50) * Scheduler.MILLI,
                scheduler.any(2, 1_000),
                new SessionLimits(
                        scheduler.any(1, 2, 5, 1_000),
                        tight ? scheduler.any(1, 3, 10) : 10_000,
                        tight ? scheduler.any(120, 100_000) : 1_000_000,
                        tight && scheduler.oneIn(4) ? 300 : 10_000_000,
                        10_000_000,
                        scheduler.any(Overflow.values())),
                new Policy(
                        100_000,
                        scheduler.any(1, 2, 5, 100),
                        scheduler.any(0, 2, 10),
                        scheduler.any(0, 2, 10),
                        Qos.EXACTLY_ONCE,
                        16,
                        100,
                        0,
                        MAX_EXPIRY_SECONDS,
                        true,
                        true,
                        true,
                        true,
                        false,
                        scheduler.oneIn(2)));
    }

    /** Whether a publisher must hear, as far as it can be told, that someone had no room. */
    boolean refuses() {
        return limits.overflow() == Overflow.REFUSE;
    }
}
