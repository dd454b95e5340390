package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.tls.TestPki;
import io.chasqui.broker.tls.TlsConfig;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.client.Reconnect;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Sources;
import io.chasqui.server.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor --broker}, with brokers in this JVM that have what it is to find. */
@Timeout(60)
class DoctorCommandTest {
    @TempDir
    Path directory;

    private final Typed typed = new Typed();
    private int code;

    /** The findings as they are ranked: severity, area and what. What is said of this machine is left out. */
    private List<String> look(String broker, String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of("--broker", broker, "--json"));
        args.addAll(List.of(more));
        args.addAll(List.of("--set", "store.type=memory", "--set", "limits.max-session-expiry=7d"));
        code = typed.run(new DoctorCommand(Map.of(), typed.console).spec(), args.toArray(String[]::new));
        Map<String, @Nullable Object> all =
                JsonReader.object(typed.out.toString().getBytes(StandardCharsets.UTF_8));
        List<String> found = new ArrayList<>();
        for (Object each : (List<?>) all.get("findings")) {
            Map<?, ?> finding = (Map<?, ?>) each;
            if (List.of("broker", "certificate").contains(finding.get("area"))) {
                found.add(finding.get("severity") + " " + finding.get("what"));
                assertThat(finding.get("severity").equals("ok"))
                        .as("each has a fix: %s", finding)
                        .isEqualTo(finding.get("fix").equals(""));
            }
        }
        return found;
    }

    private static MqttClientBuilder client(Broker broker) {
        return MqttClient.to("mqtt://127.0.0.1:" + SharedBroker.port(broker)).reconnect(Reconnect.NEVER);
    }

    /** Lets $SYS be published anew. */
    private static void refresh(Broker broker) {
        broker.passTime(Duration.ofSeconds(11)).join();
    }

    @Test
    void aBrokerThatIsWell() throws Exception {
        try (Broker broker = Broker.start(SharedBroker.config())) {
            assertThat(look("127.0.0.1:" + SharedBroker.port(broker)))
                    .singleElement()
                    .asString()
                    .startsWith("ok it lets us in; chasqui version ");
            assertThat(code).isEqualTo(3); // store.type is memory
        }
    }

    @Test
    void clientsThatFightForAnIdentifierAndSessionsThatNobodyComesBackTo() throws Exception {
        try (Broker broker = Broker.start(SharedBroker.config())) {
            for (int i = 0; i < 3; i++) {
                try (MqttClient away = client(broker)
                        .clientId("away" + i)
                        .session(Duration.ofDays(1))
                        .build()) {
                    away.connect();
                }
            }
            List<MqttClient> twins = new ArrayList<>();
            for (int i = 0; i < 5; i++) { // a sixth one would be slowed down
                MqttClient twin = client(broker).clientId("twin").build();
                twins.add(twin);
                twin.connect();
            }
            refresh(broker);
            assertThat(look("mqtt://127.0.0.1:" + SharedBroker.port(broker)))
                    .anyMatch(each -> each.startsWith(
                            "warning 4 times a connection was taken over by another one with the same Client"))
                    .contains("hint 3 sessions of clients that are away, 1 that are connected")
                    .isSortedAccordingTo((a, b) -> rank(a) - rank(b));
            twins.forEach(MqttClient::close);
        }
    }

    private static int rank(String finding) {
        return List.of("error", "warning", "hint", "ok").indexOf(finding.split(" ", 2)[0]);
    }

    @Test
    void aTinyKeepAlive() throws Exception {
        BrokerConfig config = ConfigReader.read(new Sources(
                        null, Map.of(), List.of("listeners.mqtt.port=0", "limits.max-keep-alive=5s"), null, null))
                .broker();
        try (Broker broker = Broker.start(config)) {
            assertThat(look("mqtt://127.0.0.1:" + SharedBroker.port(broker)))
                    .first()
                    .isEqualTo("warning it makes clients ping every 5 s (Server Keep Alive)");
        }
    }

    @Test
    void aBrokerThatIsNotThere() throws Exception {
        assertThat(look("mqtt://127.0.0.1:1"))
                .singleElement()
                .asString()
                .startsWith("error cannot connect to 127.0.0.1:1: Connection refused; is the broker running");
        assertThat(code).isEqualTo(4);
    }

    @Test
    void theCertificateThatABrokerShows() throws Exception {
        TestPki pki = new TestPki();
        Path ca = Files.writeString(directory.resolve("ca.pem"), pki.pem());
        TestPki.Party good = pki.issue("CN=localhost", "EC", Duration.ofDays(60), TestPki.Name.dns("localhost"));
        try (Broker broker = Broker.start(SharedBroker.config(secured(good)))) {
            String there = "mqtts://localhost:" + SharedBroker.port(broker);
            assertThat(look(there, "--cafile", ca.toString()))
                    .contains("ok the certificate of localhost:" + SharedBroker.port(broker)
                            + " (CN=localhost) is valid for 59 days")
                    .anyMatch(each -> each.startsWith("ok it lets us in"))
                    .noneMatch(each -> each.startsWith("error"));
            typed.out.getBuffer().setLength(0);
            assertThat(look(there))
                    .anyMatch(each -> each.startsWith("error the certificate of localhost:")
                            && each.endsWith(" leads to no authority that we trust"))
                    .anyMatch(each -> each.startsWith("error cannot connect to localhost:"));
            assertThat(code).isEqualTo(4);
            typed.out.getBuffer().setLength(0);
            assertThat(look(there.replace("localhost", "127.0.0.1"), "--cafile", ca.toString()))
                    .anyMatch(each -> each.endsWith(" is for localhost and not for 127.0.0.1, so clients refuse it"));
        }
    }

    @Test
    void aCertificateThatHasExpired() throws Exception {
        TestPki pki = new TestPki();
        Path ca = Files.writeString(directory.resolve("ca.pem"), pki.pem());
        TestPki.Party old = pki.issue("CN=localhost", "EC", Duration.ofHours(-1), TestPki.Name.dns("localhost"));
        try (Broker broker = Broker.start(SharedBroker.config(secured(old)))) {
            assertThat(look("mqtts://localhost:" + SharedBroker.port(broker), "--cafile", ca.toString()))
                    .anyMatch(each -> each.contains("(CN=localhost) expired on "))
                    .noneMatch(each -> each.contains("no authority"));
        }
    }

    private ListenerConfig secured(TestPki.Party party) throws Exception {
        return ListenerConfig.DEFAULT
                .withPort(0)
                .withTls(TlsConfig.of(
                        Files.writeString(directory.resolve("server.pem"), party.certificatePem()),
                        Files.writeString(directory.resolve("server.key"), party.keyPem())));
    }
}
