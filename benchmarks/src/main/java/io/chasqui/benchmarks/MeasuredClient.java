package io.chasqui.benchmarks;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.protocol.Qos;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** What three client libraries have in common; each in its own plain way, with callbacks. */
interface MeasuredClient {
    /** Publishes to {@code t}; {@code done} runs when that is acknowledged, or written at QoS 0. */
    void publish(byte[] payload, int qos, Runnable done) throws Exception;

    /** Subscribes to {@code t}. */
    void subscribe(int qos, Runnable received) throws Exception;

    static MeasuredClient connect(String library, int port, String clientId) throws Exception {
        return switch (library) {
            case "chasqui" -> new Chasqui(port, clientId);
            case "hivemq" -> new HiveMq(port, clientId);
            case "paho" -> new Paho(port, clientId);
            default -> throw new IllegalArgumentException(library);
        };
    }

    /** This project's. */
    final class Chasqui implements MeasuredClient {
        private final MqttClient client;
        private final Message[] messages = new Message[3];

        Chasqui(int port, String clientId) {
            client =
                    MqttClient.to("mqtt://127.0.0.1:" + port).clientId(clientId).build();
            client.connect();
        }

        @Override
        public void publish(byte[] payload, int qos, Runnable done) {
            if (messages[qos] == null) {
                messages[qos] = Message.of("t", payload).withQos(Qos.of(qos));
            }
            client.publishAsync(messages[qos]).whenComplete((reason, failure) -> done.run());
        }

        @Override
        public void subscribe(int qos, Runnable received) {
            client.subscribe("t", Qos.of(qos), message -> received.run());
        }
    }

    /** HiveMQ MQTT Client. */
    final class HiveMq implements MeasuredClient {
        private final Mqtt5AsyncClient client;
        private final Mqtt5Publish[] messages = new Mqtt5Publish[3];

        HiveMq(int port, String clientId) {
            client = com.hivemq.client.mqtt.MqttClient.builder()
                    .useMqttVersion5()
                    .identifier(clientId)
                    .serverHost("127.0.0.1")
                    .serverPort(port)
                    .buildAsync();
            client.connect().join();
        }

        @Override
        public void publish(byte[] payload, int qos, Runnable done) {
            if (messages[qos] == null) {
                messages[qos] = Mqtt5Publish.builder()
                        .topic("t")
                        .qos(MqttQos.values()[qos])
                        .payload(payload)
                        .build();
            }
            client.publish(messages[qos]).whenComplete((result, failure) -> done.run());
        }

        @Override
        public void subscribe(int qos, Runnable received) {
            client.subscribeWith()
                    .topicFilter("t")
                    .qos(MqttQos.values()[qos])
                    .callback(message -> received.run())
                    .send()
                    .join();
        }
    }

    /** Eclipse Paho. */
    final class Paho implements MeasuredClient {
        private final MqttAsyncClient client;

        Paho(int port, String clientId) throws MqttException {
            client = new MqttAsyncClient("tcp://127.0.0.1:" + port, clientId, new MemoryPersistence());
            MqttConnectionOptions options = new MqttConnectionOptions();
            options.setReceiveMaximum(1_000);
            client.connect(options).waitForCompletion();
        }

        @Override
        public void publish(byte[] payload, int qos, Runnable done) throws MqttException {
            client.publish("t", payload, qos, false, null, new MqttActionListener() {
                @Override
                public void onSuccess(IMqttToken token) {
                    done.run();
                }

                @Override
                public void onFailure(IMqttToken token, Throwable failure) {
                    done.run();
                }
            });
        }

        @Override
        public void subscribe(int qos, Runnable received) throws MqttException {
            client.setCallback(new MqttCallback() {
                @Override
                public void messageArrived(String topic, MqttMessage message) {
                    received.run();
                }

                @Override
                public void disconnected(MqttDisconnectResponse response) {}

                @Override
                public void mqttErrorOccurred(MqttException failure) {}

                @Override
                public void deliveryComplete(IMqttToken token) {}

                @Override
                public void connectComplete(boolean reconnect, String server) {}

                @Override
                public void authPacketArrived(int reason, MqttProperties properties) {}
            });
            client.subscribe("t", qos).waitForCompletion();
        }
    }
}
