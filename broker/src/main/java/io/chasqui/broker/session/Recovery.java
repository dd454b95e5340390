package io.chasqui.broker.session;

import io.chasqui.broker.routing.Route;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.StoredSession;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings back what one session was owed before a restart: what was in flight comes first, and has to be here before anything is
 * sent, so that no Packet Identifier is given twice. Confined to the session's loop.
 */
final class Recovery {
    private final Session session;
    private final Sessions home;
    private final Waiting waiting;
    private final InFlight inFlight;
    private boolean underWay; // what was in flight is not all here
    private @Nullable Runnable then;

    Recovery(Session session, Sessions home, Waiting waiting, InFlight inFlight) {
        this.session = session;
        this.home = home;
        this.waiting = waiting;
        this.inFlight = inFlight;
    }

    /** There was a restart; nothing is read before somebody {@linkplain #whenDone asks}. */
    void begin(StoredSession stored) {
        waiting.restore(stored);
        underWay = waiting.isMoreStored();
    }

    boolean isDone() {
        return !underWay;
    }

    /** Runs {@code task} when what was in flight is here; at once if it is. */
    void whenDone(Runnable task) {
        if (underWay && waiting.readMore()) {
            then = task;
        } else {
            underWay = false;
            task.run();
        }
    }

    /** The session has ended: nobody waits for it any more. */
    void abandon() {
        underWay = false;
        then = null;
    }

    /** Takes what was read; all of it waits if the session {@code isEnding}. */
    void take(List<Change.Owed> read, boolean isEnding) {
        boolean anyInFlight = false;
        for (Change.Owed stored : read) {
            Route route =
                    Route.restored(session, stored.qos(), stored.retain(), stored.subscriptionIds(), stored.share());
            Owed owed = Owed.stored(stored, route);
            boolean wasInFlight = !isEnding && stored.packetId() != 0 && inFlight.get(stored.packetId()) == null;
            anyInFlight |= wasInFlight;
            if (wasInFlight) {
                putBack(stored, route, owed);
            } else {
                waiting.addAgain(stored.message(), route, owed);
            }
        }
        // One that was sent without its identifier being safe may stand before others: so not at the first that waits.
        underWay &= anyInFlight;
    }

    private void putBack(Change.Owed stored, Route route, Owed owed) {
        InFlight.Entry entry =
                new InFlight.Entry(stored.packetId(), stored.message(), route, stored.qos(), stored.retain());
        entry.owed = owed;
        entry.released = stored.released();
        entry.sent = true;
        inFlight.restore(entry);
        home.counters().inFlight++;
        home.counters().inFlightBytes += entry.weight;
    }

    /** Reads on, or tells whom it may concern that it is over. @return false when it goes on */
    boolean goOn() {
        if (underWay && waiting.readMore()) { // false where the next is pledged: that came after the restart
            return false;
        }
        underWay = false;
        Runnable task = then;
        then = null;
        if (task != null) {
            task.run();
        }
        return true;
    }
}
