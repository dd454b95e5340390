package io.chasqui.examples;

import io.chasqui.broker.Broker;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.connection.Interceptor;
import io.chasqui.broker.message.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.util.concurrent.CountDownLatch;

/** A broker inside of a program, which publishes and subscribes itself, and looks at what clients publish. */
public final class EmbedBroker {
    private EmbedBroker() {}

    /** Lets nobody claim that it is colder than it can be. */
    private static final class Thermometers implements Interceptor {
        @Override
        public Verdict onPublish(ClientInfo client, Message message) { // on an event loop: must not block
            return Double.parseDouble(message.text()) >= -273.15
                    ? Verdict.pass()
                    : Verdict.refuse(ReasonCode.PAYLOAD_FORMAT_INVALID, "below absolute zero");
        }
    }

    public static void main(String[] args) throws InterruptedException {
        CountDownLatch seen = new CountDownLatch(2);
        try (Broker broker = Broker.builder()
                .listen("127.0.0.1", 0) // any free port
                .interceptor(new Thermometers())
                .start()) {
            broker.subscribe(
                    "greenhouse/#",
                    Qos.AT_LEAST_ONCE,
                    message -> { // on a virtual thread
                        System.out.println(message.topic() + " " + message.text());
                        seen.countDown();
                    });
            broker.publish(Message.of("greenhouse/1/limit", "28").withRetain(true))
                    .join();

            int port = broker.addresses().getFirst().getPort();
            try (MqttClient client = MqttClient.to("mqtt://127.0.0.1:" + port).build()) {
                client.connect();
                client.publish("greenhouse/1/temperature", "21.5");
            }
            seen.await();
        } // all connections are closed, all threads have ended, all buffers are given back
    }
}
