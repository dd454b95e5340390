package io.chasqui.broker.storage;

import io.chasqui.broker.message.Message;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where sessions and retained messages live beyond the process. What "safe" means is the implementation's to say: for
 * {@link MemoryStore}, until the store is garbage; for one on disk, through a crash and a loss of power.
 *
 * <p>Use: {@link #load} each shard and {@link #loadRetained}, before anything else; then {@link #write} and {@link #read} from any
 * thread, through one {@link Journal} for each loop; then {@link #close}, when the loops have stopped. One broker at a time.
 */
public interface Store extends AutoCloseable {
    /** The highest number of a session that this store has ever been told, 0 for none. */
    long lastSession();

    /**
     * Hands out the sessions of one shard as they were left, each once, in no order, without their messages. Shards may be loaded at
     * the same time by several threads.
     *
     * @param shard 0 to the number of shards less one; that number is fixed for the life of a store
     */
    void load(int shard, Consumer<StoredSession> sessions);

    /** Hands out the retained messages, each once, in no order. */
    void loadRetained(Consumer<Message> messages);

    /** Hears how a {@link #write} ended, once, on any thread: inside the call, too, if {@link #isImmediate}. */
    @FunctionalInterface
    interface Completion {
        /** @param safe false when nothing of the changes was kept; they may be given again */
        void done(boolean safe);
    }

    /**
     * Keeps {@code changes} as a whole or not at all, and after those of all calls before. Does not block.
     *
     * @param changes not to be modified afterwards
     */
    void write(List<Change> changes, Completion completion);

    /** Whether {@link #write} is done when it returns. */
    boolean isImmediate();

    /** Whether there is room for more: false when the disk is nearly full or fails. Any thread; may change at any time. */
    boolean hasRoom();

    /**
     * Reads messages that are owed to a session, in the order of their sequences, as they are after all writes that have completed.
     * Does not block; what the store has lost is left out.
     *
     * @param from the lowest sequence that is wanted
     * @param messages at most so many, above zero
     * @param bytes no further one when the payloads and topics of those read reach so many; at least one is read
     * @param into hears the result once, on any thread: an empty list when nothing from there on is owed. Inside the call, too, if {@link #isImmediate}
     */
    void read(SessionId session, long from, int messages, long bytes, Consumer<List<Change.Owed>> into);

    /** Waits for what was handed over to be safe, and lets go of files and threads. */
    @Override
    void close();
}
