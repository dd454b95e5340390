package io.chasqui.broker;

import io.chasqui.broker.auth.Security;
import io.chasqui.broker.connection.Interceptor;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.broker.storage.Store;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a broker is to be started with. Without a word it is as {@link BrokerConfig#DEFAULT} says, open to everyone,
 * with sessions and messages in memory. For one thread; starts one broker.
 */
public final class BrokerBuilder {
    private final List<ListenerConfig> listeners = new ArrayList<>();
    private BrokerConfig config = BrokerConfig.DEFAULT;
    private Security security = Security.OPEN;
    private @Nullable Store store;
    private @Nullable Interceptor interceptor;

    BrokerBuilder() {}

    /** Limits, loops and all the rest; its listeners only if none is given here. */
    public BrokerBuilder config(BrokerConfig newConfig) {
        config = newConfig;
        return this;
    }

    /**
     * Adds a listener for MQTT over TCP.
     *
     * @param host address to bind, such as {@code 127.0.0.1}
     * @param port 1 to 65,535, or 0 for a free one, see {@link Broker#addresses}
     * @throws InvalidConfigException when they are none
     */
    public BrokerBuilder listen(String host, int port) {
        ListenerConfig usual = ListenerConfig.DEFAULT;
        String name = listeners.isEmpty() ? usual.name() : usual.name() + "-" + (listeners.size() + 1);
        return listen(new ListenerConfig(name, host, port, usual.maxConnections(), usual.connectTimeout()));
    }

    /** Adds a listener. */
    public BrokerBuilder listen(ListenerConfig listener) {
        listeners.add(listener);
        return this;
    }

    /** Who may come and what they may do. */
    public BrokerBuilder security(Security newSecurity) {
        security = newSecurity;
        return this;
    }

    /** What sessions and retained messages are kept in: this broker's alone, and closed with it. */
    public BrokerBuilder store(Store newStore) {
        store = newStore;
        return this;
    }

    /** Who sees what clients do, and rules over what they publish. */
    public BrokerBuilder interceptor(Interceptor newInterceptor) {
        interceptor = newInterceptor;
        return this;
    }

    /**
     * Starts listening.
     *
     * @throws InvalidConfigException with all faults at once
     * @throws java.io.UncheckedIOException when a listener cannot bind; the message names it
     */
    public Broker start() {
        BrokerConfig used = listeners.isEmpty() ? config : config.withListeners(listeners);
        return Broker.start(used, security, store == null ? new MemoryStore() : store, interceptor);
    }
}
