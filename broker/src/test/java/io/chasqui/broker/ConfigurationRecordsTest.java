package io.chasqui.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.chasqui.protocol.Qos;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration records refuse nonsense, all of it at once, in the words of the configuration file. */
class ConfigurationRecordsTest {
    @Test
    void defaultsAreValid() {
        assertThat(BrokerConfig.DEFAULT.listeners()).containsExactly(ListenerConfig.DEFAULT);
        assertThat(ListenerConfig.DEFAULT.allowAnonymous()).isTrue();
    }

    @Test
    void listener_reportsAllFaultsAtOnce() {
        assertThatThrownBy(() -> new ListenerConfig("mqtt", "127.0.0.1", 70_000, 0, Duration.ofMinutes(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("listener \"mqtt\": port is 70000; give 1 to 65535, or 0 to let the system choose;"
                        + " max-connections is 0; give 1 to 10000000;"
                        + " connect-timeout is PT2M; give more than zero and at most 60s");
    }

    @Test
    void limits_reportAllFaultsAtOnce() {
        InvalidConfigException e = catchThrowableOfType(
                InvalidConfigException.class,
                () -> limits(0, 1, 15, Qos.EXACTLY_ONCE, Duration.ofMillis(1500), Duration.ofSeconds(-1)));
        assertThat(e.faults().stream().map(InvalidConfigException.Fault::key))
                .containsExactly("max-connections", "max-packet-bytes", "max-keep-alive", "max-session-expiry");
    }

    @Test
    void broker_reportsAllFaultsAtOnce() {
        ListenerConfig twin = ListenerConfig.DEFAULT;
        assertThatThrownBy(() -> new BrokerConfig(
                        List.of(twin, twin), Limits.DEFAULT, 8, 4, Duration.ofMillis(5), Duration.ofMinutes(2)))
                .hasMessageContainingAll(
                        "shards is 4; give 8 (as many as loops) to 4096",
                        "sys-interval is PT0.005S; give 1s to 1h, or off",
                        "shutdown-grace is PT2M; give 0s to 60s",
                        "listeners is mqtt; a listener has that name already",
                        "listeners.mqtt.port is 1883; another listener has 127.0.0.1:1883 already");
    }

    @Test
    void broker_needsAListener() {
        assertThatThrownBy(() -> new BrokerConfig(List.of(), Limits.DEFAULT, 1, 1, Duration.ZERO, Duration.ZERO))
                .hasMessageContaining("listeners is empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"})
    void anonymousComesInFromLoopback(String host) {
        assertThat(new ListenerConfig("a", host, 0, 1, Duration.ofSeconds(1)).allowAnonymous())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.168.1.7", "broker.example"})
    void anonymousFromElsewhereHasToBeAskedFor(String host) {
        ListenerConfig closed = new ListenerConfig("a", host, 0, 1, Duration.ofSeconds(1));
        assertThat(closed.allowAnonymous()).isFalse();
        BrokerConfig config =
                new BrokerConfig(List.of(closed), Limits.DEFAULT, 1, 1, Duration.ZERO, Duration.ofSeconds(1));
        assertThatThrownBy(() -> Broker.start(config))
                .hasMessageContaining("listener \"a\" does not allow anonymous clients, and nobody is asked who he is");
        assertThat(new ListenerConfig("a", host, 0, 1, Duration.ofSeconds(1), true).allowAnonymous())
                .isTrue();
    }

    @Test
    void worstCase_isTheSumOfItsParts() {
        Limits small = limits(10, 10, 1024, Qos.EXACTLY_ONCE, Duration.ZERO, Duration.ofSeconds(60));
        assertThat(small.worstCase().values())
                .allSatisfy(part -> assertThat(part).isPositive());
        assertThat(small.worstCaseBytes())
                .isEqualTo(small.worstCase().values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
        assertThat(small.worstCase()).containsEntry("queues", 1_000_000L);
    }

    @Test
    void worstCase_doesNotOverflow() {
        assertThat(Limits.DEFAULT.worstCaseBytes()).isPositive();
        int most = 1_000_000_000;
        Limits huge = new Limits(
                10_000_000,
                most,
                268_435_460,
                65_535,
                65_535,
                65_535,
                Qos.EXACTLY_ONCE,
                65_535,
                most,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                QueuePolicy.REFUSE,
                1 << 30,
                Long.MAX_VALUE,
                65_535,
                most,
                65_535,
                most,
                Long.MAX_VALUE,
                most,
                Duration.ZERO,
                Duration.ZERO,
                true,
                true,
                true,
                true,
                true,
                true);
        assertThat(huge.worstCaseBytes()).isEqualTo(Long.MAX_VALUE);
    }

    private static Limits limits(
            int connections, int sessions, int packetBytes, Qos maxQos, Duration keepAlive, Duration expiry) {
        return new Limits(
                connections,
                sessions,
                packetBytes,
                10,
                1,
                1,
                maxQos,
                10,
                100,
                10_000,
                1_000_000,
                1_000_000,
                QueuePolicy.REFUSE,
                4096,
                1 << 20,
                16,
                10,
                64,
                10,
                10_000,
                10,
                keepAlive,
                expiry,
                true,
                true,
                true,
                true,
                false,
                true);
    }
}
