package io.chasqui.broker.storage.disk;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A few sorted tables of byte strings that outlive the process: the seam under {@link DiskStore}. Keys are ordered byte by
 * byte, unsigned, a prefix first.
 *
 * <p>{@link #write} is called by one thread at a time, and so are {@link #compact} and {@link #freeBytes}; everything else on
 * any thread, also during a write. A read sees a batch wholly or not at all, and every batch whose write has returned.
 */
public interface Disk extends AutoCloseable {
    /** The tables. Their order is part of the format. */
    enum Table {
        /** Sessions with their subscriptions and Packet Identifiers, and what is said of the store itself. Small. */
        STATE,
        /** What each session is owed. */
        QUEUE,
        /** Messages that are owed to several, and how many owe them. */
        MESSAGES,
        /** Retained messages. */
        RETAINED
    }

    /** What was found lost when this disk was opened: nothing, of most. */
    default List<Lost> lost() {
        return List.of();
    }

    /**
     * Makes a batch safe as a whole, as durably as this disk is set to.
     *
     * @throws DiskException when it could not. Nothing of the batch is visible then; all of it may be after the next opening.
     *     The next call tries again, and so does whatever is needed to mend the disk.
     */
    void write(Batch batch) throws DiskException;

    /** The value of one key, or null. */
    byte @Nullable [] get(Table table, byte[] key) throws DiskException;

    /**
     * Walks a part of a table as it is now; later writes may be seen or not.
     *
     * @param from the lowest key that can be met
     * @param to above the highest key that can be met
     */
    Cursor scan(Table table, byte[] from, byte[] to) throws DiskException;

    /** A place in a part of a table. One thread at a time; to be closed before its disk. At no record at first. */
    interface Cursor extends AutoCloseable {
        /** Goes to the first record at {@code key} or after it; false when there is none. */
        boolean seek(byte[] key) throws DiskException;

        /** Goes to the last record before {@code key}; false when there is none. */
        boolean seekBefore(byte[] key) throws DiskException;

        /** Goes to the next record; false when this was the last. Only at a record. */
        boolean next() throws DiskException;

        /** Only at a record; not to be modified. */
        byte[] key();

        /** Only at a record; not to be modified. */
        byte[] value();

        @Override
        void close();
    }

    /** Bytes that can still be written, as far as known. */
    long freeBytes() throws DiskException;

    /** A hint: much was deleted in {@code from} to {@code to} of this table, so there may be space to give back. */
    void compact(Table table, byte[] from, byte[] to);

    /** Makes safe what was written, at any setting, and lets go of the files. */
    @Override
    void close();
}
