package io.chasqui.examples;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Publishes one message and waits, and many without waiting for each. */
public final class PublishMessages {
    private PublishMessages() {}

    /** @param args the server, such as {@code mqtt://localhost} */
    public static void main(String[] args) {
        try (MqttClient client = MqttClient.to(args[0]).build()) {
            client.connect();
            client.publish("greenhouse/1/temperature", "21.5"); // QoS 1: the server has it when this returns

            Message limit = Message.of("greenhouse/1/limit", "28")
                    .withQos(Qos.EXACTLY_ONCE)
                    .withRetain(true)
                    .withExpiry(Duration.ofHours(1));
            client.publish(limit);

            List<CompletableFuture<ReasonCode>> many = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                many.add(client.publishAsync(Message.of("greenhouse/1/series", "" + i)));
            }
            many.forEach(CompletableFuture::join); // or: client.awaitAcknowledged(Duration.ofMinutes(1))
            System.out.println("published " + many.size());
        }
    }
}
