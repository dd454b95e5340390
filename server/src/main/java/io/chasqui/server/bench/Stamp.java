package io.chasqui.server.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What the first {@value #BYTES} bytes of every payload say: the run (so that messages of an earlier one are not counted), the
 * stream, which is one topic of one publisher, the number of the message in its stream, and when it was due.
 */
final class Stamp {
    static final int BYTES = 24;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Stamp() {}

    /**
     * @param sequence from 0 on
     * @param dueNanos of {@link System#nanoTime}, for the same process reads it
     */
    static void write(byte[] payload, int run, int stream, long sequence, long dueNanos) {
        LONG.set(payload, 0, (long) run << 32 | stream);
        LONG.set(payload, 8, sequence);
        LONG.set(payload, 16, dueNanos);
    }

    static boolean isOf(int run, byte[] payload) {
        return payload.length >= BYTES && (int) ((long) LONG.get(payload, 0) >>> 32) == run;
    }

    static int stream(byte[] payload) {
        return (int) (long) LONG.get(payload, 0);
    }

    static long sequence(byte[] payload) {
        return (long) LONG.get(payload, 8);
    }

    static long dueNanos(byte[] payload) {
        return (long) LONG.get(payload, 16);
    }
}
