package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.raw.Will;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.List;

/** MQTT 3.1, the protocol that calls itself MQIsdp, as far as clients of today still speak it. */
final class Mqtt31Tests {

    @Statement("U31-01")
    void nameMqIsdpAndLevel3AreServed(Scene scene) {
        RawClient client = scene.open();
        Frame connAck = client.connect(scene.client().keepAlive(60));
        Failure.unlessEqual(0, connAck.code(), "code of CONNACK");
        Failure.unlessEqual(0, connAck.ackFlags(), "reserved byte of CONNACK");
        client.fence();
        client.disconnect();
    }

    @Statement("U31-02")
    void wrongPairsOfNameAndLevelAreRefused(Scene scene) {
        for (List<Object> pair :
                List.<List<Object>>of(List.of("MQIsdp", 4), List.of("MQTT", 3), List.of("MQIsdp", 5))) {
            RawClient client = scene.open();
            client.send(scene.client()
                    .protocol((String) pair.getFirst(), (int) pair.getLast())
                    .toArray());
            byte[] answer = client.bytesUntilEnd();
            Failure.unless(
                    answer.length == 0 || answer.length >= 4 && answer[0] == 0x20 && answer[3] != 0,
                    "after %s came %s",
                    pair,
                    Bytes.hex(answer));
        }
    }

    @Statement("U31-03")
    void emptyClientIdIsRefused(Scene scene) {
        RawClient client = scene.open();
        client.send(scene.client(""));
        for (Frame frame : client.untilEnd()) {
            Failure.unlessEqual(2, frame.code(), "code of CONNACK");
        }
    }

    @Statement("U31-04")
    void connAckSaysNothingOfTheSession(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 1);
        first.disconnect();
        scene.connect().publish(topic, "stored", 1);
        RawClient second = scene.open();
        Frame connAck = scene.accepted(second, scene.client(id).resume());
        Failure.unlessEqual(0, connAck.ackFlags(), "reserved byte of CONNACK");
        Failure.unlessEqual("stored", second.receive().text(), "message");
    }

    @Statement("U31-05")
    void messagesPassAtEveryQos(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 2);
        RawClient publisher = scene.connect();
        for (int qos = 0; qos <= 2; qos++) {
            publisher.publish(topic, "qos " + qos, qos);
            Frame message = subscriber.receive();
            Failure.unlessEqual("qos " + qos, message.text(), "message");
            Failure.unlessEqual(qos, message.qos(), "QoS");
        }
        subscriber.unsubscribe(topic);
    }

    @Statement("U31-06")
    void willAndRetainedMessagesWork(Scene scene) {
        String topic = scene.topic("will");
        scene.connect(scene.client().will(Will.of(topic, "gone").retained().qos(1)))
                .cut();
        Frame message = scene.subscriber(topic, 1).receive();
        Failure.unlessEqual("gone", message.text(), "message");
    }

    /** The first version let a client mark a repeat of these, which the next one forbade. */
    @Statement("U31-07")
    void dupOnRepeatsIsServedOrRefused(Scene scene) {
        RawClient client = scene.connect();
        byte[] subscribe = Subscribe.with(1).filter(scene.topic("t"), 0).toArray(scene.version());
        client.send(Bytes.with(subscribe, 0, 0x8A));
        client.ping();
        client.untilEndOr(Type.PINGRESP)
                .forEach(frame -> Failure.unlessOneOf(frame.packetId(), "Packet Identifier", 0, 1));
        scene.connect().fence();
    }

    @Statement("U31-08")
    void secondConnectionTakesOver(Scene scene) {
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id));
        RawClient second = scene.connect(scene.client(id));
        Failure.unlessEqual(List.of(), first.untilEnd(), "packets before the end");
        second.fence();
    }

    @Statement("U31-09")
    void protocolErrorEndsTheConnection(Scene scene) {
        for (byte[] error : List.of(
                Bytes.bytes(0x00, 0x00),
                Bytes.bytes(0xF0, 0x00),
                Bytes.bytes(0x82, 0x02, 0x00, 0x01),
                Bytes.with(Publish.to(scene.topic("t")).qos(1, 1).toArray(scene.version()), 0, 0x36))) {
            scene.rejects(error);
        }
    }
}
