package io.chasqui.broker.simulation;

import java.util.ArrayList;
import java.util.List;

/** What happened when, and so what is in doubt: moments, crashes, and the failures of the disk. */
final class Chronicle {
    static final long NEVER = Long.MAX_VALUE;

    /** Timers may be late by as much. */
    static final long SLACK = 2 * Scheduler.SECOND;

    /** What was not acknowledged is taken to be safe when nothing has crashed or failed for so long. */
    private static final long DOUBT = 40 * Scheduler.SECOND;

    private final Scheduler scheduler;
    private final boolean tight;
    private final List<Long> crashes = new ArrayList<>();
    private long moment; // counts what happens: two things at one time are still one after the other
    private long troubleUntil = -NEVER; // of the disk
    private boolean up;

    /** @param tight whether a session may have no room for a message that others take */
    Chronicle(Scheduler scheduler, boolean tight) {
        this.scheduler = scheduler;
        this.tight = tight;
    }

    static long seconds(long expirySeconds) {
        return expirySeconds * Scheduler.SECOND;
    }

    long now() {
        return scheduler.now();
    }

    boolean isTight() {
        return tight;
    }

    /** Something happens. */
    void next() {
        moment++;
    }

    /** Of what happens now. */
    long moment() {
        return moment;
    }

    /** The disk fails until then. */
    void trouble(long until) {
        troubleUntil = Math.max(troubleUntil, until);
    }

    long troubleUntil() {
        return troubleUntil;
    }

    void crash() {
        up = false;
        crashes.add(now());
    }

    void restarted() {
        up = true;
    }

    boolean isUp() {
        return up;
    }

    int crashes() {
        return crashes.size();
    }

    /** Whether the broker has crashed at that time or later. */
    boolean crashedSince(long time) {
        return !crashes.isEmpty() && time <= crashes.getLast();
    }

    /** Whether what was done at {@code time} may still be lost. */
    boolean isDoubtful(long time) {
        return now() - time < DOUBT || time < troubleUntil && now() - troubleUntil < DOUBT;
    }

    /** Whether the disk has not failed since that time, nor the broker crashed of late. */
    boolean quietSince(long time) {
        return troubleUntil < time && (crashes.isEmpty() || crashes.getLast() < now() - 10 * Scheduler.SECOND);
    }

    /** Whether it may have been refused by one who was entitled and taken by others, and its publisher has not heard so. */
    boolean mayBeRefused(Told told) {
        return told.receipts > 1 && (tight || troubleUntil >= told.firstTaken);
    }
}
