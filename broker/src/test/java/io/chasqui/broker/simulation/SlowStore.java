package io.chasqui.broker.simulation;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.Store;
import io.chasqui.broker.storage.StoredSession;
import java.util.List;
import java.util.function.Consumer;

/** A store that takes its time: what was handed over is safe some milliseconds later, in order. */
final class SlowStore implements Store {
    private final Scheduler scheduler;
    private final long mostDelay;
    private final MemoryStore memory = new MemoryStore();
    private long last; // when the last write will be done

    SlowStore(Scheduler scheduler, long mostDelay) {
        this.scheduler = scheduler;
        this.mostDelay = mostDelay;
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
        last = Math.max(last, scheduler.now() + scheduler.upTo(mostDelay));
        scheduler.at(last, () -> memory.write(changes, completion));
    }

    @Override
    public boolean isImmediate() {
        return false;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public void read(SessionId session, long from, int messages, long bytes, Consumer<List<Change.Owed>> into) {
        scheduler.after(scheduler.upTo(mostDelay), () -> memory.read(session, from, messages, bytes, into));
    }

    @Override
    public void close() {
        memory.close();
    }
}
