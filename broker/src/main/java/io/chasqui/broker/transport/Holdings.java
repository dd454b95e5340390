package io.chasqui.broker.transport;

import io.chasqui.broker.connection.Core;
import io.chasqui.broker.loop.Timer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the connections of one loop hold in buffers, within the loop's share of {@code limits.connection-memory-bytes}: parts of packets
 * that have come, and what was written and not yet taken. Confined to the loop.
 *
 * <p>As it fills up:
 *
 * <ol>
 *   <li>from half of the share on the loop is <em>crowded</em>: who connects is told that the server is busy, and after a second of it
 *       those that hold most are closed, until a quarter is left;
 *   <li>from three quarters on publishers of all loops are not read, until it is half again;
 *   <li>when it is full nothing more is written to a connection, and one that would have to keep a part of a packet is closed.
 * </ol>
 *
 * So clients that send halves of packets, or do not take what they asked for, lose their connections before others notice.
 */
final class Holdings {
    private static final long LOOK_NANOS = 100_000_000L;

    /** How long a loop may be crowded before connections are closed: a burst that clients take is over sooner. */
    private static final long PATIENCE_NANOS = 1_000_000_000L;

    private final NettyLoop loop;
    private final Core core;
    private final Copies copies;
    private final long share; // bytes
    private final Set<MqttHandler> holders = new LinkedHashSet<>(); // those that hold anything at the end of a turn
    private final Set<MqttHandler> thirsty =
            new LinkedHashSet<>(); // those that were told not to write because it is full
    private long held; // bytes, of connections
    private boolean crowded;
    private boolean congested; // publishers are not read
    private long crowdedSince;
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

    /** Whether nothing more can be kept. */
    boolean isFull() {
        return bytes() >= share;
    }

    /** {@code handler} may not write, because it is full; it is told when there is room. */
    void awaitRoom(MqttHandler handler) {
        thirsty.add(handler);
    }

    /** Draws the conclusions: at the end of a turn, and when something has come in. */
    void judge() {
        long bytes = bytes();
        core.counters().connectionBytes = bytes;
        if (!crowded && bytes >= share / 2) {
            crowded = true;
            crowdedSince = loop.nanoTime();
            core.crowded(true);
        }
        if (!congested && bytes >= share / 4 * 3) {
            congested = true;
            core.router().congested(true);
        }
        if (bytes >= share / 2) {
            return;
        }
        if (crowded) {
            crowded = false;
            core.crowded(false);
        }
        if (congested) {
            congested = false;
            core.router().congested(false);
        }
        if (!thirsty.isEmpty()) {
            List<MqttHandler> writers = List.copyOf(thirsty);
            thirsty.clear();
            loop.execute(() -> writers.forEach(MqttHandler::tellWritable));
        }
    }

    /** What clients take is not heard of one by one: from time to time all that hold something are measured. */
    private void look() {
        List.copyOf(holders).forEach(MqttHandler::measure);
        copies.look();
        judge();
        if (crowded && loop.nanoTime() - crowdedSince >= PATIENCE_NANOS) {
            makeRoom();
        }
        if ((crowded || !holders.isEmpty()) && !look.isSet()) {
            loop.timers().set(look, LOOK_NANOS);
        }
    }

    private void makeRoom() {
        List<MqttHandler> heaviest = new ArrayList<>(holders);
        heaviest.sort(Comparator.comparingLong(MqttHandler::pinnedBytes).reversed());
        for (MqttHandler handler : heaviest) {
            copies.look();
            if (bytes() <= share / 4) {
                break;
            }
            handler.evict();
        }
        judge();
    }
}
