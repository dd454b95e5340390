package io.chasqui.broker.simulation;

import io.chasqui.broker.connection.Policy;
import io.chasqui.broker.session.SessionLimits;
import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Qos;

/**
 * What differs from seed to seed in a run with crashes. A queue refuses here: what is acknowledged is then owed.
 *
 * @param crashes of the whole broker
 * @param mostSteps between two of them
 * @param troubles times in which the disk fails
 * @param storeLag of the threads of the store, nanoseconds
 * @param groupBytes of the store
 * @param mostDelay of the network, nanoseconds
 * @param chaos percent of a client's actions that are unfriendly
 * @param actions of each client
 */
record CrashSettings(
        int loops,
        int clients,
        int actions,
        int chaos,
        int crashes,
        int mostSteps,
        int troubles,
        long storeLag,
        long groupBytes,
        int outboundBytes,
        long mostDelay,
        SessionLimits limits,
        Policy policy) {
    static CrashSettings of(Scheduler scheduler) {
        return new CrashSettings(
                scheduler.any(1, 2, 3, 3),
                scheduler.random().nextInt(2, 6),
                scheduler.random().nextInt(20, 80),
                scheduler.any(5, 15, 40),
                scheduler.any(1, 2, 3, 6, 10),
                scheduler.any(100, 1_000, 4_000),
                scheduler.any(0, 0, 0, 1, 3),
                scheduler.any(1, 10, 100, 1_000) * Scheduler.MILLI,
                scheduler.any(1L, 300L, 4L << 20),
                scheduler.any(200, 1_000, 65_536),
                scheduler.any(1, 10, 50) * Scheduler.MILLI,
                new SessionLimits(
                        scheduler.any(1, 2, 5, 1_000),
                        scheduler.oneIn(6) ? 3 : 10_000,
                        1_000_000,
                        10_000_000,
                        scheduler.any(0L, 500L, 10_000_000L, 10_000_000L, 10_000_000L),
                        Overflow.REFUSE),
                new Policy(
                        100_000,
                        scheduler.any(1, 2, 5, 100),
                        scheduler.any(0, 2, 10),
                        scheduler.any(0, 2, 10),
                        Qos.EXACTLY_ONCE,
                        16,
                        100,
                        0,
                        Connect.NEVER_EXPIRES,
                        true,
                        true,
                        true,
                        true,
                        false,
                        true)); // otherwise MQTT 3 hears success for a message that is refused
    }

    /** Whether a session may have no room for a message that others take. */
    boolean isTight() {
        return limits.queueMessages() < 100 || limits.loopMemoryBytes() < 1_000;
    }
}
