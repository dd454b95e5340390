package io.chasqui.client.outbox;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Records one behind the other that outlive the process: {@link RecordFile}, or a simulated disk. Used by one thread at a time;
 * one process at a time has them open.
 */
public interface Records extends Closeable {
    /** The records that were there when it was opened, in order. */
    List<byte[]> found();

    /** Forgets {@link #found}. */
    void forgetFound();

    /** Bytes of all that was written. */
    long size();

    /**
     * Appends records.
     *
     * @param force whether they are on the disk when this returns; otherwise with the operating system
     */
    void append(List<byte[]> records, boolean force) throws IOException;

    /** Puts {@code records} in the place of all that was written before, at once or not at all. */
    void replace(List<byte[]> records) throws IOException;
}
