package io.chasqui.interop;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.Will;
import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/** Eclipse Paho Java for MQTT 3.1 and 3.1.1. */
final class PahoV3Client implements Client, MqttCallback {
    private final MqttAsyncClient client;
    private final MqttConnectOptions options = new MqttConnectOptions();
    private final Events events;

    private PahoV3Client(int mqttVersion, int port, Options wanted, Events events) throws MqttException {
        this.events = events;
        client = new MqttAsyncClient("tcp://127.0.0.1:" + port, wanted.clientId(), new MemoryPersistence());
        client.setCallback(this);
        options.setMqttVersion(mqttVersion);
        options.setCleanSession(wanted.cleanStart());
        options.setKeepAliveInterval(wanted.keepAliveSeconds());
        Will will = wanted.will();
        if (will != null) {
            options.setWill(will.topic().name(), will.payload(), will.qos().level(), will.retain());
        }
    }

    /** @param mqttVersion 3 for MQTT 3.1, 4 for 3.1.1 */
    static Library library(int mqttVersion) {
        return (port, options, events) -> new PahoV3Client(mqttVersion, port, options, events);
    }

    @Override
    public Connected connect() throws MqttException {
        boolean sessionPresent = completed(client.connect(options)).getSessionPresent();
        return new Connected(client.getClientId(), sessionPresent);
    }

    @Override
    public int subscribe(String filter, SubscriptionOptions wanted, int subscriptionId) throws MqttException {
        return completed(client.subscribe(filter, wanted.qos().level())).getGrantedQos()[0];
    }

    @Override
    public void unsubscribe(String filter) throws MqttException {
        completed(client.unsubscribe(filter));
    }

    @Override
    public CompletableFuture<?> publish(Message message) throws MqttException {
        CompletableFuture<Void> published = new CompletableFuture<>();
        client.publish(
                message.topic(),
                message.payload(),
                message.qos().level(),
                message.retain(),
                null,
                new IMqttActionListener() {
                    @Override
                    public void onSuccess(IMqttToken token) {
                        published.complete(null);
                    }

                    @Override
                    public void onFailure(IMqttToken token, Throwable cause) {
                        published.completeExceptionally(cause);
                    }
                });
        return published;
    }

    @Override
    public void disconnect(boolean publishWill) throws MqttException {
        completed(client.disconnect());
    }

    @Override
    public void destroy() throws MqttException {
        if (client.isConnected()) {
            client.disconnectForcibly(0, 1, false);
        }
        client.close(true);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        events.received(Message.of(topic, message.getPayload(), Qos.of(message.getQos()), message.isRetained()));
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        events.closed(Events.NO_REASON);
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {}

    private static IMqttToken completed(IMqttToken token) throws MqttException {
        token.waitForCompletion(Guest.PATIENCE.toMillis());
        return token;
    }
}
