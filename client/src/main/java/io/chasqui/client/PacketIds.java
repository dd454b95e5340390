package io.chasqui.client;

import org.jspecify.annotations.Nullable;

/**
 * The Packet Identifiers of one session, and what each stands for: a message, a SUBSCRIBE or an UNSUBSCRIBE
 * (MQTT5-2.2.1-3). Confined to the event thread. Memory grows with those in use at once; they are given round the circle, so
 * that one just freed is not the next.
 */
final class PacketIds {
    static final int MAX = 65_535;

    private @Nullable Object[] owners = new @Nullable Object[16]; // by Packet Identifier; none at 0
    private int size;
    private int last;

    /** @return 1 to 65,535, or 0 when all are in use */
    int give(Object owner) {
        if (size == MAX) {
            return 0;
        }
        if (2 * (size + 1) > owners.length && owners.length <= MAX) {
            grow(owners.length * 2);
        }
        int id = last;
        do {
            id = id + 1 == owners.length ? 1 : id + 1;
        } while (owners[id] != null);
        last = id;
        take(id, owner);
        return id;
    }

    /** An identifier that was given in an earlier life of this application. */
    void take(int id, Object owner) {
        if (id >= owners.length) {
            grow(Integer.highestOneBit(id) * 2);
        }
        assert owners[id] == null : id;
        owners[id] = owner;
        size++;
    }

    @Nullable
    Object owner(int id) {
        return id < owners.length ? owners[id] : null;
    }

    void free(int id) {
        assert owners[id] != null : id;
        owners[id] = null;
        size--;
    }

    private void grow(int length) {
        @Nullable Object[] more = new @Nullable Object[Math.min(length, MAX + 1)];
        System.arraycopy(owners, 0, more, 0, owners.length);
        owners = more;
    }
}
