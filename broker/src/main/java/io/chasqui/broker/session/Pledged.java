package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Pledge;
import io.chasqui.broker.storage.Change;

/** A message for one session that its publisher's loop is to keep. */
final class Pledged implements Pledge {
    private final Outbox outbox;
    private final Owed owed;
    private final Message message;
    private final Change.Owed change;

    /** On the session's loop. */
    Pledged(Outbox outbox, Owed owed, Message message) {
        this.outbox = outbox;
        this.owed = owed;
        this.message = message;
        this.change = owed.pledge();
    }

    @Override
    public Change change() {
        return change;
    }

    @Override
    public void decided(boolean kept) {
        outbox.decided(owed, message, change.packetId(), kept);
    }
}
