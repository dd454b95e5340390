package io.chasqui.broker.transport;

import io.chasqui.broker.connection.Core;
import io.chasqui.broker.loop.Timer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the connections of one loop hold in buffers, within the loop's share of {@code limits.connection-memory-bytes}: parts of packets
 * that have come, and what was written and not yet taken. Confined to the loop.
 *
 * <p>As it fills up, those who hold much feel it first, and those who hold little last:
 *
 * <ol>
 *   <li>from half of the share on memory is <em>short</em>: a connection that holds more than its {@linkplain #part part} is not read and not
 *       written to, so that the other half is for the others;
 *   <li>after a second of that those that hold most are closed, until a quarter is left, and whoever comes from their addresses in the
 *       next seconds has to {@linkplain #delayNanos wait};
 *   <li>from three quarters on publishers of all loops are slowed;
 *   <li>when it is full nothing is written, and for one more part of a packet those that hold most are closed at once.
 * </ol>
 */
final class Holdings {
    private static final long MILLIS = 1_000_000L;
    private static final long LOOK_NANOS = 100 * MILLIS;
    private static final long LOOK_WHEN_SHORT_NANOS = 20 * MILLIS;

    /** How long memory may be short before connections are closed: a burst that clients take is over sooner. */
    private static final long PATIENCE_NANOS = 1_000 * MILLIS;

    /** For so long after one of its connections was closed an address has to wait. */
    private static final long MEMORY_NANOS = 10_000 * MILLIS;

    /** That such an address waits for each connection. */
    static final long DELAY_NANOS = 1_000 * MILLIS;

    private static final int MOST_ADDRESSES = 4_096; // remembered; then the oldest is forgotten
    private static final long LEAST_PART = 4 << 10; // bytes

    private final NettyLoop loop;
    private final Core core;
    private final Copies copies;
    private final long share; // bytes
    private final Set<MqttHandler> holders = new LinkedHashSet<>(); // those that hold anything at the end of a turn
    private final Set<MqttHandler> thirsty =
            new LinkedHashSet<>(); // those that were told not to write, for want of room
    private final Map<String, Long> evicted = new LinkedHashMap<>(); // addresses, and when that is forgotten
    private long held; // bytes, of connections
    private boolean noticed; // that memory is short
    private boolean congested; // publishers are slowed
    private boolean stayedFull; // since the last look
    private long shortSince;
    private final Timer look = new Timer() {
        @Override
        protected void onTime() {
            look();
        }
    };

    Holdings(NettyLoop loop, Core core, Copies copies, long share) {
        this.loop = loop;
        this.core = core;
        this.copies = copies;
        this.share = share;
    }

    /** A connection holds so many bytes more, or less; it will say so again at the end of the turn. */
    void add(long bytes) {
        held += bytes;
    }

    /**
     * A connection has been measured: at the end of a turn, or when asked.
     *
     * @param change bytes that it holds more than before
     */
    void measured(MqttHandler handler, long change, boolean holds) {
        held += change;
        if (!holds) {
            if (!holders.isEmpty()) {
                holders.remove(handler);
            }
        } else if (holders.add(handler) && !look.isSet()) {
            loop.timers().set(look, LOOK_NANOS);
        }
    }

    private long bytes() {
        return held + copies.bytes();
    }

    private boolean isShort() {
        return bytes() >= share / 2;
    }

    private boolean isFull() {
        return bytes() >= share;
    }

    /** Bytes that one connection may hold while memory is short: together that is another quarter of the share. */
    private long part() {
        return Math.max(LEAST_PART, share / 4 / Math.max(1, holders.size()));
    }

    /** Whether a connection that holds so many bytes is not to get more now. */
    boolean isTooMuch(long bytes) {
        return isShort() && bytes > part();
    }

    /** Whether something may be written to a connection that holds so many bytes. */
    boolean hasRoom(long bytes) {
        return !isShort() || !isFull() && bytes <= part();
    }

    /** {@code handler} may not write, for there is no room; it is told when there is. */
    void awaitRoom(MqttHandler handler) {
        thirsty.add(handler);
        if (!look.isSet()) {
            loop.timers().set(look, LOOK_WHEN_SHORT_NANOS);
        }
    }

    /**
     * How long one who connects has to wait: not at all, unless connections from there have been closed lately, for
     * they held too much. So those who come again at once do not get all of the time that there is.
     */
    long delayNanos(MqttHandler newcomer) {
        Long until = evicted.isEmpty() ? null : evicted.get(newcomer.host());
        return until != null && until - loop.nanoTime() > 0 ? DELAY_NANOS : 0;
    }

    /** Draws the conclusions: at the end of a turn, and when something has come in. */
    void judge() {
        long bytes = bytes();
        core.counters().connectionBytes = bytes;
        if (!congested && bytes >= share / 4 * 3) {
            congested = true;
            core.router().congested(true);
        }
        if (isShort() == noticed) {
            return;
        }
        noticed = !noticed;
        if (noticed) {
            shortSince = loop.nanoTime();
            loop.timers().cancel(look);
            loop.timers().set(look, LOOK_WHEN_SHORT_NANOS);
        } else if (congested) {
            congested = false;
            core.router().congested(false);
        }
        restrainThoseWithTooMuch();
    }

    private void restrainThoseWithTooMuch() {
        holders.forEach(MqttHandler::restrain);
        if (thirsty.isEmpty()) {
            return;
        }
        List<MqttHandler> writers =
                thirsty.stream().filter(each -> hasRoom(each.heldBytes())).toList();
        writers.forEach(thirsty::remove);
        if (!writers.isEmpty()) {
            loop.execute(() -> writers.forEach(MqttHandler::tellWritable));
        }
    }

    /** What clients take is not heard of one by one: from time to time all that hold something are measured. */
    private void look() {
        List.copyOf(holders).forEach(MqttHandler::measure);
        copies.look();
        judge();
        if (noticed) {
            boolean full = isFull();
            if (full && stayedFull || loop.nanoTime() - shortSince >= PATIENCE_NANOS) {
                makeRoom(share / 4);
            }
            stayedFull = full;
        }
        if (noticed || !thirsty.isEmpty()) {
            restrainThoseWithTooMuch();
        }
        if ((noticed || !holders.isEmpty() || !thirsty.isEmpty()) && !look.isSet()) {
            loop.timers().set(look, noticed ? LOOK_WHEN_SHORT_NANOS : LOOK_NANOS);
        }
    }

    /** Something has come in that has to be kept. Who holds most makes room for it, if there is none. */
    void makeRoomIfFull() {
        if (isFull()) {
            makeRoom(share / 4 * 3);
        }
    }

    private void makeRoom(long until) {
        List<MqttHandler> heaviest = new ArrayList<>(holders);
        heaviest.sort(Comparator.comparingLong(MqttHandler::pinnedBytes).reversed());
        for (MqttHandler handler : heaviest) {
            copies.look();
            if (bytes() <= until) {
                break;
            }
            remember(handler.host());
            handler.evict();
        }
        judge();
    }

    private void remember(String address) {
        evicted.remove(address);
        evicted.put(address, loop.nanoTime() + MEMORY_NANOS);
        if (evicted.size() > MOST_ADDRESSES) {
            evicted.remove(evicted.keySet().iterator().next());
        }
    }
}
