package io.chasqui.broker.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Exchange;
import io.chasqui.broker.auth.Identity;
import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.Auth;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.UserProperty;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Enhanced authentication (section 4.12), and identities that end. */
class AuthenticationTest {
    private final House house = new House(1);
    private long expiresAtMillis = Identity.NEVER;
    private CompletableFuture<Exchange.Step> slow = new CompletableFuture<>();

    /** Asks "who?" until it hears a name; "bad" is refused, "later" is answered when the test wants. */
    private final class Asking implements Authenticator {
        @Override
        public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
            return CompletableFuture.completedFuture(new Accepted(identity("plain")));
        }

        @Override
        public @Nullable Exchange exchange(ClientInfo client, String method) {
            return method.equals("ASK") ? AuthenticationTest.this::answer : null;
        }
    }

    private Identity identity(String user) {
        return new Identity(user, Set.of(), List.of(), expiresAtMillis, "test", true);
    }

    private CompletionStage<Exchange.Step> answer(byte @Nullable [] data) {
        String text = data == null ? "" : new String(data, StandardCharsets.UTF_8);
        return switch (text) {
            case "", "hello" -> CompletableFuture.completedFuture(new Exchange.Challenge(House.bytes("who?")));
            case "later" -> slow;
            case "bad" ->
                CompletableFuture.completedFuture(
                        new Exchange.Done(Verdict.refused(ReasonCode.NOT_AUTHORIZED, null), null));
            case "broken" -> throw new IllegalStateException("broken");
            default ->
                CompletableFuture.completedFuture(
                        new Exchange.Done(new Accepted(identity(text)), House.bytes("welcome")));
        };
    }

    @BeforeEach
    void asking() {
        house.authenticator = new Asking();
    }

    private static Auth auth(ReasonCode reason, String method, String data) {
        return new Auth(reason, method, House.bytes(data), AckProperties.NONE);
    }

    private static Auth go(String data) {
        return auth(ReasonCode.CONTINUE_AUTHENTICATION, "ASK", data);
    }

    private static Auth again(String data) {
        return auth(ReasonCode.RE_AUTHENTICATE, "ASK", data);
    }

    private Peer asked() {
        Peer peer = house.open(Hello.v5("c").method("ASK", "hello").expiry(100).connect());
        assertThat(peer.take()).containsExactly("AUTH CONTINUE_AUTHENTICATION ASK who?");
        return peer;
    }

    private Peer ann() {
        Peer peer = asked();
        peer.send(go("ann"));
        assertThat(peer.take()).containsExactly("CONNACK SUCCESS");
        return peer;
    }

    private void assertNobodyIsIn() {
        assertThat(house.home("c").counters().connections).isZero();
        assertThat(house.home("c").sessions().all()).isEmpty();
    }

    @Test
    void mqtt5_4_12_0_2_theBrokersAuthSaysContinue() {
        asked();
    }

    @Test
    void mqtt5_4_12_0_5_authAndConnackRepeatTheMethod() {
        Peer peer = ann();
        ConnAck.Properties properties = peer.last(ConnAck.class).properties();
        assertThat(properties.authenticationMethod()).isEqualTo("ASK");
        assertThat(properties.authenticationData()).isEqualTo(House.bytes("welcome"));
        assertThat(peer.connection.client().identity().user()).isEqualTo("ann");
    }

    @Test
    void mqtt5_4_12_0_5_anotherMethodInAuthIsRefused() {
        Peer peer = asked();
        peer.send(auth(ReasonCode.CONTINUE_AUTHENTICATION, "OTHER", "ann"));
        assertThat(peer.take()).containsExactly("CONNACK PROTOCOL_ERROR");
        assertNobodyIsIn();
    }

    @Test
    void mqtt5_4_12_0_1_anUnknownMethodIsRefused() {
        Peer peer = house.open(Hello.v5("c").method("NOPE").connect());
        assertThat(peer.take()).containsExactly("CONNACK BAD_AUTHENTICATION_METHOD");
        assertNobodyIsIn();
    }

    @Test
    void mqtt5_4_12_0_6_withoutAMethodThereIsNoneInConnack() {
        Peer peer = house.open(Hello.v5("c").connect());
        assertThat(peer.last(ConnAck.class).properties().authenticationMethod()).isNull();
        peer.send(again("x"));
        assertThat(peer.take()).containsExactly("CONNACK SUCCESS", "DISCONNECT PROTOCOL_ERROR");
    }

    @Test
    void mqtt5_4_12_0_4_aRefusalMayComeAtAnyStep() {
        assertThat(house.open(Hello.v5("c").method("ASK", "bad").connect()).take())
                .containsExactly("CONNACK NOT_AUTHORIZED");
        Peer peer = asked();
        peer.send(go("bad"));
        assertThat(peer.take()).containsExactly("CONNACK NOT_AUTHORIZED");
        assertThat(peer.closed).isTrue();
        assertNobodyIsIn();
        assertThat(house.events).hasSize(2).allMatch(Audit.Refused.class::isInstance);
        assertThat(house.home("c").counters().connectionsEnded[ReasonCode.NOT_AUTHORIZED.code()])
                .isPositive();
    }

    @Test
    void anAuthenticatorThatBreaksLetsNobodyIn() {
        Peer peer = asked();
        peer.send(go("broken"));
        assertThat(peer.take()).containsExactly("CONNACK SERVER_UNAVAILABLE");
        assertNobodyIsIn();
    }

    @Test
    void mqtt5_3_1_2_30_nothingElseComesBeforeConnack() {
        Peer peer = asked();
        peer.send(PingReq.INSTANCE);
        assertThat(peer.take()).containsExactly("CONNACK PROTOCOL_ERROR");
        Peer again = asked();
        again.send(again("x"));
        assertThat(again.take()).containsExactly("CONNACK PROTOCOL_ERROR");
        assertNobodyIsIn();
    }

    @Test
    void aClientThatDoesNotAnswerIsSentAway() {
        Peer peer = asked();
        house.advance(Duration.ofNanos(Authentication.MOST_NANOS));
        assertThat(peer.take()).containsExactly("CONNACK SERVER_UNAVAILABLE");
        assertNobodyIsIn();
    }

    @Test
    void anAuthenticatorThatDoesNotAnswerLetsNobodyIn() {
        Peer peer = asked();
        peer.send(go("later"));
        assertThat(peer.isPaused()).isTrue();
        house.advance(Duration.ofNanos(Authentication.MOST_NANOS));
        assertThat(peer.take()).containsExactly("CONNACK SERVER_UNAVAILABLE");
        slow.complete(new Exchange.Done(new Accepted(identity("ann")), null));
        house.settle();
        assertThat(peer.take()).isEmpty();
        assertNobodyIsIn();
    }

    /** A verdict on grounds of before, such as a password that has been changed meanwhile, lets nobody in. */
    @Test
    void whoIsDisconnectedWhileComingInIsAskedAgain() {
        List<CompletableFuture<Verdict>> questions = new ArrayList<>();
        house.authenticator = (_, _) -> {
            questions.add(new CompletableFuture<>());
            return questions.getLast();
        };
        Peer peer = house.open(Hello.v5("c").connect());
        assertThat(end("bob") + end("ann")).as("nobody is in").isZero();
        questions.getFirst().complete(new Accepted(identity("ann")));
        house.settle();
        assertThat(peer.take()).isEmpty();
        assertThat(peer.isPaused()).isTrue();
        questions.getLast().complete(Verdict.refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, null));
        house.settle();
        assertThat(questions).hasSize(2);
        assertThat(peer.take()).containsExactly("CONNACK BAD_USER_NAME_OR_PASSWORD");
        assertNobodyIsIn();
    }

    @Test
    void whoComesInAgainAfterThatOrIsSomebodyElseIsLetIn() {
        List<CompletableFuture<Verdict>> questions = new ArrayList<>();
        house.authenticator = (_, _) -> {
            questions.add(new CompletableFuture<>());
            return questions.getLast();
        };
        Peer peer = house.open(Hello.v5("c").connect());
        end("bob");
        questions.getFirst().complete(new Accepted(identity("ann")));
        house.settle();
        assertThat(peer.take()).containsExactly("CONNACK SUCCESS");
        Peer other = house.open(Hello.v5("d").connect());
        end("bob");
        questions.getLast().complete(new Accepted(identity("bob")));
        house.settle();
        questions.getLast().complete(new Accepted(identity("bob")));
        house.settle();
        assertThat(questions).hasSize(3);
        assertThat(other.take()).as("with the new password").containsExactly("CONNACK SUCCESS");
    }

    @Test
    void mqtt5_4_12_0_4_anExchangeOnGroundsOfBeforeLetsNobodyIn() {
        Peer peer = asked();
        peer.send(go("later"));
        end("ann");
        slow.complete(new Exchange.Done(new Accepted(identity("ann")), null));
        house.settle();
        assertThat(peer.take()).containsExactly("CONNACK NOT_AUTHORIZED");
        assertNobodyIsIn();
    }

    @Test
    void whoAuthenticatesAnewWhileDisconnectedStaysOut() {
        Peer peer = ann();
        peer.send(again("later"));
        assertThat(end("ann")).isEqualTo(1);
        slow.complete(new Exchange.Done(new Accepted(identity("ann")), null));
        house.settle();
        assertThat(peer.take()).containsExactly("DISCONNECT NOT_AUTHORIZED");
        assertThat(peer.closed).isTrue();
    }

    /** As the broker does when the user is deleted. */
    private int end(String user) {
        return house.home("c")
                .end(client -> user.equals(client.identity().user()), ReasonCode.NOT_AUTHORIZED, "changed");
    }

    @Test
    void mqtt5_4_12_1_1_reauthenticationKeepsTheSession() {
        Peer peer = ann();
        peer.subscribe(1, "a", Qos.AT_MOST_ONCE);
        peer.take();
        peer.send(again("hello"));
        peer.publish("a", "meanwhile", Qos.AT_MOST_ONCE, 0);
        peer.send(go("ann"));
        assertThat(peer.take())
                .containsExactly("AUTH CONTINUE_AUTHENTICATION ASK who?", "a=meanwhile q0", "AUTH SUCCESS ASK welcome");
        peer.send(auth(ReasonCode.RE_AUTHENTICATE, "OTHER", "ann"));
        assertThat(peer.take()).containsExactly("DISCONNECT PROTOCOL_ERROR");
    }

    @Test
    void mqtt5_4_12_1_2_failedReauthenticationEndsTheConnection() {
        Peer peer = ann();
        peer.send(again("bad"));
        assertThat(peer.take()).containsExactly("DISCONNECT NOT_AUTHORIZED");
        assertThat(peer.closed).isTrue();
    }

    @Test
    void nobodyBecomesSomebodyElse() {
        Peer peer = ann();
        peer.send(again("bob"));
        assertThat(peer.take()).containsExactly("DISCONNECT NOT_AUTHORIZED");
    }

    @Test
    void continueWithoutABeginningIsAProtocolError() {
        Peer peer = ann();
        peer.send(go("ann"));
        assertThat(peer.take()).containsExactly("DISCONNECT PROTOCOL_ERROR");
    }

    @Test
    void aSecondBeginningIsAProtocolError() {
        Peer peer = ann();
        peer.send(again("hello"), again("hello"));
        assertThat(peer.take()).containsExactly("AUTH CONTINUE_AUTHENTICATION ASK who?", "DISCONNECT PROTOCOL_ERROR");
    }

    @Test
    void whenTheCredentialsExpireTheConnectionEnds() {
        expiresAtMillis = house.loops.getFirst().wallMillis() + 60_000;
        Peer peer = house.open(Hello.v5("c").connect());
        assertThat(peer.last(ConnAck.class).properties().userProperties())
                .containsExactly(new UserProperty(ConnAck.EXPIRES_IN, "60"));
        house.advance(Duration.ofSeconds(59));
        assertThat(peer.closed).isFalse();
        house.advance(Duration.ofSeconds(2));
        assertThat(peer.take()).containsExactly("CONNACK SUCCESS", "DISCONNECT MAXIMUM_CONNECT_TIME");
    }

    @Test
    void whoAuthenticatesInTimeStays() {
        expiresAtMillis = house.loops.getFirst().wallMillis() + 60_000;
        Peer peer = ann();
        expiresAtMillis += 60_000;
        peer.send(again("ann"));
        assertThat(peer.last(Auth.class).properties().userProperties())
                .containsExactly(new UserProperty(ConnAck.EXPIRES_IN, "120"));
        assertThat(peer.take()).containsExactly("AUTH SUCCESS ASK welcome");
        house.advance(Duration.ofSeconds(90));
        assertThat(peer.closed).isFalse();
        house.advance(Duration.ofSeconds(31));
        assertThat(peer.take()).containsExactly("DISCONNECT MAXIMUM_CONNECT_TIME");
    }

    @Test
    void expiredCredentialsLetNobodyIn() {
        expiresAtMillis = 0;
        Peer peer = house.open(Hello.v5("c").connect());
        assertThat(peer.closed).isTrue();
        assertThat(house.home("c").counters().connections).isZero();
    }

    @Test
    void rulesAreAboutWhomAuthenticationHasFound() {
        Peer peer = ann();
        assertThat(Objects.requireNonNull(house.events.getLast())
                        .client()
                        .identity()
                        .user())
                .isEqualTo("ann");
        peer.vanish();
        assertThat(house.events.getLast()).isInstanceOf(Audit.Disconnected.class);
    }

    @Test
    void whatAClientMayNoLongerReceiveIsNotSent() {
        Peer peer = ann();
        peer.subscribe(1, "#", Qos.AT_LEAST_ONCE);
        Peer other = house.open(Hello.v5("other").connect());
        other.take();
        house.unreadable.add("secret");
        peer.take();
        other.publish("secret", "1", Qos.AT_MOST_ONCE, 0);
        other.publish("secret", "2", Qos.AT_LEAST_ONCE, 1);
        other.publish("open", "3", Qos.AT_MOST_ONCE, 0);
        assertThat(peer.take()).containsExactly("open=3 q0");
        assertThat(house.fates).containsExactly("NOT_AUTHORIZED secret of c", "NOT_AUTHORIZED secret of c");
    }

    @Test
    void aFightOverAnIdentifierIsNamedOnceAndSlowed() {
        Connect connect = Hello.v5("c").expiry(Connect.NEVER_EXPIRES).connect();
        for (int i = 0; i <= Fights.PEACEFUL; i++) {
            assertThat(house.open(connect).take()).hasSize(1);
        }
        assertThat(house.events).noneMatch(Audit.Fight.class::isInstance);
        house.open(connect);
        assertThat(house.events).filteredOn(Audit.Fight.class::isInstance).hasSize(1);
        Peer slowed = house.open(connect);
        assertThat(slowed.take()).isEmpty();
        assertThat(slowed.isPaused()).isTrue();
        house.advance(Duration.ofSeconds(5));
        assertThat(slowed.take()).containsExactly("CONNACK SUCCESS present");
        assertThat(slowed.isPaused()).isFalse();
        house.advance(Duration.ofMinutes(1));
        assertThat(house.open(connect).take()).as("after a while of peace").hasSize(1);
        assertThat(house.events).filteredOn(Audit.Fight.class::isInstance).hasSize(1);
    }

    @Test
    void fightsAreRememberedUpToALimit() {
        Fights fights = new Fights();
        for (int client = 0; client < 2 * Fights.MOST; client++) {
            for (int i = 0; i <= Fights.PEACEFUL; i++) {
                fights.takenOver("c" + client, 0);
            }
        }
        assertThat(fights.delayNanos("c0", 0)).isZero();
        assertThat(fights.delayNanos("c" + (2 * Fights.MOST - 1), 0)).isPositive();
    }
}
