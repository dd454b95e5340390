package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import io.chasqui.protocol.Qos;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The QoS 1 and 2 messages that were sent to one client and are not finished, with their Packet Identifiers: found by
 * identifier, walked in the order of sending.
 *
 * <p>A table indexed by the low bits of the identifier, at most half full, so that a free identifier is always near and two
 * live ones never share a place; and a doubly linked list through the entries. Empty until used.
 */
final class InFlight {
    static final int MAX_PACKET_ID = 65_535;

    private static final int MAX_PLACES = MAX_PACKET_ID + 1;
    private static final int SHARERS = 8; // at the least, for a message that goes to more than one

    private @Nullable Entry @Nullable [] places;
    private @Nullable Entry first;
    private @Nullable Entry last;
    private int size;
    private int lastPacketId;
    private @Nullable ArrayDeque<Entry>
            held; // the last ones in the order of sending, which are not sent yet; null for none

    /** One message under way. */
    static final class Entry {
        final int packetId;
        final Message message;
        final Route route;
        final Qos qos;
        final int weight; // bytes that it counts in memory; what several share counts an eighth with each
        boolean released; // PUBREC came, PUBREL was sent, PUBCOMP is awaited
        boolean onWire; // it takes a place in the client's window on this connection
        boolean held; // it waits with those held before it until the store has its Packet Identifier
        boolean safe; // the store has it, or needs not to
        boolean sent; // on this connection or one before: the next time it is a duplicate
        final boolean retain;

        @Nullable
        Owed owed; // by which the store knows it

        @Nullable
        Entry previous;

        @Nullable
        Entry next;

        Entry(int packetId, Message message, Route route, Qos qos, boolean retain) {
            this.packetId = packetId;
            this.message = message;
            this.route = route;
            this.qos = qos;
            this.retain = retain;
            this.weight = (message.isForOne() ? message.bytes() : message.bytes() / SHARERS) + Waiting.OVERHEAD;
        }
    }

    int size() {
        return size;
    }

    @Nullable
    Entry first() {
        return first;
    }

    @Nullable
    Entry get(int packetId) {
        if (places == null) {
            return null;
        }
        Entry entry = places[packetId & places.length - 1];
        return entry != null && entry.packetId == packetId ? entry : null;
    }

    /** Whether a further message finds an identifier. */
    boolean hasFreeId() {
        return size < MAX_PACKET_ID;
    }

    /** Adds a message with an identifier that is not in use (MQTT5-2.2.1-4). */
    Entry add(Message message, Route route, Qos qos, boolean retain) {
        @Nullable Entry[] table = room();
        int packetId = lastPacketId;
        do {
            packetId = packetId == MAX_PACKET_ID ? 1 : packetId + 1;
        } while (table[packetId & table.length - 1] != null);
        return put(table, new Entry(packetId, message, route, qos, retain));
    }

    /** Puts back a message that was in flight before a restart, behind those already here. */
    void restore(Entry entry) {
        @Nullable Entry[] table = room();
        while (table[entry.packetId & table.length - 1] != null) {
            table = larger(table);
        }
        put(table, entry);
    }

    private Entry put(@Nullable Entry[] table, Entry entry) {
        lastPacketId = entry.packetId;
        table[entry.packetId & table.length - 1] = entry;
        entry.previous = last;
        if (last == null) {
            first = entry;
        } else {
            last.next = entry;
        }
        last = entry;
        size++;
        return entry;
    }

    private @Nullable Entry[] room() {
        @Nullable Entry[] table = places;
        if (table == null) {
            table = new @Nullable Entry[4];
            places = table;
        }
        return size * 2 >= table.length && table.length < MAX_PLACES ? larger(table) : table;
    }

    private @Nullable Entry[] larger(@Nullable Entry[] table) {
        @Nullable Entry[] larger = new @Nullable Entry[table.length * 2];
        for (Entry entry = first; entry != null; entry = entry.next) {
            larger[entry.packetId & larger.length - 1] = entry;
        }
        places = larger;
        return larger;
    }

    /** Has an entry, the last one so far, wait until it and those held before it are safe. */
    void hold(Entry entry) {
        entry.held = true;
        if (held == null) {
            held = new ArrayDeque<>();
        }
        held.add(entry);
    }

    /** Whether any entry is held. */
    boolean holds() {
        return held != null;
    }

    /** The first that is held if it is safe: it is held no longer. Else null. */
    @Nullable
    Entry letGo() {
        if (held == null || !held.element().safe) {
            return null;
        }
        Entry next = held.remove();
        next.held = false;
        held = held.isEmpty() ? null : held;
        return next;
    }

    void remove(Entry entry) {
        assert places != null && get(entry.packetId) == entry;
        places[entry.packetId & places.length - 1] = null;
        if (entry.previous == null) {
            first = entry.next;
        } else {
            entry.previous.next = entry.next;
        }
        if (entry.next == null) {
            last = entry.previous;
        } else {
            entry.next.previous = entry.previous;
        }
        size--;
        if (size == 0 && places.length > 1024) {
            places = null; // an idle session should not keep a burst's table
        }
    }
}
