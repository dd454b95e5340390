package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Refused;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.auth.Security;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the words of the configuration to what the broker asks. */
class GateTest {
    @TempDir
    Path folder;

    private Gate.Opened open(String... assignments) throws Exception {
        List<String> all = new ArrayList<>(List.of(assignments));
        all.add("password.argon2-memory=64KiB");
        all.add("password.argon2-passes=1");
        Configuration configuration = ConfigReader.read(new Sources(null, Map.of(), all, null, null));
        return Gate.open(configuration.security(), configuration.broker().listeners());
    }

    private Path passwords() throws IOException {
        Path file = folder.resolve("passwords");
        Files.writeString(file, "ann:" + HashTest.STORED.get(1) + "\n");
        return file;
    }

    private static Verdict ask(Security security, @Nullable String user, @Nullable String password) {
        ClientInfo client = People.named("c", user);
        return security.authenticator()
                .authenticate(client, password == null ? null : HashTest.bytes(password))
                .toCompletableFuture()
                .join();
    }

    @Test
    void withoutMethodsEverybodyComesIn() throws Exception {
        Gate.Opened opened = open();
        try (Gate _ = opened.gate()) {
            assertThat(ask(opened.security(), "who", "ever")).isEqualTo(Verdict.ACCEPTED);
        }
    }

    @Test
    void aPasswordFileAsksAndAnonymousIsSaidExplicitly() throws Exception {
        Path file = passwords();
        Gate.Opened closed = open("authentication.methods=password", "password.file=" + file);
        try (Gate _ = closed.gate()) {
            assertThat(ask(closed.security(), "ann", "secret")).isInstanceOf(Accepted.class);
            Verdict wrong = ask(closed.security(), "ann", "wrong");
            assertThat(wrong).isInstanceOf(Refused.class);
            assertThat(ask(closed.security(), "eve", "wrong"))
                    .as("no difference to be seen")
                    .isEqualTo(wrong);
            assertThat(ask(closed.security(), null, null)).isInstanceOf(Refused.class);
        }
        Gate.Opened open =
                open("authentication.methods=password", "password.file=" + file, "listeners.mqtt.allow-anonymous=true");
        try (Gate _ = open.gate()) {
            assertThat(ask(open.security(), null, null)).isEqualTo(Verdict.ACCEPTED);
            assertThat(ask(open.security(), "eve", null)).isInstanceOf(Refused.class);
            assertThat(ask(open.security(), null, "secret")).isInstanceOf(Refused.class);
        }
    }

    @Test
    void everyMethodIsMade() throws Exception {
        Path file = passwords();
        Path key = Files.writeString(folder.resolve("key"), "0123456789abcdef0123456789abcdef");
        Gate.Opened opened = open(
                "authentication.methods=certificate,jwt,scram,password,http,ldap,sql",
                "password.file=" + file,
                "jwt.key-file=" + key,
                "http.url=http://127.0.0.1:1/",
                "ldap.url=ldap://127.0.0.1:1",
                "ldap.user-dn=uid=%u",
                "sql.url=jdbc:h2:mem:",
                "sql.query=SELECT ?");
        try (Gate _ = opened.gate()) {
            assertThat(ask(opened.security(), "ann", "secret")).isInstanceOf(Accepted.class);
            assertThat(opened.security().authenticator().exchange(People.named("c", null), "SCRAM-SHA-256"))
                    .isNotNull();
            assertThat(opened.security().authenticator().exchange(People.named("c", null), "JWT"))
                    .isNotNull();
        }
    }

    @Test
    void groupsOfCertificatesNeedNoPasswordFile() throws Exception {
        Path groups = Files.writeString(folder.resolve("groups"), "staff:ann\n");
        Gate.Opened opened = open("authentication.methods=certificate", "password.groups-file=" + groups);
        try (Gate _ = opened.gate()) {
            Peer.Certificate certificate =
                    new Peer.Certificate("ann", "CN=ann", "00", Instant.ofEpochSecond(4_000_000_000L));
            Peer peer = new Peer(
                    People.named("c", null).remote(),
                    new Peer.Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, certificate));
            ClientInfo ann = new ClientInfo("c", null, peer, "tls", MqttVersion.V5);
            assertThat(opened.security()
                            .authenticator()
                            .authenticate(ann, null)
                            .toCompletableFuture()
                            .join())
                    .isInstanceOfSatisfying(
                            Accepted.class,
                            accepted -> assertThat(accepted.identity().groups()).containsExactly("staff"));
        }
    }

    @Test
    void secretsComeFromFilesOrFromTheEnvironment() throws Exception {
        Map<String, String> environment = Map.of("DB_PASSWORD", "hunter2\n");
        assertThat(Gate.secret(Path.of(""), environment)).isNull();
        assertThat(Gate.secret(Path.of("env:DB_PASSWORD"), environment)).isEqualTo("hunter2");
        Path file = Files.writeString(folder.resolve("secret"), "hunter3\nand more\n");
        assertThat(Gate.secret(file, environment)).isEqualTo("hunter3");
        assertThatThrownBy(() -> Gate.secret(Path.of("env:NONE"), environment))
                .hasMessage("env:NONE: there is no such environment variable");
    }

    @Test
    void rulesAndAudit() throws Exception {
        Path rules = Files.writeString(folder.resolve("rules"), "rules: [{allow: all, topic: a}]\n");
        Path audit = folder.resolve("audit");
        Gate.Opened opened = open("authorization.rules=" + rules, "audit.file=" + audit);
        try (Gate gate = opened.gate()) {
            ClientInfo client = People.named("c", null);
            assertThat(opened.security().authorizer().mayPublish(client, TopicName.of("a"), Qos.AT_MOST_ONCE, false))
                    .isTrue();
            assertThat(opened.security().authorizer().mayPublish(client, TopicName.of("b"), Qos.AT_MOST_ONCE, false))
                    .isFalse();
            assertThat(gate.denied()).isEqualTo(1);
        }
        assertThat(audit).content().contains("\"event\":\"denied\"", "\"topic\":\"b\"");
    }

    @Test
    void whatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> open("authentication.methods=password", "password.file=" + folder.resolve("none")))
                .hasMessageContaining("none");
        assertThatThrownBy(() -> open("authorization.rules=" + folder.resolve("none")))
                .hasMessageContaining("there is no such file");
    }

    @Test
    void whatTheConfigurationLacksIsSaid() {
        for (String[] wrong : new String[][] {
            {"authentication.methods=pasword", "did you mean password?"},
            {"authentication.methods=password", "password.file is empty; the method password needs it"},
            {"authentication.methods=jwt", "needs jwt.key-file or jwt.jwks"},
            {"authentication.methods=http", "needs a URL"},
            {"authentication.methods=ldap", "needs ldap://HOST:PORT"},
            {"authentication.methods=sql", "needs a URL with jdbc:"},
            {"jwt.algorithms=none", "known are RS256"},
        }) {
            assertThatThrownBy(() -> open(wrong[0]))
                    .isInstanceOfSatisfying(
                            io.chasqui.server.config.ConfigException.class,
                            e -> assertThat(e.report()).contains(wrong[1]));
        }
    }
}
