package io.chasqui.broker.simulation;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.broker.storage.Store;
import io.chasqui.broker.storage.StoredSession;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A store that takes its time: what was handed over is safe some milliseconds later, a batch at a time. */
final class SlowStore implements Store {
    private final Scheduler scheduler;
    private final long mostDelay;
    private final MemoryStore memory = new MemoryStore();

    SlowStore(Scheduler scheduler, long mostDelay) {
        this.scheduler = scheduler;
        this.mostDelay = mostDelay;
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
    public Journal journal(Executor loop) {
        return new SlowJournal(loop);
    }

    @Override
    public void close() {
        memory.close();
    }

    /** One batch is being written, the next one gathers meanwhile. */
    private final class SlowJournal implements Journal {
        private final Executor loop;
        private final Journal inner;
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        private long appended;
        private long durable;
        private boolean writing;

        private record Waiting(long appended, Runnable task) {}

        SlowJournal(Executor loop) {
            this.loop = loop;
            this.inner = memory.journal(loop);
        }

        @Override
        public void append(int shard, Change change) {
            inner.append(shard, change);
            appended++;
            write();
        }

        private void write() {
            if (!writing && durable < appended) {
                writing = true;
                long batch = appended;
                scheduler.after(scheduler.upTo(mostDelay), () -> loop.execute(() -> onWritten(batch)));
            }
        }

        private void onWritten(long batch) {
            writing = false;
            durable = batch;
            while (!waiting.isEmpty() && waiting.getFirst().appended <= durable) {
                waiting.removeFirst().task.run();
            }
            write();
        }

        @Override
        public boolean isDurable() {
            return durable == appended;
        }

        @Override
        public void whenDurable(Runnable task) {
            if (isDurable()) {
                task.run();
            } else {
                waiting.add(new Waiting(appended, task));
            }
        }
    }
}
