package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.protocol.Qos;
import org.jspecify.annotations.Nullable;

/**
 * One QoS 1 or 2 message that the store keeps for a session: tells the store how far its delivery has come. A message that is settled
 * before the store was told of it is never told. Confined to the session's loop.
 */
final class Owed extends Journal.Item {
    private final @Nullable SessionId session; // null for one that the store does not keep
    private final long sequence;
    private final long endBytes;
    private final Message message;
    private final Route route;
    private final Qos qos;
    private final boolean retain;
    private int packetId; // 0 until it is to be sent
    private boolean released; // PUBREC came
    private boolean settled; // owed no longer
    private boolean told; // the store has it, or will have it before anything that is told from now on
    private boolean pledged; // it is told by the publisher's loop, and not yet decided
    private boolean settledLate; // when it was pledged: its session may have ended since
    private boolean withdrawn; // it was pledged and not kept: not owed, though it may still stand in the queue

    Owed(
            @Nullable SessionId session,
            long sequence,
            long endBytes,
            Message message,
            Route route,
            Qos qos,
            boolean retain,
            int packetId) {
        this.session = session;
        this.sequence = sequence;
        this.endBytes = endBytes;
        this.message = message;
        this.route = route;
        this.qos = qos;
        this.retain = retain;
        this.packetId = packetId;
    }

    /** One of a session that ends with its connection: to be pledged, so that it waits for the publisher's write. */
    static Owed unstored(Message message, Route route, Qos qos, boolean retain, int packetId) {
        return new Owed(null, 0, 0, message, route, qos, retain, packetId);
    }

    /** One that the store has. */
    static Owed stored(Change.Owed stored, Route route) {
        Owed owed = new Owed(
                stored.session(),
                stored.sequence(),
                stored.endBytes(),
                stored.message(),
                route,
                stored.qos(),
                stored.retain(),
                stored.packetId());
        owed.released = stored.released();
        owed.told = true;
        return owed;
    }

    @Override
    protected @Nullable Change change() {
        if (session == null) {
            return null;
        }
        if (settled) {
            return told ? new Change.Settled(session, sequence, settledLate ? null : message) : null;
        }
        if (told) {
            return new Change.Progress(session, sequence, packetId, released);
        }
        told = true;
        return whole(session);
    }

    private Change.Owed whole(SessionId of) {
        return new Change.Owed(
                of,
                sequence,
                endBytes,
                message,
                qos,
                retain,
                route.subscriptionIds(),
                route.share(),
                packetId,
                released);
    }

    /** What the publisher's loop is to keep, or null for nothing; this tells nothing until that is {@link #decided}. */
    Change.@Nullable Owed pledge() {
        pledged = true;
        told = true;
        return session == null ? null : whole(session);
    }

    int packetId() {
        return packetId;
    }

    /**
     * The publisher's loop has kept the pledge or not.
     *
     * @param sent whether the client has the message already, so that it is owed in any case
     */
    void decided(boolean kept, boolean sent, @Nullable Journal journal) {
        pledged = false;
        told = kept;
        withdrawn = !kept && !sent && !settled;
        settledLate = settled;
        if (journal != null && (kept ? settled || released : sent && !settled)) {
            journal.note(this, message.bytes());
        }
    }

    void sent(int newPacketId, Journal journal) {
        packetId = newPacketId;
        note(journal);
    }

    void released(Journal journal) {
        released = true;
        note(journal);
    }

    /** It is owed no longer. Once. */
    void settled(Journal journal) {
        assert !settled : sequence;
        settled = true;
        note(journal);
    }

    private void note(Journal journal) {
        if (!pledged && !withdrawn) {
            journal.note(this, 0);
        }
    }

    long sequence() {
        return sequence;
    }

    long endBytes() {
        return endBytes;
    }

    /** The store has it, or will have it, the way it is now. */
    static boolean isTold(@Nullable Owed owed) {
        return owed != null && owed.told;
    }

    /** Not to be sent yet: the publisher's write is not decided. */
    static boolean isPledged(@Nullable Owed owed) {
        return owed != null && owed.pledged;
    }

    static boolean isWithdrawn(@Nullable Owed owed) {
        return owed != null && owed.withdrawn;
    }
}
