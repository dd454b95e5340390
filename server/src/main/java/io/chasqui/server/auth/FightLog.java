package io.chasqui.server.auth;

import io.chasqui.broker.auth.Audit;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Says in the log, too, that two clients fight over one Client Identifier, for there need not be an audit, and who runs them
 * has to know both. One line a minute at most, since strangers can have any number of fights. Any thread.
 */
final class FightLog implements Audit {
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Audit behind;
    private final LongSupplier nanoTime;
    private final Consumer<String> log;
    private boolean told; // guarded by this, as all below
    private long toldNanos;
    private long untold; // fights since

    /**
     * @param behind hears all events
     * @param log takes a line
     */
    FightLog(Audit behind, LongSupplier nanoTime, Consumer<String> log) {
        this.behind = behind;
        this.nanoTime = nanoTime;
        this.log = log;
    }

    @Override
    public void record(Event event) {
        behind.record(event);
        if (event instanceof Fight fight) {
            tell(fight);
        }
    }

    private synchronized void tell(Fight fight) {
        long now = nanoTime.getAsLong();
        if (told && now - toldNanos < PAUSE_NANOS) {
            untold++;
            return;
        }
        log.accept("two clients take the session of "
                + Text.printable(fight.client().clientId())
                + " from each other, " + fight.client().endpoint() + " and " + fight.other()
                + "; each needs a Client Identifier of its own"
                + (untold > 0 ? " (and so did " + untold + " other pairs since this was last said)" : ""));
        told = true;
        toldNanos = now;
        untold = 0;
    }
}
