package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.disk.Disk.Table;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks records whose keys have a number of eight bytes behind a common prefix, and steps over what cannot be read: it looks for
 * the next number that can be, in ever larger steps, and then back by halves. Ends after at most some 130 attempts a gap.
 */
final class Walk implements AutoCloseable {
    /** Hears of a part that cannot be read. Numbers are unsigned. */
    interface Gaps {
        /** @param to the first number that can be read, or -1 when none can up to the end */
        void gap(long from, long to);
    }

    private final Disk.Cursor cursor;
    private final byte[] prefix;
    private final boolean faultsAreGaps;
    private final Gaps gaps;
    private boolean lastIsDamaged;

    /** @param to above the highest key that can be met
     *  @param faultsAreGaps whether to step over what fails for another reason than damage */
    Walk(Disk disk, Table table, byte[] prefix, byte[] to, boolean faultsAreGaps, Gaps gaps) throws DiskException {
        this.cursor = disk.scan(table, prefix, to);
        this.prefix = prefix;
        this.faultsAreGaps = faultsAreGaps;
        this.gaps = gaps;
    }

    /** Goes to the first record with this number or a higher one. */
    boolean seek(long number) throws DiskException {
        try {
            return cursor.seek(keyOf(number));
        } catch (DiskException e) {
            throwUnlessGap(e);
            return skip(number);
        }
    }

    boolean next() throws DiskException {
        byte[] last = cursor.key();
        try {
            return cursor.next();
        } catch (DiskException e) {
            throwUnlessGap(e);
            long number = numberOf(last);
            return number != -1 && skip(number + 1);
        }
    }

    /** Goes to the last record before that with this number. */
    boolean seekBefore(long number) throws DiskException {
        return before(keyOf(number));
    }

    /** Goes to the last record before this key. */
    boolean seekBefore(byte[] key) throws DiskException {
        return before(key);
    }

    private boolean before(byte[] key) throws DiskException {
        lastIsDamaged = false;
        try {
            return cursor.seekBefore(key);
        } catch (DiskException e) {
            throwUnlessGap(e);
            lastIsDamaged = true;
            return lastByWalking(key);
        }
    }

    /** Whether a record behind that of the last {@link #seekBefore} may be there and cannot be read. */
    boolean lastIsDamaged() {
        return lastIsDamaged;
    }

    /** Backwards there is no way around what is damaged, so this takes the long way. */
    private boolean lastByWalking(byte[] before) throws DiskException {
        byte[] last = null;
        for (boolean more = seek(0); more && Arrays.compareUnsigned(key(), before) < 0; more = next()) {
            last = key();
        }
        return last != null && cursor.seek(last);
    }

    private boolean skip(long from) throws DiskException {
        long failed = from - 1;
        long at = from;
        for (long step = 1; ; step <<= 1) {
            Boolean found = tryAt(at);
            if (found != null) {
                break;
            }
            failed = at;
            at += step;
            if (step <= 0 || Long.compareUnsigned(at, failed) < 0) {
                gaps.gap(from, -1);
                return false;
            }
        }
        while (at - failed != 1 && at != from) {
            long middle = failed + (at - failed >>> 1);
            if (tryAt(middle) == null) {
                failed = middle;
            } else {
                at = middle;
            }
        }
        boolean found = cursor.seek(keyOf(at));
        gaps.gap(from, found ? at : -1);
        return found;
    }

    /** Null when that cannot be read. */
    private @Nullable Boolean tryAt(long number) throws DiskException {
        try {
            return cursor.seek(keyOf(number));
        } catch (DiskException e) {
            throwUnlessGap(e);
            return null;
        }
    }

    private void throwUnlessGap(DiskException e) throws DiskException {
        if (e.kind() != DiskException.Kind.DAMAGE && !faultsAreGaps) {
            throw e;
        }
    }

    byte[] key() {
        return cursor.key();
    }

    byte[] value() {
        return cursor.value();
    }

    /** Of the record at hand. */
    long number() {
        return numberOf(cursor.key());
    }

    private long numberOf(byte[] key) {
        long number = 0;
        for (int i = prefix.length; i < prefix.length + 8; i++) {
            number = number << 8 | (i < key.length ? key[i] & 0xFF : 0);
        }
        return number;
    }

    private byte[] keyOf(long number) {
        return keyOf(prefix, number);
    }

    static byte[] keyOf(byte[] prefix, long number) {
        if (number == 0) {
            return prefix; // also below shorter keys
        }
        byte[] key = Arrays.copyOf(prefix, prefix.length + 8);
        for (int i = 0; i < 8; i++) {
            key[prefix.length + i] = (byte) (number >>> 56 - 8 * i);
        }
        return key;
    }

    @Override
    public void close() {
        cursor.close();
    }
}
