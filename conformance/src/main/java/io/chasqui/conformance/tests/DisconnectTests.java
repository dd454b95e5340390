package io.chasqui.conformance.tests;

import static io.chasqui.conformance.raw.Bytes.bytes;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Props;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.raw.Will;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.List;

/** Sections 3.12 to 3.15, 4.12 and 4.13: pings, the end of a connection, AUTH, and what errors lead to. */
final class DisconnectTests {

    @Statement({"MQTT5-3.12.4-1", "MQTT3-3.12.4-1"})
    void eachPingIsAnswered(Scene scene) {
        RawClient client = scene.connect();
        byte[] ping = new Bytes().packet(Type.PINGREQ);
        client.send(ping, ping, ping);
        for (int i = 0; i < 3; i++) {
            Failure.unlessEqual(Type.PINGRESP, client.next().type(), "answer");
        }
    }

    @Statement({"MQTT5-3.14.1-1", "MQTT3-3.14.1-1"})
    void disconnectWithReservedBitsIsMalformed(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        RawClient client = scene.connect(scene.client().will(Will.of(topic, "gone")));
        client.send(bytes(0xE1, 0x00));
        client.expectRefusal(Codes.BROKEN);
        Failure.unlessEqual("gone", watcher.receive().text(), "Will");
    }

    @Statement({"U5-29", "U3-07"})
    void brokerClosesAfterDisconnect(Scene scene) {
        RawClient client = scene.connect();
        client.send(new Bytes().packet(Type.DISCONNECT));
        Failure.unlessEqual(List.of(), client.untilEnd(), "packets after DISCONNECT");
    }

    @Statement({"MQTT5-3.14.2-1"})
    void unknownReasonOfDisconnectIsRefused(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        for (int code : new int[] {0x01, 0x03, 0x7F, 0xFF}) {
            RawClient client = scene.connect(scene.client().will(Will.of(topic, "gone")));
            client.send(new Bytes().u8(code).packet(Type.DISCONNECT));
            client.expectRefusal(Codes.BROKEN);
            Failure.unlessEqual("gone", watcher.receive().text(), "Will"); // it was no DISCONNECT with 0x00
        }
    }

    /** The forms of DISCONNECT that real clients send. */
    @Statement({"MQTT5-3.14.4-3", "MQTT5-2.2.2-1"})
    void shortAndLongFormsOfDisconnectAreUnderstood(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        List<byte[]> forms = List.of(
                bytes(0xE0, 0x00),
                bytes(0xE0, 0x01, 0x00),
                bytes(0xE0, 0x02, 0x00, 0x00),
                new Bytes()
                        .u8(0)
                        .u8(7)
                        .raw(new Props().user("k", "v").toArray())
                        .packet(Type.DISCONNECT));
        for (byte[] form : forms) {
            RawClient client = scene.connect(scene.client().will(Will.of(topic, "wrong after " + Bytes.hex(form))));
            client.send(form);
            client.untilEnd();
        }
        scene.connect().publish(topic, "end", 0);
        Failure.unlessEqual(List.of(), watcher.receiveUntil("end"), "Wills");
    }

    @Statement({
        "MQTT5-3.14.4-1",
        "MQTT5-3.14.4-2",
        "MQTT5-4.13.2-1",
        "MQTT5-3.14.2-2",
        "MQTT5-4.13.1-1",
        "MQTT3-4.8.0-1"
    })
    void errorEndsTheConnectionAndNoOther(Scene scene) {
        RawClient witness = scene.subscriber(scene.topic("t"), 1);
        byte[] publish = Publish.to(scene.topic("t")).text("x").qos(1, 1).toArray(scene.version());
        List<byte[]> errors = List.of(
                bytes(0x00, 0x00),
                bytes(0x20, 0x02, 0x00, 0x00),
                bytes(0x90, 0x03, 0x00, 0x01, 0x00),
                bytes(0xB0, 0x02, 0x00, 0x01),
                bytes(0xD0, 0x00),
                bytes(0xC0, 0x01, 0x00),
                bytes(0x40, 0x00),
                bytes(0x40, 0x01, 0x00),
                bytes(0x82, 0x01, 0x00),
                bytes(0x30, 0x00),
                bytes(0x30, 0x02, 0x00, 0x05),
                bytes(0xC0, 0xFF, 0xFF, 0xFF, 0xFF, 0x01));
        for (byte[] error : errors) {
            // What stands behind the error must not be looked at any more.
            scene.rejects(Bytes.join(error, publish), 0x81, 0x82, 0x95);
        }
        scene.connect().publish(scene.topic("t"), "end", 1);
        Failure.unlessEqual(List.of(), witness.receiveUntil("end"), "messages behind an error");
    }

    @Statement({"MQTT5-3.14.2-2", "U5-01"})
    void disconnectWithAForeignPropertyIsMalformed(Scene scene) {
        for (Prop prop : Prop.values()) {
            // Server Reference is for the broker alone.
            if (!prop.allowedIn(Type.DISCONNECT) || prop == Prop.SERVER_REFERENCE) {
                byte[] props = ConnectPropertyTests.sample(prop);
                byte[] packet =
                        new Bytes().u8(0).varint(props.length).raw(props).packet(Type.DISCONNECT);
                scene.rejects(packet, Codes.BROKEN);
            }
        }
    }

    // --- AUTH ---

    @Statement({"MQTT5-4.12.0-6"})
    void withoutAMethodTheBrokerSendsNone(Scene scene) {
        RawClient client = scene.open();
        Frame connAck = scene.accepted(client, scene.client()); // fails unless CONNACK comes first
        Failure.unless(!connAck.props().has(Prop.AUTH_METHOD), "a method: %s", connAck);
        client.fence();
        Failure.unlessEqual(List.of(), client.arrived(Type.AUTH), "AUTH");
    }

    @Statement({"MQTT5-4.12.0-7", "MQTT5-4.12.1-1", "MQTT5-4.12.1-2", "U5-21"})
    void authWithoutAMethodInConnectIsRefused(Scene scene) {
        byte[] method = Props.of(Prop.AUTH_METHOD, "SCRAM-SHA-256").toArray();
        for (int code : new int[] {0x18, 0x19}) {
            scene.rejects(
                    new Bytes().u8(code).varint(method.length).raw(method).packet(Type.AUTH), 0x81, 0x82, 0x87, 0x8C);
        }
    }

    @Statement({"MQTT5-3.15.1-1", "MQTT5-3.15.2-1", "U5-21"})
    void malformedAuthIsRefused(Scene scene) {
        scene.rejects(bytes(0xF1, 0x00), Codes.BROKEN);
        scene.rejects(bytes(0xF0, 0x00), 0x81, 0x82, 0x8C);
        scene.rejects(bytes(0xF0, 0x02, 0x17, 0x00), 0x81, 0x82, 0x8C);
        scene.rejects(bytes(0xF0, 0x02, 0x00, 0x00), 0x81, 0x82, 0x8C);
        scene.rejects(bytes(0xF0, 0x02, 0x19, 0x00), 0x81, 0x82, 0x8C);
    }

    @Statement({"MQTT5-4.12.0-1", "MQTT5-4.12.0-4", "MQTT5-3.1.2-30"})
    void unknownAuthenticationMethodIsRefused(Scene scene) {
        scene.refusesConnect(scene.client().prop(Prop.AUTH_METHOD, "nope"), 0x8C, 0x87);
        // A client that names a method may send only AUTH or DISCONNECT now.
        String topic = scene.topic("t");
        RawClient client = scene.open();
        client.send(
                scene.client().prop(Prop.AUTH_METHOD, "nope").toArray(),
                Publish.to(topic).text("x").retained().toArray(scene.version()));
        client.untilEnd();
        RawClient reader = scene.subscriber(topic, 0);
        reader.fence();
        Failure.unlessEqual(List.of(), reader.arrived(Type.PUBLISH), "messages of a refused client");
    }

    @Statement({"U5-01", "U5-02"})
    void subscribeWithForeignPropertiesIsMalformed(Scene scene) {
        for (Prop prop : Prop.values()) {
            byte[] sample = ConnectPropertyTests.sample(prop);
            if (!prop.allowedIn(Type.SUBSCRIBE)) {
                scene.rejects(Subscribe.with(1).filter("t", 0).props(sample).toArray(scene.version()), Codes.BROKEN);
            }
            if (!prop.allowedIn(Type.UNSUBSCRIBE)) {
                scene.rejects(Subscribe.without(1).filter("t").props(sample).toArray(scene.version()), Codes.BROKEN);
            }
            if (!prop.allowedIn(Type.PUBACK)) {
                byte[] ack = new Bytes()
                        .u16(1)
                        .u8(0)
                        .varint(sample.length)
                        .raw(sample)
                        .packet(Type.PUBACK);
                scene.rejects(ack, Codes.BROKEN);
            }
        }
    }
}
