package io.chasqui.interop;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientState;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectRestrictions;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectRestrictionsBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.UserProperty;
import io.chasqui.protocol.Will;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The HiveMQ MQTT client, speaking MQTT 5. Its Subscription Identifiers are its own affair: it neither takes nor shows any. */
final class HiveMq5Client implements Client {
    private final Mqtt5AsyncClient client;
    private final Mqtt5Connect connect;

    HiveMq5Client(int port, Options wanted, Events events) {
        this(port, wanted, events, false, false);
    }

    private HiveMq5Client(int port, Options wanted, Events events, boolean webSocket, boolean tls) {
        Mqtt5ClientBuilder builder = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(port)
                .addDisconnectedListener(context -> events.closed(reason(context)));
        if (!wanted.clientId().isEmpty()) {
            builder = builder.identifier(wanted.clientId());
        }
        if (webSocket) {
            builder = builder.webSocketConfig().serverPath("mqtt").applyWebSocketConfig();
        }
        if (tls) {
            builder = builder.sslConfig()
                    .trustManagerFactory(ServerCertificate.get().trust())
                    .applySslConfig();
        }
        client = builder.buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> events.received(message(publish)));
        connect = connect(wanted);
    }

    static HiveMq5Client overWebSocket(int port, Options wanted, Events events) {
        return new HiveMq5Client(port, wanted, events, true, false);
    }

    static HiveMq5Client overTls(int port, Options wanted, Events events) {
        return new HiveMq5Client(port, wanted, events, false, true);
    }

    private static Mqtt5Connect connect(Options wanted) {
        Mqtt5ConnectRestrictionsBuilder restrictions = Mqtt5ConnectRestrictions.builder()
                .receiveMaximum(wanted.receiveMaximum())
                .topicAliasMaximum(wanted.topicAliasMaximum());
        if (wanted.maximumPacketSize() != Connect.NO_LIMIT) {
            restrictions = restrictions.maximumPacketSize((int) wanted.maximumPacketSize());
        }
        Mqtt5ConnectBuilder builder = Mqtt5Connect.builder()
                .cleanStart(wanted.cleanStart())
                .sessionExpiryInterval(wanted.sessionExpirySeconds())
                .keepAlive(wanted.keepAliveSeconds())
                .restrictions(restrictions.build());
        Will will = wanted.will();
        if (will != null) {
            Message message = new Message(
                    will.topic().name(),
                    will.payload(),
                    will.qos(),
                    will.retain(),
                    will.properties(),
                    will.messageExpirySeconds(),
                    List.of());
            builder = builder.willPublish(publishOf(message)
                    .asWill()
                    .extendAsWill()
                    .delayInterval(will.delaySeconds())
                    .build());
        }
        return builder.build();
    }

    @Override
    public Connected connect() throws Exception {
        awaitDisconnected(client);
        Mqtt5ConnAck connAck = done(client.connect(connect));
        String clientId =
                client.getConfig().getClientIdentifier().map(Object::toString).orElse("");
        return new Connected(clientId, connAck.isSessionPresent());
    }

    @Override
    public int subscribe(String filter, SubscriptionOptions options, int subscriptionId) throws Exception {
        return done(client.subscribeWith()
                        .topicFilter(filter)
                        .qos(MqttQos.fromCode(options.qos().level()))
                        .noLocal(options.noLocal())
                        .retainAsPublished(options.retainAsPublished())
                        .retainHandling(Mqtt5RetainHandling.fromCode(
                                options.retainHandling().ordinal()))
                        .send())
                .getReasonCodes()
                .getFirst()
                .getCode();
    }

    @Override
    public void unsubscribe(String filter) throws Exception {
        done(client.unsubscribeWith().topicFilter(filter).send());
    }

    @Override
    public CompletableFuture<?> publish(Message message) {
        return client.publish(publishOf(message))
                .thenAccept(result -> result.getError().ifPresent(error -> {
                    throw new AssertionError(error);
                }));
    }

    @Override
    public void disconnect(boolean publishWill) throws Exception {
        done(client.disconnectWith()
                .reasonCode(
                        publishWill
                                ? Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE
                                : Mqtt5DisconnectReasonCode.NORMAL_DISCONNECTION)
                .send());
    }

    @Override
    public void destroy() throws Exception {
        leave(client, client::disconnect);
    }

    /** Says DISCONNECT unless the connection has gone, which may happen at this moment. */
    static void leave(MqttClient client, Supplier<CompletableFuture<Void>> disconnect) throws Exception {
        if (client.getState() != MqttClientState.CONNECTED) {
            return;
        }
        try {
            done(disconnect.get());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof MqttClientStateException)) {
                throw e;
            }
        }
    }

    /** The client tells its listeners that the connection has gone a moment before it is ready for the next one. */
    static void awaitDisconnected(MqttClient client) {
        long deadline = System.nanoTime() + Guest.PATIENCE.toNanos();
        while (client.getState() != MqttClientState.DISCONNECTED) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the client is still " + client.getState());
            }
            Thread.onSpinWait();
        }
    }

    private static int reason(MqttClientDisconnectedContext context) {
        return context.getSource() == MqttDisconnectSource.SERVER
                        && context.getCause() instanceof Mqtt5DisconnectException said
                ? said.getMqttMessage().getReasonCode().getCode()
                : Events.NO_REASON;
    }

    private static Mqtt5Publish publishOf(Message message) {
        PublishProperties properties = message.properties();
        Mqtt5PublishBuilder.Complete builder = Mqtt5Publish.builder()
                .topic(message.topic())
                .qos(MqttQos.fromCode(message.qos().level()))
                .retain(message.retain())
                .payload(message.payload())
                .contentType(properties.contentType())
                .responseTopic(properties.responseTopic())
                .correlationData(properties.correlationData())
                .userProperties(Mqtt5UserProperties.of(properties.userProperties().stream()
                        .map(user -> Mqtt5UserProperty.of(user.name(), user.value()))
                        .toList()));
        if (properties.payloadFormat() != PublishProperties.ABSENT) {
            builder = builder.payloadFormatIndicator(Mqtt5PayloadFormatIndicator.fromCode(properties.payloadFormat()));
        }
        if (message.expirySeconds() != Publish.ABSENT) {
            builder = builder.messageExpiryInterval(message.expirySeconds());
        }
        return builder.build();
    }

    private static Message message(Mqtt5Publish publish) {
        return new Message(
                publish.getTopic().toString(),
                publish.getPayloadAsBytes(),
                Qos.of(publish.getQos().getCode()),
                publish.isRetain(),
                new PublishProperties(
                        publish.getPayloadFormatIndicator()
                                .map(Mqtt5PayloadFormatIndicator::getCode)
                                .orElse(PublishProperties.ABSENT),
                        publish.getContentType().map(Object::toString).orElse(null),
                        publish.getResponseTopic().map(Object::toString).orElse(null),
                        publish.getCorrelationData().map(HiveMq5Client::bytes).orElse(null),
                        publish.getUserProperties().asList().stream()
                                .map(user -> new UserProperty(
                                        user.getName().toString(),
                                        user.getValue().toString()))
                                .toList()),
                publish.getMessageExpiryInterval().orElse(Publish.ABSENT),
                List.of());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(Guest.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
