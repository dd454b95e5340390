package io.chasqui.broker.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.auth.Conduct.OverLimit;
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

    private static ListenerLimits limits(
            int messages, int clientMessages, int subscriptions, int inFlight, int retained) {
        return new ListenerLimits(messages, 0, 0, clientMessages, 0, subscriptions, inFlight, retained);
    }

    @Test
    void whereItIsSaidSoWhatComesTooFastIsRefused() {
        house.conduct = new Conduct(true, false, 10, 0, OverLimit.REFUSE);
        Peer listener = listener();
        Peer fast = house.client("fast");
        for (int i = 1; i <= 13; i++) {
            fast.publish("t", "x", Qos.AT_LEAST_ONCE, i);
        }
        assertThat(fast.isPaused()).isFalse();
        assertThat(listener.take()).hasSize(11);
        assertThat(fast.take()).hasSize(13).endsWith("PUBACK #12 QUOTA_EXCEEDED", "PUBACK #13 QUOTA_EXCEEDED");
        fast.publish("t", "x", Qos.AT_MOST_ONCE, 0);
        assertThat(house.fates).containsExactly("RATE_EXCEEDED t", "RATE_EXCEEDED t", "RATE_EXCEEDED t");
        house.advance(Duration.ofMillis(300));
        fast.publish("t", "x", Qos.AT_LEAST_ONCE, 1);
        assertThat(listener.take()).as("what was refused does not count").hasSize(1);
    }

    @Test
    void whereItIsSaidSoWhoIsTooFastIsDisconnected() {
        house.conduct = new Conduct(true, false, 10, 0, OverLimit.DISCONNECT);
        Peer fast = house.client("fast");
        for (int i = 1; i <= 12 && !fast.closed; i++) {
            fast.publish("t", "x", Qos.AT_MOST_ONCE, 0);
        }
        assertThat(fast.take()).containsExactly("DISCONNECT MESSAGE_RATE_TOO_HIGH");
        assertThat(fast.closed).isTrue();
    }

    @Test
    void theClientsOfAListenerShareItsPace() {
        house.listener = limits(10, 0, 0, 0, 0);
        Peer listener = listener();
        Peer a = house.client("a");
        Peer b = house.client("b");
        for (int i = 0; i < 8; i++) {
            a.publish("t", "x", Qos.AT_MOST_ONCE, 0);
            b.publish("t", "x", Qos.AT_MOST_ONCE, 0);
        }
        assertThat(a.isPaused()).isTrue();
        assertThat(b.isPaused()).isTrue();
        assertThat(listener.take()).hasSizeBetween(11, 12);
        house.advance(Duration.ofSeconds(2));
        assertThat(listener.take()).as("nothing is lost").hasSizeBetween(4, 5);
    }

    @Test
    void theClientsOfAListenerCanHaveAPaceOfTheirOwn() {
        house.conduct = new Conduct(true, false, 1_000, 0);
        house.listener = limits(0, 5, 0, 0, 0);
        Peer fast = house.client("fast");
        for (int i = 0; i < 7; i++) {
            fast.publish("t", "x", Qos.AT_MOST_ONCE, 0);
        }
        assertThat(fast.isPaused()).isTrue();
    }

    @Test
    void theClientsOfAListenerHaveSoManySubscriptions() {
        house.listener = limits(0, 0, 2, 0, 0);
        Peer client = house.client("c");
        for (int i = 1; i <= 3; i++) {
            client.subscribe(i, "t/" + i, Qos.AT_MOST_ONCE);
        }
        client.subscribe(4, "t/1", Qos.AT_LEAST_ONCE);
        assertThat(client.take())
                .containsExactly(
                        "SUBACK #1 [SUCCESS]",
                        "SUBACK #2 [SUCCESS]",
                        "SUBACK #3 [QUOTA_EXCEEDED]",
                        "SUBACK #4 [GRANTED_QOS_1]");
    }

    @Test
    void whereItIsSaidSoWhoSubscribesToTooMuchIsDisconnected() {
        house.conduct = new Conduct(true, false, 0, 0, OverLimit.DISCONNECT);
        house.listener = limits(0, 0, 1, 0, 0);
        Peer client = house.client("c");
        client.subscribe(1, "a", Qos.AT_MOST_ONCE);
        client.take();
        client.subscribe(2, "b", Qos.AT_MOST_ONCE);
        assertThat(client.take()).containsExactly("DISCONNECT QUOTA_EXCEEDED");
    }

    @Test
    void theClientsOfAListenerHaveSoManyInFlight() {
        house.listener = limits(0, 0, 0, 2, 0);
        Peer client = house.client("c");
        client.subscribe(1, "t", Qos.AT_LEAST_ONCE);
        client.take();
        Peer publisher = house.client("p");
        for (int i = 1; i <= 5; i++) {
            publisher.publish("t", "x", Qos.AT_LEAST_ONCE, i);
        }
        assertThat(client.take()).hasSize(2);
    }

    @Test
    void oneClientRetainsSoManyMessages() {
        house.retainedPerClient = 2;
        Peer client = house.client("c");
        for (int i = 1; i <= 3; i++) {
            client.retain("t/" + i, "x", Qos.AT_LEAST_ONCE, i);
        }
        client.retain("t/1", "in place of its own", Qos.AT_LEAST_ONCE, 4);
        client.retain("t/2", "", Qos.AT_LEAST_ONCE, 5); // one less
        client.retain("t/3", "x", Qos.AT_LEAST_ONCE, 6);
        assertThat(client.take())
                .containsExactly(
                        "PUBACK #1 NO_MATCHING_SUBSCRIBERS",
                        "PUBACK #2 NO_MATCHING_SUBSCRIBERS",
                        "PUBACK #3 QUOTA_EXCEEDED",
                        "PUBACK #4 NO_MATCHING_SUBSCRIBERS",
                        "PUBACK #5 NO_MATCHING_SUBSCRIBERS",
                        "PUBACK #6 NO_MATCHING_SUBSCRIBERS");
        Peer other = house.client("other");
        other.retain("t/1", "what it takes over counts for it", Qos.AT_LEAST_ONCE, 1);
        client.retain("t/4", "x", Qos.AT_LEAST_ONCE, 7);
        assertThat(client.take()).containsExactly("PUBACK #7 NO_MATCHING_SUBSCRIBERS");
    }

    @Test
    void theClientsOfAListenerRetainSoManyMessages() {
        house.conduct = new Conduct(true, false, 0, 0, OverLimit.DISCONNECT);
        house.listener = limits(0, 0, 0, 0, 1);
        Peer client = house.client("c");
        client.retain("t/1", "x", Qos.AT_LEAST_ONCE, 1);
        client.take();
        client.retain("t/2", "x", Qos.AT_LEAST_ONCE, 2);
        assertThat(client.take()).containsExactly("DISCONNECT QUOTA_EXCEEDED");
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
