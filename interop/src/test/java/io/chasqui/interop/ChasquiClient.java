package io.chasqui.interop;

import io.chasqui.client.ConnectionListener;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.client.MqttException;
import io.chasqui.client.Received;
import io.chasqui.client.Reconnect;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client of this project. */
final class ChasquiClient implements Client {
    private final MqttClient client;
    private final String clientId;

    ChasquiClient(String uri, MqttVersion version, Options wanted, Events events) {
        clientId = wanted.clientId();
        MqttClientBuilder builder = MqttClient.to(uri)
                .version(version)
                .clientId(wanted.clientId())
                .keepAlive(Duration.ofSeconds(wanted.keepAliveSeconds()))
                .receiveMaximum(wanted.receiveMaximum())
                .topicAliases(wanted.topicAliasMaximum(), 16)
                .reconnect(Reconnect.NEVER)
                .listener(new ConnectionListener() {
                    @Override
                    public void onDisconnected(MqttException why, @Nullable Duration nextAttempt) {
                        ReasonCode reason = why instanceof MqttException.ConnectionLost lost ? lost.reason() : null;
                        events.closed(reason == null ? Events.NO_REASON : reason.code());
                    }
                });
        if (wanted.sessionExpirySeconds() > 0) {
            builder.session(Duration.ofSeconds(wanted.sessionExpirySeconds()));
        }
        if (wanted.cleanStart()) {
            builder.cleanStart();
        }
        if (wanted.maximumPacketSize() != Connect.NO_LIMIT) {
            builder.maximumPacketBytes(wanted.maximumPacketSize());
        }
        Will will = wanted.will();
        if (will != null) {
            builder.will(
                    message(
                            will.topic(),
                            will.payload(),
                            will.qos(),
                            will.retain(),
                            will.messageExpirySeconds(),
                            will.properties()),
                    Duration.ofSeconds(will.delaySeconds()));
        }
        client = builder.build();
        client.onMessage("#", message -> events.received(received(message)));
        client.onMessage("$SYS/#", message -> events.received(received(message)));
    }

    private static io.chasqui.client.Message message(
            TopicName topic,
            byte[] payload,
            io.chasqui.protocol.Qos qos,
            boolean retain,
            long expirySeconds,
            io.chasqui.protocol.PublishProperties properties) {
        return new io.chasqui.client.Message(
                topic,
                payload,
                qos,
                retain,
                expirySeconds == Publish.ABSENT ? null : Duration.ofSeconds(expirySeconds),
                properties);
    }

    private static Message received(Received message) {
        return new Message(
                message.topic(),
                message.payload(),
                message.qos(),
                message.isRetained(),
                message.properties(),
                message.expirySeconds(),
                message.subscriptionIds().boxed().toList());
    }

    @Override
    public Connected connect() throws Exception {
        ConnAck ack = in(client.connectAsync());
        String assigned = ack.properties().assignedClientId();
        return new Connected(assigned == null ? clientId : assigned, ack.sessionPresent());
    }

    @Override
    public int subscribe(String filter, SubscriptionOptions options, int subscriptionId) throws Exception {
        try {
            return in(client.subscribeAsync(List.of(new Subscribe.Entry(filter, options)), subscriptionId))
                    .getFirst()
                    .code();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MqttException.SubscribeRefused refused) {
                return refused.reasons().getFirst().code();
            }
            throw e;
        }
    }

    @Override
    public void unsubscribe(String filter) throws Exception {
        in(client.unsubscribeAsync(filter));
    }

    @Override
    public CompletableFuture<?> publish(Message message) {
        return client.publishAsync(message(
                TopicName.of(message.topic()),
                message.payload(),
                message.qos(),
                message.retain(),
                message.expirySeconds(),
                message.properties()));
    }

    @Override
    public void disconnect(boolean publishWill) throws Exception {
        in(client.disconnectAsync(
                publishWill ? ReasonCode.DISCONNECT_WITH_WILL : ReasonCode.NORMAL_DISCONNECTION, null));
    }

    @Override
    public void destroy() {
        client.close();
    }

    private static <T> T in(CompletableFuture<T> future) throws Exception {
        return future.get(Guest.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
