package io.chasqui.client;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import java.time.Duration;
import java.util.List;

/** A broker of ours in this JVM, on free ports: MQTT first, then WebSocket. */
final class BrokerFixture implements AutoCloseable {
    private final Broker broker;

    BrokerFixture() {
        this(0);
    }

    BrokerFixture(int port) {
        broker = Broker.start(new BrokerConfig(
                List.of(
                        new ListenerConfig("mqtt", "127.0.0.1", port, 20_000, Duration.ofSeconds(10)),
                        new ListenerConfig("web", "127.0.0.1", 0, 1_000, Duration.ofSeconds(10))
                                .withProtocol(ListenerConfig.Protocol.WEBSOCKET)),
                Limits.DEFAULT,
                2,
                16,
                Duration.ZERO,
                Duration.ofMillis(200)));
    }

    int port() {
        return broker.addresses().getFirst().getPort();
    }

    String uri() {
        return "mqtt://127.0.0.1:" + port();
    }

    String webSocketUri() {
        return "ws://127.0.0.1:" + broker.addresses().get(1).getPort() + "/mqtt";
    }

    @Override
    public void close() {
        broker.close();
    }
}
