package io.chasqui.examples;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.protocol.Qos;
import java.nio.file.Path;
import java.time.Duration;

/** Meter steps that must not be lost and not be counted twice, also when this program is killed. Start it again and again. */
public final class ResumeAfterCrash {
    private ResumeAfterCrash() {}

    /** @param args the server, such as {@code mqtt://localhost}, and a directory */
    public static void main(String[] args) {
        try (MqttClient meter = MqttClient.to(args[0])
                .clientId("meter-7")
                .session(Duration.ofDays(7)) // the server remembers what it has of QoS 2
                .outboxOnDisk(Path.of(args[1]), true) // and we remember what it has not
                .build()) {
            System.out.println(meter.outboxMessages() + " left by the last life");
            meter.start(); // connects when it can; what was left goes first

            for (int step = 0; step < 10; step++) {
                meter.handOver(Message.of("meter/7/step", "1 kWh").withQos(Qos.EXACTLY_ONCE));
                // From here on the step is safe, with or without a connection.
            }
            boolean all = meter.awaitAcknowledged(Duration.ofSeconds(10));
            System.out.println(all ? "all steps are with the server" : "the rest goes with the next life");
        }
    }
}
