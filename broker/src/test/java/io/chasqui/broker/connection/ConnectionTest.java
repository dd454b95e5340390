package io.chasqui.broker.connection;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.loop.ManualLoop;
import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.Auth;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One conversation from CONNACK to its end. */
class ConnectionTest {
    private final House house = new House(2);

    private Peer watcher() {
        Peer watcher = house.client("watcher");
        watcher.subscribe(1, "wills", AT_LEAST_ONCE);
        watcher.take();
        return watcher;
    }

    private Peer open(Hello hello) {
        Peer peer = house.open(hello.connect());
        peer.take();
        return peer;
    }

    @Test
    void mqtt5_3_1_2_22_keepAliveEndsASilentConnectionAfterOneAndAHalfTimes() {
        Peer watcher = watcher();
        Peer peer = open(Hello.v5("c").keepAlive(10).expiry(100).will("wills", AT_MOST_ONCE, false));
        house.advance(Duration.ofMillis(14_900));
        assertThat(peer.closed).isFalse();
        house.advance(Duration.ofMillis(200));
        assertThat(peer.take()).containsExactly("DISCONNECT KEEP_ALIVE_TIMEOUT");
        assertThat(peer.closed).isTrue();
        assertThat(watcher.take()).containsExactly("wills=will q0");
    }

    @Test
    void anyPacketKeepsItAlive() {
        Peer peer = open(Hello.v5("c").keepAlive(10));
        for (int i = 0; i < 10; i++) {
            house.advance(Duration.ofSeconds(14));
            peer.send(PingReq.INSTANCE);
        }
        assertThat(peer.take()).hasSize(10).containsOnly("PingResp");
        house.advance(Duration.ofMillis(15_200));
        assertThat(peer.closed).isTrue();
    }

    @Test
    void mqtt5_3_1_2_22_aClientThatTakesNothingIsGone() {
        Peer peer = open(Hello.v5("c").keepAlive(10));
        peer.writable = false;
        peer.unsentBytes = 1_000;
        house.advance(Duration.ofSeconds(29));
        assertThat(peer.closed).isFalse();
        house.advance(Duration.ofSeconds(2));
        assertThat(peer.closed).isTrue();
    }

    /** While it has no room for what we send we do not read it, and cannot know what it has said. */
    @Test
    void aSlowReaderIsNotSilent() {
        Peer peer = open(Hello.v5("c").keepAlive(10));
        peer.writable = false;
        for (int bytes = 100; bytes > 0; bytes--) {
            peer.unsentBytes = bytes;
            house.advance(Duration.ofSeconds(15));
        }
        assertThat(peer.closed).isFalse();
        peer.writable = true;
        peer.connection.onWritable();
        house.advance(Duration.ofMillis(14_500));
        assertThat(peer.closed).isFalse();
        house.advance(Duration.ofSeconds(30));
        assertThat(peer.take()).containsExactly("DISCONNECT KEEP_ALIVE_TIMEOUT");
    }

    @Test
    void keepAlive0NeverEnds() {
        Peer peer = open(Hello.v5("c").keepAlive(0));
        house.advance(Duration.ofDays(30));
        assertThat(peer.closed).isFalse();
    }

    @Test
    void serverKeepAliveIsWhatCounts() {
        house.maxKeepAliveSeconds = 4;
        Peer peer = open(Hello.v5("c").keepAlive(0));
        house.advance(Duration.ofMillis(6_200));
        assertThat(peer.closed).isTrue();
    }

    @Test
    void mqtt3HearsNoReason() {
        Peer peer = open(Hello.v3("c").keepAlive(10));
        house.advance(Duration.ofMillis(15_200));
        assertThat(peer.closed).isTrue();
        assertThat(peer.take()).isEmpty();
    }

    @Test
    void aClosedConnectionLeavesNoTimer() {
        open(Hello.v5("c").keepAlive(10)).vanish();
        house.advance(Duration.ofSeconds(1));
        assertThat(house.loops).allMatch(ManualLoop::isIdle);
    }

    @Test
    void mqtt5_3_1_0_2_aSecondConnect() {
        Peer peer = open(Hello.v5("c"));
        peer.send(Hello.v5("c").connect());
        assertThat(peer.take()).containsExactly("DISCONNECT PROTOCOL_ERROR");
        assertThat(peer.closed).isTrue();
    }

    @Test
    void u5_21_authWithoutAMethod() {
        Peer peer = open(Hello.v5("c"));
        peer.send(new Auth(ReasonCode.RE_AUTHENTICATE, "SCRAM", null, AckProperties.NONE));
        assertThat(peer.take()).containsExactly("DISCONNECT PROTOCOL_ERROR");
    }

    @Test
    void packetsOfAServerAreRefused() {
        Peer peer = open(Hello.v5("c"));
        peer.send(new ConnAck(false, ReasonCode.SUCCESS));
        assertThat(peer.take()).containsExactly("DISCONNECT PROTOCOL_ERROR");
    }

    @Test
    void mqtt5_3_14_4_3_disconnect0DropsTheWill() {
        Peer watcher = watcher();
        Peer peer = open(Hello.v5("c").will("wills", AT_MOST_ONCE, false));
        peer.send(Disconnect.NORMAL);
        assertThat(peer.closed).isTrue();
        assertThat(peer.take()).isEmpty();
        house.settle();
        assertThat(watcher.take()).isEmpty();
    }

    @Test
    void disconnectWithWillPublishesIt() {
        Peer watcher = watcher();
        open(Hello.v5("c").will("wills", AT_MOST_ONCE, false)).send(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL));
        house.settle();
        assertThat(watcher.take()).containsExactly("wills=will q0");
    }

    @Test
    void disconnectMayChangeTheSessionExpiry() {
        Peer peer = open(Hello.v5("c").expiry(100));
        peer.send(new Disconnect(ReasonCode.NORMAL_DISCONNECTION, 0, null, null, List.of()));
        assertThat(house.home("c").sessions().get("c")).isNull();
    }

    @Test
    void theSessionExpiryOfDisconnectHasTheSameMaximum() {
        house.maxSessionExpirySeconds = 50;
        Peer peer = open(Hello.v5("c").expiry(10));
        peer.send(new Disconnect(ReasonCode.NORMAL_DISCONNECTION, 1_000_000, null, null, List.of()));
        house.advance(Duration.ofMillis(50_200));
        assertThat(house.home("c").sessions().get("c")).isNull();
    }

    @Test
    void u5_20_disconnectMayNotRaiseItFrom0() {
        Peer watcher = watcher();
        Peer peer = open(Hello.v5("c").will("wills", AT_MOST_ONCE, false));
        peer.send(new Disconnect(ReasonCode.NORMAL_DISCONNECTION, 10, null, null, List.of()));
        assertThat(peer.take()).containsExactly("DISCONNECT PROTOCOL_ERROR");
        house.settle();
        assertThat(watcher.take()).as("it was no DISCONNECT").containsExactly("wills=will q0");
        assertThat(house.home("c").sessions().get("c")).isNull();
    }

    @Test
    void mqtt5_3_1_4_3_takeOver() {
        Peer old = house.client("c");
        Peer next = house.open(Hello.v5("c").expiry(100).connect());
        assertThat(old.take()).containsExactly("DISCONNECT SESSION_TAKEN_OVER");
        assertThat(old.closed).isTrue();
        assertThat(next.take()).containsExactly("CONNACK SUCCESS present");
        assertThat(house.home("c").counters().connections).isEqualTo(1);
        old.connection.onClosed(); // its socket goes, too
        assertThat(house.home("c").counters().connections).isEqualTo(1);
        next.send(PingReq.INSTANCE);
        assertThat(next.take()).containsExactly("PingResp");
    }

    @Test
    void theWillIsAuthorizedWhenItIsPublished() {
        Peer watcher = watcher();
        Peer peer = open(Hello.v5("c").will("wills", AT_MOST_ONCE, true));
        house.forbidden.add("wills");
        peer.vanish();
        house.settle();
        assertThat(watcher.take()).isEmpty();
        assertThat(house.fates).containsExactly("NOT_AUTHORIZED wills");
        assertThat(house.cores().getFirst().router().topics().retained().count())
                .isZero();
    }

    @Test
    void anAuthorizerThatFailsAtAWillTakesNothingElseWithIt() {
        Peer peer = open(Hello.v5("c").will("broken", AT_MOST_ONCE, false));
        peer.vanish();
        assertThat(house.fates).containsExactly("NOT_AUTHORIZED broken");
        assertThat(house.home("c").sessions().get("c")).as("the session ended").isNull();
        assertThat(house.home("c").counters().faults).isEqualTo(1);
    }

    @Test
    void mqtt5_3_1_2_15_aRetainedWillIsRetained() {
        open(Hello.v5("c").will("wills", AT_MOST_ONCE, true)).vanish();
        Peer late = watcher();
        assertThat(late.packets).hasSize(3); // CONNACK, SUBACK, the Will
    }

    @Test
    void theMaximumPacketSizeOfTheClientHolds() {
        Peer peer = open(Hello.v5("c").maximumPacketSize(20));
        peer.subscribe(1, "t", AT_LEAST_ONCE);
        peer.take();
        peer.publish("t", "x".repeat(12), AT_MOST_ONCE, 0); // 2 header, 3 topic, 1 property length: 18
        peer.publish("t", "x".repeat(12), AT_LEAST_ONCE, 1); // and 2 identifier: 20
        peer.publish("t", "x".repeat(13), AT_LEAST_ONCE, 2); // 21
        assertThat(peer.take())
                .containsExactly(
                        "t=" + "x".repeat(12) + " q0",
                        "t=" + "x".repeat(12) + " q1 #1",
                        "PUBACK #1 SUCCESS",
                        "PUBACK #2 SUCCESS");
        assertThat(house.fates).containsExactly("PACKET_TOO_LARGE t of c");
    }

    @Test
    void mqtt5_3_1_2_26_aliasesAreUsedTowardsAClientThatAllowsThem() {
        Peer peer = open(Hello.v5("c").aliases(2));
        peer.subscribe(1, "#", AT_MOST_ONCE);
        peer.take();
        for (String topic : List.of("a", "b", "a", "b", "c", "b", "a")) {
            peer.publish(topic, "m", AT_MOST_ONCE, 0);
        }
        assertThat(peer.take())
                .containsExactly(
                        "a=m q0 alias 1",
                        "b=m q0 alias 2",
                        "=m q0 alias 1",
                        "=m q0 alias 2",
                        "c=m q0 alias 1", // a was sent longest ago
                        "=m q0 alias 2",
                        "a=m q0 alias 1");
    }

    @Test
    void mqtt5_3_1_2_27_noAliasesWhereTheClientAllowsNone() {
        Peer peer = open(Hello.v5("c").aliases(0));
        peer.subscribe(1, "#", AT_MOST_ONCE);
        peer.take();
        peer.publish("a", "m", AT_MOST_ONCE, 0);
        peer.publish("a", "m", AT_MOST_ONCE, 0);
        assertThat(peer.take()).containsExactly("a=m q0", "a=m q0");
    }

    @Test
    void noMoreAliasesThanWeWantToRemember() {
        house.outboundTopicAliasMaximum = 1;
        Peer peer = open(Hello.v5("c").aliases(65_535));
        peer.subscribe(1, "#", AT_MOST_ONCE);
        peer.take();
        peer.publish("a", "m", AT_MOST_ONCE, 0);
        peer.publish("b", "m", AT_MOST_ONCE, 0);
        assertThat(peer.take()).containsExactly("a=m q0 alias 1", "b=m q0 alias 1");
    }

    /** The longest form counts: topic and alias. */
    @Test
    void whatFitsIsJudgedWithTheAlias() {
        Peer peer = open(Hello.v5("c").aliases(2).maximumPacketSize(20));
        peer.subscribe(1, "t", AT_MOST_ONCE);
        peer.take();
        peer.publish("t", "x".repeat(12), AT_MOST_ONCE, 0);
        assertThat(house.fates).containsExactly("PACKET_TOO_LARGE t of c");
        peer.publish("t", "x".repeat(11), AT_MOST_ONCE, 0);
        assertThat(peer.take()).hasSize(1);
    }

    @Test
    void mqtt5_3_3_4_9_theReceiveMaximumOfTheClientHolds() {
        Peer peer = open(Hello.v5("c").receiveMaximum(1));
        peer.subscribe(1, "t", EXACTLY_ONCE);
        peer.take();
        peer.publish("t", "a", EXACTLY_ONCE, 1);
        peer.publish("t", "b", AT_LEAST_ONCE, 2);
        assertThat(peer.take()).containsExactly("t=a q2 #1", "PUBREC #1 SUCCESS", "PUBACK #2 SUCCESS");
        peer.send(new PubRec(1));
        peer.send(new PubComp(1));
        assertThat(peer.take()).containsExactly("PUBREL #1 SUCCESS", "t=b q1 #2");
        peer.send(new PubAck(2));
    }

    @Test
    void aPubrecForAnUnknownIdentifierLetsTheClientFinish() {
        Peer peer = open(Hello.v5("c"));
        peer.send(new PubRec(9), new PubRec(10, ReasonCode.UNSPECIFIED_ERROR), new PubAck(11), new PubComp(12));
        assertThat(peer.take()).containsExactly("PUBREL #9 PACKET_IDENTIFIER_NOT_FOUND");
        Peer old = open(Hello.v3("old"));
        old.send(new PubRec(9));
        assertThat(old.take()).containsExactly("PUBREL #9 SUCCESS");
    }

    @Test
    void aSlowClientIsServedWhenItCanTakeMore() {
        Peer peer = house.client("c");
        peer.subscribe(1, "t", AT_MOST_ONCE);
        peer.take();
        peer.writable = false;
        peer.publish("t", "a", AT_MOST_ONCE, 0);
        peer.publish("t", "b", AT_MOST_ONCE, 0);
        assertThat(peer.take()).isEmpty();
        peer.writable = true;
        peer.connection.onWritable();
        assertThat(peer.take()).containsExactly("t=a q0", "t=b q0");
        peer.vanish();
        peer.connection.onWritable();
    }

    @Test
    void stoppingSaysGoodbyeAndPublishesNoWill() {
        Peer watcher = watcher();
        Peer v5 = open(Hello.v5("c").expiry(10).will("wills", AT_MOST_ONCE, false));
        Peer v3 = open(Hello.v3("old"));
        house.cores().forEach(Core::stop);
        house.settle();
        assertThat(v5.take()).containsExactly("DISCONNECT SERVER_SHUTTING_DOWN");
        assertThat(v3.take()).isEmpty();
        assertThat(watcher.take()).containsExactly("DISCONNECT SERVER_SHUTTING_DOWN");
        assertThat(List.of(v5.closed, v3.closed, watcher.closed)).containsOnly(true);
        assertThat(house.cores()).allMatch(core -> core.counters().connections == 0);
    }
}
