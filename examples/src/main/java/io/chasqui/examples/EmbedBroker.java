package io.chasqui.examples;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.client.MqttClient;
import io.chasqui.protocol.Qos;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A broker inside of a program, which looks at what is published and takes part itself. */
public final class EmbedBroker {
    private EmbedBroker() {}

    public static void main(String[] args) throws InterruptedException {
        ListenerConfig door =
                new ListenerConfig("mqtt", "127.0.0.1", 0, 1_000, Duration.ofSeconds(10)); // any free port
        BrokerConfig config =
                new BrokerConfig(List.of(door), Limits.DEFAULT, 2, 64, Duration.ofSeconds(10), Duration.ofSeconds(1));
        CountDownLatch seen = new CountDownLatch(1);

        try (Broker broker = Broker.start(config)) {
            int port = broker.addresses().getFirst().getPort();
            try (MqttClient inside = MqttClient.to("mqtt://127.0.0.1:" + port).build()) {
                inside.connect();
                inside.subscribe("greenhouse/#", Qos.AT_LEAST_ONCE, message -> {
                    System.out.println(message.topic() + " " + message.text());
                    seen.countDown();
                });
                inside.publish("greenhouse/1/temperature", "21.5");
                seen.await();
            }
        } // all connections are closed and all threads have ended
    }
}
