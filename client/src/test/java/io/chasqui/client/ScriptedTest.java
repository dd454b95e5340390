package io.chasqui.client;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** What tests with a scripted server have in common. */
@Timeout(60)
class ScriptedTest {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    ScriptedServer server;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void listen() {
        server = new ScriptedServer();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        close(server);
    }

    private static void close(ScriptedServer server) throws IOException {
        server.close();
    }

    /** One that comes back at once. */
    MqttClientBuilder client(MqttVersion version) {
        return MqttClient.to(server.uri())
                .version(version)
                .clientId("c")
                .session(Duration.ofHours(1))
                .reconnect(new Reconnect(Duration.ofMillis(10), Duration.ofMillis(10)));
    }

    MqttClientBuilder client() {
        return client(MqttVersion.V5);
    }

    MqttClient started(MqttClientBuilder builder) {
        MqttClient client = builder.build();
        open.add(client);
        client.start();
        return client;
    }

    ScriptedServer.Peer welcome(boolean sessionPresent, ConnAck.Properties properties) {
        ScriptedServer.Peer peer = server.welcome(sessionPresent, properties);
        open.add(peer);
        return peer;
    }

    ScriptedServer.Peer welcome() {
        return welcome(false, ConnAck.Properties.NONE);
    }

    static Message qos(int level, String text) {
        return Message.of("t", text).withQos(Qos.of(level));
    }

    static Publish publish(int level, int packetId, String text) {
        return new Publish(
                false, Qos.of(level), false, TopicName.of("t"), packetId, text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(Publish publish) {
        return new String(publish.payload(), StandardCharsets.UTF_8);
    }
}
