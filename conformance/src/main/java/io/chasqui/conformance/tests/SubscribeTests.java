package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
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

/** Sections 3.8 and 3.9, and 3.10 and 3.11. */
final class SubscribeTests {

    @Statement({"MQTT5-3.8.1-1", "MQTT3-3.8.1-1", "MQTT5-3.10.1-1", "MQTT3-3.10.1-1"})
    void wrongFlagsAreMalformed(Scene scene) {
        byte[] subscribe = Subscribe.with(1).filter("t", 0).toArray(scene.version());
        byte[] unsubscribe = Subscribe.without(1).filter("t").toArray(scene.version());
        for (int flags : new int[] {0x0, 0x1, 0x3, 0x6, 0xA, 0xF}) {
            scene.rejects(Bytes.with(subscribe, 0, 0x80 | flags), Codes.BROKEN);
            scene.rejects(Bytes.with(unsubscribe, 0, 0xA0 | flags), Codes.BROKEN);
        }
    }

    @Statement({"MQTT5-3.8.3-1", "MQTT3-3.8.3-1", "MQTT5-3.10.3-1", "MQTT3-3.10.3-1"})
    void filterThatIsNotUtf8IsMalformed(Scene scene) {
        for (byte[] bad : DataTypeTests.BAD_UTF8) {
            scene.rejects(Subscribe.with(1).filter(bad, 0).toArray(scene.version()), 0x81, 0x82, 0x8F);
            scene.rejects(Subscribe.without(1).filter(bad).toArray(scene.version()), 0x81, 0x82, 0x8F);
        }
    }

    @Statement({"MQTT5-3.8.3-2", "MQTT3-3.8.3-3", "MQTT5-3.10.3-2", "MQTT3-3.10.3-2"})
    void packetWithoutAFilterIsRefused(Scene scene) {
        scene.rejects(Subscribe.with(1).toArray(scene.version()), Codes.BROKEN);
        scene.rejects(Subscribe.without(1).toArray(scene.version()), Codes.BROKEN);
    }

    @Statement({"MQTT5-3.8.3-5", "U5-09", "MQTT3-3.8.3-4"})
    void reservedOptionsAreRefused(Scene scene) {
        int[] options =
                scene.is5() ? new int[] {0x40, 0x80, 0xC0, 0x03, 0x30} : new int[] {0x03, 0x04, 0x08, 0x10, 0x40, 0x80};
        for (int option : options) {
            scene.rejects(Subscribe.with(1).filter("t", option).toArray(scene.version()), Codes.BROKEN);
        }
    }

    @Statement("MQTT5-3.8.3-3")
    void noLocalKeepsAwayOwnMessages(Scene scene) {
        String silent = scene.topic("silent");
        String echoing = scene.topic("echoing");
        RawClient client = scene.subscriber(silent, 1 | Subscribe.NO_LOCAL);
        client.subscribe(echoing, 1);
        RawClient other = scene.subscriber(silent, 1);
        client.publish(silent, "own", 1);
        client.publish(echoing, "end", 1);
        Failure.unlessEqual(List.of(), client.receiveUntil("end"), "own messages");
        Failure.unlessEqual("own", other.receive().text(), "message of another client");
        other.publish(silent, "foreign", 1);
        Failure.unlessEqual("foreign", client.receive().text(), "message");
    }

    @Statement({"MQTT5-3.8.4-3", "MQTT3-3.8.4-3"})
    void subscribingAgainReplacesTheSubscription(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 2);
        subscriber.subscribe(topic, 0);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "x", 2);
        publisher.publish(topic, "end", 2);
        List<Frame> before = subscriber.receiveUntil("end");
        Failure.unless(before.size() == 1 && before.getFirst().qos() == 0, "expected one at QoS 0: %s", before);
    }

    @Statement({"MQTT5-3.8.4-5", "MQTT3-3.8.4-4"})
    void severalFiltersActLikeSeveralSubscriptions(Scene scene) {
        String one = scene.topic("one");
        String two = scene.topic("two");
        RawClient subscriber = scene.connect();
        subscriber.send(Subscribe.with(9).filter(one, 0).filter(two, 1).filter(one, 2));
        Frame subAck = subscriber.expect(Type.SUBACK, 9);
        Failure.unlessEqual(List.of(0, 1, 2), subAck.codes(), "codes of SUBACK");
        RawClient publisher = scene.connect();
        publisher.publish(one, "1", 2);
        Frame message = subscriber.receive();
        Failure.unlessEqual(2, message.qos(), "QoS of the filter that came twice");
        publisher.publish(two, "2", 2);
        Failure.unlessEqual("2", subscriber.receive().text(), "message");
        publisher.publish(one, "end", 2);
        Failure.unlessEqual(List.of(), subscriber.receiveUntil("end"), "further copies");
    }

    @Statement({"MQTT5-3.8.4-6", "MQTT3-3.8.4-5", "MQTT5-3.8.4-7", "MQTT5-3.9.3-1", "MQTT3-3.9.3-1"})
    void subAckHasACodeForEachFilterInOrder(Scene scene) {
        Subscribe subscribe = Subscribe.with(1);
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            subscribe.filter(scene.topic("t" + i), i % 3);
            expected.add(i % 3);
        }
        RawClient client = scene.connect();
        client.send(subscribe);
        Failure.unlessEqual(expected, client.expect(Type.SUBACK).codes(), "codes of SUBACK");
    }

    /** A broker may also close over a filter that is no filter. */
    @Statement({"MQTT5-3.9.3-2", "MQTT3-3.9.3-2", "MQTT5-3.8.4-1", "MQTT3-3.8.4-1"})
    void invalidFilterIsRefusedInTheTableOfSubAck(Scene scene) {
        RawClient client = scene.connect();
        client.send(Subscribe.with(1).filter(scene.topic("a#"), 0).filter(scene.topic("good"), 1));
        client.ping();
        List<Frame> answer = client.untilEndOr(Type.PINGRESP);
        boolean closed = answer.isEmpty() || answer.getLast().type() != Type.PINGRESP;
        List<Frame> subAcks =
                answer.stream().filter(frame -> frame.type() == Type.SUBACK).toList();
        Failure.unless(closed || subAcks.size() == 1, "neither SUBACK nor the end of the connection");
        subAcks.forEach(subAck -> Failure.unless(
                subAck.codes().size() == 2
                        && subAck.codes().getFirst() >= 0x80
                        && subAck.codes().getLast() == 1,
                "expected a failure and QoS 1: %s",
                subAck));
    }

    @Needs(Fixture.DENY)
    @Statement({"MQTT5-3.8.4-1", "MQTT3-3.8.4-1", "MQTT5-3.8.4-7", "MQTT3-3.8.4-5", "MQTT5-3.9.3-1", "MQTT3-3.9.3-1"})
    void deniedFilterIsRefusedAmongOthers(Scene scene) {
        String id = scene.clientId();
        RawClient client = scene.connect();
        client.send(Subscribe.with(1)
                .filter(scene.topic("two"), 2)
                .filter("denied/" + id, 2)
                .filter(scene.topic("one"), 1));
        int refusal = scene.is5() ? 0x87 : 0x80;
        Failure.unlessEqual(
                List.of(2, refusal, 1), client.expect(Type.SUBACK, 1).codes(), "codes of SUBACK");
        client.send(Subscribe.with(2).filter("denied/#", 0));
        Failure.unlessEqual(List.of(refusal), client.expect(Type.SUBACK, 2).codes(), "codes of SUBACK");
    }

    @Statement({"MQTT5-3.8.4-8", "MQTT3-3.8.4-6"})
    void messagesComeAtTheLowerQos(Scene scene) {
        RawClient subscriber = scene.connect();
        RawClient publisher = scene.connect();
        for (int granted = 0; granted <= 2; granted++) {
            String topic = scene.topic("t" + granted);
            Failure.unlessEqual(granted, subscriber.subscribe(topic, granted), "granted QoS");
            for (int published = 0; published <= 2; published++) {
                publisher.publish(topic, "x", published);
                Frame message = subscriber.receive();
                Failure.unlessEqual(Math.min(granted, published), message.qos(), "QoS of " + message);
            }
        }
    }

    @Statement({"MQTT5-3.8.4-8", "MQTT3-3.8.4-6", "MQTT5-4.5.0-1", "MQTT3-4.5.0-1"})
    void storedMessagesComeAtTheLowerQos(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 1);
        first.disconnect();
        RawClient publisher = scene.connect();
        publisher.publish(topic, "two", 2);
        publisher.publish(topic, "one", 1);
        RawClient second = scene.connect(scene.client(id).resume());
        for (int i = 0; i < 2; i++) {
            Failure.unlessEqual(1, second.receive().qos(), "QoS");
        }
    }

    // --- UNSUBSCRIBE ---

    @Statement({"MQTT5-3.10.4-1", "MQTT3-3.10.4-1"})
    void onlyTheVerySameFilterIsDeleted(Scene scene) {
        String base = scene.topic("a");
        RawClient subscriber = scene.subscriber(base + "/#", 1);
        for (String other : List.of(base + "/+", base + "/b", base + "/", base, scene.topic("A/#"))) {
            subscriber.unsubscribe(other);
        }
        RawClient publisher = scene.connect();
        publisher.publish(base + "/b", "still", 1);
        Failure.unlessEqual("still", subscriber.receive().text(), "message");
        subscriber.unsubscribe(base + "/#");
        subscriber.subscribe(scene.topic("end"), 1);
        publisher.publish(base + "/b", "gone", 1);
        publisher.publish(scene.topic("end"), "end", 1);
        Failure.unlessEqual(List.of(), subscriber.receiveUntil("end"), "messages");
    }

    @Statement({"MQTT5-3.10.4-2", "MQTT3-3.10.4-2", "U5-36", "U3-11"})
    void nothingIsQueuedAfterUnsubAck(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 1);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "before", 1);
        subscriber.unsubscribe(topic);
        subscriber.subscribe(scene.topic("end"), 1);
        for (int i = 0; i < 100; i++) {
            publisher.publish(topic, "after", 1);
        }
        publisher.publish(scene.topic("end"), "end", 1);
        for (Frame frame : subscriber.receiveUntil("end")) {
            Failure.unlessEqual("before", frame.text(), "message"); // buffered ones may come
        }
    }

    @Statement({"MQTT5-3.10.4-3", "MQTT3-3.10.4-3"})
    void deliveriesBegunAreFinishedAfterUnsubscribe(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 2);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "one", 1);
        publisher.publish(topic, "two", 2);
        List<Frame> begun = first.gather(2);
        first.unsubscribe(topic);
        first.cut();
        RawClient second = scene.connect(scene.client(id).resume());
        for (Frame message : begun) {
            Frame again = second.receive();
            Failure.unlessEqual(message.text(), again.text(), "message");
            Failure.unlessEqual(message.packetId(), again.packetId(), "Packet Identifier");
        }
    }

    @Statement({"MQTT5-3.10.4-4", "MQTT5-3.10.4-5", "MQTT3-3.10.4-4", "MQTT3-3.10.4-5", "MQTT5-3.11.3-2"})
    void unknownFilterIsAcknowledged(Scene scene) {
        RawClient client = scene.connect();
        client.send(Subscribe.without(0x1234).filter(scene.topic("never")));
        Frame unsubAck = client.expect(Type.UNSUBACK, 0x1234);
        Failure.unlessEqual(scene.is5() ? List.of(0x11) : List.of(), unsubAck.codes(), "codes of UNSUBACK");
    }

    @Statement({"MQTT5-3.10.4-6", "MQTT3-3.10.4-6", "MQTT5-3.11.3-1", "MQTT5-3.11.3-2"})
    void severalFiltersActLikeSeveralUnsubscribes(Scene scene) {
        RawClient client = scene.connect();
        client.subscribe(scene.topic("one"), 1);
        client.subscribe(scene.topic("two"), 1);
        client.subscribe(scene.topic("end"), 1);
        client.send(Subscribe.without(7)
                .filter(scene.topic("one"))
                .filter(scene.topic("never"))
                .filter(scene.topic("two")));
        Frame unsubAck = client.expect(Type.UNSUBACK, 7);
        Failure.unlessEqual(scene.is5() ? List.of(0, 0x11, 0) : List.of(), unsubAck.codes(), "codes of UNSUBACK");
        client.fence();
        Failure.unlessEqual(List.of(), client.arrived(Type.UNSUBACK), "further UNSUBACKs");
        RawClient publisher = scene.connect();
        publisher.publish(scene.topic("one"), "x", 1);
        publisher.publish(scene.topic("two"), "x", 1);
        publisher.publish(scene.topic("end"), "end", 1);
        Failure.unlessEqual(List.of(), client.receiveUntil("end"), "messages");
    }

    @Statement({"U5-35", "U3-04", "MQTT5-4.5.0-1", "MQTT3-4.5.0-1"})
    void everyMatchingSubscriberGetsItsCopy(Scene scene) {
        String topic = scene.topic("t");
        List<String> offline = new ArrayList<>();
        List<RawClient> live = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String id = scene.clientId();
            offline.add(id);
            RawClient client = scene.connect(scene.client(id).resume());
            client.subscribe(i % 2 == 0 ? topic : scene.topic("+"), 1);
            client.disconnect();
            live.add(scene.subscriber(i % 2 == 0 ? scene.topic("#") : topic, i % 3));
        }
        scene.connect().publish(Publish.to(topic).text("for all").qos(1, 1));
        for (RawClient client : live) {
            Failure.unlessEqual("for all", client.receive().text(), "message");
        }
        for (String id : offline) {
            RawClient client = scene.connect(scene.client(id).resume());
            Failure.unlessEqual("for all", client.receive().text(), "message");
        }
    }
}
