package io.chasqui.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.client.ScriptedServer.Peer;
import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the standard asks of a client that receives: sections 3.3.2, 4.3, 4.5 and 4.6. */
class ReceivingStatementsTest extends ScriptedTest {
    private final LinkedBlockingQueue<Received> got = new LinkedBlockingQueue<>();

    private Received next() throws InterruptedException {
        Received message = got.poll(20, TimeUnit.SECONDS);
        assertThat(message).as("a message").isNotNull();
        return message;
    }

    private MqttClient receiving(MqttClientBuilder builder) {
        MqttClient client = started(builder);
        client.onMessage("#", got::add);
        return client;
    }

    @Test
    void mqtt5_4_5_0_2_everyMessageIsAcknowledgedAlsoUnwanted() {
        everyMessageIsAcknowledged(MqttVersion.V5);
    }

    @Test
    void mqtt3_4_5_0_2_everyMessageIsAcknowledgedAlsoUnwanted() {
        everyMessageIsAcknowledged(MqttVersion.V3_1_1);
    }

    private void everyMessageIsAcknowledged(MqttVersion version) {
        started(client(version));
        Peer peer = welcome();
        peer.send(publish(0, 0, "0"), publish(1, 5, "1"), publish(2, 6, "2"));
        assertThat(peer.expect(PubAck.class).packetId()).isEqualTo(5);
        assertThat(peer.expect(PubRec.class).packetId()).isEqualTo(6);
        peer.send(new PubRel(6));
        assertThat(peer.expect(PubComp.class).packetId()).isEqualTo(6);
    }

    @Test
    void mqtt5_4_6_0_2_pubAcksGoInTheOrderOfArrival() throws Exception {
        answersGoInOrder(MqttVersion.V5, 1);
    }

    @Test
    void mqtt3_4_6_0_2_pubAcksGoInTheOrderOfArrival() throws Exception {
        answersGoInOrder(MqttVersion.V3_1_1, 1);
    }

    @Test
    void mqtt5_4_6_0_3_pubRecsGoInTheOrderOfArrival() throws Exception {
        answersGoInOrder(MqttVersion.V5, 2);
    }

    @Test
    void mqtt3_4_6_0_3_pubRecsGoInTheOrderOfArrival() throws Exception {
        answersGoInOrder(MqttVersion.V3_1_1, 2);
    }

    private void answersGoInOrder(MqttVersion version, int level) throws Exception {
        receiving(client(version).manualAcknowledgement());
        Peer peer = welcome();
        for (int i = 1; i <= 5; i++) {
            peer.send(publish(level, i, "" + i));
        }
        List<Received> messages = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            messages.add(next());
        }
        messages.reversed().forEach(Received::acknowledge);
        for (int i = 1; i <= 5; i++) {
            int id = level == 1
                    ? peer.expect(PubAck.class).packetId()
                    : peer.expect(PubRec.class).packetId();
            assertThat(id).isEqualTo(i);
        }
    }

    @Test
    void mqtt5_4_3_3_10_aRepeatedQos2MessageIsGivenOnce() throws Exception {
        receiving(client());
        Peer first = welcome();
        first.send(publish(2, 7, "once"));
        first.expect(PubRec.class);
        first.send(publish(2, 7, "once"));
        first.expect(PubRec.class);
        first.close();
        Peer second = welcome(true, ConnAck.Properties.NONE);
        second.send(publish(2, 7, "once"));
        second.expect(PubRec.class);
        second.send(new PubRel(7));
        second.expect(PubComp.class);
        second.send(publish(2, 7, "anew")); // MQTT5-4.3.3-12
        second.expect(PubRec.class);
        assertThat(next().text()).isEqualTo("once");
        assertThat(next().text()).isEqualTo("anew");
    }

    @Test
    void mqtt5_4_3_3_11_pubRelIsAnsweredAlsoTheSecondTime() {
        receiving(client());
        Peer peer = welcome();
        peer.send(new PubRel(3));
        assertThat(peer.expect(PubComp.class).reason()).isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
    }

    @Test
    void mqtt5_4_3_3_9_aRefusedQos2MessageFreesItsId() throws Exception {
        receiving(client().manualAcknowledgement());
        Peer peer = welcome();
        peer.send(publish(2, 7, "no"));
        next().refuse(ReasonCode.NOT_AUTHORIZED);
        assertThat(peer.expect(PubRec.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        peer.send(publish(2, 7, "yes"));
        assertThat(next().text()).isEqualTo("yes");
    }

    @Test
    void aReceiverThatThrowsIsHeardOfAndTheServerToo() throws Exception {
        LinkedBlockingQueue<Throwable> faults = new LinkedBlockingQueue<>();
        MqttClient client = started(client().listener(new ConnectionListener() {
            @Override
            public void onUnhandled(Received message, Throwable fault) {
                faults.add(fault);
            }
        }));
        client.onMessage("#", message -> {
            throw new IllegalStateException("cannot");
        });
        Peer peer = welcome();
        peer.send(publish(1, 1, "x"));
        assertThat(peer.expect(PubAck.class).reason()).isEqualTo(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        assertThat(faults.poll(20, TimeUnit.SECONDS)).hasMessage("cannot");
    }

    @Test
    void mqtt5_3_3_2_10_everyAliasUpToTheAnnouncedOneIsTaken() throws Exception {
        receiving(client().topicAliases(5, 0));
        Peer peer = welcome();
        assertThat(peer.connect.topicAliasMaximum()).isEqualTo(5);
        for (int alias = 1; alias <= 5; alias++) {
            peer.send(
                    aliased("a/" + alias, alias), aliased("", alias), aliased("b/" + alias, alias), aliased("", alias));
            for (String topic : List.of("a/", "a/", "b/", "b/")) {
                assertThat(next().topic()).isEqualTo(topic + alias);
            }
        }
        peer.send(aliased("c", 6));
        assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
        peer.expectEnd();
    }

    private static Publish aliased(String topic, int alias) {
        return new Publish(
                false,
                Qos.AT_MOST_ONCE,
                false,
                topic.isEmpty() ? TopicName.EMPTY : TopicName.of(topic),
                0,
                PublishProperties.NONE,
                Publish.ABSENT,
                alias,
                Publish.NO_IDS,
                new byte[0]);
    }

    @Test
    void mqtt5_3_3_4_9_aServerThatSendsTooManyIsTold() {
        receiving(client().receiveMaximum(2).manualAcknowledgement());
        Peer peer = welcome();
        assertThat(peer.connect.receiveMaximum()).isEqualTo(2);
        peer.send(publish(1, 1, ""), publish(2, 2, ""), publish(1, 3, ""));
        assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
        peer.expectEnd();
    }

    @Test
    void anAcknowledgementThatComesTooLateDoesNotReachTheNextConnection() throws Exception {
        receiving(client().manualAcknowledgement());
        Peer first = welcome();
        first.send(publish(1, 1, "old"));
        Received old = next();
        first.close();
        Peer second = welcome(true, ConnAck.Properties.NONE);
        second.send(publish(1, 1, "another"), publish(1, 2, "more"));
        Received another = next();
        Received more = next();
        old.acknowledge(); // its identifier means another message now
        more.acknowledge();
        another.refuse(ReasonCode.QUOTA_EXCEEDED);
        PubAck answer = second.expect(PubAck.class);
        assertThat(answer.packetId()).isEqualTo(1);
        assertThat(answer.reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(second.expect(PubAck.class).packetId()).isEqualTo(2);
    }

    @Test
    void u5_22_aSubscriptionIdentifierThatWasNotGivenEndsTheConnection() {
        MqttClient client = started(client());
        Peer peer = welcome();
        client.subscribeAsync(List.of(new Subscribe.Entry("t", new SubscriptionOptions(Qos.AT_LEAST_ONCE))), 7);
        peer.send(new SubAck(
                peer.expect(Subscribe.class).packetId(), List.of(ReasonCode.GRANTED_QOS_1), AckProperties.NONE));
        peer.send(withSubscriptionId(7, 1));
        assertThat(peer.expect(PubAck.class).packetId()).isEqualTo(1);
        peer.send(withSubscriptionId(8, 2));
        assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void subscriptionIdentifiersOfAnEarlierLifeAreTaken() {
        started(client());
        Peer peer = welcome(true, ConnAck.Properties.NONE);
        peer.send(withSubscriptionId(8, 2));
        assertThat(peer.expect(PubAck.class).packetId()).isEqualTo(2);
    }

    private static Publish withSubscriptionId(int subscriptionId, int packetId) {
        return new Publish(
                false,
                Qos.AT_LEAST_ONCE,
                false,
                TopicName.of("t"),
                packetId,
                PublishProperties.NONE,
                Publish.ABSENT,
                0,
                new int[] {subscriptionId},
                new byte[0]);
    }

    @Test
    void u5_24_problemInformationThatWasNotWantedEndsTheConnection() {
        MqttClient client = started(client().requestInformation(true, false));
        Peer peer = welcome();
        assertThat(peer.connect.requestProblemInformation()).isFalse();
        client.publishAsync(qos(1, "1"));
        peer.send(new PubAck(peer.expect(Publish.class).packetId()));
        client.publishAsync(qos(1, "2"));
        peer.send(new PubAck(
                peer.expect(Publish.class).packetId(),
                ReasonCode.QUOTA_EXCEEDED,
                new AckProperties("there is no room", List.of())));
        assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    /** Ours takes all QoS, so none is above its own, although nobody has subscribed. */
    @Test
    void u5_25_unsolicitedMessagesOfAllQosAreTaken() {
        everyMessageIsAcknowledged(MqttVersion.V5);
    }
}
