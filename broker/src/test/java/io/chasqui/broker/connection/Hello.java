package io.chasqui.broker.connection;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A CONNECT in the making. */
final class Hello {
    private final MqttVersion version;
    private final String clientId;
    private boolean bridge;
    private boolean cleanStart;
    private int keepAliveSeconds;
    private long expirySeconds;
    private int receiveMaximum = 65_535;
    private long maximumPacketSize = Connect.NO_LIMIT;
    private int topicAliasMaximum;
    private boolean problemInformation = true;
    private @Nullable String method;
    private byte @Nullable [] data;
    private @Nullable Will will;

    private Hello(MqttVersion version, String clientId) {
        this.version = version;
        this.clientId = clientId;
        this.expirySeconds = version == MqttVersion.V5 ? 0 : Connect.NEVER_EXPIRES;
    }

    static Hello v5(String clientId) {
        return new Hello(MqttVersion.V5, clientId);
    }

    static Hello v3(String clientId) {
        return new Hello(MqttVersion.V3_1_1, clientId);
    }

    static Hello v31(String clientId) {
        return new Hello(MqttVersion.V3_1, clientId);
    }

    Hello clean() {
        cleanStart = true;
        expirySeconds = version == MqttVersion.V5 ? expirySeconds : 0;
        return this;
    }

    Hello bridge() {
        bridge = true;
        return this;
    }

    Hello keepAlive(int seconds) {
        keepAliveSeconds = seconds;
        return this;
    }

    Hello expiry(long seconds) {
        expirySeconds = seconds;
        return this;
    }

    Hello receiveMaximum(int messages) {
        receiveMaximum = messages;
        return this;
    }

    Hello maximumPacketSize(long bytes) {
        maximumPacketSize = bytes;
        return this;
    }

    Hello aliases(int maximum) {
        topicAliasMaximum = maximum;
        return this;
    }

    Hello noProblemInformation() {
        problemInformation = false;
        return this;
    }

    Hello method(String name) {
        method = name;
        return this;
    }

    Hello method(String name, String first) {
        method = name;
        data = House.bytes(first);
        return this;
    }

    Hello will(String topic, Qos qos, boolean retain) {
        return will(topic, "will", qos, retain);
    }

    Hello will(String topic, String payload, Qos qos, boolean retain) {
        will = new Will(
                qos, retain, TopicName.of(topic), PublishProperties.NONE, 0, Publish.ABSENT, House.bytes(payload));
        return this;
    }

    Connect connect() {
        return new Connect(
                version,
                bridge,
                cleanStart,
                keepAliveSeconds,
                clientId,
                will,
                null,
                null,
                expirySeconds,
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                false,
                problemInformation,
                method,
                data,
                List.of());
    }
}
