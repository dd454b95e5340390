package io.chasqui.interop;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.Will;
import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

/** Eclipse Paho Java for MQTT 5. */
final class PahoV5Client implements Client, MqttCallback {
    private final MqttAsyncClient client;
    private final MqttConnectionOptions options = new MqttConnectionOptions();
    private final Events events;

    PahoV5Client(int port, Options wanted, Events events) throws MqttException {
        this("tcp://127.0.0.1:" + port, wanted, events);
    }

    static PahoV5Client overTls(int port, Options wanted, Events events) throws MqttException {
        return new PahoV5Client("ssl://127.0.0.1:" + port, wanted, events);
    }

    static PahoV5Client overSecureWebSocket(int port, Options wanted, Events events) throws MqttException {
        return new PahoV5Client("wss://127.0.0.1:" + port + "/mqtt", wanted, events);
    }

    private PahoV5Client(String url, Options wanted, Events events) throws MqttException {
        this.events = events;
        client = new MqttAsyncClient(url, wanted.clientId(), new MemoryPersistence());
        if (!url.startsWith("tcp")) {
            options.setSocketFactory(ServerCertificate.get().context().getSocketFactory());
        }
        client.setCallback(this);
        options.setCleanStart(wanted.cleanStart());
        options.setSessionExpiryInterval(wanted.sessionExpirySeconds());
        options.setKeepAliveInterval(wanted.keepAliveSeconds());
        options.setReceiveMaximum(wanted.receiveMaximum());
        options.setTopicAliasMaximum(wanted.topicAliasMaximum());
        if (wanted.maximumPacketSize() != Connect.NO_LIMIT) {
            options.setMaximumPacketSize(wanted.maximumPacketSize());
        }
        // Otherwise it puts identifiers of its own into every SUBSCRIBE and hides those of others.
        options.setUseSubscriptionIdentifiers(false);
        Will will = wanted.will();
        if (will != null) {
            MqttProperties properties = properties(will.properties(), will.messageExpirySeconds());
            properties.setWillDelayInterval(will.delaySeconds());
            options.setWill(
                    will.topic().name(),
                    new MqttMessage(will.payload(), will.qos().level(), will.retain(), properties));
            options.setWillMessageProperties(properties);
        }
    }

    @Override
    public Connected connect() throws MqttException {
        boolean sessionPresent = completed(client.connect(options)).getSessionPresent();
        return new Connected(client.getClientId(), sessionPresent);
    }

    @Override
    public int subscribe(String filter, SubscriptionOptions wanted, int subscriptionId) throws MqttException {
        MqttSubscription subscription =
                new MqttSubscription(filter, wanted.qos().level());
        subscription.setNoLocal(wanted.noLocal());
        subscription.setRetainAsPublished(wanted.retainAsPublished());
        subscription.setRetainHandling(wanted.retainHandling().ordinal());
        MqttProperties properties = new MqttProperties();
        if (subscriptionId != 0) {
            properties.setSubscriptionIdentifier(subscriptionId);
        }
        MqttSubscription[] subscriptions = {subscription};
        return completed(client.subscribe(subscriptions, null, null, properties))
                .getReasonCodes()[0];
    }

    @Override
    public void unsubscribe(String filter) throws MqttException {
        completed(client.unsubscribe(filter));
    }

    @Override
    public CompletableFuture<?> publish(Message message) throws MqttException {
        CompletableFuture<Void> published = new CompletableFuture<>();
        MqttMessage paho = new MqttMessage(
                message.payload(),
                message.qos().level(),
                message.retain(),
                properties(message.properties(), message.expirySeconds()));
        client.publish(message.topic(), paho, null, new MqttActionListener() {
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
        completed(client.disconnect(
                Guest.PATIENCE.toMillis(), null, null, publishWill ? 0x04 : 0x00, new MqttProperties()));
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
        MqttProperties properties = message.getProperties();
        Long expiry = properties.getMessageExpiryInterval();
        events.received(new Message(
                topic,
                message.getPayload(),
                Qos.of(message.getQos()),
                message.isRetained(),
                new PublishProperties(
                        properties.getPayloadFormat() ? 1 : PublishProperties.ABSENT,
                        properties.getContentType(),
                        properties.getResponseTopic(),
                        properties.getCorrelationData(),
                        properties.getUserProperties().stream()
                                .map(user -> new io.chasqui.protocol.UserProperty(user.getKey(), user.getValue()))
                                .toList()),
                expiry == null ? Publish.ABSENT : expiry,
                properties.getSubscriptionIdentifiers()));
    }

    @Override
    public void disconnected(@Nullable MqttDisconnectResponse response) {
        boolean said = response != null && response.getException() == null;
        events.closed(said ? response.getReturnCode() : Events.NO_REASON);
    }

    @Override
    public void mqttErrorOccurred(MqttException fault) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reason, MqttProperties properties) {}

    private static MqttProperties properties(PublishProperties given, long expirySeconds) {
        MqttProperties properties = new MqttProperties();
        properties.setPayloadFormat(given.payloadFormat() == 1);
        properties.setContentType(given.contentType());
        properties.setResponseTopic(given.responseTopic());
        properties.setCorrelationData(given.correlationData());
        properties.setUserProperties(given.userProperties().stream()
                .map(user -> new UserProperty(user.name(), user.value()))
                .toList());
        if (expirySeconds != Publish.ABSENT) {
            properties.setMessageExpiryInterval(expirySeconds);
        }
        return properties;
    }

    private static IMqttToken completed(IMqttToken token) throws MqttException {
        token.waitForCompletion(Guest.PATIENCE.toMillis());
        return token;
    }
}
