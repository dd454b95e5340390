package io.chasqui.server;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.ListenerConfig;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A broker in this JVM that the tests of a class share: a static field with {@code @RegisterExtension}. Everything is in memory, and
 * open to everyone.
 */
public final class SharedBroker implements BeforeAllCallback, AfterAllCallback {
    private final BrokerConfig config;
    private @Nullable Broker broker;

    /** @param listeners of the broker; without any, one on the loopback interface and a free port */
    public SharedBroker(ListenerConfig... listeners) {
        this(config(listeners));
    }

    private SharedBroker(BrokerConfig config) {
        this.config = config;
    }

    /** One that has no retained messages of its own. */
    public static SharedBroker withoutSys() {
        return new SharedBroker(config(Duration.ZERO));
    }

    /** For a broker that is not shared. */
    public static BrokerConfig config(ListenerConfig... listeners) {
        return config(Duration.ofSeconds(10), listeners); // $SYS, for what is shown at the start
    }

    private static BrokerConfig config(Duration sysInterval, ListenerConfig... listeners) {
        return new BrokerConfig(
                listeners.length == 0 ? List.of(ListenerConfig.DEFAULT.withPort(0)) : List.of(listeners),
                BrokerConfig.DEFAULT.limits(),
                1,
                1,
                sysInterval,
                Duration.ofMillis(100));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        start();
    }

    /** For one that is no field. */
    void start() {
        broker = Broker.start(config);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        broker().close();
    }

    public Broker broker() {
        return Objects.requireNonNull(broker, "the field is to be static");
    }

    /** Of the first listener. */
    public String port() {
        return port(broker());
    }

    public static String port(Broker broker) {
        return "" + broker.addresses().getFirst().getPort();
    }
}
