package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import io.chasqui.conformance.suite.Waits;
import java.time.Duration;
import java.util.List;

/** Sections 4.3 and 4.4: the broker as receiver and as sender at QoS 1 and 2, across reconnects too. */
final class QosTests {

    // --- the broker as sender ---

    @Statement({"MQTT5-4.3.1-1", "MQTT5-4.3.2-2", "MQTT5-4.3.3-2", "MQTT3-4.3.1-1", "MQTT3-4.3.2-1", "MQTT3-4.3.3-1"})
    void firstDeliveryHasItsQosAndNoDup(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 2);
        RawClient publisher = scene.connect();
        for (int qos = 0; qos <= 2; qos++) {
            publisher.publish(topic, "x", qos);
            Failure.unlessEqual(qos << 1, subscriber.receive().flags(), "flags of PUBLISH");
        }
    }

    @Statement({"MQTT5-4.3.2-3", "MQTT5-4.4.0-1", "MQTT3-4.3.2-1", "MQTT3-4.4.0-1", "MQTT3-4.1.0-1"})
    void qos1IsSentAgainUntilPubAck(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient client = scene.connect(scene.client(id).resume());
        client.subscribe(topic, 1);
        scene.connect().publish(topic, "x", 1);
        Frame message = client.expect(Type.PUBLISH);
        for (int i = 0; i < 2; i++) {
            client.cut();
            client = scene.connect(scene.client(id).resume());
            Frame again = client.expect(Type.PUBLISH);
            Failure.unlessEqual(message.packetId(), again.packetId(), "Packet Identifier");
            Failure.unless(again.dup(), "DUP: %s", again);
        }
        client.ack(Type.PUBACK, message.packetId());
        client.fence();
        client.cut();
        nothingIsOpen(scene, id, topic);
    }

    /** The session comes back with nothing to say. */
    private static void nothingIsOpen(Scene scene, String id, String topic) {
        RawClient client = scene.connect(scene.client(id).resume());
        scene.connect().publish(topic, "end", 1);
        Failure.unlessEqual(List.of(), client.receiveUntil("end"), "messages after the exchange");
        Failure.unlessEqual(List.of(), client.arrived(Type.PUBREL), "PUBREL after the exchange");
    }

    @Statement("MQTT5-4.3.2-3")
    void pubAckForAnotherIdChangesNothing(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient client = scene.connect(scene.client(id).resume());
        client.subscribe(topic, 1);
        scene.connect().publish(topic, "x", 1);
        Frame message = client.expect(Type.PUBLISH);
        client.ack(Type.PUBACK, message.packetId() + 100);
        client.ping();
        client.untilEndOr(Type.PINGRESP); // 0x82 is a legal answer as well
        client.cut();
        Frame again = scene.connect(scene.client(id).resume()).expect(Type.PUBLISH);
        Failure.unlessEqual(message.packetId(), again.packetId(), "Packet Identifier");
    }

    @Statement({"MQTT5-4.3.3-3", "MQTT5-4.3.3-5", "MQTT5-4.3.3-6", "MQTT3-4.3.3-1", "MQTT5-4.4.0-1", "MQTT3-4.4.0-1"})
    void qos2IsSentAgainFromWhereItStopped(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient client = scene.connect(scene.client(id).resume());
        client.subscribe(topic, 2);
        scene.connect().publish(topic, "x", 2);
        int packetId = client.expect(Type.PUBLISH).packetId();
        client.cut();

        client = scene.connect(scene.client(id).resume());
        Frame again = client.expect(Type.PUBLISH, packetId);
        Failure.unless(again.dup(), "DUP: %s", again);
        client.ack(Type.PUBREC, packetId);
        client.expect(Type.PUBREL, packetId);
        client.cut();

        client = scene.connect(scene.client(id).resume());
        client.expect(Type.PUBREL, packetId);
        client.fence();
        Failure.unlessEqual(List.of(), client.arrived(Type.PUBLISH), "PUBLISH after PUBREL");
        client.ack(Type.PUBCOMP, packetId);
        client.fence();
        client.cut();
        nothingIsOpen(scene, id, topic);
    }

    @Statement({"MQTT5-4.3.3-4", "MQTT5-4.4.0-2", "MQTT5-4.9.0-2", "MQTT5-3.3.4-9"})
    void refusedMessageIsDone(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient client = scene.connect(scene.client(id).resume().prop(Prop.RECEIVE_MAXIMUM, 1));
        client.subscribe(topic, 2);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "one", 1);
        publisher.publish(topic, "two", 2);
        publisher.publish(topic, "three", 1);
        client.ack(Type.PUBACK, client.expect(Type.PUBLISH).packetId(), 0x80);
        client.ack(Type.PUBREC, client.expect(Type.PUBLISH).packetId(), 0x83);
        Failure.unlessEqual("three", client.receive().text(), "message that takes the freed slot");
        client.fence();
        Failure.unlessEqual(List.of(), client.arrived(Type.PUBREL), "PUBREL after a refusal");
        client.cut();
        nothingIsOpen(scene, id, topic);
    }

    /** No timer, and no other occasion but a new connection, makes a broker repeat itself. */
    @Waits
    @Statement("MQTT5-4.4.0-1")
    void nothingIsSentAgainOnAnOpenConnection(Scene scene) {
        String topic = scene.topic("t");
        RawClient client = scene.subscriber(topic, 2);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "one", 1);
        publisher.publish(topic, "two", 2);
        int taken = client.gather(2).size();
        scene.sleep(Duration.ofSeconds(3));
        client.fence();
        List<Frame> later = client.arrived(Type.PUBLISH);
        Failure.unless(later.size() <= 2 - taken && later.stream().noneMatch(Frame::dup), "sent again: %s", later);
    }

    @Waits
    @Statement("MQTT5-4.3.3-7")
    void expiryNoLongerAppliesOncePublishIsSent(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 2);
        scene.connect().publish(Publish.to(topic).text("x").qos(2, 1).prop(Prop.MESSAGE_EXPIRY, 1));
        Frame message = first.expect(Type.PUBLISH);
        first.cut();
        scene.sleep(Duration.ofSeconds(2));
        RawClient second = scene.connect(scene.client(id).resume());
        Failure.unlessEqual(message.packetId(), second.receive().packetId(), "Packet Identifier");
    }

    // --- the broker as receiver ---

    @Statement({"MQTT5-4.3.2-4", "MQTT5-4.3.2-5", "MQTT3-4.3.2-2"})
    void idAfterPubAckIsANewMessageWhateverDupSays(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 0);
        RawClient publisher = scene.connect();
        publisher.publish(Publish.to(topic).text("first").qos(1, 5));
        publisher.publish(Publish.to(topic).text("second").qos(1, 5).dup());
        Failure.unlessEqual("first", subscriber.receive().text(), "message");
        Failure.unlessEqual("second", subscriber.receive().text(), "message");
    }

    @Statement({"MQTT5-4.3.3-8", "MQTT5-4.3.3-10", "MQTT5-4.3.3-11", "MQTT3-4.3.3-2"})
    void repeatedQos2IsAcknowledgedAndDeliveredOnce(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 0);
        RawClient publisher = scene.connect();
        publisher.send(Publish.to(topic).text("once").qos(2, 7));
        publisher.expect(Type.PUBREC, 7);
        for (int i = 0; i < 2; i++) {
            publisher.send(Publish.to(topic).text("once").qos(2, 7).dup());
            publisher.expect(Type.PUBREC, 7);
        }
        publisher.ack(Type.PUBREL, 7);
        Failure.unlessEqual(0, publisher.expect(Type.PUBCOMP, 7).code(), "code of PUBCOMP");
        publisher.ack(Type.PUBREL, 7);
        publisher.expect(Type.PUBCOMP, 7); // 0x92 or 0x00
        publisher.publish(topic, "end", 2);
        Failure.unlessEqual(1, subscriber.receiveUntil("end").size(), "deliveries");
    }

    @Statement({"MQTT5-4.3.3-10", "MQTT5-4.3.3-8", "MQTT3-4.3.3-2", "MQTT3-4.4.0-1"})
    void repeatedQos2IsDeliveredOnceAcrossAReconnect(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient subscriber = scene.subscriber(topic, 0);
        RawClient first = scene.connect(scene.client(id).resume());
        first.send(Publish.to(topic).text("once").qos(2, 7));
        first.expect(Type.PUBREC, 7);
        first.cut();
        RawClient second = scene.connect(scene.client(id).resume());
        second.send(Publish.to(topic).text("once").qos(2, 7).dup());
        second.expect(Type.PUBREC, 7);
        second.ack(Type.PUBREL, 7);
        Failure.unlessEqual(0, second.expect(Type.PUBCOMP, 7).code(), "code of PUBCOMP");
        second.publish(topic, "end", 2);
        Failure.unlessEqual(1, subscriber.receiveUntil("end").size(), "deliveries");
    }

    @Statement({"MQTT5-4.3.3-12", "MQTT3-4.3.3-2"})
    void idAfterPubCompIsANewMessage(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 2);
        RawClient publisher = scene.connect();
        publisher.publish(Publish.to(topic).text("first").qos(2, 7));
        publisher.publish(Publish.to(topic).text("second").qos(2, 7).dup());
        Failure.unlessEqual("first", subscriber.receive().text(), "message");
        Failure.unlessEqual("second", subscriber.receive().text(), "message");
    }

    @Statement({"MQTT5-3.7.2-1", "MQTT5-3.6.2-1"})
    void pubRelForAnUnknownIdIsAnswered(Scene scene) {
        RawClient client = scene.connect();
        client.ack(Type.PUBREL, 1234);
        Failure.unlessOneOf(client.expect(Type.PUBCOMP, 1234).code(), "code of PUBCOMP", 0x92, 0x00);
    }

    @Waits
    @Statement("MQTT5-4.3.3-13")
    void handshakeIsFinishedThoughTheMessageHasExpired(Scene scene) {
        RawClient publisher = scene.connect();
        publisher.send(Publish.to(scene.topic("t")).qos(2, 3).prop(Prop.MESSAGE_EXPIRY, 1));
        publisher.expect(Type.PUBREC, 3);
        scene.sleep(Duration.ofSeconds(2));
        publisher.ack(Type.PUBREL, 3);
        Failure.unlessEqual(0, publisher.expect(Type.PUBCOMP, 3).code(), "code of PUBCOMP");
    }

    @Statement({"MQTT5-3.4.2-1", "MQTT5-3.5.2-1"})
    void acknowledgementsUseTheirTables(Scene scene) {
        String topic = scene.topic("t");
        RawClient publisher = scene.connect();
        scene.subscriber(topic, 2);
        for (String to : List.of(topic, scene.topic("nobody"))) {
            for (int qos = 1; qos <= 2; qos++) {
                Failure.unlessOneOf(publisher.publish(to, "x", qos), "code", 0x00, 0x10);
            }
        }
    }

    /** Acknowledgements in their long forms: with a code, and with a code and properties. */
    @Statement({"MQTT5-4.3.2-3", "MQTT5-4.3.3-5", "MQTT5-2.2.2-1"})
    void longFormsOfAcknowledgementsAreUnderstood(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient client = scene.connect(scene.client(id).resume());
        client.subscribe(topic, 2);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "one", 1);
        int one = client.expect(Type.PUBLISH).packetId();
        client.ackAtLength(Type.PUBACK, one, 0);
        publisher.publish(topic, "two", 2);
        int two = client.expect(Type.PUBLISH).packetId();
        client.ackAtLength(Type.PUBREC, two, 0);
        client.expect(Type.PUBREL, two);
        client.ackAtLength(Type.PUBCOMP, two, 0);
        client.send(Publish.to(scene.topic("u")).qos(2, 9));
        client.expect(Type.PUBREC, 9);
        client.ackAtLength(Type.PUBREL, 9, 0);
        client.expect(Type.PUBCOMP, 9);
        client.cut();
        nothingIsOpen(scene, id, topic);
    }
}
