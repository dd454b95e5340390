package io.chasqui.conformance.tests;

import static io.chasqui.conformance.raw.Bytes.bytes;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.suite.Fixture;
import io.chasqui.conformance.suite.Needs;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.ArrayList;
import java.util.List;

/** Section 3.3 but for retained messages and properties: flags, topics, replies, overlapping subscriptions, refusals. */
final class PublishTests {

    @Statement({"MQTT5-3.3.1-1", "MQTT3-3.3.1-1"})
    void redeliveredMessageHasDup(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 2);
        RawClient publisher = scene.connect();
        for (int qos = 1; qos <= 2; qos++) {
            publisher.publish(topic, "qos " + qos, qos);
        }
        List<Frame> taken = first.gather(2);
        first.cut();
        RawClient second = scene.connect(scene.client(id).resume());
        for (Frame open : taken) {
            Failure.unless(!open.dup(), "DUP at the first time: %s", open);
            Frame again = second.receive();
            Failure.unless(again.dup(), "DUP at the second time: %s", again);
            Failure.unlessEqual(open.text(), again.text(), "message");
            Failure.unlessEqual(open.packetId(), again.packetId(), "Packet Identifier");
        }
    }

    @Statement({"MQTT5-3.3.1-2", "MQTT3-3.3.1-2"})
    void qos0WithDupIsRefusedOrForwardedWithout(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 2);
        RawClient publisher = scene.connect();
        publisher.send(Publish.to(topic).text("dup").dup());
        publisher.ping();
        publisher.untilEndOr(Type.PINGRESP);
        scene.connect().publish(topic, "end", 0);
        for (Frame message = subscriber.receive(); !message.text().equals("end"); message = subscriber.receive()) {
            Failure.unless(!message.dup(), "DUP: %s", message);
        }
    }

    @Statement({"MQTT5-3.3.1-3", "MQTT3-3.3.1-3"})
    void dupOfThePublisherIsNotPropagated(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 2);
        RawClient publisher = scene.connect();
        for (int qos = 1; qos <= 2; qos++) {
            publisher.publish(Publish.to(topic).dup().qos(qos, qos));
            Frame message = subscriber.receive();
            Failure.unless(!message.dup(), "DUP: %s", message);
        }
    }

    @Statement({"MQTT5-3.3.1-4", "MQTT3-3.3.1-4"})
    void qos3EndsTheConnection(Scene scene) {
        for (int flags : new int[] {0x36, 0x37, 0x3E, 0x3F}) {
            byte[] packet = Publish.to(scene.topic("t")).qos(1, 1).toArray(scene.version());
            scene.rejects(Bytes.with(packet, 0, flags), Codes.BROKEN);
        }
    }

    @Statement({"MQTT5-3.3.2-2", "MQTT3-3.3.2-2", "MQTT5-4.7.0-1", "MQTT3-4.7.1-1"})
    void wildcardInATopicNameEndsTheConnection(Scene scene) {
        RawClient witness = scene.subscriber(scene.topic("#"), 0);
        for (String name : List.of("a/#", "+", "a/+/b", "#", "a+", "a#b")) {
            scene.rejects(Publish.to(scene.topic(name)).text("bad").toArray(scene.version()), 0x81, 0x82, 0x90);
            scene.rejects(Publish.to(scene.topic(name)).qos(1, 1).toArray(scene.version()), 0x81, 0x82, 0x90);
        }
        scene.connect().publish(scene.topic("t"), "end", 0);
        Failure.unlessEqual(List.of(), witness.receiveUntil("end"), "messages");
    }

    @Statement({"MQTT5-3.3.4-1", "MQTT3-3.3.4-1"})
    void replyDependsOnTheQos(Scene scene) {
        String topic = scene.topic("t");
        RawClient client = scene.connect();
        client.send(Publish.to(topic));
        client.fence();
        Failure.unless(client.arrived(Type.PUBACK).isEmpty(), "PUBACK for QoS 0");
        client.send(Publish.to(topic).qos(1, 5));
        client.expect(Type.PUBACK, 5);
        client.send(Publish.to(topic).qos(2, 6));
        client.expect(Type.PUBREC, 6);
        client.fence();
        Failure.unless(client.arrived(Type.PUBCOMP).isEmpty(), "PUBCOMP before PUBREL");
        client.ack(Type.PUBREL, 6);
        client.expect(Type.PUBCOMP, 6);
    }

    @Statement({"MQTT5-3.3.4-2", "MQTT3-3.3.5-1", "U3-05"})
    void overlappingSubscriptionsDeliverAtTheHighestQos(Scene scene) {
        for (int[] granted : new int[][] {{0, 2}, {2, 0}, {1, 2}, {0, 1}}) {
            String base = scene.topic(granted[0] + "and" + granted[1]);
            RawClient subscriber = scene.connect();
            subscriber.subscribe(base + "/#", granted[0]);
            subscriber.subscribe(base + "/+", granted[1]);
            RawClient publisher = scene.connect();
            publisher.publish(base + "/t", "x", 2);
            publisher.publish(base + "/t", "end", 2);
            List<Frame> copies = copiesUntilEnd(subscriber, 2);
            int highest = copies.stream().mapToInt(Frame::qos).max().orElse(-1);
            Failure.unlessEqual(Math.max(granted[0], granted[1]), highest, "highest QoS among " + copies);
        }
    }

    /** Copies of the first message; a broker may send one for each of so many matching subscriptions, of the last too. */
    private static List<Frame> copiesUntilEnd(RawClient subscriber, int most) {
        List<Frame> copies = new ArrayList<>(subscriber.receiveUntil("end"));
        subscriber.fence();
        subscriber.arrived(Type.PUBLISH).stream()
                .filter(frame -> !frame.text().equals("end"))
                .forEach(copies::add);
        Failure.unless(!copies.isEmpty() && copies.size() <= most, "copies: %s", copies);
        return copies;
    }

    @Statement({"MQTT5-3.3.4-3", "MQTT5-3.3.4-4", "MQTT5-3.3.4-5"})
    void overlappingSubscriptionsShowTheirIdentifiers(Scene scene) {
        String base = scene.topic("o");
        RawClient subscriber = scene.connect();
        subscriber.subscribe(Subscribe.with(1).filter(base + "/#", 0).prop(Prop.SUBSCRIPTION_ID, 1));
        subscriber.subscribe(Subscribe.with(2).filter(base + "/+", 0).prop(Prop.SUBSCRIPTION_ID, 268_435_455));
        subscriber.subscribe(Subscribe.with(3).filter(base + "/t", 0));
        RawClient publisher = scene.connect();
        publisher.publish(base + "/t", "x", 0);
        publisher.publish(base + "/t", "end", 0);
        List<Frame> copies = copiesUntilEnd(subscriber, 3);
        List<Long> seen = copies.stream()
                .flatMap(frame -> frame.props().subscriptionIds().stream())
                .sorted()
                .toList();
        Failure.unlessEqual(List.of(1L, 268_435_455L), seen, "Subscription Identifiers of all copies");
        if (copies.size() > 1) {
            copies.forEach(copy ->
                    Failure.unless(copy.props().subscriptionIds().size() <= 1, "identifiers of one copy: %s", copy));
        }
    }

    @Statement({"MQTT5-3.3.4-3", "U5-39"})
    void retainedMessageHasTheIdentifierOfTheNewSubscription(Scene scene) {
        String topic = scene.topic("t");
        RawClient publisher = scene.connect();
        publisher.publish(Publish.to(topic).text("kept").retained().qos(1, 1));
        RawClient subscriber = scene.connect();
        subscriber.subscribe(Subscribe.with(1).filter(topic, 1).prop(Prop.SUBSCRIPTION_ID, 7));
        Failure.unlessEqual(List.of(7L), subscriber.receive().props().subscriptionIds(), "identifiers");
        subscriber.subscribe(
                Subscribe.with(2).filter(topic, 1 | Subscribe.RETAIN_NEVER).prop(Prop.SUBSCRIPTION_ID, 8));
        publisher.publish(topic, "live", 1);
        Failure.unlessEqual(List.of(8L), subscriber.receive().props().subscriptionIds(), "identifiers");
        subscriber.subscribe(topic, 1 | Subscribe.RETAIN_NEVER);
        publisher.publish(topic, "live", 1);
        Failure.unlessEqual(List.of(), subscriber.receive().props().subscriptionIds(), "identifiers");
    }

    @Statement("MQTT5-3.3.4-6")
    void subscriptionIdentifierOfAClientIsRefused(Scene scene) {
        scene.rejects(
                Publish.to(scene.topic("t")).prop(Prop.SUBSCRIPTION_ID, 1).toArray(scene.version()), Codes.BROKEN);
    }

    @Needs(Fixture.DENY)
    @Statement({"MQTT3-3.3.5-2", "MQTT5-3.4.2-1", "MQTT5-3.5.2-1", "MQTT5-4.3.3-9"})
    void deniedPublishIsAcknowledgedOrEndsTheConnection(Scene scene) {
        String id = scene.clientId();
        for (int qos = 1; qos <= 2; qos++) {
            RawClient client = scene.connect();
            client.send(Publish.to("denied/" + id).text("bad").qos(qos, 9));
            client.ping();
            boolean open = true;
            for (Frame frame : client.untilEndOr(Type.PINGRESP)) {
                open &= frame.type() != Type.DISCONNECT;
                if (frame.type() == Type.PUBACK || frame.type() == Type.PUBREC) {
                    Failure.unlessEqual(9, frame.packetId(), "Packet Identifier");
                    Failure.unlessEqual(scene.is5() ? 0x87 : 0, frame.code(), "code of " + frame);
                }
            }
            if (open && scene.is5()) { // the identifier is free again: a new message, no repeat
                String topic = scene.topic("allowed");
                RawClient subscriber = scene.subscriber(topic, 2);
                client.publish(Publish.to(topic).text("good").qos(qos, 9));
                Failure.unlessEqual("good", subscriber.receive().text(), "message");
            }
        }
    }

    @Needs(Fixture.CHECK_PAYLOAD)
    @Statement("U5-33")
    void payloadThatIsNotUtf8ThoughAnnouncedIsRefused(Scene scene) {
        RawClient client = scene.connect();
        Publish bad = Publish.to(scene.topic("t")).payload(bytes(0xC3, 0x28)).prop(Prop.PAYLOAD_FORMAT, 1);
        Failure.unlessEqual(0x99, client.publish(bad.qos(1, 1)), "code of PUBACK");
        Failure.unlessEqual(0x99, client.publish(bad.qos(2, 2)), "code of PUBREC");
        Failure.unlessOneOf(
                client.publish(Publish.to(scene.topic("t"))
                        .text("Grüße")
                        .prop(Prop.PAYLOAD_FORMAT, 1)
                        .qos(1, 3)),
                "code of PUBACK",
                0x00,
                0x10);
    }

    @Statement({"U5-18", "MQTT5-4.7.3-1", "MQTT3-4.7.3-1"})
    void emptyTopicNameEndsTheConnection(Scene scene) {
        scene.rejects(Publish.to("").toArray(scene.version()), 0x81, 0x82, 0x90);
        scene.rejects(Publish.to("").qos(1, 1).toArray(scene.version()), 0x81, 0x82, 0x90);
    }

    @Statement({"MQTT5-4.7.3-3", "MQTT3-4.7.3-3"})
    void topicOfTheGreatestLengthIsServedOrRefused(Scene scene) {
        String topic = scene.topic("x".repeat(65_535 - scene.topic("").length()));
        RawClient client = scene.connect();
        client.send(
                Subscribe.with(1).filter(topic, 1).toArray(scene.version()),
                Publish.to(topic).text("far").qos(1, 2).toArray(scene.version()));
        client.ping();
        List<Frame> answer = client.untilEndOr(Type.PINGRESP);
        boolean granted = answer.stream()
                .anyMatch(frame -> frame.type() == Type.SUBACK && frame.codes().getFirst() <= 2);
        boolean accepted = answer.stream().anyMatch(frame -> frame.type() == Type.PUBACK && frame.code() == 0);
        if (granted && accepted) {
            Frame message = answer.stream()
                    .filter(frame -> frame.type() == Type.PUBLISH)
                    .findFirst()
                    .orElseGet(client::receive);
            Failure.unlessEqual(topic, message.topic(), "topic");
        } else {
            scene.connect().fence(); // a limit of the broker, and no harm done
        }
    }

    @Statement({"U5-31", "U3-08"})
    void dollarTopicsOfClientsAreServedOrRefused(Scene scene) {
        RawClient client = scene.connect();
        client.send(Publish.to("$SYS/broker/version").text("forged").qos(1, 1));
        client.ping();
        client.untilEndOr(Type.PINGRESP);
        RawClient reader = scene.connect();
        reader.send(Subscribe.with(1).filter("$SYS/broker/version", 0));
        reader.expect(Type.SUBACK, 1);
        reader.fence();
        reader.arrived(Type.PUBLISH)
                .forEach(frame -> Failure.unless(!frame.text().equals("forged"), "a forged message: %s", frame));
    }
}
