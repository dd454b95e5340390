package io.chasqui.examples;

import io.chasqui.client.Messages;
import io.chasqui.client.MqttClient;
import io.chasqui.protocol.Qos;

/** Receives with a callback, and one by one. */
public final class SubscribeToMessages {
    private SubscribeToMessages() {}

    /** @param args the server, such as {@code mqtt://localhost} */
    public static void main(String[] args) throws InterruptedException {
        try (MqttClient client = MqttClient.to(args[0]).build()) {
            client.connect();

            // On a virtual thread, one call at a time, in order. It is acknowledged when the callback returns.
            client.subscribe(
                    "alarm/#", Qos.AT_LEAST_ONCE, alarm -> System.out.println(alarm.topic() + " says " + alarm.text()));
            client.publish("alarm/door", "open");

            // Fetched when you like; meanwhile at most 4,096 wait, and then the socket is not read.
            try (Messages readings = client.messages("reading/+")) {
                client.subscribe("reading/+", Qos.AT_LEAST_ONCE);
                client.publish("reading/1", "21.5");
                System.out.println("read " + readings.take().text());
            }
        }
    }
}
