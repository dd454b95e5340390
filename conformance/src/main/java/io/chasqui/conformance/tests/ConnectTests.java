package io.chasqui.conformance.tests;

import static io.chasqui.conformance.raw.Bytes.bytes;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Connect;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.raw.Version;
import io.chasqui.conformance.raw.Will;
import io.chasqui.conformance.suite.Fixture;
import io.chasqui.conformance.suite.Needs;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import io.chasqui.conformance.suite.Waits;
import java.util.Arrays;
import java.util.List;

/** Section 3.1: what a CONNECT has to look like, and what follows when it does not. */
final class ConnectTests {

    @Statement({"MQTT5-3.1.0-1", "MQTT3-3.1.0-1"})
    void otherPacketsBeforeConnectEndTheConnection(Scene scene) {
        List<byte[]> packets = List.of(
                Publish.to(scene.topic("t")).toArray(scene.version()),
                new Bytes().u16(1).packet(Type.PUBACK),
                new Bytes().u16(1).packet(Type.PUBREC),
                new Bytes().u16(1).packet(Type.PUBREL),
                new Bytes().u16(1).packet(Type.PUBCOMP),
                Subscribe.with(1).filter(scene.topic("t"), 0).toArray(scene.version()),
                Subscribe.without(1).filter(scene.topic("t")).toArray(scene.version()),
                new Bytes().packet(Type.PINGREQ),
                new Bytes().packet(Type.DISCONNECT),
                new Bytes().packet(Type.AUTH));
        for (byte[] packet : packets) {
            RawClient client = scene.open();
            client.send(packet, scene.client().toArray());
            byte[] answer = client.bytesUntilEnd();
            Failure.unless(
                    answer.length == 0 || scene.is5() && answer[0] == 0x20 && (answer[3] & 0x80) != 0,
                    "after %s came %s",
                    Bytes.hex(packet),
                    Bytes.hex(answer));
        }
    }

    @Statement({"MQTT5-3.1.0-2", "MQTT3-3.1.0-2", "MQTT5-3.2.0-2"})
    void secondConnectEndsTheConnectionAndFiresTheWill(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 0);
        Connect connect = scene.client().will(Will.of(topic, "gone"));
        RawClient client = scene.connect(connect);
        client.send(connect.toArray());
        client.expectRefusal(Codes.PROTOCOL_ERROR);
        Failure.unlessEqual("gone", watcher.receive().text(), "Will");
    }

    @Statement({"MQTT5-3.1.2-1", "MQTT3-3.1.2-1"})
    void wrongProtocolNameIsRefused(Scene scene) {
        for (String name : List.of("MQTX", "mqtt", "MQT", "")) {
            RawClient client = scene.open();
            client.send(scene.client().protocol(name, scene.is5() ? 5 : 4).toArray());
            refusedInAnyVersion(client.bytesUntilEnd());
        }
    }

    @Statement({"MQTT5-3.1.2-2", "MQTT3-3.1.2-2"})
    void unknownProtocolLevelIsRefused(Scene scene) {
        for (int level : new int[] {6, 127}) {
            RawClient client = scene.open();
            client.send(scene.client().protocol("MQTT", level).toArray());
            byte[] answer = client.bytesUntilEnd();
            refusedInAnyVersion(answer);
            // Version 5 made the CONNACK a choice; version 3 has to say why.
            Failure.unless(scene.is5() || answer.length > 0, "no CONNACK for level %d", level);
        }
    }

    /** Silence, or a CONNACK that says "unsupported version" in the words of version 3 or 5. */
    private static void refusedInAnyVersion(byte[] answer) {
        boolean says = answer.length >= 4 && answer[0] == 0x20 && answer[2] == 0;
        int code = says ? answer[3] & 0xFF : 0;
        Failure.unless(
                answer.length == 0 || code == 0x01 || code >= 0x80 && code <= 0x84,
                "expected an unsupported version, came %s",
                Bytes.hex(answer));
    }

    @Statement({"MQTT5-3.1.2-3", "MQTT3-3.1.2-3"})
    void reservedConnectFlagIsChecked(Scene scene) {
        scene.rejectsConnect(scene.client().flags(0x03), Codes.BROKEN);
    }

    @Statement({"MQTT5-3.1.2-11", "MQTT5-3.1.2-13", "MQTT3-3.1.2-11", "MQTT3-3.1.2-13", "MQTT3-3.1.2-15"})
    void willBitsWithoutWillFlagAreMalformed(Scene scene) {
        for (int flags : new int[] {0x0A, 0x12, 0x1A, 0x22}) {
            scene.rejectsConnect(scene.client().flags(flags), Codes.BROKEN);
        }
    }

    @Statement({"MQTT5-3.1.2-12", "MQTT3-3.1.2-14"})
    void willQos3IsMalformed(Scene scene) {
        scene.rejectsConnect(
                scene.client().will(Will.of(scene.topic("will"), "x").qos(3)), Codes.BROKEN);
    }

    @Statement({"MQTT5-3.1.2-9", "MQTT3-3.1.2-9"})
    void willFlagWithoutWillIsMalformed(Scene scene) {
        scene.rejectsConnect(scene.client().flags(0x06), Codes.BROKEN);
    }

    @Statement({"MQTT5-3.1.2-16", "MQTT3-3.1.2-18", "MQTT5-3.1.2-18", "MQTT3-3.1.2-20"})
    void fieldsWithoutTheirFlagAreMalformed(Scene scene) {
        scene.rejectsConnect(scene.client().userName("user").flags(0x02), Codes.BROKEN);
        scene.rejectsConnect(scene.client().userName("user").password("secret").flags(0x82), Codes.BROKEN);
    }

    @Statement({"MQTT5-3.1.2-17", "MQTT3-3.1.2-19", "MQTT5-3.1.2-19", "MQTT3-3.1.2-21"})
    void flagsWithoutTheirFieldAreMalformed(Scene scene) {
        scene.rejectsConnect(scene.client().flags(0x82), Codes.BROKEN);
        scene.rejectsConnect(scene.client().userName("user").flags(0xC2), Codes.BROKEN);
        if (scene.is5()) {
            scene.rejectsConnect(scene.client().flags(0x42), Codes.BROKEN);
        }
    }

    /** Whether it is let in with it is another matter. */
    @Statement("MQTT5-3.1.2-19")
    void passwordNeedsNoUserName(Scene scene) {
        Frame connAck = scene.open().connect(scene.client().password("secret"));
        Failure.unlessOneOf(connAck.code(), "code of CONNACK", 0x00, 0x86, 0x87);
    }

    @Statement("MQTT3-3.1.2-22")
    void passwordWithoutUserNameIsMalformed(Scene scene) {
        scene.rejectsConnect(scene.client().password("secret"));
    }

    @Statement({"MQTT5-3.1.3-1", "MQTT3-3.1.3-1"})
    void payloadFieldsAreReadInTheirOrder(Scene scene) {
        String topic = scene.topic("will");
        RawClient watcher = scene.subscriber(topic, 1);
        Connect connect = scene.client()
                .will(Will.of(topic, "payload").qos(1))
                .userName("user")
                .password("secret");
        RawClient client = scene.open();
        Frame connAck = client.connect(connect);
        if (connAck.code() != 0) {
            Failure.unlessOneOf(connAck.code(), "code of CONNACK", 0x04, 0x05, 0x86, 0x87); // the password was read
            return;
        }
        client.cut();
        Failure.unlessEqual("payload", watcher.receive().text(), "Will");
    }

    @Statement({"MQTT5-3.1.3-3", "MQTT3-3.1.3-3"})
    void missingClientIdIsMalformed(Scene scene) {
        Bytes head = new Bytes().text("MQTT").u8(scene.is5() ? 5 : 4).u8(2).u16(0);
        scene.rejectsConnect((scene.is5() ? head.u8(0) : head).packet(Type.CONNECT), Codes.BROKEN);
    }

    @Statement({"MQTT5-3.1.3-4", "MQTT3-3.1.3-4", "MQTT5-3.1.3-11", "MQTT3-3.1.3-10", "MQTT5-3.1.3-12", "MQTT3-3.1.3-11"
    })
    void stringsThatAreNotUtf8AreMalformed(Scene scene) {
        for (byte[] bad : DataTypeTests.BAD_UTF8) {
            scene.rejectsConnect(scene.client().clientId(bad), 0x81, 0x82, 0x85);
            scene.rejectsConnect(scene.client().will(Will.of("", "x").topic(bad)), 0x81, 0x82, 0x90);
            scene.rejectsConnect(scene.client().userName(bad).password("x"), 0x81, 0x82, 0x86);
        }
    }

    @Statement({"MQTT5-3.1.4-1", "MQTT3-3.1.4-1", "U5-38", "U5-45"})
    void connectThatEndsTooEarlyOrTooLateEndsTheConnection(Scene scene) {
        byte[] whole = scene.client()
                .will(Will.of("topic", "payload"))
                .userName("u")
                .password("p")
                .toArray();
        for (int length = 2; length < whole.length; length++) {
            byte[] body = Arrays.copyOfRange(whole, 2, length);
            scene.rejectsConnect(new Bytes().raw(body).packet(Type.CONNECT), 0x81, 0x82, 0x84);
        }
        scene.rejectsConnect(scene.client().tail((byte) 0), Codes.BROKEN);
        scene.rejectsConnect(scene.client().tail(bytes(0, 1, 'x')), Codes.BROKEN);
    }

    @Statement({"MQTT5-3.1.4-5", "MQTT3-3.1.4-4"})
    void validConnectIsAccepted(Scene scene) {
        RawClient client = scene.open();
        Frame connAck = client.connect(scene.client().keepAlive(60));
        Failure.unlessEqual(0, connAck.code(), "code of CONNACK");
        Failure.unlessEqual(0, connAck.ackFlags(), "flags of CONNACK");
        client.fence();
    }

    @Statement({"MQTT5-3.1.4-6", "MQTT3-3.1.4-5"})
    void nothingAfterARefusedConnectIsProcessed(Scene scene) {
        String topic = scene.topic("t");
        RawClient client = scene.open();
        client.send(
                scene.client().flags(0x03).toArray(),
                Subscribe.with(1).filter(topic, 0).toArray(scene.version()),
                Publish.to(topic).text("retained").retained().toArray(scene.version()));
        client.untilEnd().forEach(frame -> Failure.unlessEqual(Type.CONNACK, frame.type(), "before the end"));
        RawClient subscriber = scene.subscriber(topic, 0);
        subscriber.fence();
        Failure.unlessEqual(List.of(), subscriber.arrived(Type.PUBLISH), "retained messages");
    }

    @Statement({"U5-37", "U3-10"})
    void packetsMayComeBeforeConnAck(Scene scene) {
        String topic = scene.topic("t");
        RawClient client = scene.open();
        client.send(
                scene.client().toArray(),
                Subscribe.with(1).filter(topic, 1).toArray(scene.version()),
                Publish.to(topic).text("early").qos(1, 2).toArray(scene.version()));
        Failure.unlessEqual(Type.CONNACK, client.next().type(), "first packet");
        client.expect(Type.SUBACK, 1);
        Failure.unlessEqual("early", client.receive().text(), "message");
    }

    @Needs(Fixture.PASSWORD)
    @Statement({"MQTT5-3.1.4-2", "MQTT5-3.2.2-6", "MQTT5-3.2.2-7", "MQTT3-3.2.2-4", "MQTT3-3.2.2-5"})
    void wrongPasswordIsRefusedWithoutSessionPresent(Scene scene) {
        String id = scene.clientId();
        RawClient stored = scene.connect(
                Connect.as(scene.version(), id).resume().userName("user").password("secret"));
        stored.disconnect();
        for (String password : List.of("", "wrong", "secret2")) {
            RawClient client = scene.open();
            client.send(
                    Connect.as(scene.version(), id).resume().userName("user").password(password));
            for (Frame frame : client.untilEnd()) {
                Failure.unlessEqual(Type.CONNACK, frame.type(), "before the end");
                Failure.unlessEqual(0, frame.ackFlags(), "flags of CONNACK");
                Failure.unlessOneOf(frame.code(), "code of CONNACK", codesOfRefusal(scene.version()));
            }
        }
        Frame connAck = scene.open()
                .connect(Connect.as(scene.version(), id)
                        .resume()
                        .userName("user")
                        .password("secret"));
        Failure.unless(connAck.sessionPresent(), "the refused client has taken the session: %s", connAck);
    }

    private static int[] codesOfRefusal(Version version) {
        return version.is5() ? new int[] {0x80, 0x86, 0x87} : new int[] {4, 5};
    }

    @Waits
    @Needs(Fixture.SHORT_CONNECT_TIMEOUT)
    @Statement({"U5-26", "U3-01"})
    void connectionWithoutConnectIsClosed(Scene scene) {
        RawClient silent = scene.open();
        RawClient slow = scene.open();
        slow.send(bytes(0x10, 0x20, 0x00));
        Failure.unlessEqual(0, silent.bytesUntilEnd().length, "bytes before the end");
        Failure.unlessEqual(0, slow.bytesUntilEnd().length, "bytes before the end");
    }
}
