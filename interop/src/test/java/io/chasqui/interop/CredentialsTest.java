package io.chasqui.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientConfig;
import com.hivemq.client.mqtt.mqtt5.auth.Mqtt5EnhancedAuthMechanism;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5Auth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5AuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5EnhancedAuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import io.chasqui.broker.Broker;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.server.auth.Gate;
import io.chasqui.server.auth.PasswordFile;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Others' clients prove who they are: Paho with a token, HiveMQ's client with SCRAM, for which a library of others does the arithmetic. */
final class CredentialsTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final long DEADLINE_SECONDS = 60;

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private int port;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private void start(String... assignments) throws Exception {
        List<String> all = new ArrayList<>(List.of(assignments));
        all.add("listeners.mqtt.port=0");
        Configuration configuration = ConfigReader.read(new Sources(null, Map.of(), all, null, null));
        Gate.Opened opened =
                Gate.open(configuration.security(), configuration.broker().listeners());
        open.add(opened.gate());
        Broker broker = Broker.start(configuration.broker(), opened.security(), new MemoryStore());
        open.add(broker);
        port = broker.addresses().getFirst().getPort();
    }

    private static String token(String user, long expiresInSeconds) throws Exception {
        Base64.Encoder url = Base64.getUrlEncoder().withoutPadding();
        long expires = System.currentTimeMillis() / 1_000 + expiresInSeconds;
        String said = url.encodeToString(bytes("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")) + "."
                + url.encodeToString(bytes("{\"sub\":\"" + user + "\",\"exp\":" + expires + "}"));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(bytes(SECRET), "HmacSHA256"));
        return said + "." + url.encodeToString(mac.doFinal(bytes(said)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void pahoComesInWithATokenAsPassword() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), SECRET);
        start("authentication.methods=jwt", "jwt.key-file=" + key, "jwt.algorithms=HS256", "jwt.leeway=0s");
        assertThat(pahoV5("ann", token("ann", 600))).isZero();
        assertThat(pahoV3("ann", token("ann", 600))).isZero();
        for (String bad : List.of(token("ann", -600), token("eve", 600), token("ann", 600) + "x", "")) {
            assertThat(pahoV5("ann", bad)).isIn(0x86, 0x87);
            assertThat(pahoV3("ann", bad)).isIn(4, 5);
        }
    }

    /** The Reason Code of CONNACK. */
    private int pahoV5(String user, String password) throws MqttException {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName(user);
        options.setPassword(bytes(password));
        MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "v5", new MemoryPersistence());
        try {
            client.connect(options);
            client.publish("t", bytes("in"), 1, false);
            client.disconnect();
            return 0;
        } catch (MqttException refused) {
            return refused.getReasonCode();
        } finally {
            client.close();
        }
    }

    /** The Return Code of CONNACK. */
    private int pahoV3(String user, String password) throws org.eclipse.paho.client.mqttv3.MqttException {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setUserName(user);
        options.setPassword(password.toCharArray());
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        try (org.eclipse.paho.client.mqttv3.MqttClient client = new org.eclipse.paho.client.mqttv3.MqttClient(
                "tcp://127.0.0.1:" + port, "v3", new org.eclipse.paho.client.mqttv3.persist.MemoryPersistence())) {
            client.connect(options);
            client.publish("t", bytes("in"), 1, false);
            client.disconnect();
            return 0;
        } catch (org.eclipse.paho.client.mqttv3.MqttException refused) {
            return refused.getReasonCode();
        }
    }

    /** Any number of exchanges, one after the other. */
    private static final class Scram implements Mqtt5EnhancedAuthMechanism {
        final CompletableFuture<Boolean> again = new CompletableFuture<>(); // whether it has authenticated anew
        private final String user;
        private final String password;
        private @Nullable ScramClient exchange;

        Scram(String user, String password) {
            this.user = user;
            this.password = password;
        }

        @Override
        public MqttUtf8String getMethod() {
            return MqttUtf8String.of("SCRAM-SHA-256");
        }

        @Override
        public int getTimeout() {
            return (int) DEADLINE_SECONDS;
        }

        private byte[] begin() {
            ScramClient begun = ScramClient.builder()
                    .advertisedMechanisms(List.of("SCRAM-SHA-256"))
                    .username(user)
                    .password(password.toCharArray())
                    .build();
            exchange = begun;
            return bytes(begun.clientFirstMessage().toString());
        }

        private ScramClient exchange() {
            if (exchange == null) {
                throw new IllegalStateException("not begun");
            }
            return exchange;
        }

        @Override
        public CompletableFuture<Void> onAuth(
                Mqtt5ClientConfig config, Mqtt5Connect connect, Mqtt5EnhancedAuthBuilder auth) {
            auth.data(begin());
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> onReAuth(Mqtt5ClientConfig config, Mqtt5AuthBuilder auth) {
            auth.data(begin());
            return CompletableFuture.completedFuture(null);
        }

        private static String text(Optional<ByteBuffer> data) {
            return StandardCharsets.UTF_8.decode(data.orElseThrow()).toString();
        }

        @Override
        public CompletableFuture<Boolean> onContinue(
                Mqtt5ClientConfig config, Mqtt5Auth said, Mqtt5AuthBuilder answer) {
            try {
                exchange().serverFirstMessage(text(said.getData()));
                answer.data(bytes(exchange().clientFinalMessage().toString()));
                return CompletableFuture.completedFuture(true);
            } catch (ScramException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private CompletableFuture<Boolean> proved(Optional<ByteBuffer> data) {
            try {
                exchange().serverFinalMessage(text(data));
                return CompletableFuture.completedFuture(true);
            } catch (ScramException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public CompletableFuture<Boolean> onAuthSuccess(Mqtt5ClientConfig config, Mqtt5ConnAck connAck) {
            return proved(connAck.getEnhancedAuth().orElseThrow().getData());
        }

        @Override
        public CompletableFuture<Boolean> onReAuthSuccess(Mqtt5ClientConfig config, Mqtt5Auth auth) {
            CompletableFuture<Boolean> result = proved(auth.getData());
            result.whenComplete((done, failure) -> again.complete(failure == null && done));
            return result;
        }

        @Override
        public void onAuthRejected(Mqtt5ClientConfig config, Mqtt5ConnAck connAck) {}

        @Override
        public void onReAuthRejected(Mqtt5ClientConfig config, Mqtt5Disconnect disconnect) {
            again.complete(false);
        }

        @Override
        public void onAuthError(Mqtt5ClientConfig config, Throwable cause) {}

        @Override
        public void onReAuthError(Mqtt5ClientConfig config, Throwable cause) {
            again.completeExceptionally(cause);
        }
    }

    private Mqtt5BlockingClient hiveMq(Scram scram) {
        return Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(port)
                .enhancedAuth(scram)
                .buildBlocking();
    }

    @Test
    void hiveMqComesInByScramAndAuthenticatesAnew() throws Exception {
        Path file = folder.resolve("passwords");
        new PasswordFile(file).put("ann", bytes("pencil"), List.of("SCRAM-SHA-256"));
        start("authentication.methods=scram", "password.file=" + file);
        Scram scram = new Scram("ann", "pencil");
        Mqtt5BlockingClient client = hiveMq(scram);
        assertThat(client.connect().getReasonCode()).isEqualTo(Mqtt5ConnAckReasonCode.SUCCESS);
        client.reauth();
        assertThat(scram.again.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        client.publishWith().topic("t").qos(MqttQos.AT_LEAST_ONCE).send();
        client.disconnect();
        for (Scram wrong : List.of(new Scram("ann", "pen"), new Scram("eve", "pencil"))) {
            assertThatThrownBy(() -> hiveMq(wrong).connect())
                    .isInstanceOfSatisfying(
                            Mqtt5ConnAckException.class,
                            refused -> assertThat(refused.getMqttMessage().getReasonCode())
                                    .isIn(
                                            Mqtt5ConnAckReasonCode.NOT_AUTHORIZED,
                                            Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD));
        }
    }
}
