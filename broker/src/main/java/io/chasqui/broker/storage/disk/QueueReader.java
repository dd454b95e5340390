package io.chasqui.broker.storage.disk;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.disk.Disk.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads what sessions are owed. Confined to the reader. */
final class QueueReader {
    private static final long CACHE_BYTES = 1 << 20;

    private final Disk disk;
    private final MessageRecord messages;
    private final Damage damage;
    private final BiConsumer<SessionId, Long> lose;
    private final MessageCache cache = new MessageCache();

    /** @param lose hears which entry of a session cannot be decoded, so that it is not met again */
    QueueReader(Disk disk, MessageRecord messages, Damage damage, BiConsumer<SessionId, Long> lose) {
        this.disk = disk;
        this.messages = messages;
        this.damage = damage;
        this.lose = lose;
    }

    /** Messages that sessions share, so that the next one finds them: at most so many bytes of payloads and topics. */
    private static final class MessageCache {
        private final LinkedHashMap<Long, Message> byId = new LinkedHashMap<>(16, 0.75f, true);
        private long bytes;

        @Nullable
        Message get(long id) {
            return byId.get(id);
        }

        void put(long id, Message message) {
            if (message.bytes() > CACHE_BYTES / 4 || byId.putIfAbsent(id, message) != null) {
                return;
            }
            bytes += message.bytes();
            while (bytes > CACHE_BYTES) {
                bytes -= byId.pollFirstEntry().getValue().bytes();
            }
        }
    }

    /** One call of {@link #read}. */
    private final class Reading {
        final SessionId session;
        final int maxMessages;
        final long maxBytes;
        final List<Change.Owed> read = new ArrayList<>();
        long readBytes;

        // The entry at hand: whether it is followed by its progress shows with the next key.
        private long sequence;
        private @Nullable EntryRecord entry;
        private EntryRecord.@Nullable Progress progress;

        Reading(SessionId session, int maxMessages, long maxBytes) {
            this.session = session;
            this.maxMessages = maxMessages;
            this.maxBytes = maxBytes;
        }

        /** False when nothing more is wanted. */
        boolean accept(byte[] key, byte[] value) throws DiskException {
            if (Keys.isProgress(key)) {
                if (entry != null && Keys.sequenceOf(key) == sequence) {
                    progress = progress(value);
                }
                return true;
            }
            finish();
            if (read.size() >= maxMessages || !read.isEmpty() && readBytes >= maxBytes) {
                return false;
            }
            if (Keys.isEntry(key)) {
                begin(Keys.sequenceOf(key), value);
            }
            return true;
        }

        private void begin(long itsSequence, byte[] value) {
            try {
                sequence = itsSequence;
                entry = EntryRecord.read(value, messages);
            } catch (DamagedRecordException e) {
                damage.add(EntryRecord.topicOf(value), "entry of " + session + ": " + e.getMessage());
                lose.accept(session, itsSequence);
            }
        }

        private EntryRecord.@Nullable Progress progress(byte[] value) {
            try {
                return EntryRecord.Progress.read(value);
            } catch (DamagedRecordException e) {
                damage.add(Inventory.queueOf(session, disk), "progress: " + e.getMessage());
                return null;
            }
        }

        void finish() throws DiskException {
            EntryRecord ready = entry;
            if (ready != null) {
                Message message = ready.message();
                if (message != null) {
                    message.forOne(); // it stands in the entry itself
                } else {
                    message = shared(session, sequence, ready.messageId());
                }
                if (message != null) {
                    read.add(ready.owed(session, sequence, message, progress));
                    readBytes += message.bytes();
                }
            }
            entry = null;
            progress = null;
        }
    }

    /** @param faultsAreGaps whether to step over what fails for another reason than damage */
    List<Change.Owed> read(SessionId session, long from, int maxMessages, long maxBytes, boolean faultsAreGaps)
            throws DiskException {
        Reading reading = new Reading(session, maxMessages, maxBytes);
        Walk.Gaps gaps = (first, next) ->
                damage.add(Inventory.queueOf(session, disk), "its messages from " + first + " to before " + next);
        try (Walk walk =
                new Walk(disk, Table.QUEUE, Keys.session(session), Keys.afterSession(session), faultsAreGaps, gaps)) {
            boolean more = walk.seek(from);
            while (more && reading.accept(walk.key(), walk.value())) {
                more = walk.next();
            }
        }
        reading.finish();
        return reading.read;
    }

    private @Nullable Message shared(SessionId session, long sequence, long id) throws DiskException {
        Message known = cache.get(id);
        if (known != null) {
            return known;
        }
        String fault;
        try {
            byte[] record = disk.get(Table.MESSAGES, Keys.message(id, Keys.BODY));
            if (record != null) {
                Message message = messages.read(new RecordInput(record));
                message.storeNote(id);
                cache.put(id, message);
                return message;
            }
            if (disk.get(Table.QUEUE, Keys.entry(session, sequence)) == null) {
                return null; // settled meanwhile, and the message with it
            }
            fault = "is missing";
        } catch (DamagedRecordException e) {
            fault = e.getMessage();
        } catch (DiskException e) {
            if (e.kind() != DiskException.Kind.DAMAGE) {
                throw e;
            }
            fault = e.getMessage();
        }
        damage.add(Inventory.queueOf(session, disk), "message " + id + ": " + fault);
        lose.accept(session, sequence);
        return null;
    }
}
