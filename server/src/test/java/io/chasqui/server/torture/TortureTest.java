package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.ListenerConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole, against Chasqui. */
class TortureTest {
    /** With it the owners of both Wills leave at once, one comes back in time, and the Will of the other is due after 2 s. */
    private static final long SHORT_WILLS = 4_721;

    @TempDir
    Path directory;

    /** Clients come and go, but the broker is not killed at all: whoever is accused here is accused wrongly. */
    @Test
    void nothingIsFoundInABrokerThatKeepsEverything() throws Exception {
        try (Broker broker = Broker.start(config())) {
            int port = broker.addresses().getFirst().getPort();
            List<String> progress = new ArrayList<>();
            Verdict verdict = Torture.run(Counterpart.settings(port, "true", SHORT_WILLS), progress::add);
            assertThat(verdict.faults()).isEmpty();
            assertThat(verdict.held()).isTrue();
            assertThat(verdict.acknowledged()).isPositive();
            assertThat(verdict.delivered()).isGreaterThan(verdict.acknowledged());
            assertThat(verdict.wills()).isPositive();
            assertThat(verdict.text()).contains("1 in ", "seed " + SHORT_WILLS, "All promises held.");
            assertThat(progress).hasSize(2).first().asString().startsWith("round 1 of 1: ");
        }
    }

    /** A broker that forgets everything at each kill, in a process of its own. */
    @Test
    void aBrokerThatForgetsIsFoundOut() throws Exception {
        int port = freePort();
        Verdict verdict = Torture.run(settings(port, forgetful(port)), _ -> {});
        assertThat(verdict.held()).isFalse();
        assertThat(verdict.rounds()).isEqualTo(1);
        assertThat(verdict.count(Fault.SESSION_MISSING)).isPositive();
        assertThat(verdict.count(Fault.LOST_QOS_1)).isPositive();
        assertThat(verdict.count(Fault.NOT_STARTED)).isZero();
        assertThat(verdict.medianStartMillis()).isPositive();
        assertThat(verdict.json()).startsWith("{\"held\":false,\"seed\":1,").contains("\"examples\":[\"lost_qos_1: ");
    }

    @Test
    void aBrokerThatDoesNotComeBackIsFoundOut() throws Exception {
        int port = freePort();
        Path once = directory.resolve("once");
        String command = "test ! -e '" + once + "' && touch '" + once + "' && exec " + forgetful(port);
        Verdict verdict = Torture.run(settings(port, command), _ -> {});
        assertThat(verdict.count(Fault.NOT_STARTED)).isEqualTo(1);
        assertThat(verdict.faults()).extracting(Verdict.Finding::fault).doesNotContain(Fault.LOST_QOS_1);
    }

    @Test
    void whatCannotBeTriedIsSaid() throws Exception {
        assertThatThrownBy(() -> Torture.run(settings(freePort(), "exit 5"), _ -> {}))
                .isInstanceOf(Torture.TortureException.class)
                .hasMessageContaining("ended by itself with exit code 5");
        try (ServerSocket other = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> Torture.run(settings(other.getLocalPort(), "exit 5"), _ -> {}))
                    .hasMessageContaining("something listens on port " + other.getLocalPort() + " already");
        }
    }

    private String forgetful(int port) {
        return "'" + Path.of(System.getProperty("java.home"), "bin", "java")
                + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '" + System.getProperty("java.class.path")
                + "' io.chasqui.server.torture.ForgetfulBroker " + port;
    }

    private static TortureSettings settings(int port, String brokerCommand) {
        TortureSettings base = Counterpart.settings(port, "false");
        return new TortureSettings(
                base.host(),
                port,
                brokerCommand,
                null,
                null,
                null,
                base.rounds(),
                null,
                base.seed(),
                2,
                2,
                base.rate(),
                base.window(),
                base.payloadBytes(),
                base.maxMessages(),
                base.maxQos(),
                List.of(4), // no Wills, which take their time
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                Duration.ofSeconds(60),
                base.patience());
    }

    static BrokerConfig config() {
        return config(0);
    }

    static BrokerConfig config(int port) {
        BrokerConfig standard = BrokerConfig.DEFAULT;
        return new BrokerConfig(
                List.of(new ListenerConfig("mqtt", "127.0.0.1", port, 1_000, Duration.ofSeconds(60))),
                standard.limits(),
                1,
                4,
                Duration.ZERO,
                Duration.ofSeconds(1));
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
