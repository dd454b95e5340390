package io.chasqui.server.auth;

import io.chasqui.broker.Broker;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A broker behind the gate that a configuration asks for, on a free port, in memory, with hashes that cost little.
 *
 * @param gate who is asked
 */
record GuardedBroker(Gate gate, Broker broker) implements AutoCloseable {
    /** @param assignments settings as for {@code --set} */
    static GuardedBroker start(String... assignments) throws Exception {
        List<String> all = new ArrayList<>(List.of(assignments));
        all.addAll(List.of("password.argon2-memory=64KiB", "password.argon2-passes=1", "listeners.mqtt.port=0"));
        Configuration configuration = ConfigReader.read(new Sources(null, Map.of(), all, null, null));
        Gate.Opened opened =
                Gate.open(configuration.security(), configuration.broker().listeners());
        Broker broker = Broker.start(configuration.broker(), opened.security(), new MemoryStore());
        opened.gate().guards(broker);
        return new GuardedBroker(opened.gate(), broker);
    }

    int port() {
        return broker.addresses().getFirst().getPort();
    }

    @Override
    public void close() {
        broker.close();
        gate.close();
    }
}
