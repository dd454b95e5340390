package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.client.ConnectionListener;
import io.chasqui.client.EnhancedAuthentication;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.client.MqttException;
import io.chasqui.client.Reconnect;
import io.chasqui.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From CONNECT to CONNACK and further, with the client library: what the configuration says is what a client meets. */
class RealClientTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

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
        GuardedBroker broker = GuardedBroker.start(assignments);
        open.add(broker);
        port = broker.port();
    }

    private Path users() throws Exception {
        Path file = folder.resolve("passwords");
        PasswordFile passwords = new PasswordFile(file);
        passwords.put("ann", HashTest.bytes("secret"), List.of("SCRAM-SHA-256", "SCRAM-SHA-512"));
        passwords.put("bob", HashTest.bytes("hidden"), List.of());
        return file;
    }

    private MqttClientBuilder client() {
        return MqttClient.to("mqtt://127.0.0.1:" + port).reconnect(Reconnect.NEVER);
    }

    private MqttClient connect(MqttClientBuilder builder) {
        MqttClient client = builder.build();
        open.add(client);
        client.connect();
        return client;
    }

    private static String reasonOf(Throwable failure) {
        return String.valueOf(failure);
    }

    /** The client's side of SCRAM, RFC 5802. */
    static final class Scram implements EnhancedAuthentication {
        private final String mechanism;
        private final String user;
        private final String password;
        private int round;
        private byte @Nullable [] expected; // the server's signature
        private int checked;

        Scram(String mechanism, String user, String password) {
            this.mechanism = mechanism;
            this.user = user;
            this.password = password;
        }

        @Override
        public String method() {
            return mechanism;
        }

        private String bare() {
            return "n=" + user + ",r=clientnonce" + round;
        }

        @Override
        public byte[] begin() {
            round++;
            return HashTest.bytes("n,," + bare());
        }

        @Override
        public byte[] answer(byte @Nullable [] challenge) {
            String first = new String(Objects.requireNonNull(challenge), StandardCharsets.UTF_8);
            String last = ScramAuthenticatorTest.last(mechanism, password, bare(), first, "n,,");
            byte[] salt = Base64.getDecoder().decode(first.substring(first.indexOf(",s=") + 3, first.indexOf(",i=")));
            int iterations = Integer.parseInt(first.substring(first.indexOf(",i=") + 3));
            byte[] salted = Verifier.saltedPassword(mechanism, HashTest.bytes(password), iterations, salt);
            byte[] serverKey = Verifier.hmac(mechanism, salted, HashTest.bytes("Server Key"));
            String without = last.substring(0, last.indexOf(",p="));
            expected = Verifier.hmac(mechanism, serverKey, HashTest.bytes(bare() + "," + first + "," + without));
            return HashTest.bytes(last);
        }

        @Override
        public void succeeded(byte @Nullable [] data) {
            String said = data == null ? "" : new String(data, StandardCharsets.UTF_8);
            if (!said.equals("v=" + Base64.getEncoder().encodeToString(expected))) {
                throw new IllegalStateException("the server does not know the password: " + said);
            }
            checked++;
        }
    }

    @Test
    void scramProvesThePasswordToBothSidesAndAgainWhileConnected() throws Exception {
        start("authentication.methods=scram", "password.file=" + users());
        for (String mechanism : List.of("SCRAM-SHA-256", "SCRAM-SHA-512")) {
            Scram scram = new Scram(mechanism, "ann", "secret");
            MqttClient client = connect(client().clientId(mechanism).authentication(scram));
            assertThat(client.publish("t", "in")).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            client.reauthenticate().get(60, TimeUnit.SECONDS);
            assertThat(client.publish("t", "still in")).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            assertThat(scram.checked).isEqualTo(2);
        }
        for (Scram wrong : List.of(
                new Scram("SCRAM-SHA-256", "ann", "wrong"),
                new Scram("SCRAM-SHA-256", "eve", "secret"),
                new Scram("SCRAM-SHA-256", "bob", "hidden"))) {
            assertThatThrownBy(() -> connect(client().authentication(wrong)))
                    .isInstanceOf(MqttException.class)
                    .satisfies(failure ->
                            assertThat(reasonOf(failure)).containsAnyOf("BAD_USER", "NOT_AUTHORIZED", "0x86", "0x87"));
        }
        assertThatThrownBy(() -> connect(client().authentication(new Scram("SCRAM-SHA-1", "ann", "secret"))))
                .isInstanceOf(MqttException.class);
        assertThatThrownBy(() -> connect(client())).isInstanceOf(MqttException.class);
    }

    /** A client that re-authenticates may not become somebody else. */
    @Test
    void scramDoesNotChangeTheUserOfAConnection() throws Exception {
        Path file = users();
        new PasswordFile(file).put("eve", HashTest.bytes("evil"), List.of("SCRAM-SHA-256"));
        start("authentication.methods=scram", "password.file=" + file);
        EnhancedAuthentication turncoat = new EnhancedAuthentication() {
            private Scram current = new Scram("SCRAM-SHA-256", "ann", "secret");
            private int begun;

            @Override
            public String method() {
                return "SCRAM-SHA-256";
            }

            @Override
            public byte[] begin() {
                current = begun++ == 0 ? current : new Scram("SCRAM-SHA-256", "eve", "evil");
                return current.begin();
            }

            @Override
            public byte[] answer(byte @Nullable [] challenge) {
                return current.answer(challenge);
            }
        };
        MqttClient client = connect(client().authentication(turncoat));
        assertThatThrownBy(() -> client.reauthenticate().get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(MqttException.class);
    }

    private static String token(String user, long expiresInSeconds) throws Exception {
        Base64.Encoder url = Base64.getUrlEncoder().withoutPadding();
        long expires = System.currentTimeMillis() / 1_000 + expiresInSeconds;
        String said = url.encodeToString(HashTest.bytes("{\"alg\":\"HS256\"}")) + "."
                + url.encodeToString(HashTest.bytes("{\"sub\":\"" + user + "\",\"exp\":" + expires + "}"));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(HashTest.bytes(SECRET), "HmacSHA256"));
        return said + "." + url.encodeToString(mac.doFinal(HashTest.bytes(said)));
    }

    @Test
    void aTokenComesAsPasswordOrByAuthAndIsRenewedBeforeItEnds() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), SECRET);
        start("authentication.methods=jwt", "jwt.key-file=" + key, "jwt.algorithms=HS256", "jwt.leeway=0s");
        MqttClient byPassword = connect(client().userName("ann").password(HashTest.bytes(token("ann", 60))));
        assertThat(byPassword.publish("t", "in")).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        EnhancedAuthentication byAuth = new EnhancedAuthentication() {
            private int begun;

            @Override
            public String method() {
                return "JWT";
            }

            @Override
            public byte[] begin() {
                try {
                    return HashTest.bytes(token("ann", begun++ == 0 ? 20 : 60));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public byte @Nullable [] answer(byte @Nullable [] challenge) {
                throw new IllegalStateException("a token is all there is to say");
            }
        };
        MqttClient client = connect(client().authentication(byAuth));
        client.reauthenticate().get(60, TimeUnit.SECONDS);
        assertThat(client.publish("t", "in")).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);

        for (String bad : List.of(token("ann", -60), token("ann", 60) + "x", "x".repeat(60_000), "")) {
            assertThatThrownBy(() -> connect(client().userName("ann").password(HashTest.bytes(bad))))
                    .isInstanceOf(MqttException.class);
        }
        assertThatThrownBy(() -> connect(client().userName("bob").password(HashTest.bytes(token("ann", 60)))))
                .isInstanceOf(MqttException.class);
    }

    /** Why a client was disconnected. */
    private static final class End implements ConnectionListener {
        final CompletableFuture<String> why = new CompletableFuture<>();

        @Override
        public void onDisconnected(MqttException reason, @Nullable Duration nextAttempt) {
            why.complete(String.valueOf(reason));
        }
    }

    @Test
    void whoIsDeletedOrGetsAnotherPasswordIsDisconnectedAndOthersStay() throws Exception {
        Path file = users();
        new PasswordFile(file).put("eve", HashTest.bytes("evil"), List.of());
        start("authentication.methods=password", "password.file=" + file);
        End ofBob = new End();
        End ofEve = new End();
        MqttClient ann = connect(client().userName("ann").password(HashTest.bytes("secret")));
        connect(client().userName("bob").password(HashTest.bytes("hidden")).listener(ofBob));
        connect(client().userName("eve").password(HashTest.bytes("evil")).listener(ofEve));
        PasswordFile passwords = new PasswordFile(file);
        passwords.put("bob", HashTest.bytes("another"), List.of());
        passwords.delete("eve");
        assertThat(ofBob.why.get(60, TimeUnit.SECONDS)).containsAnyOf("NOT_AUTHORIZED", "0x87");
        assertThat(ofEve.why.get(60, TimeUnit.SECONDS)).containsAnyOf("NOT_AUTHORIZED", "0x87");
        assertThat(ann.publish("t", "still in")).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        connect(client().userName("bob").password(HashTest.bytes("another")));
    }
}
