package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.Journal;
import io.chasqui.protocol.Qos;

/**
 * What one session that outlives its connections tells the store. A session that does not has no ledger. Confined to the
 * session's loop.
 */
final class Ledger {
    private final Journal journal;
    private final int shard;
    private final String clientId;
    private long lastSequence;

    /** @param lastSequence of the messages that the store knows of this session, 0 for none */
    Ledger(Journal journal, int shard, String clientId, long lastSequence) {
        this.journal = journal;
        this.shard = shard;
        this.clientId = clientId;
        this.lastSequence = lastSequence;
    }

    private void append(Change change) {
        journal.append(shard, change);
    }

    void opened(long expirySeconds) {
        append(new Change.Opened(clientId, expirySeconds));
    }

    void left(long expirySeconds, long wallMillis) {
        append(new Change.Left(clientId, expirySeconds, wallMillis));
    }

    void ended() {
        append(new Change.Ended(clientId));
    }

    void subscribed(Subscription subscription) {
        append(new Change.Subscribed(clientId, subscription.filter(), subscription.options(), subscription.id()));
    }

    void unsubscribed(String filter) {
        append(new Change.Unsubscribed(clientId, filter));
    }

    /** @return the sequence by which the message is known from now on */
    long queued(Message message, Route route, Qos qos, boolean retain) {
        lastSequence++;
        append(new Change.Queued(clientId, lastSequence, message, qos, retain, route.subscriptionIds(), route.share()));
        return lastSequence;
    }

    void sent(long sequence, int packetId) {
        append(new Change.Sent(clientId, sequence, packetId));
    }

    void released(long sequence) {
        append(new Change.Released(clientId, sequence));
    }

    void settled(long sequence) {
        append(new Change.Settled(clientId, sequence));
    }

    void received(int packetId) {
        append(new Change.Received(clientId, packetId));
    }

    void forgotten(int packetId) {
        append(new Change.Forgotten(clientId, packetId));
    }

    void willMade(Testament testament) {
        append(new Change.WillMade(clientId, testament.will(), testament.userName()));
    }

    void willSettled() {
        append(new Change.WillSettled(clientId));
    }
}
