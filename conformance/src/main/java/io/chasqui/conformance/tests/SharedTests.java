package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.ArrayList;
import java.util.List;

/** Section 4.8: shared subscriptions. */
final class SharedTests {

    @Statement({"MQTT5-4.8.2-1", "MQTT5-4.8.2-2"})
    void malformedSharedFiltersAreRefused(Scene scene) {
        for (String filter : List.of("$share//t", "$share/g", "$share/g/", "$share/", "$share/g+/t", "$share/#/t")) {
            RawClient client = scene.connect();
            client.send(Subscribe.with(1).filter(filter, 0));
            client.ping();
            for (Frame frame : client.untilEndOr(Type.PINGRESP)) {
                Failure.unless(
                        frame.type() != Type.SUBACK || frame.codes().getFirst() >= 0x80, "%s was granted", filter);
                if (frame.type() == Type.DISCONNECT) {
                    Failure.unlessOneOf(frame.code(), "reason of DISCONNECT", 0x80, 0x81, 0x82, 0x8F);
                }
            }
        }
    }

    @Statement({"MQTT5-4.8.2-1", "MQTT5-4.8.2-2"})
    void eachMessageGoesToOneMemberOfEachGroup(Scene scene) {
        String topic = scene.topic("t");
        List<RawClient> one =
                List.of(scene.subscriber("$share/one/" + topic, 1), scene.subscriber("$share/one/" + topic, 1));
        RawClient two = scene.subscriber("$share/two/" + topic, 1);
        RawClient plain = scene.subscriber(topic, 1);
        RawClient publisher = scene.connect();
        int messages = 20;
        for (int i = 0; i < messages; i++) {
            publisher.publish(topic, "m" + i, 1);
        }
        for (int i = 0; i < messages; i++) {
            two.receive();
            plain.receive();
        }
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 100 && seen.size() < messages; i++) {
            for (RawClient member : one) {
                member.fence();
                for (Frame message : member.arrived(Type.PUBLISH)) {
                    member.acknowledge(message);
                    seen.add(message.text());
                }
            }
        }
        Failure.unlessEqual(messages, seen.size(), "messages of the group");
        Failure.unlessEqual((long) messages, seen.stream().distinct().count(), "distinct messages of the group");
    }

    @Statement("MQTT5-4.8.2-2")
    void filterBehindTheShareNameIsAFilterLikeAnyOther(Scene scene) {
        String group = "$share/g" + scene.clientId();
        RawClient slash = scene.subscriber(group + "//" + scene.topic("t"), 1); // the filter starts with a slash
        RawClient wild = scene.subscriber(group + "/" + scene.topic("+/x"), 1);
        RawClient publisher = scene.connect();
        publisher.publish("/" + scene.topic("t"), "slash", 1);
        publisher.publish(scene.topic("any/x"), "wild", 1);
        Failure.unlessEqual("slash", slash.receive().text(), "message");
        Failure.unlessEqual("wild", wild.receive().text(), "message");
    }

    @Statement({"MQTT5-4.8.2-1", "MQTT5-4.7.3-4"})
    void shareInCapitalsIsAnOrdinaryFilter(Scene scene) {
        RawClient subscriber = scene.connect();
        subscriber.send(Subscribe.with(1).filter("$SHARE/g/" + scene.topic("t"), 1));
        subscriber.expect(Type.SUBACK, 1); // whatever its code: it may be kept from clients like other $ topics
        subscriber.subscribe(scene.topic("end"), 1);
        RawClient publisher = scene.connect();
        publisher.publish(scene.topic("t"), "x", 1);
        publisher.publish(scene.topic("end"), "end", 1);
        Failure.unlessEqual(List.of(), subscriber.receiveUntil("end"), "messages");
    }

    @Statement("MQTT5-3.8.3-4")
    void noLocalOnASharedSubscriptionIsRefused(Scene scene) {
        scene.rejects(
                Subscribe.with(1)
                        .filter("$share/g/" + scene.topic("t"), Subscribe.NO_LOCAL)
                        .toArray(scene.version()),
                Codes.BROKEN);
    }

    @Statement({"MQTT5-4.8.2-3", "MQTT5-3.8.4-8"})
    void eachMemberHasItsOwnQos(Scene scene) {
        for (int granted = 0; granted <= 2; granted++) {
            String topic = scene.topic("t" + granted);
            RawClient member = scene.connect();
            int given = member.subscribe("$share/g/" + topic, granted);
            scene.connect().publish(topic, "x", 2);
            Failure.unlessEqual(given, member.receive().qos(), "QoS, granted was " + given);
        }
    }

    @Statement("MQTT5-3.3.4-3")
    void memberSeesItsOwnIdentifier(Scene scene) {
        String topic = scene.topic("t");
        RawClient member = scene.connect();
        member.subscribe(Subscribe.with(1).filter("$share/g/" + topic, 1).prop(Prop.SUBSCRIPTION_ID, 42));
        scene.connect().publish(topic, "x", 1);
        Failure.unlessEqual(List.of(42L), member.receive().props().subscriptionIds(), "identifiers");
    }

    @Statement({"MQTT5-4.8.2-1", "MQTT5-3.3.1-9"})
    void sharedSubscriptionGetsNoRetainedMessages(Scene scene) {
        String topic = scene.topic("t");
        RawClient publisher = scene.connect();
        publisher.publish(Publish.to(topic).text("kept").qos(1, 1).retained());
        RawClient member = scene.subscriber("$share/g/" + topic, 1);
        publisher.publish(topic, "live", 1);
        Failure.unlessEqual("live", member.receive().text(), "first message");
    }

    @Statement("MQTT5-3.10.4-1")
    void sharedAndPlainFilterAreTwoSubscriptions(Scene scene) {
        String topic = scene.topic("t");
        RawClient client = scene.subscriber(topic, 1);
        client.subscribe("$share/g/" + topic, 1);
        client.unsubscribe(topic);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "shared", 1);
        Failure.unlessEqual("shared", client.receive().text(), "message");
        Failure.unlessEqual(List.of(0), client.unsubscribe("$share/g/" + topic).codes(), "codes of UNSUBACK");
        client.subscribe(scene.topic("end"), 1);
        publisher.publish(topic, "x", 1);
        publisher.publish(scene.topic("end"), "end", 1);
        Failure.unlessEqual(List.of(), client.receiveUntil("end"), "messages");
    }

    @Statement("MQTT5-4.8.2-4")
    void qos2BegunIsFinishedWithTheSameMember(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient member = scene.connect(scene.client(id).resume());
        member.subscribe("$share/g/" + topic, 2);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "begun", 2);
        Frame begun = member.expect(Type.PUBLISH);
        Failure.unlessEqual(2, begun.qos(), "QoS");
        RawClient other = scene.subscriber("$share/g/" + topic, 2);
        member.cut();
        other.subscribe(scene.topic("end"), 2);
        member = scene.connect(scene.client(id).resume());
        Frame again = member.receive();
        Failure.unlessEqual(begun.packetId(), again.packetId(), "Packet Identifier");
        publisher.publish(scene.topic("end"), "end", 2);
        Failure.unlessEqual(List.of(), other.receiveUntil("end"), "messages of the other member");
    }

    @Statement("MQTT5-4.8.2-5")
    void qos2OfAMemberWhoseSessionEndedGoesToNoOther(Scene scene) {
        String topic = scene.topic("t");
        RawClient member = scene.subscriber("$share/g/" + topic, 2);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "begun", 2);
        Failure.unlessEqual(2, member.expect(Type.PUBLISH).qos(), "QoS");
        RawClient other = scene.subscriber("$share/g/" + topic, 2);
        other.subscribe(scene.topic("end"), 2);
        member.hangUp(); // session expiry 0
        publisher.publish(scene.topic("end"), "end", 2);
        Failure.unlessEqual(List.of(), other.receiveUntil("end"), "messages of the other member");
    }

    @Statement("U5-34")
    void qos1OfAMemberWhoseSessionEndedGoesToAnother(Scene scene) {
        String topic = scene.topic("t");
        RawClient member = scene.subscriber("$share/g/" + topic, 1);
        scene.connect().publish(topic, "begun", 1);
        member.expect(Type.PUBLISH);
        RawClient other = scene.subscriber("$share/g/" + topic, 1);
        member.hangUp();
        Failure.unlessEqual("begun", other.receive().text(), "message of the other member");
    }

    @Statement({"MQTT5-4.8.2-6", "MQTT5-4.4.0-2"})
    void refusalOfAMemberEndsTheMessage(Scene scene) {
        for (int qos = 1; qos <= 2; qos++) {
            String topic = scene.topic("t" + qos);
            RawClient member = scene.subscriber("$share/g/" + topic, qos);
            RawClient publisher = scene.connect();
            publisher.publish(topic, "refused", qos);
            Frame message = member.expect(Type.PUBLISH);
            RawClient other = scene.subscriber("$share/g/" + topic, qos);
            other.subscribe(scene.topic("end"), qos);
            member.ack(qos == 1 ? Type.PUBACK : Type.PUBREC, message.packetId(), 0x80);
            member.fence();
            member.hangUp();
            publisher.publish(scene.topic("end"), "end", qos);
            Failure.unlessEqual(List.of(), other.receiveUntil("end"), "messages of the other member");
        }
    }
}
