package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.raw.Will;
import io.chasqui.conformance.suite.Fixture;
import io.chasqui.conformance.suite.Needs;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import io.chasqui.conformance.suite.Waits;
import java.util.List;

/** Section 3.2: what CONNACK says, and brokers with limits holding clients to it. */
final class ConnAckTests {

    @Statement({"MQTT5-3.2.2-1", "MQTT5-3.2.2-8", "MQTT5-3.14.0-1", "MQTT5-4.13.2-1", "MQTT5-3.2.2-7"})
    void refusalsUseTheTableOfConnAckAndClose(Scene scene) {
        List<byte[]> refused = List.of(
                scene.client().protocol("MQTT", 6).toArray(),
                scene.client().flags(0x03).toArray(),
                scene.client().flags(0x0A).toArray(),
                scene.client().prop(Prop.RECEIVE_MAXIMUM, 0).toArray(),
                scene.client().prop(Prop.AUTH_METHOD, "nope").toArray(),
                scene.client().prop(Prop.AUTH_DATA, "x").toArray(),
                scene.client().clientId(Bytes.bytes(0xFF)).toArray());
        for (byte[] connect : refused) {
            byte[] answer = answer(scene, connect);
            Failure.unless(
                    answer.length == 0 || answer[0] == 0x20 && answer[2] == 0 && answer[3] != 0,
                    "after %s came %s",
                    Bytes.hex(connect),
                    Bytes.hex(answer));
        }
    }

    /** In bytes, since the answer to an unknown version may be in the form of an older one. */
    private static byte[] answer(Scene scene, byte[] connect) {
        RawClient client = scene.open();
        client.send(connect);
        return client.bytesUntilEnd();
    }

    @Statement("MQTT3-3.2.2-6")
    void connAckUsesOnlyCodes0To5(Scene scene) {
        RawClient client = scene.open();
        client.send(scene.client("").clean(false));
        client.untilEnd(); // the Inspector looks at the code
        scene.connect();
    }

    @Statement("MQTT5-3.2.2-9")
    void withoutALimitThereIsNoMaximumQos(Scene scene) {
        Frame connAck = scene.open().connect(scene.client());
        Failure.unless(!connAck.props().has(Prop.MAXIMUM_QOS), "this broker serves QoS 2: %s", connAck);
    }

    @Needs(Fixture.MAX_QOS_1)
    @Statement({"MQTT5-3.2.2-9", "MQTT5-3.2.2-10", "MQTT5-3.2.2-12", "MQTT5-3.2.2-11", "U5-10"})
    void limitOfQos1IsAnnouncedAndKept(Scene scene) {
        Frame connAck = scene.open().connect(scene.client());
        Failure.unlessEqual(1L, connAck.props().number(Prop.MAXIMUM_QOS), "Maximum QoS");
        RawClient client = scene.connect();
        Failure.unlessEqual(1, client.subscribe(scene.topic("t"), 2), "granted QoS");
        client.publish(scene.topic("t"), "x", 1);
        Failure.unlessEqual("x", client.receive().text(), "message");
        scene.rejects(Publish.to(scene.topic("t")).qos(2, 1).toArray(scene.version()), 0x9B);
        scene.rejectsConnect(scene.client().will(Will.of(scene.topic("t"), "x").qos(2)), 0x9B);
    }

    @Needs(Fixture.MAX_QOS_0)
    @Statement({"MQTT5-3.2.2-9", "MQTT5-3.2.2-10", "MQTT5-3.2.2-12", "U5-10"})
    void limitOfQos0IsAnnouncedAndKept(Scene scene) {
        Frame connAck = scene.open().connect(scene.client());
        Failure.unlessEqual(0L, connAck.props().number(Prop.MAXIMUM_QOS), "Maximum QoS");
        RawClient client = scene.connect();
        Failure.unlessEqual(0, client.subscribe(scene.topic("t"), 2), "granted QoS");
        Failure.unlessEqual(0, client.subscribe(scene.topic("t"), 1), "granted QoS");
        scene.rejects(Publish.to(scene.topic("t")).qos(1, 1).toArray(scene.version()), 0x9B);
        scene.rejectsConnect(scene.client().will(Will.of(scene.topic("t"), "x").qos(1)), 0x9B);
    }

    @Needs(Fixture.NO_RETAIN)
    @Statement({"MQTT5-3.2.2-13", "MQTT5-3.2.2-14", "U5-11"})
    void missingRetainIsAnnouncedAndRefused(Scene scene) {
        Frame connAck = scene.open().connect(scene.client());
        Failure.unlessEqual(0L, connAck.props().number(Prop.RETAIN_AVAILABLE), "Retain Available");
        scene.rejects(Publish.to(scene.topic("t")).retained().toArray(scene.version()), 0x9A);
        scene.rejectsConnect(scene.client().will(Will.of(scene.topic("t"), "x").retained()), 0x9A);
    }

    @Needs(Fixture.SMALL_PACKETS)
    @Statement({"MQTT5-3.2.2-15", "U5-12"})
    void packetAboveTheMaximumIsRefused(Scene scene) {
        Frame connAck = scene.open().connect(scene.client());
        Failure.unlessEqual(1024L, connAck.props().number(Prop.MAXIMUM_PACKET_SIZE), "Maximum Packet Size");
        String topic = scene.topic("t");
        RawClient client = scene.subscriber(topic, 1);
        int overhead = Publish.to(topic).payload(new byte[200]).toArray(scene.version()).length - 200;
        client.publish(Publish.to(topic).payload(new byte[1024 - overhead]));
        Failure.unlessEqual(1024 - overhead, client.receive().payload().length, "payload bytes");
        scene.rejects(Publish.to(topic).payload(new byte[1025 - overhead]).toArray(scene.version()), 0x95);
        // The size is known from the fixed header: nothing has to be read to refuse it.
        RawClient announces = scene.connect();
        announces.send(Bytes.bytes(0x30, 0xFF, 0xFF, 0xFF, 0x7F));
        announces.expectRefusal(0x95);
    }

    @Needs(Fixture.FEW_RECEIVED)
    @Statement({"MQTT5-3.3.4-7", "U5-19"})
    void moreThanReceiveMaximumIsRefused(Scene scene) {
        RawClient client = scene.open();
        Frame connAck = scene.accepted(client, scene.client());
        Failure.unlessEqual(2L, connAck.props().number(Prop.RECEIVE_MAXIMUM), "Receive Maximum");
        String topic = scene.topic("t");
        client.send(
                Publish.to(topic).qos(2, 1).toArray(scene.version()),
                Publish.to(topic).qos(2, 2).toArray(scene.version()));
        client.expect(Type.PUBREC, 1);
        client.expect(Type.PUBREC, 2);
        client.ack(Type.PUBREL, 1);
        client.expect(Type.PUBCOMP, 1);
        client.send(Publish.to(topic).qos(2, 3)); // the slot is free again
        client.expect(Type.PUBREC, 3);
        client.send(Publish.to(topic).qos(2, 4));
        client.expectRefusal(0x93);
    }

    @Needs(Fixture.FEW_RECEIVED)
    @Statement({"MQTT5-3.2.2-17", "MQTT5-3.3.2-9", "U5-16"})
    void aliasAboveTheMaximumIsRefused(Scene scene) {
        Frame connAck = scene.open().connect(scene.client());
        Failure.unlessEqual(2L, connAck.props().number(Prop.TOPIC_ALIAS_MAXIMUM), "Topic Alias Maximum");
        scene.rejects(Publish.to(scene.topic("t")).prop(Prop.TOPIC_ALIAS, 3).toArray(scene.version()), 0x94);
        scene.rejects(
                Publish.to(scene.topic("t")).prop(Prop.TOPIC_ALIAS, 65_535).toArray(scene.version()), 0x94);
    }

    @Needs(Fixture.NO_WILDCARD)
    @Statement({"U5-13", "MQTT3-3.8.3-2"})
    void missingWildcardSubscriptionsAreRefused(Scene scene) {
        refusesSubscription(scene, Prop.WILDCARD_AVAILABLE, Subscribe.with(1).filter("cf/+/x", 0), 0xA2);
        refusesSubscription(scene, Prop.WILDCARD_AVAILABLE, Subscribe.with(1).filter("cf/#", 0), 0xA2);
    }

    @Needs(Fixture.NO_SHARED)
    @Statement("U5-15")
    void missingSharedSubscriptionsAreRefused(Scene scene) {
        refusesSubscription(scene, Prop.SHARED_AVAILABLE, Subscribe.with(1).filter("$share/g/cf/t", 0), 0x9E);
    }

    @Needs(Fixture.NO_SUBSCRIPTION_IDS)
    @Statement("U5-14")
    void missingSubscriptionIdentifiersAreRefused(Scene scene) {
        refusesSubscription(
                scene,
                Prop.SUBSCRIPTION_ID_AVAILABLE,
                Subscribe.with(1).filter("cf/t", 0).prop(Prop.SUBSCRIPTION_ID, 1),
                0xA1);
    }

    /** By SUBACK or by closing, as the broker likes. */
    private static void refusesSubscription(Scene scene, Prop announced, Subscribe subscribe, int code) {
        RawClient client = scene.open();
        Frame connAck = scene.accepted(client, scene.client());
        if (scene.is5()) {
            Failure.unlessEqual(0L, connAck.props().number(announced), announced.toString());
        }
        client.send(subscribe);
        client.ping();
        List<Frame> answer = client.untilEndOr(Type.PINGRESP);
        for (Frame frame : answer) {
            if (frame.type() == Type.SUBACK) {
                int given = frame.codes().getFirst();
                Failure.unlessOneOf(given, "code of SUBACK", scene.is5() ? code : 0x80, 0x80);
            } else if (frame.type() == Type.DISCONNECT) {
                Failure.unlessOneOf(frame.code(), "reason of DISCONNECT", code, 0x80);
            } else {
                Failure.unless(answer.size() > 1, "neither SUBACK nor the end of the connection: %s", answer);
            }
        }
    }

    @Waits
    @Needs(Fixture.SHORT_KEEP_ALIVE)
    @Statement({"MQTT5-3.1.2-21", "MQTT5-3.2.2-21", "MQTT5-3.1.2-22"})
    void serverKeepAliveReplacesThatOfTheClient(Scene scene) {
        RawClient silent = scene.open();
        Frame connAck = scene.accepted(silent, scene.client().keepAlive(600));
        Failure.unlessEqual(1L, connAck.props().number(Prop.SERVER_KEEP_ALIVE), "Server Keep Alive");
        silent.expectRefusal(0x8D);
    }
}
