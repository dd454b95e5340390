package io.chasqui.broker.storage;

/**
 * One loop's way to a {@link Store}: takes changes in order and tells when they are safe. Confined to its loop, but for
 * changes to retained messages, which any loop makes while it holds the topic: the store must keep those of one topic in
 * the order of the calls.
 */
public interface Journal {
    /** Hands over one change. Does not block; the change is not safe before {@link #whenDurable} says so. */
    void append(int shard, Change change);

    /** Whether all that was handed over on this loop is safe, so that nobody needs to wait. */
    boolean isDurable();

    /** Runs {@code task} on the loop once all that was handed over so far is safe; at once if it is. */
    void whenDurable(Runnable task);
}
