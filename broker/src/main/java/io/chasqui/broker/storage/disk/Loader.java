package io.chasqui.broker.storage.disk;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.broker.storage.disk.Disk.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sessions of one shard: their state record by record, and of what each is owed the first and the last entry only.
 * The two tables are walked side by side, so entries whose session is not there are met on the way. Used once, by one thread.
 */
final class Loader {
    private static final long LOST_LAST_SEQUENCE = 1L << 40; // further than anybody has numbered

    private final int shard;
    private final Damage damage;
    private final Walk state;
    private final Walk queue;
    private final Consumer<StoredSession> sessions;
    private final Consumer<SessionId> purge;
    private boolean hasGap; // sessions may be missing, so nobody's entries are orphans for sure
    private boolean inQueue; // the walk stands at an entry

    // The session whose records are being read.
    private long number;
    private boolean isEnded;
    private boolean isDamaged;
    private Change.@Nullable Kept kept;
    private final List<Change.Subscribed> subscriptions = new ArrayList<>();
    private final List<Integer> received = new ArrayList<>();

    private Loader(int shard, Damage damage, Disk disk, Consumer<StoredSession> sessions, Consumer<SessionId> purge)
            throws DiskException {
        this.shard = shard;
        this.damage = damage;
        this.sessions = sessions;
        this.purge = purge;
        byte[] from = Keys.shard(shard);
        byte[] to = Keys.shard(shard + 1);
        state = new Walk(disk, Table.STATE, from, to, false, this::stateGap);
        try {
            queue = new Walk(disk, Table.QUEUE, from, to, false, (_, _) -> {});
        } catch (DiskException e) {
            state.close();
            throw e;
        }
    }

    /** @param purge hears which sessions left something behind that nobody needs */
    static void load(int shard, Damage damage, Disk disk, Consumer<StoredSession> sessions, Consumer<SessionId> purge)
            throws DiskException {
        Loader loader = new Loader(shard, damage, disk, sessions, purge);
        try (loader.state;
                loader.queue) {
            loader.load();
        }
    }

    private void load() throws DiskException {
        inQueue = queue.seek(0);
        for (boolean more = state.seek(0); more; more = state.next()) {
            if (state.number() != number) {
                finish();
                number = state.number();
            }
            read(state.key(), state.value());
        }
        finish();
        orphansUpTo(-1);
    }

    private void read(byte[] key, byte[] value) {
        SessionId session = new SessionId(shard, number);
        try {
            int kind = key.length <= Keys.SESSION_BYTES ? -1 : key[Keys.SESSION_BYTES];
            switch (kind) {
                case Keys.SESSION -> {
                    kept = SessionRecord.read(session, value);
                    isEnded = kept == null;
                }
                case Keys.SUBSCRIPTION -> subscriptions.add(SessionRecord.readSubscription(session, key, value));
                case Keys.RECEIVED -> received.add(SessionRecord.packetId(key));
                default -> throw new DamagedRecordException("a key of kind " + kind);
            }
        } catch (DamagedRecordException e) {
            isDamaged = true;
            damage.add("(state of session " + number + ")", e.getMessage());
        }
    }

    private void stateGap(long from, long to) {
        hasGap = true;
        damage.add("(sessions)", "shard " + shard + " cannot be read from session " + from + " to " + to);
    }

    /** All records of a session were read. */
    private void finish() throws DiskException {
        if (number == 0) {
            return;
        }
        orphansUpTo(number);
        SessionId session = new SessionId(shard, number);
        boolean hasEntries = inQueue && queue.number() == number;
        if (kept != null) {
            sessions.accept(withQueue(kept));
        } else if (isEnded || !isDamaged && !hasGap) {
            purge.accept(session);
        }
        if (hasEntries) {
            inQueue = queue.seek(number + 1);
        }
        kept = null;
        isEnded = false;
        isDamaged = false;
        subscriptions.clear();
        received.clear();
    }

    /** Entries of sessions below {@code next} that are not there: the walk goes on behind them. */
    private void orphansUpTo(long next) throws DiskException {
        while (inQueue && Long.compareUnsigned(queue.number(), next) < 0) {
            long orphan = queue.number();
            if (!hasGap) {
                purge.accept(new SessionId(shard, orphan));
            }
            inQueue = queue.seek(orphan + 1);
        }
    }

    private StoredSession withQueue(Change.Kept session) throws DiskException {
        long first = 0;
        long last = 0;
        long beforeBytes = 0;
        long endBytes = 0;
        boolean more = inQueue && queue.number() == number;
        while (more && first == 0) { // the first key of a queue is an entry, unless something was lost
            if (Keys.isEntry(queue.key())) {
                EntryRecord head = head(queue.value());
                first = Keys.sequenceOf(queue.key());
                if (head != null) {
                    beforeBytes = head.endBytes() - head.bytes();
                    endBytes = head.endBytes();
                }
            }
            more = first == 0 && queue.next() && queue.number() == number;
        }
        if (first != 0) {
            boolean found = queue.seekBefore(number + 1);
            while (found && queue.number() == number && !Keys.isEntry(queue.key())) {
                found = queue.seekBefore(queue.key());
            }
            EntryRecord head = found && queue.number() == number ? head(queue.value()) : null;
            last = head == null ? first : Keys.sequenceOf(queue.key());
            endBytes = head == null ? endBytes : head.endBytes();
            if (head == null || queue.lastIsDamaged()) {
                last += LOST_LAST_SEQUENCE;
            }
        }
        return new StoredSession(
                session.session(),
                session.clientId(),
                session.expirySeconds(),
                session.leftAtWallMillis(),
                List.copyOf(subscriptions),
                first,
                last,
                beforeBytes,
                endBytes,
                received.stream().mapToInt(Integer::intValue).toArray(),
                session.will(),
                session.userName());
    }

    private @Nullable EntryRecord head(byte[] record) {
        try {
            return EntryRecord.readHead(record);
        } catch (DamagedRecordException e) {
            damage.add(Damage.UNKNOWN_TOPIC, "entry of session " + number + ": " + e.getMessage());
            return null;
        }
    }

    static void loadRetained(Disk disk, MessageRecord messages, Damage damage, Consumer<Message> into)
            throws DiskException {
        Walk.Gaps gaps = (_, _) -> damage.add("(retained messages)", "a part of the retained messages");
        try (Walk walk = new Walk(disk, Table.RETAINED, Keys.FIRST, Keys.LAST, false, gaps)) {
            for (boolean more = walk.seek(0); more; more = walk.next()) {
                try {
                    into.accept(messages.read(new RecordInput(walk.value())));
                } catch (DamagedRecordException e) {
                    damage.add(Keys.topicOf(walk.key()), "retained message: " + e.getMessage());
                }
            }
        }
    }
}
