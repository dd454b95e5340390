package io.chasqui.examples;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.protocol.Qos;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks a question and waits for the answer, with the Response Topic of MQTT 5. */
public final class RequestResponse {
    private RequestResponse() {}

    /** @param args the server, such as {@code mqtt://localhost} */
    public static void main(String[] args) {
        try (MqttClient service = MqttClient.to(args[0]).build();
                MqttClient user = MqttClient.to(args[0]).build()) {
            service.connect();
            service.subscribe("square", Qos.AT_LEAST_ONCE, request -> {
                long number = Long.parseLong(request.text());
                service.respond(request, Long.toString(number * number).getBytes(StandardCharsets.UTF_8));
            });

            user.connect();
            System.out.println("12 * 12 = "
                    + user.request(Message.of("square", "12"), Duration.ofSeconds(10))
                            .text());
        }
    }
}
