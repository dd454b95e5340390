package io.chasqui.broker.storage;

import io.chasqui.broker.message.Message;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Where sessions and retained messages live beyond the process. What "safe" means is the implementation's to say: for
 * {@link MemoryStore}, until the store is garbage; for one on disk, through a crash and a loss of power.
 *
 * <p>Use: {@link #load} each shard and {@link #loadRetained}, before anything else; then one {@link #journal} for each loop;
 * then {@link #close}, when the loops have stopped. One broker at a time.
 */
public interface Store extends AutoCloseable {
    /**
     * Hands out the sessions of one shard as they were left, each once, in no order.
     *
     * @param shard 0 to the number of shards less one; that number is fixed for the life of a store
     */
    void load(int shard, Consumer<StoredSession> sessions);

    /** Hands out the retained messages, each once, in no order. */
    void loadRetained(Consumer<Message> messages);

    /** @param loop runs a task on the loop whose journal this is, in order */
    Journal journal(Executor loop);

    /** Waits for what was handed over to be safe, and lets go of files and threads. */
    @Override
    void close();
}
