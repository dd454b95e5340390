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
import java.util.List;

/** Section 3.3.1.3 and the retain options of section 3.8.3.1. */
final class RetainTests {

    @Statement({"MQTT5-3.3.1-5", "MQTT3-3.3.1-5", "MQTT3-3.3.1-6", "MQTT3-3.3.1-8"})
    void latestRetainedMessageOfEachMatchingTopicIsSent(Scene scene) {
        retain(scene, "a/1", "old", 1);
        retain(scene, "a/1", "new", 1);
        retain(scene, "a/2", "two", 1);
        retain(scene, "b", "other", 1);
        RawClient subscriber = scene.subscriber(scene.topic("a/+"), 2);
        List<String> texts =
                List.of(retained(subscriber).text(), retained(subscriber).text());
        Failure.unlessEqual(List.of("new", "two"), texts.stream().sorted().toList(), "retained messages");
        subscriber.fence();
        Failure.unlessEqual(List.of(), subscriber.arrived(Type.PUBLISH), "further messages");
    }

    private static void retain(Scene scene, String name, String text, int qos) {
        scene.connect()
                .publish(Publish.to(scene.topic(name)).text(text).qos(qos, qos).retained());
    }

    private static Frame retained(RawClient subscriber) {
        Frame message = subscriber.receive();
        Failure.unless(message.retain(), "RETAIN: %s", message);
        return message;
    }

    private static void nothingRetained(RawClient subscriber) {
        subscriber.fence();
        Failure.unlessEqual(List.of(), subscriber.arrived(Type.PUBLISH), "retained messages");
    }

    @Statement({"MQTT3-3.3.1-5", "MQTT5-3.8.4-8", "MQTT3-3.8.4-6"})
    void retainedMessageComesAtTheLowerQos(Scene scene) {
        for (int stored = 1; stored <= 2; stored++) {
            retain(scene, "q" + stored, "x", stored);
            for (int granted = 0; granted <= 2; granted++) {
                Frame message = retained(scene.subscriber(scene.topic("q" + stored), granted));
                Failure.unlessEqual(Math.min(stored, granted), message.qos(), "QoS of " + message);
            }
        }
    }

    /** The new one should be kept, but may be lost. */
    @Statement({"MQTT3-3.3.1-7", "MQTT5-3.3.1-5"})
    void qos0ReplacesTheRetainedMessage(Scene scene) {
        retain(scene, "t", "old", 1);
        RawClient publisher = scene.connect();
        publisher.publish(Publish.to(scene.topic("t")).text("new").retained());
        publisher.publish(scene.topic("other"), "fence", 1);
        RawClient subscriber = scene.subscriber(scene.topic("t"), 1);
        subscriber.fence();
        subscriber.arrived(Type.PUBLISH).forEach(frame -> Failure.unlessEqual("new", frame.text(), "message"));
    }

    @Statement({"MQTT3-3.3.1-9", "MQTT5-3.3.1-12"})
    void liveMessageHasNoRetain(Scene scene) {
        RawClient subscriber = scene.subscriber(scene.topic("t"), 1);
        retain(scene, "t", "x", 1);
        Frame message = subscriber.receive();
        Failure.unless(!message.retain(), "RETAIN: %s", message);
    }

    @Statement({"MQTT5-3.3.1-6", "MQTT3-3.3.1-10"})
    void emptyMessageIsDeliveredAndClears(Scene scene) {
        retain(scene, "t", "x", 1);
        RawClient live = scene.subscriber(scene.topic("t"), 1);
        retained(live);
        retain(scene, "t", "", 1);
        Frame message = live.receive();
        Failure.unlessEqual("", message.text(), "message");
        Failure.unless(!message.retain(), "RETAIN: %s", message);
        nothingRetained(scene.subscriber(scene.topic("t"), 1));
    }

    @Statement({"MQTT5-3.3.1-7", "MQTT3-3.3.1-11"})
    void emptyMessageIsNotRetained(Scene scene) {
        retain(scene, "t", "", 1);
        nothingRetained(scene.subscriber(scene.topic("t"), 1));
    }

    @Statement({"MQTT5-3.3.1-8", "MQTT3-3.3.1-12"})
    void messageWithoutRetainLeavesTheRetainedOne(Scene scene) {
        retain(scene, "t", "kept", 1);
        RawClient publisher = scene.connect();
        publisher.publish(scene.topic("t"), "passing", 1);
        publisher.publish(scene.topic("t"), "", 1);
        publisher.publish(scene.topic("new"), "passing", 1);
        Failure.unlessEqual(
                "kept", retained(scene.subscriber(scene.topic("t"), 1)).text(), "message");
        nothingRetained(scene.subscriber(scene.topic("new"), 1));
    }

    @Statement({"MQTT5-3.3.1-9", "MQTT5-3.8.4-4", "MQTT3-3.8.4-3"})
    void subscribingAgainSendsRetainedMessagesAgain(Scene scene) {
        retain(scene, "t", "x", 1);
        RawClient subscriber = scene.connect();
        for (int i = 0; i < 3; i++) {
            subscriber.subscribe(scene.topic("t"), 1);
            retained(subscriber);
        }
        nothingRetained(subscriber);
    }

    @Statement("MQTT5-3.3.1-10")
    void retainHandling1SendsOnlyToNewSubscriptions(Scene scene) {
        String topic = scene.topic("t");
        retain(scene, "t", "x", 1);
        RawClient subscriber = scene.subscriber(topic, 1 | Subscribe.RETAIN_IF_NEW);
        retained(subscriber);
        subscriber.subscribe(topic, 1 | Subscribe.RETAIN_IF_NEW);
        nothingRetained(subscriber);
        subscriber.unsubscribe(topic);
        subscriber.subscribe(topic, 1 | Subscribe.RETAIN_IF_NEW);
        retained(subscriber);
    }

    @Statement("MQTT5-3.3.1-11")
    void retainHandling2SendsNothing(Scene scene) {
        String topic = scene.topic("t");
        retain(scene, "t", "x", 1);
        RawClient subscriber = scene.subscriber(topic, 1 | Subscribe.RETAIN_NEVER);
        nothingRetained(subscriber);
        scene.connect().publish(topic, "live", 1);
        Failure.unlessEqual("live", subscriber.receive().text(), "message");
    }

    @Statement({"MQTT5-3.3.1-12", "MQTT5-3.3.1-13"})
    void retainAsPublishedKeepsTheFlag(Scene scene) {
        String topic = scene.topic("t");
        RawClient kept = scene.subscriber(topic, 1 | Subscribe.RETAIN_AS_PUBLISHED);
        RawClient dropped = scene.subscriber(topic, 1);
        RawClient publisher = scene.connect();
        publisher.publish(Publish.to(topic).text("retained").qos(1, 1).retained());
        publisher.publish(Publish.to(topic).text("plain").qos(1, 2));
        Failure.unless(kept.receive().retain(), "RETAIN of the retained message");
        Failure.unless(!kept.receive().retain(), "RETAIN of the plain message");
        Failure.unless(!dropped.receive().retain(), "RETAIN without Retain As Published");
        Failure.unless(!dropped.receive().retain(), "RETAIN without Retain As Published");
    }

    @Statement({"MQTT5-3.3.1-5", "MQTT5-3.3.2-15", "MQTT5-3.3.2-20"})
    void replacingReplacesThePropertiesToo(Scene scene) {
        String topic = scene.topic("t");
        RawClient publisher = scene.connect();
        publisher.publish(Publish.to(topic).text("a").qos(1, 1).retained().prop(Prop.CONTENT_TYPE, "first"));
        publisher.publish(Publish.to(topic).text("b").qos(1, 2).retained().prop(Prop.RESPONSE_TOPIC, "second"));
        Frame message = retained(scene.subscriber(topic, 1));
        Failure.unlessEqual("b", message.text(), "message");
        Failure.unless(!message.props().has(Prop.CONTENT_TYPE), "Content Type of the old one: %s", message);
        Failure.unlessEqual("second", message.props().text(Prop.RESPONSE_TOPIC), "Response Topic");
    }

    @Statement({"MQTT5-3.8.4-4", "MQTT3-3.8.4-3"})
    void subscribingAgainLosesNoLiveMessage(Scene scene) {
        String topic = scene.topic("t");
        retain(scene, "t", "kept", 1);
        RawClient subscriber = scene.subscriber(topic, 1);
        retained(subscriber);
        RawClient publisher = scene.connect();
        int messages = 200;
        for (int i = 0; i < messages; i++) {
            publisher.send(Publish.to(topic).text("m" + i).qos(1, i + 1));
            if (i % 20 == 0) {
                subscriber.send(Subscribe.with(1000 + i).filter(topic, 1));
            }
            publisher.expect(Type.PUBACK);
        }
        publisher.publish(topic, "end", 1);
        List<String> live = subscriber.receiveUntil("end").stream()
                .filter(frame -> !frame.retain())
                .map(Frame::text)
                .toList();
        Failure.unlessEqual(messages, live.size(), "live messages");
        for (int i = 0; i < messages; i++) {
            Failure.unlessEqual("m" + i, live.get(i), "live message");
        }
    }
}
