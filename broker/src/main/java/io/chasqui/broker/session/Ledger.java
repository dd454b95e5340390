package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Qos;
import org.jspecify.annotations.Nullable;

/**
 * What one session that outlives its connections tells the store. A session that never did has no ledger. Confined to the
 * session's loop.
 */
final class Ledger extends Journal.Item {
    private final Journal journal;
    private final SessionId id;
    private final String clientId;
    private long expirySeconds;
    private long leftAtWallMillis = StoredSession.CONNECTED;
    private @Nullable Testament will;
    private long lastSequence;
    private long endBytes;
    private boolean told; // the store knows, or will know, that there is such a session
    private boolean ended;

    Ledger(Journal journal, SessionId id, String clientId) {
        this.journal = journal;
        this.id = id;
        this.clientId = clientId;
    }

    /** One that the store has. */
    static Ledger stored(Journal journal, StoredSession stored, @Nullable Testament will) {
        Ledger ledger = new Ledger(journal, stored.id(), stored.clientId());
        ledger.expirySeconds = stored.expirySeconds();
        ledger.leftAtWallMillis = stored.leftAtWallMillis();
        ledger.will = will;
        ledger.lastSequence = stored.lastSequence();
        ledger.endBytes = stored.endBytes();
        ledger.told = true;
        return ledger;
    }

    @Override
    protected @Nullable Change change() {
        if (ended) {
            return null;
        }
        Testament testament = will;
        return new Change.Kept(
                id,
                clientId,
                expirySeconds,
                leftAtWallMillis,
                testament == null ? null : testament.will(),
                testament == null ? null : testament.userName());
    }

    private void note() {
        told = true;
        journal.note(this, 0);
    }

    long leftAtWallMillis() {
        return leftAtWallMillis;
    }

    SessionId id() {
        return id;
    }

    Journal journal() {
        return journal;
    }

    void opened(long newExpirySeconds, @Nullable Testament newWill) {
        expirySeconds = newExpirySeconds;
        leftAtWallMillis = StoredSession.CONNECTED;
        will = newWill;
        note();
    }

    void left(long newExpirySeconds, long wallMillis) {
        expirySeconds = newExpirySeconds;
        leftAtWallMillis = wallMillis;
        note();
    }

    /** The Will is not owed any more, unless another one has taken its place. */
    void settled(@Nullable Testament testament) {
        if (testament != null && will == testament) {
            will = null;
            note();
        }
    }

    /** All is over, though not all that belongs to the session has been cleared: nobody may continue it, also after a crash. */
    void over(long wallMillis) {
        left(0, wallMillis);
    }

    /** This record holds a Will that is published and nothing else: that of a session that nobody may continue. */
    void over(Testament testament, long wallMillis) {
        will = testament;
        over(wallMillis);
    }

    void ended() {
        ended = true;
        if (told) {
            journal.append(new Change.Ended(id));
        }
    }

    void subscribed(Subscription subscription) {
        journal.append(new Change.Subscribed(id, subscription.filter(), subscription.options(), subscription.id()));
    }

    void unsubscribed(String filter) {
        journal.append(new Change.Unsubscribed(id, filter));
    }

    /**
     * A message is owed from now on; the caller has it {@linkplain #tell told} or pledged.
     *
     * @param packetId 0 while it waits
     */
    Owed owe(Message message, Route route, Qos qos, boolean retain, int packetId) {
        lastSequence++;
        endBytes += message.bytes();
        return new Owed(id, lastSequence, endBytes, message, route, qos, retain, packetId);
    }

    void tell(Owed owed, int bytes) {
        journal.note(owed, bytes);
    }

    void forgotten(int packetId) {
        journal.append(new Change.Forgotten(id, packetId));
    }

    Change received(int packetId) {
        return new Change.Received(id, packetId);
    }
}
