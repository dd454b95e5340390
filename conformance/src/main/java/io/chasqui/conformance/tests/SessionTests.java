package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Connect;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.raw.Will;
import io.chasqui.conformance.suite.Fixture;
import io.chasqui.conformance.suite.Needs;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import io.chasqui.conformance.suite.Waits;
import java.time.Duration;
import java.util.List;

/** Clean Start and Clean Session, Session Present, Session Expiry, takeover: sections 3.1.2.4, 3.1.2.11.2, 3.1.4, 4.1. */
final class SessionTests {

    @Statement({
        "MQTT5-3.1.2-5",
        "MQTT5-3.2.2-3",
        "MQTT5-3.1.2-23",
        "MQTT5-3.1.4-4",
        "MQTT3-3.1.2-4",
        "MQTT3-3.1.2-5",
        "MQTT3-3.2.2-2",
        "MQTT3-3.1.4-3",
        "MQTT3-4.1.0-1"
    })
    void storedSessionIsResumedWithItsMessages(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 2);
        first.disconnect();
        RawClient publisher = scene.connect();
        publisher.publish(topic, "one", 1);
        publisher.publish(topic, "two", 2);

        RawClient second = scene.open();
        Frame connAck = second.connect(scene.client(id).resume());
        Failure.unless(connAck.sessionPresent(), "session present: %s", connAck);
        List<String> messages =
                List.of(second.receive().text(), second.receive().text());
        Failure.unlessEqual(List.of("one", "two"), messages.stream().sorted().toList(), "messages");
        publisher.publish(topic, "live", 1);
        Failure.unlessEqual("live", second.receive().text(), "message after the return");
    }

    @Statement({"MQTT5-3.2.2-3", "MQTT3-3.2.2-2"})
    void sessionWithoutSubscriptionsIsPresent(Scene scene) {
        String id = scene.clientId();
        scene.connect(scene.client(id).resume()).disconnect();
        Frame connAck = scene.open().connect(scene.client(id).resume());
        Failure.unless(connAck.sessionPresent(), "session present: %s", connAck);
    }

    @Statement({"MQTT5-3.1.2-6", "MQTT5-3.2.2-3", "MQTT3-3.2.2-3", "MQTT5-3.1.4-4", "MQTT3-3.1.4-3"})
    void unknownClientGetsANewSession(Scene scene) {
        RawClient client = scene.open();
        Frame connAck = client.connect(scene.client().resume());
        Failure.unlessEqual(0, connAck.code(), "code of CONNACK");
        Failure.unlessEqual(0, connAck.ackFlags(), "flags of CONNACK");
        String topic = scene.topic("t");
        client.subscribe(topic, 1);
        client.publish(topic, "works", 1);
        Failure.unlessEqual("works", client.receive().text(), "message");
    }

    @Statement({"MQTT5-3.1.2-4", "MQTT5-3.2.2-2", "MQTT5-3.1.4-4", "MQTT3-3.1.2-6", "MQTT3-3.2.2-1", "MQTT3-3.1.4-3"})
    void cleanStartDiscardsTheStoredSession(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 1);
        first.disconnect();
        RawClient publisher = scene.connect();
        publisher.publish(topic, "stored", 1);

        RawClient clean = scene.open();
        Frame connAck = clean.connect(scene.client(id));
        Failure.unlessEqual(0, connAck.code(), "code of CONNACK");
        Failure.unless(!connAck.sessionPresent(), "session present: %s", connAck);
        clean.subscribe(scene.topic("end"), 1);
        publisher.publish(topic, "live", 1);
        publisher.publish(scene.topic("end"), "end", 1);
        Failure.unlessEqual(List.of(), clean.receiveUntil("end"), "messages of the old session");
        clean.disconnect();

        Frame later = scene.open().connect(scene.client(id).resume());
        Failure.unless(!later.sessionPresent(), "a clean session was kept: %s", later);
    }

    @Statement({"MQTT5-3.1.2-23", "MQTT5-4.1.0-2"})
    void sessionWithoutExpiryEndsWithItsConnection(Scene scene) {
        for (boolean zero : new boolean[] {true, false}) {
            String id = scene.clientId();
            Connect connect = scene.client(id).clean(false);
            scene.connect(zero ? connect.prop(Prop.SESSION_EXPIRY, 0) : connect).disconnect();
            Frame connAck = scene.open().connect(scene.client(id).resume());
            Failure.unless(!connAck.sessionPresent(), "the session was kept: %s", connAck);
        }
    }

    @Statement("MQTT3-3.1.2-7")
    void retainedMessagesOutliveTheSession(Scene scene) {
        String topic = scene.topic("t");
        RawClient publisher = scene.connect();
        publisher.publish(Publish.to(topic).text("kept").retained().qos(1, 1));
        publisher.disconnect();
        Frame message = scene.subscriber(topic, 1).receive();
        Failure.unlessEqual("kept", message.text(), "retained message");
        Failure.unless(message.retain(), "RETAIN: %s", message);
    }

    @Waits
    @Statement({"MQTT5-4.1.0-2", "MQTT5-3.2.2-3", "MQTT5-3.1.2-23"})
    void sessionExpiresAfterItsInterval(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient client = scene.connect(scene.client(id).prop(Prop.SESSION_EXPIRY, 1));
        client.subscribe(topic, 1);
        client.disconnect();
        scene.connect().publish(topic, "late", 1);
        scene.sleep(Duration.ofSeconds(3));
        RawClient returned = scene.open();
        Frame connAck = returned.connect(scene.client(id).resume());
        Failure.unless(!connAck.sessionPresent(), "the session was kept: %s", connAck);
        returned.fence();
        Failure.unlessEqual(List.of(), returned.arrived(Type.PUBLISH), "messages of the expired session");
    }

    @Waits
    @Statement({"MQTT5-4.1.0-2", "MQTT5-3.1.2-23"})
    void expiryOfDisconnectReplacesThatOfConnect(Scene scene) {
        String shorter = scene.clientId();
        String longer = scene.clientId();
        RawClient one = scene.connect(scene.client(shorter).prop(Prop.SESSION_EXPIRY, 300));
        one.send(new Bytes().u8(0).raw(5, 0x11, 0, 0, 0, 1).packet(Type.DISCONNECT));
        one.untilEnd();
        RawClient two = scene.connect(scene.client(longer).prop(Prop.SESSION_EXPIRY, 1));
        two.send(new Bytes().u8(0).raw(5, 0x11, 0, 0, 1, 0).packet(Type.DISCONNECT));
        two.untilEnd();
        scene.sleep(Duration.ofSeconds(3));
        Frame expired = scene.open().connect(scene.client(shorter).resume());
        Failure.unless(!expired.sessionPresent(), "the session was kept: %s", expired);
        Frame kept = scene.open().connect(scene.client(longer).resume());
        Failure.unless(kept.sessionPresent(), "the session is lost: %s", kept);
    }

    @Waits
    @Statement({"MQTT5-4.1.0-1", "MQTT3-4.1.0-2"})
    void sessionLastsAsLongAsItsConnection(Scene scene) {
        String topic = scene.topic("t");
        Connect connect = scene.is5() ? scene.client().prop(Prop.SESSION_EXPIRY, 1) : scene.client();
        RawClient client = scene.connect(connect);
        client.subscribe(topic, 1);
        scene.sleep(Duration.ofSeconds(3));
        scene.connect().publish(topic, "still here", 1);
        Failure.unlessEqual("still here", client.receive().text(), "message");
    }

    @Statement({"MQTT5-3.1.4-3", "MQTT3-3.1.4-2"})
    void secondConnectionTakesOver(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 1);
        RawClient second = scene.open();
        Frame connAck = second.connect(scene.client(id).resume());
        Failure.unless(connAck.sessionPresent(), "session present: %s", connAck);
        first.expectRefusal(0x8E);
        scene.connect().publish(topic, "for the second", 1);
        Failure.unlessEqual("for the second", second.receive().text(), "message");
    }

    @Statement({"MQTT5-3.1.4-3", "MQTT3-3.1.4-2"})
    void takeoverWithACleanSessionLeavesNothing(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 1);
        RawClient second = scene.open();
        Frame connAck = second.connect(scene.client(id));
        Failure.unless(!connAck.sessionPresent(), "session present: %s", connAck);
        first.expectRefusal(0x8E);
        second.subscribe(scene.topic("end"), 1);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "for nobody", 1);
        publisher.publish(scene.topic("end"), "end", 1);
        Failure.unlessEqual(List.of(), second.receiveUntil("end"), "messages of the old session");
    }

    @Statement({"MQTT5-3.2.0-1", "MQTT3-3.2.0-1"})
    void connAckComesBeforeStoredMessages(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 1);
        first.disconnect();
        RawClient publisher = scene.connect();
        for (int i = 0; i < 20; i++) {
            publisher.publish(topic, "m" + i, 1);
        }
        RawClient second = scene.connect(scene.client(id).resume()); // fails unless CONNACK comes first
        for (int i = 0; i < 20; i++) {
            Failure.unlessEqual("m" + i, second.receive().text(), "message");
        }
    }

    @Statement("U3-12")
    void qos0WhileOfflineIsStoredOrDropped(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 1);
        first.disconnect();
        RawClient publisher = scene.connect();
        publisher.publish(topic, "zero", 0);
        publisher.publish(topic, "one", 1);
        RawClient second = scene.connect(scene.client(id).resume());
        List<Frame> before = second.receiveUntil("one");
        Failure.unless(before.size() <= 1, "messages: %s", before);
    }

    @Statement("U5-20")
    void disconnectMayNotRaiseExpiryFromZero(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        RawClient client = scene.connect(scene.client().will(Will.of(topic, "gone")));
        client.send(new Bytes().u8(0).raw(5, 0x11, 0, 0, 0, 9).packet(Type.DISCONNECT));
        client.expectRefusal(Codes.BROKEN);
        Failure.unlessEqual("gone", watcher.receive().text(), "Will");
    }

    @Needs(Fixture.SMALL_QUEUE)
    @Statement({"MQTT5-3.4.2-1", "MQTT5-3.5.2-1", "MQTT3-4.1.0-1", "MQTT3-3.3.5-2"})
    void whatDoesNotFitIsRefusedAndTheRestIsKept(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 2);
        first.disconnect();
        RawClient publisher = scene.connect();
        publisher.publish(topic, "one", 1);
        publisher.publish(topic, "two", 2);
        if (scene.is5()) {
            Failure.unlessEqual(0x97, publisher.publish(topic, "three", 1), "code of PUBACK");
            Failure.unlessEqual(0x97, publisher.publish(topic, "four", 2), "code of PUBREC");
        } else { // MQTT3-3.3.5-2: an acknowledgement all the same, or the end of the connection
            publisher.send(Publish.to(topic).text("three").qos(1, 3));
            publisher.ping();
            publisher.untilEndOr(Type.PINGRESP);
        }
        RawClient second = scene.connect(scene.client(id).resume());
        Failure.unlessEqual("one", second.receive().text(), "message");
        Failure.unlessEqual("two", second.receive().text(), "message");
        scene.connect().publish(topic, "end", 1);
        Failure.unlessEqual(List.of(), second.receiveUntil("end"), "refused messages");
    }
}
