package io.chasqui.broker.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Conduct;
import io.chasqui.protocol.Qos;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What clients are held to: their pace, and what denied messages lead to. */
class ConductTest {
    private final House house = new House(1);

    private Peer listener() {
        Peer listener = house.client("listener");
        listener.subscribe(1, "#", Qos.AT_MOST_ONCE);
        listener.take();
        return listener;
    }

    @Test
    void whoPublishesTooFastIsNotReadForAWhile() {
        house.conduct = new Conduct(true, false, 10, 0);
        Peer listener = listener();
        Peer fast = house.client("fast");
        for (int i = 0; i < 100; i++) {
            fast.publish("t", "x", Qos.AT_MOST_ONCE, 0);
        }
        assertThat(fast.isPaused()).isTrue();
        assertThat(listener.take())
                .as("a second's worth, and the one that broke it")
                .hasSize(11);
        house.advance(Duration.ofSeconds(1));
        assertThat(listener.take()).hasSizeBetween(9, 11);
        house.advance(Duration.ofSeconds(8));
        assertThat(listener.take()).as("nothing is lost").hasSizeBetween(77, 81);
        assertThat(fast.closed).isFalse();
    }

    @Test
    void bytesCountToo() {
        house.conduct = new Conduct(true, false, 0, 1_000);
        Peer listener = listener();
        Peer fast = house.client("fast");
        fast.publish("t", "x".repeat(2_000), Qos.AT_MOST_ONCE, 0);
        fast.publish("t", "y", Qos.AT_MOST_ONCE, 0);
        assertThat(listener.take()).hasSize(1);
        house.advance(Duration.ofMillis(1_100));
        assertThat(listener.take()).hasSize(1);
    }

    @Test
    void whoKeepsThePaceIsNotSlowed() {
        house.conduct = new Conduct(true, false, 10, 1_000);
        Peer calm = house.client("calm");
        for (int i = 0; i < 50; i++) {
            calm.publish("t", "x", Qos.AT_MOST_ONCE, 0);
            assertThat(calm.isPaused()).isFalse();
            house.advance(Duration.ofMillis(100));
        }
    }

    @Test
    void aDeniedMessageIsDroppedOrEndsTheConnection() {
        house.forbidden.add("no");
        Peer dropped = house.client("dropped");
        dropped.publish("no", "x", Qos.AT_MOST_ONCE, 0);
        assertThat(dropped.closed).isFalse();

        House strict = new House(1);
        strict.forbidden.add("no");
        strict.conduct = new Conduct(true, true, 0, 0);
        Peer told = strict.client("told");
        told.publish("no", "x", Qos.AT_LEAST_ONCE, 1);
        assertThat(told.take()).containsExactly("PUBACK #1 NOT_AUTHORIZED");
        told.publish("no", "x", Qos.AT_MOST_ONCE, 0);
        assertThat(told.take()).containsExactly("DISCONNECT NOT_AUTHORIZED");
        Peer v3 = strict.open(Hello.v3("v3").connect());
        v3.take();
        v3.publish("no", "x", Qos.AT_LEAST_ONCE, 1);
        assertThat(v3.take()).isEmpty();
        assertThat(v3.closed).isTrue();
        assertThat(strict.fates).hasSize(3);
    }
}
