package io.chasqui.conformance.tests;

import static io.chasqui.conformance.raw.Bytes.bytes;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.PropertyList.Pair;
import io.chasqui.conformance.raw.Props;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.raw.Will;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import io.chasqui.conformance.suite.Waits;
import java.time.Duration;
import java.util.List;

/** Sections 3.1.2.5 to 3.1.2.7 and 3.1.3.2: when the Will is published, and as what. */
final class WillTests {
    private static final byte[] WITH_WILL = new Bytes().u8(0x04).packet(Type.DISCONNECT);

    @Statement({"MQTT5-3.1.2-7", "MQTT5-3.1.2-8", "MQTT3-3.1.2-8", "U5-32", "U5-44"})
    void lostConnectionFiresTheWill(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 2);
        for (int qos = 0; qos <= 2; qos++) {
            scene.connect(scene.client().will(Will.of(topic, "cut").qos(qos))).cut();
            Frame will = watcher.receive();
            Failure.unlessEqual("cut", will.text(), "Will after a reset");
            Failure.unlessEqual(qos, will.qos(), "Will QoS");
            scene.connect(scene.client().will(Will.of(topic, "closed").qos(qos)))
                    .hangUp();
            Failure.unlessEqual("closed", watcher.receive().text(), "Will after the end of the stream");
        }
    }

    @Statement({"MQTT5-3.1.2-8", "MQTT3-3.1.2-8", "U5-44"})
    void protocolErrorFiresTheWill(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        RawClient client = scene.connect(scene.client().will(Will.of(topic, "error")));
        client.send(bytes(0x00, 0x00));
        client.expectRefusal(Codes.BROKEN);
        Failure.unlessEqual("error", watcher.receive().text(), "Will");
    }

    @Statement({"MQTT5-3.1.2-8", "MQTT3-3.1.2-8", "MQTT3-3.1.4-2"})
    void takeoverFiresTheWill(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        String id = scene.clientId();
        scene.connect(scene.client(id).will(Will.of(topic, "taken over")));
        scene.connect(scene.client(id));
        Failure.unlessEqual("taken over", watcher.receive().text(), "Will");
    }

    @Statement({"MQTT5-3.14.4-3", "MQTT5-3.1.2-8", "MQTT5-3.1.2-10", "MQTT3-3.14.4-3", "MQTT3-3.1.2-10"})
    void disconnectDropsTheWill(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        scene.connect(scene.client().will(Will.of(topic, "wrong"))).disconnect();
        scene.connect(scene.client().will(Will.of(topic, "end"))).cut();
        Failure.unlessEqual("end", watcher.receive().text(), "the first Will to come");
    }

    @Statement({"MQTT5-3.1.2-8", "MQTT5-3.14.4-3"})
    void disconnectWithWillFiresIt(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        for (byte[] disconnect : List.of(WITH_WILL, new Bytes().u8(0x80).packet(Type.DISCONNECT))) {
            RawClient client = scene.connect(scene.client().will(Will.of(topic, "wanted")));
            client.send(disconnect);
            Failure.unlessEqual("wanted", watcher.receive().text(), "Will");
        }
    }

    @Statement({"MQTT5-3.1.2-10", "MQTT3-3.1.2-10"})
    void willFiresOnce(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        String id = scene.clientId();
        scene.connect(scene.client(id).resume().will(Will.of(topic, "once"))).cut();
        Failure.unlessEqual("once", watcher.receive().text(), "Will");
        scene.connect(scene.client(id).resume()).hangUp();
        scene.connect(scene.client().will(Will.of(topic, "end"))).hangUp();
        Failure.unlessEqual("end", watcher.receive().text(), "the next Will to come");
    }

    @Statement("MQTT3-3.1.2-12")
    void withoutWillFlagNothingIsPublished(Scene scene) {
        String filter = scene.topic("#");
        RawClient watcher = scene.subscriber(filter, 0);
        scene.connect().hangUp();
        scene.connect().publish(scene.topic("end"), "end", 0);
        Failure.unlessEqual(List.of(), watcher.receiveUntil("end"), "messages");
    }

    @Statement({"MQTT5-3.1.2-14", "MQTT3-3.1.2-16"})
    void willWithoutRetainIsNotRetained(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 1);
        scene.connect(scene.client().will(Will.of(topic, "x").qos(1))).cut();
        Failure.unless(!watcher.receive().retain(), "RETAIN of a live message");
        RawClient late = scene.subscriber(topic, 1);
        late.fence();
        Failure.unlessEqual(List.of(), late.arrived(Type.PUBLISH), "retained messages");
    }

    @Statement({"MQTT5-3.1.2-15", "MQTT3-3.1.2-17"})
    void willWithRetainIsRetained(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 1);
        scene.connect(scene.client().will(Will.of(topic, "x").qos(1).retained()))
                .cut();
        Failure.unless(!watcher.receive().retain(), "RETAIN of a live message");
        Frame retained = scene.subscriber(topic, 1).receive();
        Failure.unlessEqual("x", retained.text(), "retained message");
        Failure.unless(retained.retain(), "RETAIN: %s", retained);
    }

    @Statement({"MQTT5-3.1.2-7", "MQTT5-3.1.3-10", "U5-42", "MQTT5-3.3.2-4"})
    void willPropertiesTravelWithIt(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 1);
        Props props = Props.of(Prop.PAYLOAD_FORMAT, 1)
                .add(Prop.MESSAGE_EXPIRY, 1000)
                .add(Prop.CONTENT_TYPE, "text")
                .add(Prop.RESPONSE_TOPIC, "answer/here")
                .add(Prop.CORRELATION_DATA, bytes(0, 0xFF, 1))
                .user("a", "1")
                .user("b", "2")
                .user("a", "3");
        scene.connect(scene.client().will(Will.of(topic, "x").props(props))).cut();
        Frame will = watcher.receive();
        Failure.unlessEqual(1L, will.props().number(Prop.PAYLOAD_FORMAT), "Payload Format Indicator");
        Failure.unlessEqual(1000L, will.props().number(Prop.MESSAGE_EXPIRY), "Message Expiry Interval");
        Failure.unlessEqual("text", will.props().text(Prop.CONTENT_TYPE), "Content Type");
        Failure.unlessEqual("answer/here", will.props().text(Prop.RESPONSE_TOPIC), "Response Topic");
        Failure.unlessSame(bytes(0, 0xFF, 1), will.props().binary(Prop.CORRELATION_DATA), "Correlation Data");
        Failure.unlessEqual(
                List.of(new Pair("a", "1"), new Pair("b", "2"), new Pair("a", "3")),
                will.props().userProperties(),
                "User Properties");
        Failure.unless(!will.props().has(Prop.WILL_DELAY), "Will Delay in %s", will);
    }

    @Waits
    @Statement("MQTT5-3.1.2-8")
    void delayedWillFiresAfterItsDelay(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        scene.connect(scene.client().resume().will(Will.of(topic, "late").delay(4)))
                .cut();
        scene.connect(scene.client().will(Will.of(topic, "at once"))).cut();
        Failure.unlessEqual("at once", watcher.receive().text(), "first Will");
        Failure.unlessEqual("late", watcher.receive().text(), "second Will");
    }

    @Waits
    @Statement("MQTT5-3.1.2-8")
    void willFiresWhenTheSessionEndsBeforeTheDelay(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        // Session expiry 0: the session ends with the connection.
        scene.connect(scene.client().will(Will.of(topic, "ends at once").delay(60)))
                .cut();
        Failure.unlessEqual("ends at once", watcher.receive().text(), "Will");
        scene.connect(scene.client()
                        .prop(Prop.SESSION_EXPIRY, 1)
                        .will(Will.of(topic, "ends soon").delay(60)))
                .cut();
        Failure.unlessEqual("ends soon", watcher.receive().text(), "Will");
    }

    @Waits
    @Statement({"MQTT5-3.1.3-9", "MQTT5-3.1.2-8"})
    void returnInTimeCancelsTheDelayedWill(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        String id = scene.clientId();
        scene.connect(scene.client(id).resume().will(Will.of(topic, "wrong").delay(3)))
                .hangUp();
        RawClient returned = scene.connect(scene.client(id).resume());
        // This one is due later than the first would have been.
        scene.connect(scene.client().resume().will(Will.of(topic, "end").delay(4)))
                .hangUp();
        Failure.unlessEqual("end", watcher.receive().text(), "the first Will to come");
        returned.fence();
    }

    @Waits
    @Statement({"MQTT5-3.14.4-3", "MQTT5-3.1.2-10"})
    void disconnectDropsADelayedWill(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        scene.connect(scene.client().resume().will(Will.of(topic, "wrong").delay(1)))
                .disconnect();
        scene.connect(scene.client().resume().will(Will.of(topic, "end").delay(2)))
                .hangUp();
        Failure.unlessEqual("end", watcher.receive().text(), "the first Will to come");
    }

    @Statement({"MQTT5-4.7.0-1", "MQTT3-4.7.1-1", "MQTT5-3.3.2-14"})
    void wildcardsInTheWillAreRefused(Scene scene) {
        for (String bad : List.of("a/#", "+/a", "#")) {
            scene.refusesConnect(scene.client().will(Will.of(bad, "x")), 0x81, 0x82, 0x90);
            if (scene.is5()) {
                Will will = Will.of(scene.topic("w"), "x").props(Props.of(Prop.RESPONSE_TOPIC, bad));
                scene.refusesConnect(scene.client().will(will), 0x81, 0x82, 0x90);
            }
        }
    }

    @Statement({"MQTT5-3.3.1-12", "MQTT5-3.3.1-13"})
    void retainedWillKeepsItsFlagWherePublishedFlagsAreKept(Scene scene) {
        String topic = scene.topic("will");
        RawClient asPublished = scene.subscriber(topic, Subscribe.RETAIN_AS_PUBLISHED);
        RawClient plain = scene.subscriber(topic, 0);
        scene.connect(scene.client().will(Will.of(topic, "x").retained())).cut();
        Failure.unless(asPublished.receive().retain(), "RETAIN with Retain As Published");
        Failure.unless(!plain.receive().retain(), "RETAIN without Retain As Published");
    }

    @Waits
    @Statement({"MQTT5-3.1.2-22", "MQTT5-3.2.2-22", "MQTT3-3.1.2-24", "MQTT3-3.1.2-8"})
    void silenceBeyondKeepAliveFiresTheWill(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        RawClient silent = scene.open();
        long start = System.nanoTime();
        Frame connAck = scene.accepted(silent, scene.client().keepAlive(1).will(Will.of(topic, "silent")));
        if (scene.is5() && connAck.props().has(Prop.SERVER_KEEP_ALIVE)) {
            return; // the broker has a rule of its own
        }
        silent.expectRefusal(0x8D);
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        Failure.unless(time.toMillis() >= 1_450, "cut off after %s, 1.5 s are allowed", time);
        Failure.unlessEqual("silent", watcher.receive().text(), "Will");
    }

    @Waits
    @Statement({"MQTT5-3.1.2-22", "MQTT3-3.1.2-24"})
    void anyPacketCountsForKeepAlive(Scene scene) {
        RawClient client = scene.connect(scene.client().keepAlive(2));
        for (int i = 0; i < 3; i++) {
            scene.sleep(Duration.ofMillis(1_800));
            if (i % 2 == 0) {
                client.fence();
            } else {
                client.publish(scene.topic("t"), "alive", 1);
            }
        }
    }

    @Waits
    @Statement({"MQTT5-3.1.2-22", "MQTT3-3.1.2-24"})
    void keepAlive0NeverEndsTheConnection(Scene scene) {
        RawClient client = scene.open();
        Frame connAck = scene.accepted(client, scene.client().keepAlive(0));
        if (scene.is5() && connAck.props().has(Prop.SERVER_KEEP_ALIVE)) {
            return; // the broker has a rule of its own
        }
        scene.sleep(Duration.ofSeconds(3));
        client.fence();
    }
}
