package io.chasqui.interop;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.UserProperty;
import io.chasqui.protocol.Will;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** MQTT.js, which runs in a {@link Node} process and is told there what to do. */
final class MqttJs implements Client {
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final Node node;
    private final int number = NEXT.incrementAndGet();
    private final JsonObject options;

    private MqttJs(Node node, String transport, int protocolVersion, int port, Options wanted, Events events) {
        this.node = node;
        this.options = options(protocolVersion, port, wanted);
        options.addProperty("protocol", transport);
        options.addProperty("path", "/mqtt"); // for a WebSocket
        if (transport.equals("wss")) {
            options.addProperty("ca", ServerCertificate.get().pem());
        }
        node.listen(number, event -> report(event, events));
    }

    /** @param protocolVersion 3 for MQTT 3.1, 4 for 3.1.1, 5 for 5 */
    static Library library(Node node, int protocolVersion) {
        return (port, options, events) -> new MqttJs(node, "mqtt", protocolVersion, port, options, events);
    }

    /** The same over secure WebSocket. */
    static Library overSecureWebSocket(Node node, int protocolVersion) {
        return (port, options, events) -> new MqttJs(node, "wss", protocolVersion, port, options, events);
    }

    /** The same over WebSocket. */
    static Library overWebSocket(Node node, int protocolVersion) {
        return (port, options, events) -> new MqttJs(node, "ws", protocolVersion, port, options, events);
    }

    private static JsonObject options(int protocolVersion, int port, Options wanted) {
        JsonObject options = new JsonObject();
        options.addProperty("port", port);
        options.addProperty("protocolVersion", protocolVersion);
        options.addProperty("protocolId", protocolVersion == 3 ? "MQIsdp" : "MQTT");
        options.addProperty("clientId", wanted.clientId());
        options.addProperty("clean", wanted.cleanStart());
        options.addProperty("keepalive", wanted.keepAliveSeconds());
        if (protocolVersion == 5) {
            JsonObject properties = new JsonObject();
            properties.addProperty("sessionExpiryInterval", wanted.sessionExpirySeconds());
            properties.addProperty("receiveMaximum", wanted.receiveMaximum());
            if (wanted.topicAliasMaximum() > 0) {
                properties.addProperty("topicAliasMaximum", wanted.topicAliasMaximum());
                options.addProperty("autoAssignTopicAlias", true);
            }
            if (wanted.maximumPacketSize() != Connect.NO_LIMIT) {
                properties.addProperty("maximumPacketSize", wanted.maximumPacketSize());
            }
            options.add("properties", properties);
        }
        Will given = wanted.will();
        if (given != null) {
            JsonObject will = new JsonObject();
            will.addProperty("topic", given.topic().name());
            will.addProperty("payload", base64(given.payload()));
            will.addProperty("qos", given.qos().level());
            will.addProperty("retain", given.retain());
            JsonObject properties = properties(given.properties(), given.messageExpirySeconds());
            properties.addProperty("willDelayInterval", given.delaySeconds());
            will.add("properties", properties);
            options.add("will", will);
        }
        return options;
    }

    @Override
    public Connected connect() throws Exception {
        JsonObject command = command("connect");
        command.add("options", options);
        JsonObject connected = done(node.ask(command)).getAsJsonObject();
        return new Connected(
                connected.get("clientId").getAsString(),
                connected.get("sessionPresent").getAsBoolean());
    }

    @Override
    public int subscribe(String filter, SubscriptionOptions wanted, int subscriptionId) throws Exception {
        JsonObject command = command("subscribe");
        command.addProperty("filter", filter);
        command.addProperty("qos", wanted.qos().level());
        command.addProperty("nl", wanted.noLocal());
        command.addProperty("rap", wanted.retainAsPublished());
        command.addProperty("rh", wanted.retainHandling().ordinal());
        command.addProperty("subscriptionIdentifier", subscriptionId);
        return done(node.ask(command)).getAsInt();
    }

    @Override
    public void unsubscribe(String filter) throws Exception {
        JsonObject command = command("unsubscribe");
        command.addProperty("filter", filter);
        done(node.ask(command));
    }

    @Override
    public CompletableFuture<?> publish(Message message) {
        JsonObject command = command("publish");
        command.addProperty("topic", message.topic());
        command.addProperty("payload", base64(message.payload()));
        command.addProperty("qos", message.qos().level());
        command.addProperty("retain", message.retain());
        command.add("properties", properties(message.properties(), message.expirySeconds()));
        return node.ask(command);
    }

    @Override
    public void disconnect(boolean publishWill) throws Exception {
        JsonObject command = command("disconnect");
        command.addProperty("reasonCode", publishWill ? 0x04 : 0x00);
        done(node.ask(command));
    }

    @Override
    public void destroy() throws Exception {
        done(node.ask(command("destroy")));
        node.forget(number);
    }

    private JsonObject command(String name) {
        JsonObject command = new JsonObject();
        command.addProperty("command", name);
        command.addProperty("client", number);
        return command;
    }

    private static void report(JsonObject event, Events events) {
        if (event.get("event").getAsString().equals("closed")) {
            events.closed(event.get("reason").getAsInt());
        } else {
            events.received(message(event));
        }
    }

    private static Message message(JsonObject event) {
        JsonObject properties = event.getAsJsonObject("properties");
        List<UserProperty> userProperties = new ArrayList<>();
        for (JsonElement pair : array(properties.get("userProperties"))) {
            JsonArray user = pair.getAsJsonArray();
            userProperties.add(
                    new UserProperty(user.get(0).getAsString(), user.get(1).getAsString()));
        }
        JsonElement payloadFormat = properties.get("payloadFormatIndicator");
        JsonElement expiry = properties.get("messageExpiryInterval");
        String correlationData = text(properties.get("correlationData"));
        return new Message(
                event.get("topic").getAsString(),
                Base64.getDecoder().decode(event.get("payload").getAsString()),
                Qos.of(event.get("qos").getAsInt()),
                event.get("retain").getAsBoolean(),
                new PublishProperties(
                        payloadFormat == null ? PublishProperties.ABSENT : payloadFormat.getAsBoolean() ? 1 : 0,
                        text(properties.get("contentType")),
                        text(properties.get("responseTopic")),
                        correlationData == null ? null : Base64.getDecoder().decode(correlationData),
                        userProperties),
                expiry == null ? Publish.ABSENT : expiry.getAsLong(),
                array(properties.get("subscriptionIdentifier")).asList().stream()
                        .map(JsonElement::getAsInt)
                        .toList());
    }

    private static JsonObject properties(PublishProperties given, long expirySeconds) {
        JsonObject properties = new JsonObject();
        if (given.payloadFormat() != PublishProperties.ABSENT) {
            properties.addProperty("payloadFormatIndicator", given.payloadFormat() == 1);
        }
        if (given.contentType() != null) {
            properties.addProperty("contentType", given.contentType());
        }
        if (given.responseTopic() != null) {
            properties.addProperty("responseTopic", given.responseTopic());
        }
        if (given.correlationData() != null) {
            properties.addProperty("correlationData", base64(given.correlationData()));
        }
        if (expirySeconds != Publish.ABSENT) {
            properties.addProperty("messageExpiryInterval", expirySeconds);
        }
        if (!given.userProperties().isEmpty()) {
            properties.add(
                    "userProperties",
                    new Gson()
                            .toJsonTree(given.userProperties().stream()
                                    .map(user -> List.of(user.name(), user.value()))
                                    .toList()));
        }
        return properties;
    }

    /** MQTT.js gives one value bare and several in an array. */
    private static JsonArray array(@Nullable JsonElement value) {
        if (value instanceof JsonArray array) {
            return array;
        }
        JsonArray array = new JsonArray();
        if (value != null && !(value instanceof JsonNull)) {
            array.add(value);
        }
        return array;
    }

    private static @Nullable String text(@Nullable JsonElement value) {
        return value == null ? null : value.getAsString();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static JsonElement done(CompletableFuture<JsonElement> answer) throws Exception {
        return answer.get(Guest.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
