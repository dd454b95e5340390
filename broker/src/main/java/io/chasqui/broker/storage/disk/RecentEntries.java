package io.chasqui.broker.storage.disk;

import java.util.Arrays;

/**
 * Which entries were written lately and where their messages are, so that settling one needs no look at the disk. Forgets
 * when another takes the place. Confined to the writer.
 */
final class RecentEntries {
    static final long UNKNOWN = -1;
    private static final int SLOTS_SHIFT = 50; // 16,384 entries, 400 KB
    private static final int SLOTS = 1 << 64 - SLOTS_SHIFT;
    private static final long HAS_PROGRESS = 1L << 62;

    private final long[] sessions = new long[SLOTS]; // 0 is no session
    private final long[] sequences = new long[SLOTS];
    private final long[] messageIds = new long[SLOTS];

    void put(long session, long sequence, long messageId) {
        int slot = slot(session, sequence);
        sessions[slot] = session;
        sequences[slot] = sequence;
        messageIds[slot] = messageId;
    }

    /** The id of its message, 0 when that is in the entry itself, or {@link #UNKNOWN}. */
    long messageId(long session, long sequence) {
        int slot = slot(session, sequence);
        return isAt(slot, session, sequence) ? messageIds[slot] & ~HAS_PROGRESS : UNKNOWN;
    }

    /** Whether a progress may stand beside it: true when unknown. */
    boolean mayHaveProgress(long session, long sequence) {
        int slot = slot(session, sequence);
        return !isAt(slot, session, sequence) || (messageIds[slot] & HAS_PROGRESS) != 0;
    }

    void progress(long session, long sequence) {
        int slot = slot(session, sequence);
        if (isAt(slot, session, sequence)) {
            messageIds[slot] |= HAS_PROGRESS;
        }
    }

    void remove(long session, long sequence) {
        int slot = slot(session, sequence);
        if (isAt(slot, session, sequence)) {
            sessions[slot] = 0;
        }
    }

    void clear() {
        Arrays.fill(sessions, 0);
    }

    private boolean isAt(int slot, long session, long sequence) {
        return sessions[slot] == session && sequences[slot] == sequence;
    }

    private static int slot(long session, long sequence) {
        return (int) ((session * 0xC2B2_AE3D_27D4_EB4FL + sequence) * 0x9E37_79B9_7F4A_7C15L >>> SLOTS_SHIFT);
    }
}
