package io.chasqui.broker.session;

import org.jspecify.annotations.Nullable;

/** A Will that is published, which the store has to know until everyone who is owed it has it safe. Confined to the session's loop. */
final class Departing {
    private final Sessions home;
    private final String clientId;
    private final Testament testament;
    private @Nullable Ledger own; // once the session's record is for another Will

    Departing(Sessions home, String clientId, Testament testament) {
        this.home = home;
        this.clientId = clientId;
        this.testament = testament;
    }

    /** Leaves the record of the session to the next connection: until it is done it stands as that of a session that is over. */
    void makeWay() {
        own = home.newLedger(clientId);
        own.over(testament, home.loop().wallMillis());
    }

    /**
     * Everyone has it.
     *
     * @return whether the record of the session is still its own
     */
    boolean done() {
        if (own != null) {
            own.ended();
        }
        return own == null;
    }
}
