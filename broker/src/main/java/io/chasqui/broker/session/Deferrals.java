package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Pledge;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.storage.Change;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries at QoS 0 of messages that were published at QoS 2: each happens when the publisher's loop has kept the message, so
 * that a crash before that cannot make it happen twice. What comes at QoS 0 meanwhile stands behind them, in order. Confined
 * to the session's loop.
 */
final class Deferrals {
    private static final int MOST = 1_000;

    private final Outbox outbox;
    private final ArrayDeque<Deferred> queue = new ArrayDeque<>();

    Deferrals(Outbox outbox) {
        this.outbox = outbox;
    }

    private final class Deferred implements Pledge {
        final Message message;
        final Route route;
        boolean decided;
        boolean kept;

        Deferred(Message message, Route route) {
            this.message = message;
            this.route = route;
        }

        @Override
        public @Nullable Change change() {
            return null;
        }

        @Override
        public void decided(boolean isKept) {
            decided = true;
            kept = isKept;
            goOn();
        }
    }

    /**
     * Has a delivery wait.
     *
     * @param joint takes up what it waits for, or null when it waits for those before it
     * @return false when there are too many
     */
    boolean add(Message message, Route route, @Nullable List<Pledge> joint) {
        if (queue.size() >= MOST) {
            return false;
        }
        Deferred deferred = new Deferred(message, route);
        queue.add(deferred);
        if (joint == null) {
            deferred.decided = true;
            deferred.kept = true;
        } else {
            joint.add(deferred);
        }
        return true;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    private void goOn() {
        while (!queue.isEmpty() && queue.element().decided) {
            Deferred next = queue.remove();
            outbox.deliverQos0(next.message, next.route, next.kept);
        }
    }
}
