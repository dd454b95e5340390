package io.chasqui.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.client.ScriptedServer.Peer;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the standard asks of a client that publishes: sections 2.2.1, 3.2.2, 3.3, 4.3, 4.4, 4.6 and 4.9. */
class SendingStatementsTest extends ScriptedTest {
    @Test
    void mqtt5_2_2_1_3_packetIdsInUseAreDistinctAndNeverZero() {
        idsAreDistinct(MqttVersion.V5);
    }

    @Test
    void mqtt3_2_3_1_2_packetIdsInUseAreDistinctAndNeverZero() {
        idsAreDistinct(MqttVersion.V3_1_1);
    }

    private void idsAreDistinct(MqttVersion version) {
        MqttClient client = started(client(version).maxInFlight(65_535).outbox(100_000, 1 << 30, WhenFull.BLOCK));
        Peer peer = welcome();
        for (int i = 0; i < 66_000; i++) {
            client.publishAsync(qos(1 + i % 2, ""));
        }
        client.subscribeAsync("f", Qos.AT_MOST_ONCE);
        Set<Integer> ids = new HashSet<>();
        while (ids.size() < 65_535) {
            int id = idOf(peer.next());
            assertThat(id).isBetween(1, 65_535);
            assertThat(ids.add(id)).isTrue();
        }
    }

    private static int idOf(Packet packet) {
        return packet instanceof Subscribe subscribe ? subscribe.packetId() : ((Publish) packet).packetId();
    }

    @Test
    void mqtt5_4_4_0_1_unacknowledgedComesAgainWithItsIdAndDup() {
        comesAgain(MqttVersion.V5);
    }

    @Test
    void mqtt3_2_3_1_3_unacknowledgedComesAgainWithItsIdAndDup() {
        comesAgain(MqttVersion.V3_1_1);
    }

    private void comesAgain(MqttVersion version) {
        MqttClient client = started(client(version));
        Peer first = welcome();
        List<CompletableFuture<ReasonCode>> published = new ArrayList<>();
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            published.add(client.publishAsync(qos(i < 2 ? 1 : 2, "" + i)));
            Publish sent = first.expect(Publish.class);
            assertThat(sent.dup()).isFalse();
            ids.add(sent.packetId());
        }
        first.send(new PubAck(ids.get(0)), new PubRec(ids.get(3)));
        assertThat(first.expect(PubRel.class).packetId()).isEqualTo(ids.get(3));
        first.close();
        Peer second = welcome(true, ConnAck.Properties.NONE);
        assertThat(second.connect.cleanStart()).isFalse();
        for (int i : new int[] {1, 2}) {
            Publish again = second.expect(Publish.class);
            assertThat(again.dup()).isTrue();
            assertThat(again.packetId()).isEqualTo(ids.get(i));
            assertThat(text(again)).isEqualTo("" + i);
        }
        assertThat(second.expect(PubRel.class).packetId()).isEqualTo(ids.get(3));
        second.send(new PubAck(ids.get(1)), new PubRec(ids.get(2)), new PubComp(ids.get(3)));
        assertThat(second.expect(PubRel.class).packetId()).isEqualTo(ids.get(2));
        second.send(new PubComp(ids.get(2)));
        published.forEach(one -> assertThat(one).succeedsWithin(PATIENCE).isEqualTo(ReasonCode.SUCCESS));
    }

    @Test
    void mqtt5_4_6_0_1_publishComesAgainInTheFirstOrder() {
        MqttClient client = started(client());
        Peer first = welcome();
        for (int i = 0; i < 300; i++) {
            client.publishAsync(qos(1, "" + i));
        }
        for (int i = 0; i < 200; i++) {
            int id = first.expect(Publish.class).packetId();
            if (i % 3 == 0) {
                first.send(new PubAck(id));
            }
        }
        client.awaitAcknowledged(Duration.ofMillis(1));
        first.close();
        Peer second = welcome(true, ScriptedServer.receiveMaximum(10)); // and no more than the new window takes
        int last = -1;
        for (int i = 0; i < 300; i++) {
            Publish again = second.expect(Publish.class);
            int number = Integer.parseInt(text(again));
            assertThat(number).isGreaterThan(last);
            last = number;
            second.send(new PubAck(again.packetId()));
            if (last == 299) {
                break;
            }
        }
        assertThat(last).isEqualTo(299);
        assertThat(client.awaitAcknowledged(PATIENCE)).isTrue();
    }

    @Test
    void mqtt5_3_2_2_5_aLostSessionIsForgotten() {
        MqttClient client = started(client());
        Peer first = welcome();
        CompletableFuture<ReasonCode> a = client.publishAsync(qos(1, "a"));
        CompletableFuture<ReasonCode> b = client.publishAsync(qos(2, "b"));
        first.expect(Publish.class);
        first.send(new PubRec(first.expect(Publish.class).packetId()));
        first.expect(PubRel.class);
        first.close();
        Peer second = welcome(false, ConnAck.Properties.NONE);
        Publish anew = second.expect(Publish.class);
        assertThat(anew.dup()).isFalse();
        assertThat(text(anew)).isEqualTo("a");
        assertThat(b).succeedsWithin(PATIENCE); // the server owned it
        second.send(new PubAck(anew.packetId()));
        assertThat(a).succeedsWithin(PATIENCE);
    }

    @Test
    void mqtt5_3_2_2_11_noHigherQosThanTheServers() {
        MqttClient client = started(client());
        Peer peer = welcome(false, ScriptedServer.granting(10, Qos.AT_LEAST_ONCE, true, Connect.NO_LIMIT, 0, -1));
        refused(client.publishAsync(qos(2, "2")), ReasonCode.QOS_NOT_SUPPORTED);
        client.publishAsync(qos(1, "1"));
        assertThat(text(peer.expect(Publish.class))).isEqualTo("1");
    }

    @Test
    void mqtt5_3_2_2_14_noRetainWhereTheServerHasNone() {
        MqttClient client = started(client());
        Peer peer = welcome(false, ScriptedServer.granting(10, Qos.EXACTLY_ONCE, false, Connect.NO_LIMIT, 0, -1));
        refused(client.publishAsync(qos(1, "r").withRetain(true)), ReasonCode.RETAIN_NOT_SUPPORTED);
        client.publishAsync(qos(1, "1"));
        assertThat(text(peer.expect(Publish.class))).isEqualTo("1");
    }

    @Test
    void mqtt5_3_2_2_15_noPacketLargerThanTheServerTakes() {
        MqttClient client = started(client());
        Peer peer = welcome(false, ScriptedServer.granting(10, Qos.EXACTLY_ONCE, true, 100, 0, -1));
        refused(client.publishAsync(Message.of("t", new byte[100])), ReasonCode.PACKET_TOO_LARGE);
        assertThat(client.subscribeAsync("f".repeat(100), Qos.AT_MOST_ONCE))
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(MqttException.SubscribeRefused.class);
        client.publishAsync(Message.of("t", new byte[90]));
        assertThat(peer.expect(Publish.class).payload()).hasSize(90);
    }

    private static void refused(CompletableFuture<ReasonCode> published, ReasonCode reason) {
        assertThat(published)
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(MqttException.PublishRefused.class)
                .withMessageContaining(reason.toString());
    }

    @Test
    void mqtt5_3_2_2_17_aliasesStayWithinTheServersMaximum() {
        aliasesStayWithin(2);
    }

    @Test
    void mqtt5_3_3_2_9_aliasesStayWithinTheServersMaximum() {
        aliasesStayWithin(3);
    }

    @Test
    void mqtt5_3_2_2_18_noAliasesWithoutAMaximum() {
        aliasesStayWithin(0);
    }

    private void aliasesStayWithin(int most) {
        MqttClient client = started(client());
        Peer peer = welcome(false, ScriptedServer.aliases(most));
        client.connect();
        TopicName[] known = new TopicName[most + 1];
        int used = 0;
        for (int i = 0; i < 20; i++) {
            client.publishAsync(Message.of("topic/" + i % 5, "").withQos(Qos.AT_MOST_ONCE));
            Publish sent = peer.expect(Publish.class);
            assertThat(sent.topicAlias()).isBetween(0, most);
            if (sent.topicAlias() > 0) {
                used++;
                if (!sent.topic().equals(TopicName.EMPTY)) {
                    known[sent.topicAlias()] = sent.topic();
                }
                assertThat(known[sent.topicAlias()]).hasToString("topic/" + i % 5);
            } else {
                assertThat(sent.topic()).hasToString("topic/" + i % 5);
            }
        }
        assertThat(used).isEqualTo(4 * most);
    }

    @Test
    void mqtt5_3_3_4_7_noMoreThanReceiveMaximumAreOpen() {
        windowHolds(1);
    }

    @Test
    void mqtt5_4_9_0_2_onlyPubCompFreesTheWindowAtQos2() {
        windowHolds(2);
    }

    private void windowHolds(int level) {
        MqttClient client = started(client());
        Peer peer = welcome(false, ScriptedServer.receiveMaximum(2));
        IntStream.range(0, 4).forEach(i -> client.publishAsync(qos(level, "" + i)));
        Publish first = peer.expect(Publish.class);
        peer.expect(Publish.class);
        client.subscribeAsync("still", Qos.AT_MOST_ONCE); // would come behind a third PUBLISH
        peer.expect(Subscribe.class);
        if (level == 2) {
            peer.send(new PubRec(first.packetId()));
            peer.expect(PubRel.class);
            client.subscribeAsync("still", Qos.AT_MOST_ONCE);
            peer.expect(Subscribe.class);
            peer.send(new PubComp(first.packetId()));
        } else {
            peer.send(new PubAck(first.packetId()));
        }
        assertThat(text(peer.expect(Publish.class))).isEqualTo("2");
    }

    @Test
    void mqtt5_3_3_4_8_aFullWindowHoldsBackPublishOnly() {
        MqttClient client = started(client());
        Peer peer = welcome(false, ScriptedServer.receiveMaximum(1));
        client.publishAsync(qos(1, "0"));
        client.publishAsync(qos(1, "1"));
        peer.expect(Publish.class);
        CompletableFuture<ReasonCode> subscribed = client.subscribeAsync("t", Qos.AT_LEAST_ONCE);
        peer.send(new SubAck(peer.expect(Subscribe.class).packetId(), List.of(ReasonCode.GRANTED_QOS_1)));
        assertThat(subscribed).succeedsWithin(PATIENCE);
        peer.send(publish(1, 9, "in"));
        assertThat(peer.expect(PubAck.class).packetId()).isEqualTo(9);
    }

    @Test
    void mqtt5_4_3_3_4_aRefusedPubRecEndsTheMessage() {
        MqttClient client = started(client());
        Peer peer = welcome(false, ScriptedServer.receiveMaximum(1));
        CompletableFuture<ReasonCode> refused = client.publishAsync(qos(2, "0"));
        client.publishAsync(qos(2, "1"));
        peer.send(new PubRec(peer.expect(Publish.class).packetId(), ReasonCode.QUOTA_EXCEEDED));
        refused(refused, ReasonCode.QUOTA_EXCEEDED);
        assertThat(text(peer.expect(Publish.class))).isEqualTo("1"); // no PUBREL before it
    }

    @Test
    void mqtt5_4_4_0_2_aRefusedMessageIsNotSentAgain() {
        MqttClient client = started(client());
        Peer first = welcome();
        CompletableFuture<ReasonCode> refused = client.publishAsync(qos(1, "0"));
        first.send(new PubAck(first.expect(Publish.class).packetId(), ReasonCode.NOT_AUTHORIZED));
        refused(refused, ReasonCode.NOT_AUTHORIZED);
        first.close();
        Peer second = welcome(true, ConnAck.Properties.NONE);
        client.publishAsync(qos(1, "1"));
        assertThat(text(second.expect(Publish.class))).isEqualTo("1");
    }

    @Test
    void mqtt5_4_6_0_4_pubRelsFollowThePubRecs() {
        pubRelsFollow(MqttVersion.V5);
    }

    @Test
    void mqtt3_4_6_0_4_pubRelsFollowThePubRecs() {
        pubRelsFollow(MqttVersion.V3_1_1);
    }

    private void pubRelsFollow(MqttVersion version) {
        MqttClient client = started(client(version));
        Peer peer = welcome();
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            client.publishAsync(qos(2, "" + i));
            ids.add(peer.expect(Publish.class).packetId());
        }
        List<Integer> shuffled = List.of(ids.get(3), ids.get(0), ids.get(4), ids.get(2), ids.get(1));
        shuffled.forEach(id -> peer.send(new PubRec(id)));
        for (int id : shuffled) {
            assertThat(peer.expect(PubRel.class).packetId()).isEqualTo(id);
        }
    }

    @Test
    void mqtt5_4_3_3_7_aMessageThatWasSentDoesNotExpire() {
        MqttClient client = started(client());
        Peer first = welcome();
        client.publishAsync(qos(2, "x").withExpiry(Duration.ofSeconds(1)));
        assertThat(first.expect(Publish.class).messageExpirySeconds()).isEqualTo(1);
        assertThat(client.awaitAcknowledged(Duration.ofMillis(1_100))).isFalse();
        first.close();
        Peer second = welcome(true, ConnAck.Properties.NONE);
        assertThat(text(second.expect(Publish.class))).isEqualTo("x");
    }

    @Test
    void aMessageThatWasNeverSentExpires() {
        MqttClient client = started(client());
        CompletableFuture<ReasonCode> expires = client.publishAsync(qos(1, "x").withExpiry(Duration.ofSeconds(1)));
        assertThat(client.awaitAcknowledged(Duration.ofMillis(1_100))).isFalse();
        welcome();
        assertThat(expires).failsWithin(PATIENCE).withThrowableThat().withCauseInstanceOf(MqttException.Expired.class);
    }

    @Test
    void mqtt5_4_3_1_1_qos0IsSentOnceWithoutDup() {
        MqttClient client = started(client());
        Peer peer = welcome();
        client.connect();
        client.publishAsync(qos(0, "x"));
        assertThat(peer.peekFirstByte()).isEqualTo(0x30);
    }

    @Test
    void mqtt5_3_3_4_6_noSubscriptionIdentifierInWhatAClientPublishes() {
        MqttClient client = started(client());
        Peer peer = welcome();
        client.publishAsync(qos(1, "x"));
        assertThat(peer.expect(Publish.class).subscriptionIds()).isEmpty();
    }

    @Test
    void mqtt5_3_8_3_4_aSharedSubscriptionIsNotNoLocal() {
        MqttClient client = started(client());
        assertThatThrownBy(() -> client.subscribe(
                        List.of(new Subscribe.Entry(
                                "$share/g/t",
                                new io.chasqui.protocol.SubscriptionOptions(
                                        Qos.AT_MOST_ONCE,
                                        true,
                                        false,
                                        io.chasqui.protocol.SubscriptionOptions.RetainHandling.SEND))),
                        0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mqtt5_3_8_3_2_mqtt5_3_10_3_2_anEmptySubscribeIsNotSent() {
        MqttClient client = started(client());
        assertThatThrownBy(() -> client.subscribe(List.of(), 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(client::unsubscribe).isInstanceOf(IllegalArgumentException.class);
    }

    /**
     * A session that an earlier life of the application has begun: the server may wait for a PUBREL that nobody knows of, and would take
     * a new message for the repetition of that one.
     */
    @Test
    void mqtt5_4_3_3_10_packetIdsOfAnEarlierLifeAreReleasedBeforeTheyAreUsed() {
        MqttClient client = started(client());
        Peer peer = welcome(true, ConnAck.Properties.NONE);
        CompletableFuture<ReasonCode> first = client.publishAsync(qos(2, "first"));
        PubRel rel = peer.expect(PubRel.class);
        peer.send(new PubComp(rel.packetId(), ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        Publish publish = peer.expect(Publish.class);
        assertThat(publish.packetId()).isEqualTo(rel.packetId());
        assertThat(publish.dup()).isFalse();
        peer.send(new PubRec(publish.packetId()));
        assertThat(peer.expect(PubRel.class).packetId()).isEqualTo(publish.packetId());
        peer.send(new PubComp(publish.packetId()));
        assertThat(first.join()).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void packetIdsOfASessionOfOursAreUsedAtOnce() {
        MqttClient client = started(client());
        welcome().close();
        Peer peer = welcome(true, ConnAck.Properties.NONE);
        client.publishAsync(qos(2, "at once"));
        assertThat(text(peer.expect(Publish.class))).isEqualTo("at once");
    }
}
