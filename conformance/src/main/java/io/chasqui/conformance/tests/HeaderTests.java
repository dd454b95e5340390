package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Connect;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.suite.Alone;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.ArrayList;
import java.util.List;

/** Section 2: flags of the fixed header, Packet Identifiers, property length. */
final class HeaderTests {
    private static final int[] IDS = {1, 0x1234, 65_535};

    @Statement({"MQTT5-2.1.3-1", "MQTT3-2.2.2-1", "MQTT3-2.2.2-2"})
    void wrongFlagsEndTheConnection(Scene scene) {
        List<byte[]> packets = new ArrayList<>(List.of(
                new Bytes().u16(1).packet(Type.PUBACK),
                new Bytes().u16(1).packet(Type.PUBREC),
                new Bytes().u16(1).packet(Type.PUBREL),
                new Bytes().u16(1).packet(Type.PUBCOMP),
                Subscribe.with(1).filter(scene.topic("t"), 0).toArray(scene.version()),
                Subscribe.without(1).filter(scene.topic("t")).toArray(scene.version()),
                new Bytes().packet(Type.PINGREQ),
                new Bytes().packet(Type.DISCONNECT)));
        for (byte[] packet : packets) {
            for (int flags = 0; flags < 16; flags++) {
                if (flags != (packet[0] & 0x0F)) {
                    scene.rejects(Bytes.with(packet, 0, packet[0] & 0xF0 | flags), Codes.BROKEN);
                }
            }
        }
    }

    @Statement({"MQTT5-2.1.3-1", "MQTT3-2.2.2-1", "MQTT3-2.2.2-2"})
    void connectWithWrongFlagsEndsTheConnection(Scene scene) {
        for (int flags = 1; flags < 16; flags++) {
            scene.rejectsConnect(Bytes.with(scene.client().toArray(), 0, 0x10 | flags), Codes.BROKEN);
        }
    }

    /** The Inspector holds each of these packets against the flag table. */
    @Statement({"MQTT5-2.1.3-1", "MQTT3-2.2.2-1", "MQTT5-3.6.1-1", "MQTT3-3.6.1-1", "MQTT5-3.12.4-1", "MQTT3-3.12.4-1"})
    void answersHaveTheFlagsOfTheTable(Scene scene) {
        String topic = scene.topic("t");
        RawClient client = scene.subscriber(topic, 2);
        client.publish(topic, "one", 1);
        client.publish(topic, "two", 2);
        Failure.unlessEqual(1, client.receive().qos(), "QoS");
        Failure.unlessEqual(2, client.receive().qos(), "QoS"); // its exchange has a PUBREL of the broker
        client.unsubscribe(topic);
        client.ping();
        client.ping();
        client.expect(Type.PINGRESP);
        client.expect(Type.PINGRESP);
    }

    @Statement({"MQTT5-2.2.1-2", "MQTT3-2.3.1-5", "MQTT5-4.3.1-1", "MQTT3-4.3.1-1"})
    void qos0HasNoPacketId(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 2);
        byte[] payload = Bytes.bytes(0x00, 0x01, 0x02);
        scene.connect().send(Publish.to(topic).payload(payload));
        Frame message = subscriber.expect(Type.PUBLISH);
        Failure.unlessEqual(0, message.flags(), "flags");
        Failure.unlessSame(payload, message.payload(), "payload"); // an id would show up in front of it
    }

    @Statement({"MQTT5-2.2.1-3", "MQTT3-2.3.1-1"})
    void packetIdZeroEndsTheConnection(Scene scene) {
        scene.rejects(Publish.to(scene.topic("t")).qos(1, 0).toArray(scene.version()), Codes.BROKEN);
        scene.rejects(Publish.to(scene.topic("t")).qos(2, 0).toArray(scene.version()), Codes.BROKEN);
        scene.rejects(Subscribe.with(0).filter(scene.topic("t"), 0).toArray(scene.version()), Codes.BROKEN);
        scene.rejects(Subscribe.without(0).filter(scene.topic("t")).toArray(scene.version()), Codes.BROKEN);
    }

    /** Packet Identifiers in use are never given again, which the Inspector checks; here beyond 65,535 messages. */
    @Alone
    @Statement({"MQTT5-2.2.1-4", "MQTT3-2.3.1-4"})
    void packetIdsStayUniqueBeyondTheWrap(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 1);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "held", 1);
        publisher.publish(topic, "next", 1);
        List<Frame> first = subscriber.gather(2);
        if (first.size() == 1) {
            return; // a broker that sends one at a time has no ids to mix up
        }
        Frame held = first.getFirst();
        subscriber.acknowledge(first.getLast());
        int batch = 100;
        for (int sent = 0; sent < 66_000; sent += batch) {
            Bytes packets = new Bytes();
            for (int i = 0; i < batch; i++) {
                packets.raw(Publish.to(topic).qos(1, i + 1).toArray(scene.version()));
            }
            publisher.send(packets.toArray());
            for (int i = 0; i < batch; i++) {
                Frame message = subscriber.receive();
                Failure.unless(
                        message.packetId() != held.packetId(), "the id of the held message came again: %s", message);
                publisher.expect(Type.PUBACK);
            }
        }
        subscriber.ack(Type.PUBACK, held.packetId());
        subscriber.fence();
    }

    @Statement({"MQTT5-2.2.1-4", "MQTT5-4.3.2-1", "MQTT5-4.3.3-1", "MQTT3-2.3.1-4", "MQTT3-4.3.2-1"})
    void unacknowledgedMessagesHaveDistinctPacketIds(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 2);
        RawClient publisher = scene.connect();
        for (int i = 0; i < 5; i++) {
            publisher.publish(topic, "one", 1);
            publisher.publish(topic, "two", 2);
        }
        List<Integer> ids = subscriber.gather(10).stream().map(Frame::packetId).toList();
        Failure.unlessEqual((long) ids.size(), ids.stream().distinct().count(), "distinct ids in " + ids);
    }

    @Statement({"MQTT5-2.2.1-5", "MQTT3-2.3.1-6", "MQTT5-4.3.2-4", "MQTT5-4.3.3-8", "MQTT5-4.3.3-11"})
    void acknowledgementsRepeatThePacketId(Scene scene) {
        RawClient client = scene.connect();
        for (int id : IDS) {
            client.publish(Publish.to(scene.topic("t")).qos(1, id)); // checks the ids of all answers
            client.publish(Publish.to(scene.topic("t")).qos(2, id));
        }
    }

    @Statement({"MQTT5-2.2.1-6", "MQTT3-2.3.1-7", "MQTT5-3.8.4-1", "MQTT3-3.8.4-1", "MQTT5-3.8.4-2", "MQTT3-3.8.4-2"})
    void subAckAndUnsubAckRepeatThePacketId(Scene scene) {
        RawClient client = scene.connect();
        Bytes requests = new Bytes();
        for (int id : IDS) {
            requests.raw(Subscribe.with(id).filter(scene.topic("t" + id), 0).toArray(scene.version()));
        }
        client.send(requests.toArray());
        List<Integer> acked = new ArrayList<>();
        for (int ignored : IDS) {
            acked.add(client.expect(Type.SUBACK).packetId());
        }
        Failure.unlessEqual(List.of(1, 0x1234, 65_535), acked.stream().sorted().toList(), "ids of SUBACKs");
        for (int id : IDS) {
            client.send(Subscribe.without(id).filter(scene.topic("t" + id)));
            client.expect(Type.UNSUBACK, id);
        }
    }

    @Statement("MQTT5-2.2.2-1")
    void missingPropertyLengthIsMalformed(Scene scene) {
        scene.rejects(new Bytes().text(scene.topic("t")).packet(Type.PUBLISH), Codes.BROKEN);
        scene.rejects(new Bytes().u16(1).packet(Type.SUBSCRIBE), Codes.BROKEN);
        scene.rejects(new Bytes().u16(1).packet(Type.UNSUBSCRIBE), Codes.BROKEN);
        scene.rejectsConnect(new Bytes().text("MQTT").u8(5).u8(2).u16(0).packet(Type.CONNECT), Codes.BROKEN);
    }

    /** The transport is a stream: where a packet is cut has no meaning. */
    @Statement({"MQTT5-4.2.0-1", "MQTT3-7.1.1-1"})
    void packetsComeByteByByte(Scene scene) {
        String topic = scene.topic("t");
        RawClient client = scene.open();
        Connect connect = scene.client();
        byte[] all = Bytes.join(
                connect.toArray(),
                Subscribe.with(1).filter(topic, 1).toArray(scene.version()),
                Publish.to(topic).text("hello").qos(1, 2).toArray(scene.version()));
        for (byte each : all) {
            client.send(new byte[] {each});
        }
        Failure.unlessEqual(0, client.expect(Type.CONNACK).code(), "code of CONNACK");
        client.expect(Type.SUBACK, 1);
        client.expect(Type.PUBACK, 2);
        Failure.unlessEqual("hello", client.receive().text(), "payload");
    }
}
