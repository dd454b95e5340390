package io.chasqui.server;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import java.net.InetSocketAddress;
import java.util.List;

/** What {@code serve} needs of a broker. The tests of the command line have one without sockets. */
interface RunningBroker extends AutoCloseable {
    /** In the order of the configuration's listeners, with real ports. */
    List<InetSocketAddress> addresses();

    @Override
    void close();

    /** How a broker is started. */
    interface Starter {
        /** @throws java.io.UncheckedIOException when a listener cannot bind */
        RunningBroker start(BrokerConfig config);
    }

    /** The real one. */
    static RunningBroker start(BrokerConfig config) {
        Broker broker = Broker.start(config);
        return new RunningBroker() {
            @Override
            public List<InetSocketAddress> addresses() {
                return broker.addresses();
            }

            @Override
            public void close() {
                broker.close();
            }
        };
    }
}
