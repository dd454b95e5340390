package io.chasqui.broker;

import java.net.InetSocketAddress;
import java.util.List;

/** A running broker. Start it with {@link #start}, stop it with {@link #close}; safe on any thread. */
public final class Broker implements AutoCloseable {
    private Broker() {}

    /**
     * Starts listening.
     *
     * @throws java.io.UncheckedIOException when a listener cannot bind; the message names it
     */
    public static Broker start(BrokerConfig config) {
        throw new UnsupportedOperationException("core");
    }

    /** The addresses that listeners are bound to, in the order of the configuration; ports are real even where 0 was asked for. */
    public List<InetSocketAddress> addresses() {
        throw new UnsupportedOperationException("core");
    }

    /** Says DISCONNECT 0x8B to MQTT 5 clients, closes all connections and stops the threads. Idempotent. */
    @Override
    public void close() {}
}
