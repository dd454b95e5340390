package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Connect;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.suite.Fixture;
import io.chasqui.conformance.suite.Needs;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Section 3.1.3.1: Client Identifiers, those that the broker assigns included. */
final class ClientIdTests {

    @Statement({"MQTT5-3.1.3-5", "MQTT3-3.1.3-5"})
    void oneTo23DigitsAndLettersAreAccepted(Scene scene) {
        String alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        // A single character cannot be unique; another test that uses it would see a takeover at worst.
        scene.connect(scene.client(scene.is5() ? "Q" : "q")).disconnect();
        String unique = scene.clientId();
        for (int from = 0; from < alphabet.length(); from += 10) {
            String padding = alphabet.substring(from, Math.min(from + 10, alphabet.length()));
            String id = (unique + padding + "0123456789abcdefghijklm").substring(0, 23);
            scene.connect(scene.client(id)).disconnect();
        }
    }

    @Statement("U3-03")
    void longerClientIdIsAcceptedOrRefusedWithCode2(Scene scene) {
        RawClient client = scene.open();
        Frame connAck = client.connect(scene.client(scene.clientId() + "-with/other chars and 40 bytes"));
        Failure.unlessOneOf(connAck.code(), "code of CONNACK", 0, 2);
    }

    @Statement({"MQTT5-3.1.3-6", "MQTT3-3.1.3-6"})
    void emptyClientIdsAreDifferentClients(Scene scene) {
        String topic = scene.topic("t");
        RawClient one = scene.connect(scene.client(""));
        RawClient two = scene.connect(scene.client(""));
        one.subscribe(topic, 0);
        two.publish(topic, "hello", 0);
        Failure.unlessEqual("hello", one.expect(Type.PUBLISH).text(), "message");
        two.fence();
    }

    @Statement({"MQTT5-3.1.3-6", "MQTT5-3.2.2-16"})
    void assignedClientIdsAreUnique(Scene scene) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            RawClient client = scene.open();
            String id = client.connect(scene.client("")).props().text(Prop.ASSIGNED_CLIENT_ID);
            Failure.unless(ids.add(id), "the id %s was assigned twice", id);
        }
    }

    @Statement("MQTT5-3.2.2-16")
    void givenClientIdIsNotAssigned(Scene scene) {
        Frame connAck = scene.open().connect(scene.client());
        Failure.unless(!connAck.props().has(Prop.ASSIGNED_CLIENT_ID), "an id was assigned: %s", connAck);
    }

    @Statement("MQTT5-3.1.3-7")
    void assignedClientIdIsGoodForAReturn(Scene scene) {
        RawClient client = scene.open();
        String id = scene.accepted(client, scene.client("").resume()).props().text(Prop.ASSIGNED_CLIENT_ID);
        client.disconnect();
        Frame connAck = scene.open().connect(scene.client(id).resume());
        Failure.unless(connAck.sessionPresent(), "the session is not found under the assigned id %s: %s", id, connAck);
    }

    @Statement({"MQTT3-3.1.3-8", "MQTT3-3.2.2-5"})
    void emptyClientIdWithStoredSessionIsRefused(Scene scene) {
        RawClient client = scene.open();
        client.send(Connect.as(scene.version(), "").clean(false));
        List<Frame> answer = client.untilEnd();
        Failure.unless(
                answer.size() == 1 && answer.getFirst().code() == 2, "expected CONNACK with code 2, came %s", answer);
    }

    @Needs(Fixture.SHORT_CLIENT_ID)
    @Statement({"MQTT5-3.1.3-8", "MQTT3-3.1.3-9"})
    void tooLongClientIdIsRefused(Scene scene) {
        scene.connect(scene.client((scene.clientId() + "0123456789abcdefghijklm").substring(0, 23)));
        RawClient client = scene.open();
        client.send(scene.client((scene.clientId() + "0123456789abcdefghijklm").substring(0, 24)));
        List<Frame> answer = client.untilEnd();
        if (scene.is5()) {
            answer.forEach(frame -> Failure.unlessEqual(0x85, frame.code(), "code of " + frame));
        } else {
            Failure.unless(answer.size() == 1 && answer.getFirst().code() == 2, "expected CONNACK 2, came %s", answer);
        }
    }

    @Statement({"MQTT5-3.1.3-2", "MQTT3-3.1.3-2"})
    void sessionsAreFiledUnderTheClientId(Scene scene) {
        String one = scene.clientId();
        String two = scene.clientId();
        for (String id : List.of(one, two)) {
            RawClient client = scene.connect(scene.client(id).resume());
            client.subscribe(scene.topic(id), 1);
            client.disconnect();
        }
        RawClient publisher = scene.connect();
        for (String id : List.of(one, two)) {
            publisher.publish(scene.topic(id), "for " + id, 1);
        }
        for (String id : List.of(two, one)) {
            RawClient client = scene.connect(scene.client(id).resume());
            Failure.unlessEqual("for " + id, client.receive().text(), "message");
            publisher.publish(scene.topic(id), "end", 1);
            Failure.unlessEqual(List.of(), client.receiveUntil("end"), "further messages");
        }
    }
}
