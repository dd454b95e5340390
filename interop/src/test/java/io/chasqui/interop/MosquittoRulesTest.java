package io.chasqui.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.Broker;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.client.MqttException;
import io.chasqui.client.Reconnect;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.auth.Gate;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same password file and the same acl_file, given to Mosquitto and to Chasqui: everybody may do the same with both. */
@Needs(
        value = {"mosquitto_passwd", "stdbuf"},
        install = "Mosquitto (Debian: mosquitto, coreutils)")
final class MosquittoRulesTest {
    private static final String RULES = """
        # for those without a name
        topic read public/#
        topic write inbox/anonymous

        user admin
        topic readwrite #

        user ann
        topic read news/#
        topic deny news/secret/#
        topic write ann/out
        topic ann/both
        topic readwrite deep/+/x
        topic read news/secret/but/this

        user bob
        topic write news/+
        topic deny home/bob/private
        topic readwrite a b/with space

        user nobody

        pattern read dev/%c/in
        pattern write dev/%c/out
        pattern readwrite home/%u/#
        pattern deny home/%u/locked
        """;

    private static final List<String> TOPICS = List.of(
            "public/x",
            "public",
            "public/x/y",
            "inbox/anonymous",
            "inbox/other",
            "news",
            "news/today",
            "news/today/late",
            "news/secret",
            "news/secret/x",
            "news/secret/but/this",
            "ann/out",
            "ann/both",
            "deep/1/x",
            "deep/1/y",
            "deep/1/2/x",
            "dev/c-ann/in",
            "dev/c-ann/out",
            "dev/c-bob/in",
            "dev/c-bob/out",
            "home/ann",
            "home/ann/x/y",
            "home/ann/locked",
            "home/bob/open",
            "home/bob/private",
            "home/nobody/x",
            "a b/with space",
            "elsewhere");

    /** User names; null for none. Each comes with the Client Identifier {@code c-NAME}. */
    private static final List<String> USERS = List.of("ann", "bob", "nobody", "");

    private static final String LAST = "last"; // what the administrator publishes behind the others

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private Path passwords() throws Exception {
        Path file = Files.writeString(folder.resolve("passwords"), "");
        for (String user : List.of("admin", "ann", "bob", "nobody")) {
            Program.start(List.of("mosquitto_passwd", "-b", file.toString(), user, "of " + user))
                    .awaitEnd();
        }
        return file;
    }

    private int mosquitto(Path passwords, Path rules) throws Exception {
        Mosquitto mosquitto = Mosquitto.start("password_file " + passwords, "acl_file " + rules);
        open.add(mosquitto);
        return mosquitto.port;
    }

    private int chasqui(Path passwords, Path rules) throws Exception {
        Configuration configuration = ConfigReader.read(new Sources(
                null,
                Map.of(),
                List.of(
                        "authentication.methods=password",
                        "password.file=" + passwords,
                        "password.rehash=false",
                        "authorization.rules=" + rules,
                        "authorization.format=mosquitto",
                        "listeners.mqtt.port=0",
                        "listeners.mqtt.allow-anonymous=true"),
                null,
                null));
        Gate.Opened opened =
                Gate.open(configuration.security(), configuration.broker().listeners());
        open.add(opened.gate());
        Broker broker = Broker.start(configuration.broker(), opened.security(), new MemoryStore());
        open.add(broker);
        return broker.addresses().getFirst().getPort();
    }

    private MqttClient client(int port, String user) {
        MqttClientBuilder builder =
                MqttClient.to("mqtt://127.0.0.1:" + port).clientId("c-" + user).reconnect(Reconnect.NEVER);
        if (!user.isEmpty()) {
            builder.userName(user).password(("of " + user).getBytes(StandardCharsets.UTF_8));
        }
        MqttClient client = builder.build();
        open.add(client);
        client.connect();
        return client;
    }

    /** What each user may read and write, as it shows. */
    private Map<String, Set<String>> rights(int port) throws Exception {
        MqttClient admin = client(port, "admin");
        Map<String, Set<String>> rights = new TreeMap<>();
        for (String user : USERS) {
            MqttClient client = client(port, user);
            Set<String> may = new TreeSet<>();
            for (String topic : TOPICS) {
                if (mayPublish(client, topic)) {
                    may.add("write " + topic);
                }
            }
            may.addAll(readable(admin, client, user));
            rights.put(user, may);
        }
        return rights;
    }

    private static boolean mayPublish(MqttClient client, String topic) {
        try {
            client.publish(topic, "x");
            return true;
        } catch (MqttException e) {
            assertThat(e).hasMessageContaining(ReasonCode.NOT_AUTHORIZED.name());
            return false;
        }
    }

    /** The administrator publishes to all topics, and then to one that the user may read in any case. */
    private static Set<String> readable(MqttClient admin, MqttClient client, String user) throws Exception {
        Set<String> came = new ConcurrentSkipListSet<>();
        Semaphore end = new Semaphore(0);
        String last = user.isEmpty() ? "public/" + LAST : "dev/c-" + user + "/in";
        client.subscribe("#", Qos.AT_LEAST_ONCE, received -> {
            if (received.text().equals(LAST)) {
                end.release();
            } else {
                came.add("read " + received.topic());
            }
        });
        for (String topic : TOPICS) {
            admin.publish(topic, "y");
        }
        admin.publish(last, LAST);
        assertThat(end.tryAcquire(Guest.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return came;
    }

    @Test
    void everybodyMayDoTheSameWithBoth() throws Exception {
        Path passwords = passwords();
        Path rules = Files.writeString(folder.resolve("acl"), RULES);
        Map<String, Set<String>> theirs = rights(mosquitto(passwords, rules));
        Map<String, Set<String>> ours = rights(chasqui(passwords, rules));
        assertThat(ours).isEqualTo(theirs);
        assertThat(theirs.get("ann"))
                .contains("read news/today", "write deep/1/x")
                .doesNotContain("read news/secret/x");
        assertThat(theirs.get("")).contains("read public/x").doesNotContain("write public/x");
    }
}
