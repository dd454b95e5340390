package io.chasqui.client;

import io.chasqui.client.outbox.RecordFile;
import io.chasqui.client.outbox.Records;
import io.chasqui.client.transport.EventThread;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The outbox on disk: a journal of what was handed over, sent and finished. What comes while a write is under way goes together
 * in the next one, as one task of the writer, a virtual thread that lives as long as there is something to write.
 *
 * <p>At QoS 2 the Packet Identifier is safe before PUBLISH is sent, and PUBREC before PUBREL: so a restarted application
 * finishes what it began and sends nothing twice. At QoS 1 neither is noted: it is sent anew.
 *
 * <p>Limits: what waits to be written is limited by the room of the outbox. When more than half of the file is of messages
 * that are finished, and it is larger than 4 MiB, it is written anew with the others alone.
 *
 * <p>When the disk fails, new messages are refused; those that were taken over are sent all the same.
 */
final class DiskOutbox implements Keeper {
    private static final long COMPACT_BYTES = 4L << 20;
    private static final int RECORD_BYTES = 24; // of a message beside topic, properties and payload

    private static final byte ADDED = 1;
    private static final byte SENDING = 2;
    private static final byte RELEASED = 3;
    private static final byte DONE = 4;

    /** A message on disk, and how far it has come. */
    private static final class Entry {
        final byte[] added; // its record
        int packetId;
        boolean released;

        Entry(byte[] added) {
            this.added = added;
        }
    }

    /** Something to write, and whom to tell. */
    private record Note(
            byte kind, long number, int packetId, byte @Nullable [] added, Consumer<@Nullable IOException> told) {}

    private final Records file;
    private final boolean sync;
    private final EventThread thread;
    private final Executor writer;
    private final long compactBytes;

    // Under the lock of this.
    private ArrayDeque<Note> notes = new ArrayDeque<>();
    private long lastNumber;
    private boolean writing;
    private boolean closing;
    private final CompletableFuture<Void> written = new CompletableFuture<>(); // all, after close

    // Confined to the writer; the constructor before there is one.
    private final Map<Long, Entry> entries = new LinkedHashMap<>();
    private long liveBytes;
    private @Nullable IOException broken;

    static DiskOutbox open(Path directory, boolean sync, EventThread thread) {
        try {
            return new DiskOutbox(new RecordFile(directory), sync, thread, Thread::startVirtualThread, COMPACT_BYTES);
        } catch (IOException e) {
            throw new MqttException.OutboxFailed("the outbox cannot be opened: " + e.getMessage(), e);
        }
    }

    /**
     * @param writer runs tasks, one at a time, as threads that may wait for the disk
     * @param compactBytes below which the file is not written anew
     */
    DiskOutbox(Records file, boolean sync, EventThread thread, Executor writer, long compactBytes) {
        this.compactBytes = compactBytes;
        this.file = file;
        this.sync = sync;
        this.thread = thread;
        this.writer = writer;
        for (byte[] record : file.found()) {
            replay(record);
            lastNumber = Math.max(lastNumber, ByteBuffer.wrap(record).getLong(1));
        }
        file.forgetFound();
    }

    private void replay(byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record);
        byte kind = in.get();
        long number = in.getLong();
        switch (kind) {
            case ADDED -> add(number, record);
            case SENDING -> {
                Entry entry = entries.get(number);
                if (entry != null) {
                    entry.packetId = in.getChar();
                }
            }
            case RELEASED -> {
                Entry entry = entries.get(number);
                if (entry != null) {
                    entry.released = true;
                }
            }
            case DONE -> remove(number);
            default -> throw new MqttException.OutboxFailed("the outbox has a record of kind " + kind, null);
        }
    }

    private void add(long number, byte[] record) {
        entries.put(number, new Entry(record));
        liveBytes += record.length;
    }

    private void remove(long number) {
        Entry gone = entries.remove(number);
        if (gone != null) {
            liveBytes -= gone.added.length;
        }
    }

    @Override
    public List<Outgoing> restored(long nowNanos) {
        List<Outgoing> messages = new ArrayList<>();
        entries.forEach((number, entry) -> {
            Outgoing message = decode(entry.added, nowNanos);
            message.record = number;
            if (message.qos == Qos.EXACTLY_ONCE && entry.packetId != 0) {
                message.packetId = entry.packetId;
                message.noted = true;
                message.stage = entry.released ? Outgoing.Stage.RELEASED : Outgoing.Stage.PUBLISHED;
            }
            messages.add(message);
        });
        return messages;
    }

    private byte[] encode(long number, Outgoing message) {
        byte[] topic = message.topic.utf8();
        byte[] properties = message.properties.encoded();
        boolean expires = message.expiresAtNanos != Outgoing.NEVER;
        long expiresAtMillis =
                expires ? thread.wallMillis() + (message.expiresAtNanos - thread.nanoTime()) / 1_000_000 : 0;
        return ByteBuffer.allocate(RECORD_BYTES + topic.length + properties.length + message.payload.length)
                .put(ADDED)
                .putLong(number)
                .put((byte) (message.qos.level() | (message.retain ? 4 : 0)))
                .putLong(expiresAtMillis)
                .putChar((char) topic.length)
                .putInt(properties.length)
                .put(topic)
                .put(properties)
                .put(message.payload)
                .array();
    }

    private Outgoing decode(byte[] record, long nowNanos) {
        ByteBuffer in = ByteBuffer.wrap(record, 1 + Long.BYTES, record.length - 1 - Long.BYTES);
        int flags = in.get();
        long expiresAtMillis = in.getLong();
        byte[] topic = new byte[in.getChar()];
        byte[] properties = new byte[in.getInt()];
        in.get(topic).get(properties);
        byte[] payload = new byte[in.remaining()];
        in.get(payload);
        try {
            return new Outgoing(
                    TopicName.of(new String(topic, StandardCharsets.UTF_8)),
                    payload,
                    Qos.of(flags & 3),
                    (flags & 4) != 0,
                    PublishProperties.decode(properties),
                    expiresAtMillis == 0
                            ? Outgoing.NEVER
                            : nowNanos + (expiresAtMillis - thread.wallMillis()) * 1_000_000);
        } catch (ProtocolException e) {
            throw new MqttException.OutboxFailed("the outbox has a message that cannot be read", e);
        }
    }

    @Override
    public void keep(Outgoing message, Consumer<MqttException.@Nullable OutboxFailed> kept) {
        synchronized (this) {
            message.record = ++lastNumber;
        }
        byte[] added = encode(message.record, message);
        note(new Note(
                ADDED,
                message.record,
                0,
                added,
                failure -> kept.accept(
                        failure == null
                                ? null
                                : new MqttException.OutboxFailed(
                                        "the message for " + message.topic + " cannot be kept: " + failure.getMessage(),
                                        failure))));
    }

    @Override
    public void noteSending(Outgoing message, Runnable then) {
        note(new Note(SENDING, message.record, message.packetId, null, failure -> thread.execute(then)));
    }

    @Override
    public void noteReleased(Outgoing message, Runnable then) {
        note(new Note(RELEASED, message.record, 0, null, failure -> thread.execute(then)));
    }

    @Override
    public void noteDone(Outgoing message) {
        note(new Note(DONE, message.record, 0, null, failure -> {}));
    }

    private void note(Note note) {
        boolean closed;
        synchronized (this) {
            closed = closing;
            if (!closed) {
                notes.add(note);
                if (writing) {
                    return;
                }
                writing = true;
            }
        }
        if (closed) {
            note.told.accept(new IOException("the client is closed"));
        } else {
            writer.execute(this::write);
        }
    }

    private void write() {
        while (true) {
            ArrayDeque<Note> batch;
            synchronized (this) {
                if (notes.isEmpty()) {
                    writing = false;
                    if (closing) {
                        written.complete(null);
                    }
                    return;
                }
                batch = notes;
                notes = new ArrayDeque<>();
            }
            write(batch);
            batch.forEach(note -> note.told.accept(broken));
        }
    }

    private void write(ArrayDeque<Note> batch) {
        if (broken != null) {
            return;
        }
        List<byte[]> records = new ArrayList<>();
        boolean force = false;
        for (Note note : batch) {
            records.add(record(note));
            force |= note.kind != DONE;
        }
        try {
            file.append(records, sync && force);
            batch.forEach(this::apply);
            if (file.size() > compactBytes && file.size() > 2 * liveBytes) {
                compact();
            }
        } catch (IOException e) {
            broken = e;
        }
    }

    private static byte[] record(Note note) {
        if (note.added != null) {
            return note.added;
        }
        ByteBuffer out = ByteBuffer.allocate(note.kind == SENDING ? 11 : 9)
                .put(note.kind)
                .putLong(note.number);
        return note.kind == SENDING ? out.putChar((char) note.packetId).array() : out.array();
    }

    private void apply(Note note) {
        if (note.added != null) {
            add(note.number, note.added);
        } else {
            replay(record(note));
        }
    }

    private void compact() throws IOException {
        List<byte[]> records = new ArrayList<>();
        entries.forEach((number, entry) -> {
            records.add(entry.added);
            if (entry.packetId != 0) {
                records.add(record(new Note(SENDING, number, entry.packetId, null, failure -> {})));
            }
            if (entry.released) {
                records.add(record(new Note(RELEASED, number, 0, null, failure -> {})));
            }
        });
        file.replace(records);
    }

    @Override
    public CompletableFuture<Void> close() {
        synchronized (this) {
            closing = true;
            if (!writing) {
                written.complete(null);
            }
        }
        return written.thenRun(() -> {
            try {
                file.close();
            } catch (IOException e) {
                throw new MqttException.OutboxFailed("the outbox cannot be closed: " + e.getMessage(), e);
            }
        });
    }
}
