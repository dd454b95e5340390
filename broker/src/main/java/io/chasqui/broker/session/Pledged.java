package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Pledge;
import io.chasqui.broker.storage.Change;
import org.jspecify.annotations.Nullable;

/** A message for one session that its publisher's loop is to keep. */
final class Pledged implements Pledge {
    private final Outbox outbox;
    private final Owed owed;
    private final Message message;
    private final Change.@Nullable Owed change;
    private final int packetId;

    /** On the session's loop. */
    Pledged(Outbox outbox, Owed owed, Message message) {
        this.outbox = outbox;
        this.owed = owed;
        this.message = message;
        this.change = owed.pledge();
        this.packetId = owed.packetId();
    }

    @Override
    public @Nullable Change change() {
        return change;
    }

    @Override
    public void decided(boolean kept) {
        outbox.decided(owed, message, packetId, kept);
    }
}
