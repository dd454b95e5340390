package io.chasqui.broker.connection;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.ReasonCode;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** CONNECT and its answer (sections 3.1 and 3.2). */
class GreetingTest {
    private final House house = new House(2);

    private ConnAck.Properties granted(Hello hello) {
        Peer peer = house.open(hello.connect());
        assertThat(peer.take()).containsExactly("CONNACK SUCCESS");
        return peer.last(ConnAck.class).properties();
    }

    private void refused(Hello hello, ReasonCode reason) {
        Peer peer = house.open(hello.connect());
        assertThat(peer.take()).containsExactly("CONNACK " + reason);
        assertThat(peer.closed).isTrue();
        assertThat(peer.connection.isClosed()).isTrue();
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        for (Core core : house.cores()) {
            assertThat(core.counters().connections).isZero();
            assertThat(core.sessions().all()).isEmpty();
        }
    }

    @Test
    void mqtt5_3_1_4_5_connackComesFirst() {
        Peer peer = house.open(Hello.v5("c").connect());
        assertThat(peer.take()).containsExactly("CONNACK SUCCESS");
        assertThat(peer.closed).isFalse();
        assertThat(house.home("c").counters().connections).isEqualTo(1);
    }

    @Test
    void mqtt5_3_1_2_24_aClientThatTakesLessThanConnackIsNotLetIn() {
        refused(Hello.v5("c").maximumPacketSize(10), ReasonCode.PACKET_TOO_LARGE);
        Peer peer = house.open(Hello.v5("c").maximumPacketSize(1).connect());
        assertThat(peer.take()).isEmpty();
        assertThat(peer.closed).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void mqtt5_3_2_2_2_sessionPresentTellsWhetherThereWasASession() {
        house.open(Hello.v5("c").expiry(100).connect()).vanish();
        assertThat(house.open(Hello.v5("c").expiry(100).connect()).take()).containsExactly("CONNACK SUCCESS present");
        assertThat(house.open(Hello.v5("c").clean().expiry(100).connect()).take())
                .containsExactly("CONNACK SUCCESS");
    }

    @Test
    void mqtt5_3_2_2_16_anIdentifierIsAssignedWhereNoneIsGivenAndIsAtHomeWhereItWasAsked() {
        Set<String> assigned = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            Core core = house.cores().get(i % 2);
            String clientId =
                    Objects.requireNonNull(granted(Hello.v5("").clean()).assignedClientId());
            assertThat(assigned.add(clientId)).isTrue();
            assertThat(house.cores().getFirst().homes().loop(clientId)).isZero();
            assertThat(core.homes().assign(core.loop().random(), core.loop().index()))
                    .satisfies(id -> assertThat(core.homes().loop(id))
                            .isEqualTo(core.loop().index()));
        }
    }

    @Test
    void anIdentifierThatIsGivenIsNotAssigned() {
        assertThat(granted(Hello.v5("c")).assignedClientId()).isNull();
    }

    @Test
    void mqtt3_3_1_3_8_noIdentifierAndCleanSession0() {
        refused(Hello.v3(""), ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    @Test
    void mqtt3_3_1_3_6_noIdentifierAndCleanSession1() {
        assertThat(house.open(Hello.v3("").clean().connect()).take()).containsExactly("CONNACK SUCCESS");
    }

    @Test
    void mqtt31HasNoEmptyIdentifier() {
        refused(Hello.v31("").clean(), ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(house.open(Hello.v31("longer than twenty-three").connect()).take())
                .containsExactly("CONNACK SUCCESS");
    }

    @Test
    void mqtt5_3_1_3_8_anIdentifierLongerThanTheLimitInBytes() {
        assertThat(house.open(Hello.v5("x".repeat(30)).connect()).closed).isFalse();
        Peer peer = house.open(Hello.v5("é".repeat(16)).connect());
        assertThat(peer.take()).containsExactly("CONNACK CLIENT_IDENTIFIER_NOT_VALID");
    }

    @Test
    void whatIsGrantedIsInConnack() {
        house.maxQos = AT_LEAST_ONCE;
        house.retainAvailable = false;
        house.wildcardSubscriptions = false;
        house.sharedSubscriptions = false;
        house.subscriptionIdentifiers = false;
        ConnAck.Properties granted = granted(Hello.v5("c"));
        assertThat(granted)
                .isEqualTo(ConnAck.Properties.granted(
                        ConnAck.Properties.ABSENT,
                        10,
                        AT_LEAST_ONCE,
                        false,
                        1 << 20,
                        null,
                        3,
                        false,
                        false,
                        false,
                        ConnAck.Properties.ABSENT));
    }

    @Test
    void mqtt5_3_1_2_21_serverKeepAliveIsToldWhereItDiffers() {
        house.maxKeepAliveSeconds = 60;
        assertThat(granted(Hello.v5("a").keepAlive(60)).serverKeepAliveSeconds())
                .isEqualTo(ConnAck.Properties.ABSENT);
        assertThat(granted(Hello.v5("b").keepAlive(61)).serverKeepAliveSeconds())
                .isEqualTo(60);
        assertThat(granted(Hello.v5("c").keepAlive(0)).serverKeepAliveSeconds()).isEqualTo(60);
        assertThat(granted(Hello.v5("d").keepAlive(59)).serverKeepAliveSeconds())
                .isEqualTo(ConnAck.Properties.ABSENT);
    }

    @Test
    void theSessionExpiryIntervalIsToldWhereItDiffers() {
        house.maxSessionExpirySeconds = 100;
        assertThat(granted(Hello.v5("a").expiry(100)).sessionExpirySeconds()).isEqualTo(ConnAck.Properties.ABSENT);
        assertThat(granted(Hello.v5("b").expiry(101)).sessionExpirySeconds()).isEqualTo(100);
        assertThat(granted(Hello.v5("c").expiry(Connect.NEVER_EXPIRES)).sessionExpirySeconds())
                .isEqualTo(100);
        assertThat(granted(Hello.v5("d")).sessionExpirySeconds()).isEqualTo(ConnAck.Properties.ABSENT);
    }

    @Test
    void mqtt5_4_12_0_1_enhancedAuthenticationIsNotOffered() {
        refused(Hello.v5("c").method("SCRAM"), ReasonCode.BAD_AUTHENTICATION_METHOD);
    }

    @Test
    void mqtt5_3_2_2_12_aWillAboveTheMaximumQos() {
        house.maxQos = AT_MOST_ONCE;
        refused(Hello.v5("c").will("w", AT_LEAST_ONCE, false), ReasonCode.QOS_NOT_SUPPORTED);
    }

    @Test
    void mqtt5_3_2_2_13_aWillThatIsToBeRetainedWhereNothingIs() {
        house.retainAvailable = false;
        refused(Hello.v5("c").will("w", AT_MOST_ONCE, true), ReasonCode.RETAIN_NOT_SUPPORTED);
    }

    @Test
    void aWillTopicWithTooManyLevels() {
        assertThat(house.open(Hello.v5("ok")
                                .will("1/2/3/4/5", EXACTLY_ONCE, true)
                                .connect())
                        .closed)
                .isFalse();
        Peer peer = house.open(
                Hello.v5("c").will("1/2/3/4/5/6", AT_MOST_ONCE, false).connect());
        assertThat(peer.take()).containsExactly("CONNACK TOPIC_NAME_INVALID");
    }

    @Test
    void aDenyingAuthenticator() {
        house.authenticator = (_, _) -> CompletableFuture.completedFuture(
                Verdict.refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "who are you?"));
        refused(Hello.v5("c"), ReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }

    @Test
    void anAuthenticatorThatTakesItsTime() {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        house.authenticator = (_, _) -> verdict;
        Peer peer = house.open(Hello.v5("c").connect());
        assertThat(peer.isPaused()).as("nothing is read meanwhile").isTrue();
        peer.send(PingReq.INSTANCE);
        assertThat(peer.take()).isEmpty();
        verdict.complete(Verdict.ACCEPTED);
        assertThat(peer.take())
                .as("completed on any thread, answered on the loop")
                .isEmpty();
        house.settle();
        assertThat(peer.isPaused()).isFalse();
        assertThat(peer.take()).containsExactly("CONNACK SUCCESS", "PingResp");
    }

    @Test
    void anAuthenticatorThatDeniesLate() {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        house.authenticator = (_, _) -> verdict;
        Peer peer = house.open(Hello.v5("c").connect());
        peer.send(PingReq.INSTANCE);
        verdict.complete(Verdict.refused(ReasonCode.NOT_AUTHORIZED, null));
        house.settle();
        assertThat(peer.take()).containsExactly("CONNACK NOT_AUTHORIZED");
        assertNothingIsLeft();
    }

    @Test
    void anAuthenticatorThatFailsLetsNobodyIn() {
        house.authenticator = (_, _) -> CompletableFuture.failedFuture(new IllegalStateException("no database"));
        Peer peer = house.open(Hello.v5("c").connect());
        house.settle();
        assertThat(peer.take()).containsExactly("CONNACK SERVER_UNAVAILABLE");
        assertNothingIsLeft();
    }

    @Test
    void anAuthenticatorThatFailsLate() {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        house.authenticator = (_, _) -> verdict;
        Peer peer = house.open(Hello.v5("c").connect());
        verdict.completeExceptionally(new IllegalStateException("no database"));
        house.settle();
        assertThat(peer.take()).containsExactly("CONNACK SERVER_UNAVAILABLE");
        assertNothingIsLeft();
    }

    @Test
    void anAuthenticatorThatThrows() {
        house.authenticator = (_, _) -> {
            throw new IllegalStateException("not even a promise");
        };
        refused(Hello.v5("c"), ReasonCode.SERVER_UNAVAILABLE);
        assertThat(house.home("c").counters().faults).isEqualTo(1);
    }

    @Test
    void anAuthenticatorThatAnswersNothing() {
        house.authenticator = (_, _) -> CompletableFuture.completedFuture(null);
        refused(Hello.v5("c"), ReasonCode.SERVER_UNAVAILABLE);
    }

    @Test
    void aPeerThatGoesBeforeTheVerdictLeavesNothing() {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        house.authenticator = (_, _) -> verdict;
        Peer peer = house.open(Hello.v5("c").expiry(100).connect());
        peer.vanish();
        verdict.complete(Verdict.ACCEPTED);
        house.settle();
        assertThat(peer.take()).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void tooManySessions() {
        house.maxSessions = 1;
        house.client("first");
        Peer peer = house.open(Hello.v5("second").connect());
        assertThat(peer.take()).containsExactly("CONNACK QUOTA_EXCEEDED");
        assertThat(peer.closed).isTrue();
        assertThat(house.open(Hello.v5("first").connect()).take()).containsExactly("CONNACK SUCCESS present");
    }

    @Test
    void aStoppingBrokerTakesNobodyIn() {
        house.home("c").stop();
        refused(Hello.v5("c"), ReasonCode.SERVER_UNAVAILABLE);
    }

    @Test
    void aReasonStringSaysWhy() {
        Peer peer = house.open(Hello.v5("x".repeat(31)).noProblemInformation().connect());
        assertThat(peer.last(ConnAck.class).properties().reasonString())
                .as("CONNACK may have one in any case")
                .contains("30 bytes");
    }
}
