package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Connect;
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

/** Sections 4.6 and 4.9: order, and flow control by Receive Maximum. */
final class OrderTests {
    private static final int MESSAGES = 1_000;

    @Statement({"MQTT5-4.6.0-5", "MQTT5-4.6.0-6", "MQTT3-4.6.0-5", "MQTT3-4.6.0-6"})
    void messagesOfATopicAndQosStayInOrder(Scene scene) {
        for (int qos = 0; qos <= 2; qos++) {
            String topic = scene.topic("t" + qos);
            RawClient subscriber = scene.subscriber(topic, qos);
            RawClient publisher = scene.connect();
            int batch = 20;
            for (int sent = 0; sent < MESSAGES; sent += batch) {
                Bytes packets = new Bytes();
                for (int i = 0; i < batch; i++) {
                    packets.raw(Publish.to(topic)
                            .text("m" + (sent + i))
                            .qos(qos, qos == 0 ? 0 : i + 1)
                            .toArray(scene.version()));
                }
                publisher.send(packets.toArray());
                for (int i = 0; i < batch; i++) {
                    finish(publisher, qos, i + 1);
                }
                for (int i = 0; i < batch; i++) {
                    Failure.unlessEqual("m" + (sent + i), subscriber.receive().text(), "message at QoS " + qos);
                }
            }
        }
    }

    /** Takes the answers to one of several messages that were published at once. */
    private static void finish(RawClient publisher, int qos, int packetId) {
        if (qos == 1) {
            publisher.expect(Type.PUBACK, packetId);
        } else if (qos == 2) {
            publisher.expect(Type.PUBREC, packetId);
            publisher.ack(Type.PUBREL, packetId);
            publisher.expect(Type.PUBCOMP, packetId);
        }
    }

    @Statement({"MQTT5-4.6.0-5", "MQTT3-4.6.0-6", "MQTT3-4.6.0-1", "MQTT5-4.4.0-1", "MQTT3-4.4.0-1"})
    void unacknowledgedMessagesComeAgainInOrder(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient first = scene.connect(scene.client(id).resume());
        first.subscribe(topic, 1);
        RawClient publisher = scene.connect();
        for (int i = 0; i < 20; i++) {
            publisher.publish(topic, "m" + i, 1);
        }
        List<Frame> taken = first.gather(20);
        first.cut();
        RawClient second = scene.connect(scene.client(id).resume());
        for (int i = 0; i < 20; i++) {
            Frame message = second.receive();
            Failure.unlessEqual("m" + i, message.text(), "message");
            if (i < taken.size()) {
                Failure.unlessEqual(taken.get(i).packetId(), message.packetId(), "Packet Identifier");
            }
        }
    }

    @Statement({"MQTT5-4.6.0-5", "MQTT3-4.6.0-6"})
    void messagesStayInOrderAcrossReconnects(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient subscriber = scene.connect(scene.client(id).resume());
        subscriber.subscribe(topic, 1);
        RawClient publisher = scene.connect();
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            publisher.publish(topic, "m" + i, 1);
            if (i % 10 == 9) {
                subscriber.cut();
                subscriber = scene.connect(scene.client(id).resume());
            } else if (i % 10 == 4) {
                seen.add(subscriber.receive().text());
            }
        }
        publisher.publish(topic, "end", 1);
        subscriber.receiveUntil("end").forEach(frame -> seen.add(frame.text()));
        List<String> distinct = seen.stream().distinct().toList(); // an acknowledgement may be lost with its connection
        for (int i = 0; i < 100; i++) {
            Failure.unlessEqual("m" + i, distinct.get(i), "message");
        }
    }

    @Statement({"MQTT5-4.6.0-2", "MQTT5-4.6.0-3", "MQTT5-4.6.0-4", "MQTT3-4.6.0-2", "MQTT3-4.6.0-3", "MQTT3-4.6.0-4"})
    void acknowledgementsComeInTheOrderOfWhatTheyAcknowledge(Scene scene) {
        RawClient publisher = scene.connect();
        RawClient subscriber = scene.subscriber(scene.topic("t"), 2);
        int[] ids = {9, 3, 7, 1, 8};
        for (int qos = 1; qos <= 2; qos++) {
            Bytes burst = new Bytes();
            for (int id : ids) {
                burst.raw(Publish.to(scene.topic("t")).qos(qos, id).toArray(scene.version()));
            }
            publisher.send(burst.toArray());
            for (int id : ids) {
                publisher.expect(qos == 1 ? Type.PUBACK : Type.PUBREC, id);
            }
        }
        for (int id : ids) {
            publisher.ack(Type.PUBREL, id);
            publisher.expect(Type.PUBCOMP, id);
        }
        for (int i = 0; i < ids.length; i++) {
            subscriber.receive(); // QoS 1
        }
        List<Integer> open = subscriber.gather(ids.length).stream()
                .map(Frame::packetId)
                .toList()
                .reversed();
        open.forEach(id -> subscriber.ack(Type.PUBREC, id));
        open.forEach(id -> subscriber.expect(Type.PUBREL, id));
    }

    @Statement({"MQTT5-4.9.0-1", "MQTT5-4.9.0-2", "MQTT5-3.3.4-9"})
    void receiveMaximumOfTheClientIsKept(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.connect(scene.client().prop(Prop.RECEIVE_MAXIMUM, 3));
        subscriber.subscribe(topic, 2);
        RawClient publisher = scene.connect();
        for (int i = 0; i < 10; i++) {
            publisher.publish(topic, "m" + i, 1 + i % 2);
        }
        for (int i = 0; i < 10; i++) { // the Inspector counts
            Frame message = subscriber.expect(Type.PUBLISH);
            Failure.unlessEqual("m" + i, message.text(), "message");
            subscriber.fence();
            if (message.qos() == 2) {
                subscriber.ack(Type.PUBREC, message.packetId());
                subscriber.expect(Type.PUBREL, message.packetId());
                subscriber.fence(); // frees nothing yet
                subscriber.ack(Type.PUBCOMP, message.packetId());
            } else {
                subscriber.ack(Type.PUBACK, message.packetId());
            }
        }
    }

    @Statement("MQTT5-4.9.0-1")
    void anyReceiveMaximumLetsMessagesThrough(Scene scene) {
        String topic = scene.topic("t");
        for (Connect connect : List.of(
                scene.client(),
                scene.client().prop(Prop.RECEIVE_MAXIMUM, 1),
                scene.client().prop(Prop.RECEIVE_MAXIMUM, 65_535))) {
            RawClient subscriber = scene.connect(connect);
            subscriber.subscribe(topic, 1);
            scene.connect().publish(topic, "x", 1);
            Failure.unlessEqual("x", subscriber.receive().text(), "message");
            subscriber.disconnect();
        }
    }

    @Statement({"MQTT5-4.9.0-3", "MQTT5-3.3.4-10", "MQTT5-3.12.4-1"})
    void fullWindowHoldsBackNothingElse(Scene scene) {
        String topic = scene.topic("t");
        RawClient client = scene.connect(scene.client().prop(Prop.RECEIVE_MAXIMUM, 1));
        client.subscribe(topic, 2);
        RawClient publisher = scene.connect();
        publisher.publish(topic, "held", 2);
        publisher.publish(topic, "waiting", 2);
        Frame held = client.expect(Type.PUBLISH);
        client.fence();
        client.publish(scene.topic("other"), "x", 1);
        client.publish(scene.topic("other"), "x", 2);
        client.subscribe(Subscribe.with(77).filter(scene.topic("new"), 1));
        client.unsubscribe(scene.topic("new"));
        Failure.unlessEqual(List.of(), client.arrived(Type.PUBLISH), "messages beyond the window");
        client.acknowledge(held);
        Failure.unlessEqual("waiting", client.receive().text(), "message");
    }
}
