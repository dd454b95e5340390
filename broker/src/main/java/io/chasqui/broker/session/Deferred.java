package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Pledge;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.storage.Change;
import org.jspecify.annotations.Nullable;

/** A QoS 0 delivery of a QoS 2 message: it happens when the publisher's loop has kept the message, so that it happens once. */
record Deferred(Outbox outbox, String clientId, Message message, Route route) implements Pledge {
    @Override
    public @Nullable Change change() {
        return null;
    }

    @Override
    public void decided(boolean kept) {
        if (kept) {
            outbox.deliver(message, route, null);
        } else {
            outbox.fates().record(Fate.STORE_UNAVAILABLE, message, clientId);
        }
    }
}
