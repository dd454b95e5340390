package io.chasqui.conformance.tests;

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
import java.util.Arrays;
import java.util.List;

/** Section 3.1.2.11: the properties of CONNECT. */
final class ConnectPropertyTests {

    @Statement({"U5-01", "MQTT5-3.1.4-1"})
    void foreignPropertiesAreMalformed(Scene scene) {
        for (Prop prop : Prop.values()) {
            if (!prop.allowedIn(Type.CONNECT)) {
                scene.rejectsConnect(scene.client().props(sample(prop)), Codes.BROKEN);
            }
            if (!prop.allowedInWill()) {
                Will will = Will.of(scene.topic("w"), "x").props(new Props().raw(sample(prop)));
                scene.rejectsConnect(scene.client().will(will), Codes.BROKEN);
            }
        }
        for (int unknown : new int[] {0x00, 0x04, 0x2B, 0x7F}) {
            scene.rejectsConnect(scene.client().props(Bytes.bytes(unknown, 0, 0, 0, 0)), Codes.BROKEN);
        }
    }

    @Statement({"U5-02", "MQTT5-3.1.4-1"})
    void repeatedPropertiesAreRefused(Scene scene) {
        for (Prop prop : Prop.values()) {
            byte[] twice = Bytes.join(sample(prop), sample(prop));
            if (prop == Prop.USER_PROPERTY) {
                continue;
            }
            if (prop.allowedIn(Type.CONNECT) && prop != Prop.AUTH_DATA && prop != Prop.AUTH_METHOD) {
                scene.rejectsConnect(scene.client().props(twice), Codes.BROKEN);
            }
            if (prop.allowedInWill()) {
                Will will = Will.of(scene.topic("w"), "x").props(new Props().raw(twice));
                scene.rejectsConnect(scene.client().will(will), Codes.BROKEN);
            }
        }
        byte[] method = sample(Prop.AUTH_METHOD);
        byte[] data = sample(Prop.AUTH_DATA);
        scene.rejectsConnect(scene.client().props(Bytes.join(method, method)), 0x81, 0x82, 0x87, 0x8C);
        scene.rejectsConnect(scene.client().props(Bytes.join(method, data, data)), 0x81, 0x82, 0x87, 0x8C);
    }

    /** A property with a value that is legal for it. */
    static byte[] sample(Prop prop) {
        return switch (prop.form) {
            case BYTE, U16, U32, VARINT -> Props.of(prop, 1).toArray();
            case TEXT, BINARY -> Props.of(prop, "x").toArray();
            case PAIR -> new Props().user("k", "v").toArray();
        };
    }

    @Statement("U5-03")
    void receiveMaximum0IsRefused(Scene scene) {
        scene.rejectsConnect(scene.client().prop(Prop.RECEIVE_MAXIMUM, 0), Codes.BROKEN);
    }

    @Statement("U5-04")
    void maximumPacketSize0IsRefused(Scene scene) {
        scene.rejectsConnect(scene.client().prop(Prop.MAXIMUM_PACKET_SIZE, 0).toArray(), Codes.BROKEN);
    }

    @Statement("U5-05")
    void requestInformationOtherThan0Or1IsRefused(Scene scene) {
        scene.rejectsConnect(scene.client().prop(Prop.REQUEST_PROBLEM_INFO, 2), Codes.BROKEN);
        scene.rejectsConnect(scene.client().prop(Prop.REQUEST_RESPONSE_INFO, 2), Codes.BROKEN);
    }

    @Statement("U5-06")
    void authenticationDataWithoutMethodIsRefused(Scene scene) {
        scene.rejectsConnect(scene.client().prop(Prop.AUTH_DATA, "x"), Codes.BROKEN);
    }

    @Statement({"MQTT5-3.1.2-24", "MQTT5-3.1.2-25"})
    void tooLargeMessagesAreDroppedAsIfDelivered(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient subscriber = scene.connect(
                scene.client(id).resume().prop(Prop.MAXIMUM_PACKET_SIZE, 100).prop(Prop.RECEIVE_MAXIMUM, 1));
        subscriber.subscribe(topic, 2);
        RawClient publisher = scene.connect();
        byte[] large = new byte[500];
        Arrays.fill(large, (byte) 'x');
        publisher.publish(topic, "small", 1);
        publisher.publish(Publish.to(topic).payload(large).qos(1, 200));
        publisher.publish(Publish.to(topic).payload(large).qos(2, 201));
        publisher.publish(Publish.to(topic).payload(large));
        publisher.publish(topic, "end", 1);
        List<Frame> before = subscriber.receiveUntil("end");
        Failure.unlessEqual(List.of("small"), before.stream().map(Frame::text).toList(), "messages");
        subscriber.disconnect();

        RawClient resumed = scene.connect(scene.client(id).resume());
        publisher.publish(topic, "end", 1);
        Failure.unlessEqual(List.of(), resumed.receiveUntil("end"), "messages after a return");
    }

    /** The Inspector holds every answer against the size. */
    @Statement({
        "MQTT5-3.1.2-24", "MQTT5-3.4.2-2", "MQTT5-3.4.2-3", "MQTT5-3.5.2-2", "MQTT5-3.5.2-3", "MQTT5-3.6.2-2",
        "MQTT5-3.6.2-3", "MQTT5-3.7.2-2", "MQTT5-3.7.2-3", "MQTT5-3.9.2-1", "MQTT5-3.9.2-2", "MQTT5-3.11.2-1",
        "MQTT5-3.11.2-2"
    })
    void acknowledgementsKeepToTheMaximumPacketSize(Scene scene) {
        String topic = "s" + scene.clientId();
        RawClient client = scene.connect(scene.client().prop(Prop.MAXIMUM_PACKET_SIZE, 40));
        client.subscribe(topic, 2);
        for (int qos = 0; qos <= 2; qos++) {
            client.publish(topic, "x", qos);
            client.receive();
            client.publish(scene.topic("nobody"), "x", qos);
        }
        client.send(new Bytes().u16(7_777).packet(Type.PUBREL));
        client.expect(Type.PUBCOMP, 7_777);
        client.send(Subscribe.with(99).filter("a#", 0).filter("a/#/b", 1));
        client.send(Subscribe.without(100).filter("not/there"));
        client.ping();
        client.untilEndOr(Type.PINGRESP); // a broker may also close over the bad filter
    }

    @Statement("MQTT5-3.2.2-19")
    void refusalKeepsToTheMaximumPacketSize(Scene scene) {
        RawClient client = scene.open();
        client.send(
                scene.client().prop(Prop.MAXIMUM_PACKET_SIZE, 20).prop(Prop.AUTH_METHOD, "no-such-method-as-this-one"));
        client.untilEnd();
    }

    @Statement({"MQTT5-3.14.2-3", "MQTT5-3.14.2-4"})
    void disconnectKeepsToTheMaximumPacketSize(Scene scene) {
        // CONNACK has to fit, so that the test comes to its point.
        RawClient client = scene.connect(scene.client().prop(Prop.MAXIMUM_PACKET_SIZE, 60));
        client.send(Publish.to(scene.topic("t")).prop(Prop.TOPIC_ALIAS, 0));
        client.untilEnd();
    }

    @Statement({"MQTT5-3.1.2-26", "MQTT5-3.3.2-11"})
    void aliasesStayWithinTheMaximumOfTheClient(Scene scene) {
        RawClient subscriber = scene.connect(scene.client().prop(Prop.TOPIC_ALIAS_MAXIMUM, 2));
        subscriber.subscribe(scene.topic("+"), 0);
        RawClient publisher = scene.connect();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10; i++) {
                String topic = scene.topic("t" + i);
                publisher.publish(topic, topic, 0);
                Frame message = subscriber.expect(Type.PUBLISH);
                Failure.unlessEqual(message.text(), message.topic(), "topic, perhaps by alias");
            }
        }
    }

    @Statement({"MQTT5-3.1.2-27", "MQTT5-3.3.2-7"})
    void aliasOfThePublisherStaysWithIt(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.connect(scene.client().prop(Prop.TOPIC_ALIAS_MAXIMUM, 0));
        subscriber.subscribe(topic, 0);
        RawClient publisher = scene.open();
        Frame connAck = publisher.connect(scene.client());
        if (connAck.props().number(Prop.TOPIC_ALIAS_MAXIMUM, 0) == 0) {
            return; // a broker without aliases cannot pass one on
        }
        publisher.send(Publish.to(topic).prop(Prop.TOPIC_ALIAS, 1));
        publisher.send(Publish.to("").prop(Prop.TOPIC_ALIAS, 1));
        for (int i = 0; i < 2; i++) {
            Failure.unlessEqual(topic, subscriber.expect(Type.PUBLISH).topic(), "topic");
        }
    }

    @Statement("MQTT5-3.1.2-28")
    void responseInformationComesOnlyWhenAskedFor(Scene scene) {
        Frame absent = scene.open().connect(scene.client());
        Frame no = scene.open().connect(scene.client().prop(Prop.REQUEST_RESPONSE_INFO, 0));
        scene.connect(scene.client().prop(Prop.REQUEST_RESPONSE_INFO, 1));
        Failure.unless(!absent.props().has(Prop.RESPONSE_INFO), "Response Information in %s", absent);
        Failure.unless(!no.props().has(Prop.RESPONSE_INFO), "Response Information in %s", no);
    }

    @Statement("MQTT5-3.1.2-29")
    void noProblemInformationWhereItIsNotWanted(Scene scene) {
        RawClient client = scene.connect(scene.client().prop(Prop.REQUEST_PROBLEM_INFO, 0));
        client.send(
                Publish.to(scene.topic("nobody")).qos(1, 1).toArray(scene.version()),
                Publish.to(scene.topic("nobody")).qos(2, 2).toArray(scene.version()),
                new Bytes().u16(9).packet(Type.PUBREL),
                Subscribe.without(3).filter(scene.topic("nothing")).toArray(scene.version()),
                Subscribe.with(4).filter("a#", 0).toArray(scene.version()));
        client.ping();
        for (Frame frame : client.untilEndOr(Type.PINGRESP)) {
            Failure.unless(
                    frame.type() == Type.DISCONNECT
                            || !frame.props().has(Prop.REASON_STRING)
                                    && !frame.props().has(Prop.USER_PROPERTY),
                    "problem information in %s",
                    frame);
        }
    }
}
