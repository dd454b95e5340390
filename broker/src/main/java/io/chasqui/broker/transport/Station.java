package io.chasqui.broker.transport;

import io.chasqui.broker.connection.Core;
import io.chasqui.protocol.TopicTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the channels of one loop share: its core, its table of topics, and the list of those that have something to flush at
 * the end of the turn. Confined to the loop.
 */
final class Station {
    private static final int KNOWN_TOPICS = 1 << 14;

    final NettyLoop loop;
    final Core core;
    final TopicTable topics = new TopicTable(KNOWN_TOPICS);
    final Copies copies = new Copies();
    final Holdings holdings;
    final Set<MqttHandler> waiting = new HashSet<>(); // channels that have not sent CONNECT
    private final Runnable flush = this::flush;
    private ArrayList<MqttHandler> dirty = new ArrayList<>();
    private ArrayList<MqttHandler> flushing = new ArrayList<>();

    /** @param connectionBytes that the connections of the loop may hold */
    Station(NettyLoop loop, Core core, long connectionBytes) {
        this.loop = loop;
        this.core = core;
        this.holdings = new Holdings(loop, core, copies, connectionBytes);
    }

    /** Ends all conversations, also those that have not begun. */
    void stop() {
        List.copyOf(waiting).forEach(handler -> handler.dismiss(false));
        core.stop();
        copies.close();
    }

    /** {@code handler} has written something that is to be flushed with the rest of this turn. */
    void flushLater(MqttHandler handler) {
        if (dirty.isEmpty()) {
            loop.atEndOfTurn(flush);
        }
        dirty.add(handler);
    }

    private void flush() {
        ArrayList<MqttHandler> now = dirty;
        dirty = flushing; // what is written while flushing is flushed in a turn of its own
        flushing = now;
        for (MqttHandler handler : now) {
            handler.flush();
        }
        now.clear();
        copies.release();
        holdings.judge();
    }
}
