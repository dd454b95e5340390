package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Route;
import io.chasqui.protocol.Qos;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of messages whose client is gone: those of a shared subscription go to another member, those of QoS 0 end, the rest
 * stays while the session lives, and ends with it. Confined to the session's loop.
 */
final class Parting {
    private final Session session;
    private final Sessions home;
    private final Waiting waiting;
    private final Outbox outbox;
    private int leaving; // messages handed on to others who do not have them safe yet
    private @Nullable Runnable afterEnd;

    Parting(Session session, Sessions home, Waiting waiting, Outbox outbox) {
        this.session = session;
        this.home = home;
        this.waiting = waiting;
        this.outbox = outbox;
    }

    /** The connection is gone and the session lives on. */
    void stay() {
        dropQos0();
        handOnShared();
    }

    private void dropQos0() {
        for (int left = waiting.size(); left > 0; left--) {
            Message message = waiting.firstMessage();
            Route route = waiting.firstRoute();
            Owed owed = waiting.firstOwed();
            waiting.removeFirst();
            if (route.qosOf(message) == Qos.AT_MOST_ONCE) {
                record(Fate.CONNECTION_LOST, message);
            } else {
                waiting.addAgain(message, route, owed);
            }
        }
    }

    /** Another member of a share that is connected gets what this one cannot finish now; QoS 2 under way stays (MQTT5-4.8.2-4). */
    private void handOnShared() {
        long now = home.loop().nanoTime();
        InFlight.Entry next;
        for (InFlight.Entry entry = outbox.firstInFlight(); entry != null; entry = next) {
            next = entry.next;
            if (entry.route.share() != null
                    && entry.qos == Qos.AT_LEAST_ONCE
                    && !entry.message.isExpired(now) // begun here, it is not begun elsewhere (MQTT5-3.3.2-5)
                    && handOn(entry.message, entry.route, true, entry.owed)) {
                outbox.removeInFlight(entry);
            }
        }
        for (int left = waiting.size(); left > 0; left--) {
            Message message = waiting.firstMessage();
            Route route = waiting.firstRoute();
            Owed owed = waiting.firstOwed();
            waiting.removeFirst();
            if (Owed.isWithdrawn(owed)) {
                continue;
            }
            if (message.isExpired(now)) {
                waiting.settle(owed);
                record(Fate.EXPIRED, message);
            } else if (route.share() == null || Owed.isPledged(owed) || !handOn(message, route, true, owed)) {
                waiting.addAgain(message, route, owed);
            }
        }
    }

    /** Gives a message to another member of its share; it is settled here when that one has it safe. */
    private boolean handOn(Message message, Route route, boolean onlyConnected, @Nullable Owed owed) {
        leaving++;
        boolean found = home.router().handOn(message, route, onlyConnected, () -> {
            waiting.settle(owed);
            leaving--;
            endIfEmpty();
        });
        leaving -= found ? 0 : 1;
        return found;
    }

    /**
     * The session has ended: all that is left goes to another member of its share, or ends.
     *
     * @param then runs when nothing is left, also in the store
     */
    void end(Runnable then) {
        afterEnd = then;
        endWaiting();
        InFlight.Entry entry;
        while ((entry = outbox.firstInFlight()) != null) {
            outbox.removeInFlight(entry);
            endInFlight(entry.message, entry.route, entry.qos, entry.released, entry.owed);
        }
        endIfEmpty();
    }

    private void endInFlight(Message message, Route route, Qos qos, boolean released, @Nullable Owed owed) {
        if (released) { // it was delivered when PUBREC came
            waiting.settle(owed);
        } else {
            endOne(message, route, qos == Qos.AT_LEAST_ONCE, owed); // QoS 2: MQTT5-4.8.2-5
        }
    }

    boolean isEnding() {
        return afterEnd != null;
    }

    /** More of what waits has come from the store. */
    void goOn() {
        endWaiting();
        endIfEmpty();
    }

    private void endWaiting() {
        while (waiting.size() > 0) {
            Message message = waiting.firstMessage();
            Route route = waiting.firstRoute();
            Owed owed = waiting.firstOwed();
            waiting.removeFirst();
            Qos qos = route.qosOf(message);
            if (owed != null && owed.packetId() != 0) { // it was in flight before a restart
                endInFlight(message, route, qos, owed.isReleased(), owed);
            } else if (!Owed.isWithdrawn(owed)) {
                endOne(message, route, qos != Qos.AT_MOST_ONCE && !Owed.isPledged(owed), owed);
            }
        }
    }

    private void endOne(Message message, Route route, boolean mayHandOn, @Nullable Owed owed) {
        boolean handOn = mayHandOn && route.share() != null && !message.isExpired(home.loop());
        if (!handOn || !handOn(message, route, false, owed)) {
            waiting.settle(owed);
            record(Fate.SESSION_ENDED, message);
        }
    }

    private void endIfEmpty() {
        if (afterEnd == null) {
            return;
        }
        if (waiting.isMoreStored()) {
            waiting.readMore();
        } else if (leaving == 0) {
            Runnable then = afterEnd;
            afterEnd = null;
            then.run();
        }
    }

    private void record(Fate fate, Message message) {
        home.router().fates().record(fate, message, session.clientId());
    }
}
