package io.chasqui.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.client.Message;
import io.chasqui.client.Messages;
import io.chasqui.client.MqttClient;
import io.chasqui.protocol.Qos;
import io.chasqui.testkit.ChasquiTest;
import io.chasqui.testkit.TestBroker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A test with virtual time: a message for a client that is away expires in a day, which takes no time. */
@ChasquiTest
class VirtualTimeTest {
    @Test
    void aForecastIsNotReadTwoDaysLater(TestBroker broker) throws Exception {
        try (MqttClient reader = MqttClient.to(broker.uri())
                        .clientId("reader")
                        .session(Duration.ofDays(7))
                        .build();
                MqttClient station = MqttClient.to(broker.uri()).build()) {
            Messages forecasts = reader.messages("forecast");
            reader.connect();
            reader.subscribe("forecast", Qos.AT_LEAST_ONCE);
            reader.disconnect();

            station.connect();
            station.publish(Message.of("forecast", "rain").withExpiry(Duration.ofDays(1)));
            station.publish(Message.of("forecast", "sun, some day"));
            broker.passTime(Duration.ofDays(2));

            assertThat(reader.connect().sessionPresent()).isTrue();
            assertThat(forecasts.take().text()).isEqualTo("sun, some day");
        }
    }
}
