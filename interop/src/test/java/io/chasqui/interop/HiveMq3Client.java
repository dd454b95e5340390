package io.chasqui.interop;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3ConnectBuilder;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.Will;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The HiveMQ MQTT client, speaking MQTT 3.1.1. */
final class HiveMq3Client implements Client {
    private final Mqtt3AsyncClient client;
    private final Mqtt3Connect connect;

    HiveMq3Client(int port, Options wanted, Events events) {
        client = MqttClient.builder()
                .useMqttVersion3()
                .identifier(wanted.clientId())
                .serverHost("127.0.0.1")
                .serverPort(port)
                .addDisconnectedListener(_ -> events.closed(Events.NO_REASON))
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> events.received(message(publish)));
        Mqtt3ConnectBuilder builder =
                Mqtt3Connect.builder().cleanSession(wanted.cleanStart()).keepAlive(wanted.keepAliveSeconds());
        Will will = wanted.will();
        if (will != null) {
            builder = builder.willPublish(Mqtt3Publish.builder()
                    .topic(will.topic().name())
                    .qos(MqttQos.fromCode(will.qos().level()))
                    .retain(will.retain())
                    .payload(will.payload())
                    .build());
        }
        connect = builder.build();
    }

    @Override
    public Connected connect() throws Exception {
        HiveMq5Client.awaitDisconnected(client);
        String clientId =
                client.getConfig().getClientIdentifier().map(Object::toString).orElse("");
        return new Connected(clientId, done(client.connect(connect)).isSessionPresent());
    }

    @Override
    public int subscribe(String filter, SubscriptionOptions options, int subscriptionId) throws Exception {
        return done(client.subscribeWith()
                        .topicFilter(filter)
                        .qos(MqttQos.fromCode(options.qos().level()))
                        .send())
                .getReturnCodes()
                .getFirst()
                .getCode();
    }

    @Override
    public void unsubscribe(String filter) throws Exception {
        done(client.unsubscribeWith().topicFilter(filter).send());
    }

    @Override
    public CompletableFuture<?> publish(Message message) {
        return client.publish(Mqtt3Publish.builder()
                .topic(message.topic())
                .qos(MqttQos.fromCode(message.qos().level()))
                .retain(message.retain())
                .payload(message.payload())
                .build());
    }

    @Override
    public void disconnect(boolean publishWill) throws Exception {
        done(client.disconnect());
    }

    @Override
    public void destroy() throws Exception {
        HiveMq5Client.leave(client, client::disconnect);
    }

    private static Message message(Mqtt3Publish publish) {
        return Message.of(
                publish.getTopic().toString(),
                publish.getPayloadAsBytes(),
                Qos.of(publish.getQos().getCode()),
                publish.isRetain());
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(Guest.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
