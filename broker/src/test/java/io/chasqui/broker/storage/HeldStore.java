package io.chasqui.broker.storage;

import io.chasqui.broker.message.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store whose writes end when the test says so, and how. */
public final class HeldStore implements Store {
    public final MemoryStore memory = new MemoryStore();

    /** What was written, in order, whether it has ended or not; a batch given again stands here again. */
    public final List<List<Change>> given = new ArrayList<>();

    public boolean room = true;

    /** Where reads wait for the test, or null when they are done at once. */
    public @Nullable Queue<Runnable> reads;

    /** Whether writes succeed by themselves. */
    public boolean prompt;

    private final Queue<Runnable> held = new ArrayDeque<>();

    /** A write that waits. */
    private record Write(HeldStore store, List<Change> changes, Completion completion) implements Runnable {
        @Override
        public void run() {
            store.memory.write(changes, completion);
        }
    }

    /** Writes that have not ended. */
    public int waiting() {
        return held.size();
    }

    /** The oldest write is safe. */
    public void succeed() {
        held.remove().run();
    }

    /** The oldest write has failed. */
    public void fail() {
        ((Write) held.remove()).completion.done(false);
    }

    @Override
    public long lastSession() {
        return memory.lastSession();
    }

    @Override
    public void load(int shard, Consumer<StoredSession> sessions) {
        memory.load(shard, sessions);
    }

    @Override
    public void loadRetained(Consumer<Message> messages) {
        memory.loadRetained(messages);
    }

    @Override
    public void write(List<Change> changes, Completion completion) {
        given.add(changes);
        held.add(new Write(this, changes, completion));
        if (prompt) {
            succeed();
        }
    }

    @Override
    public boolean isImmediate() {
        return false;
    }

    @Override
    public boolean hasRoom() {
        return room;
    }

    @Override
    public void read(SessionId session, long from, int messages, long bytes, Consumer<List<Change.Owed>> into) {
        Runnable read = () -> memory.read(session, from, messages, bytes, into);
        if (reads == null) {
            read.run();
        } else {
            reads.add(read);
        }
    }

    @Override
    public void close() {}
}
