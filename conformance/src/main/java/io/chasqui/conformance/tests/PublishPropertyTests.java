package io.chasqui.conformance.tests;

import static io.chasqui.conformance.raw.Bytes.bytes;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.PropertyList.Pair;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import io.chasqui.conformance.suite.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Section 3.3.2.3: the properties of PUBLISH, Topic Alias included. */
final class PublishPropertyTests {

    @Statement({"MQTT5-3.3.2-4"})
    void payloadFormatIsForwarded(Scene scene) {
        for (int format = 0; format <= 1; format++) {
            long expected = format;
            forwarded(
                    scene,
                    scene.topic("t" + format),
                    publish -> publish.prop(Prop.PAYLOAD_FORMAT, expected),
                    message -> Failure.unlessEqual(expected, message.props().number(Prop.PAYLOAD_FORMAT), "value"));
        }
        forwarded(
                scene,
                scene.topic("absent"),
                _ -> {},
                message -> Failure.unless(!message.props().has(Prop.PAYLOAD_FORMAT), "not published: %s", message));
    }

    @Statement({"MQTT5-3.3.2-15", "MQTT5-3.3.2-16", "MQTT5-3.3.2-20"})
    void responseTopicCorrelationDataAndContentTypeAreForwarded(Scene scene) {
        byte[] data = bytes(0x00, 0xFF, 0xC3, 0x28);
        forwarded(
                scene,
                scene.topic("t"),
                publish -> publish.prop(Prop.RESPONSE_TOPIC, "an/answer")
                        .prop(Prop.CORRELATION_DATA, data)
                        .prop(Prop.CONTENT_TYPE, "text/plain"),
                message -> {
                    Failure.unlessEqual("an/answer", message.props().text(Prop.RESPONSE_TOPIC), "Response Topic");
                    Failure.unlessSame(data, message.props().binary(Prop.CORRELATION_DATA), "Correlation Data");
                    Failure.unlessEqual("text/plain", message.props().text(Prop.CONTENT_TYPE), "Content Type");
                });
    }

    @Statement("MQTT5-3.3.2-16")
    void correlationDataOfAnyLengthIsForwarded(Scene scene) {
        for (int length : new int[] {0, 65_535}) {
            String topic = scene.topic("t" + length);
            RawClient subscriber = scene.subscriber(topic, 0);
            scene.connect().send(Publish.to(topic).prop(Prop.CORRELATION_DATA, new byte[length]));
            Frame message = subscriber.receive();
            Failure.unlessEqual(length, message.props().binary(Prop.CORRELATION_DATA).length, "bytes");
        }
    }

    @Statement({"MQTT5-3.3.2-17", "MQTT5-3.3.2-18"})
    void userPropertiesAreForwardedInOrder(Scene scene) {
        List<Pair> pairs = new ArrayList<>(List.of(
                new Pair("a", "1"), new Pair("b", "2"), new Pair("a", "3"), new Pair("", ""), new Pair("c", "ü")));
        IntStream.range(0, 100).forEach(i -> pairs.add(new Pair("k" + i % 7, "v" + i)));
        forwarded(
                scene,
                scene.topic("t"),
                publish -> pairs.forEach(pair -> publish.user(pair.key(), pair.value())),
                message -> Failure.unlessEqual(pairs, message.props().userProperties(), "User Properties"));
    }

    /** To a live, an offline and a late subscriber. */
    private static void forwarded(Scene scene, String topic, Consumer<Publish> with, Consumer<Frame> check) {
        String id = scene.clientId();
        RawClient offline = scene.connect(scene.client(id).resume());
        offline.subscribe(topic, 1);
        offline.disconnect();
        RawClient live = scene.subscriber(topic, 1);
        Publish publish = Publish.to(topic).text("x").qos(1, 1).retained();
        with.accept(publish);
        scene.connect().publish(publish);
        check.accept(live.receive());
        check.accept(scene.connect(scene.client(id).resume()).receive());
        check.accept(scene.subscriber(topic, 1).receive());
    }

    @Statement({"MQTT5-3.3.2-13", "MQTT5-3.3.2-19"})
    void propertiesThatAreNotUtf8AreMalformed(Scene scene) {
        byte[] bad = bytes(0xC3, 0x28);
        for (Prop prop : List.of(Prop.RESPONSE_TOPIC, Prop.CONTENT_TYPE)) {
            scene.rejects(Publish.to(scene.topic("t")).prop(prop, bad).toArray(scene.version()), 0x81, 0x82, 0x90);
        }
    }

    @Statement({"MQTT5-3.3.2-14", "MQTT5-4.7.0-1"})
    void wildcardInTheResponseTopicIsRefused(Scene scene) {
        for (String bad : List.of("a/#", "+", "a/+/b")) {
            scene.rejects(
                    Publish.to(scene.topic("t")).prop(Prop.RESPONSE_TOPIC, bad).toArray(scene.version()),
                    0x81,
                    0x82,
                    0x90);
        }
    }

    @Statement({"U5-01", "MQTT5-4.13.1-1"})
    void foreignPropertiesAreMalformed(Scene scene) {
        for (Prop prop : Prop.values()) {
            if (!prop.allowedIn(Type.PUBLISH)) {
                byte[] packet = Publish.to(scene.topic("t"))
                        .props(ConnectPropertyTests.sample(prop))
                        .toArray(scene.version());
                scene.rejects(packet, Codes.BROKEN);
            }
        }
    }

    @Statement("U5-02")
    void repeatedPropertiesAreRefused(Scene scene) {
        for (Prop prop : Prop.values()) {
            if (prop.allowedIn(Type.PUBLISH) && prop != Prop.USER_PROPERTY) {
                byte[] sample = ConnectPropertyTests.sample(prop);
                scene.rejects(
                        Publish.to(scene.topic("t"))
                                .props(Bytes.join(sample, sample))
                                .toArray(scene.version()),
                        Codes.BROKEN);
            }
        }
    }

    @Waits
    @Statement({"MQTT5-3.3.2-5", "U5-43"})
    void expiredMessagesAreNotDelivered(Scene scene) {
        String topic = scene.topic("t");
        String retained = scene.topic("r");
        String id = scene.clientId();
        RawClient offline = scene.connect(scene.client(id).resume());
        offline.subscribe(topic, 1);
        offline.disconnect();
        RawClient publisher = scene.connect();
        publisher.publish(
                Publish.to(topic).text("late").prop(Prop.MESSAGE_EXPIRY, 1).qos(1, 1));
        publisher.publish(Publish.to(retained)
                .text("late")
                .prop(Prop.MESSAGE_EXPIRY, 1)
                .qos(1, 2)
                .retained());
        publisher.publish(topic, "end", 1);
        scene.sleep(Duration.ofSeconds(3));
        RawClient returned = scene.connect(scene.client(id).resume());
        Failure.unlessEqual(List.of(), returned.receiveUntil("end"), "expired messages");
        RawClient late = scene.subscriber(retained, 1);
        late.fence();
        Failure.unlessEqual(List.of(), late.arrived(Type.PUBLISH), "expired retained messages");
    }

    @Waits
    @Statement("MQTT5-3.3.2-6")
    void expiryIsForwardedLessTheTimeSpentWaiting(Scene scene) {
        String topic = scene.topic("t");
        String id = scene.clientId();
        RawClient offline = scene.connect(scene.client(id).resume());
        offline.subscribe(topic, 1);
        offline.disconnect();
        RawClient live = scene.subscriber(topic, 1);
        scene.connect()
                .publish(Publish.to(topic)
                        .text("x")
                        .prop(Prop.MESSAGE_EXPIRY, 100)
                        .qos(1, 1)
                        .retained());
        long now = live.receive().props().number(Prop.MESSAGE_EXPIRY);
        Failure.unless(now == 100 || now == 99, "live: expected 100, was %d", now);
        scene.sleep(Duration.ofSeconds(3));
        for (RawClient late : List.of(scene.connect(scene.client(id).resume()), scene.subscriber(topic, 1))) {
            long then = late.receive().props().number(Prop.MESSAGE_EXPIRY);
            Failure.unless(then >= 90 && then <= 97, "after 3 s: expected 97 or little less, was %d", then);
        }
    }

    // --- Topic Alias ---

    @Statement("MQTT5-3.3.2-8")
    void alias0IsRefused(Scene scene) {
        scene.rejects(
                Publish.to(scene.topic("t")).prop(Prop.TOPIC_ALIAS, 0).toArray(scene.version()), 0x94, 0x81, 0x82);
    }

    @Statement("U5-16")
    void aliasAboveTheAnnouncedMaximumIsRefused(Scene scene) {
        Frame connAck = scene.open().connect(scene.client());
        long maximum = connAck.props().number(Prop.TOPIC_ALIAS_MAXIMUM, 0);
        if (maximum < 65_535) {
            byte[] publish = Publish.to(scene.topic("t"))
                    .prop(Prop.TOPIC_ALIAS, maximum + 1)
                    .toArray(scene.version());
            scene.rejects(publish, 0x94, 0x82);
        }
    }

    @Statement("U5-17")
    void aliasThatWasNeverSetIsRefused(Scene scene) {
        scene.rejects(Publish.to("").prop(Prop.TOPIC_ALIAS, 1).toArray(scene.version()), 0x82);
    }

    @Statement("MQTT5-3.3.2-12")
    void everyAliasUpToTheAnnouncedMaximumIsAccepted(Scene scene) {
        RawClient publisher = scene.open();
        long maximum = scene.accepted(publisher, scene.client()).props().number(Prop.TOPIC_ALIAS_MAXIMUM, 0);
        int aliases = (int) Math.min(maximum, 300);
        RawClient subscriber = scene.subscriber(scene.topic("+"), 0);
        for (int alias = 1; alias <= aliases; alias++) {
            publisher.send(Publish.to(scene.topic("a" + alias)).prop(Prop.TOPIC_ALIAS, alias));
        }
        for (int alias = 1; alias <= aliases; alias++) {
            publisher.send(Publish.to("").prop(Prop.TOPIC_ALIAS, alias));
        }
        publisher.fence();
        for (int i = 0; i < 2 * aliases; i++) {
            Failure.unlessEqual(
                    scene.topic("a" + (i % aliases + 1)), subscriber.receive().topic(), "topic");
        }
        if (aliases > 0) {
            publisher.send(Publish.to(scene.topic("other")).prop(Prop.TOPIC_ALIAS, 1));
            publisher.send(Publish.to("").prop(Prop.TOPIC_ALIAS, 1));
            Failure.unlessEqual(scene.topic("other"), subscriber.receive().topic(), "topic");
            Failure.unlessEqual(scene.topic("other"), subscriber.receive().topic(), "topic of the alias set anew");
        }
    }

    @Statement("MQTT5-3.3.2-7")
    void aliasesEndWithTheConnection(Scene scene) {
        String id = scene.clientId();
        RawClient first = scene.open();
        Frame connAck = scene.accepted(first, scene.client(id).resume());
        if (connAck.props().number(Prop.TOPIC_ALIAS_MAXIMUM, 0) > 0) {
            first.publish(Publish.to(scene.topic("t")).prop(Prop.TOPIC_ALIAS, 1).qos(1, 1));
        }
        first.disconnect();
        RawClient second = scene.connect(scene.client(id).resume());
        second.send(Publish.to("").prop(Prop.TOPIC_ALIAS, 1));
        second.expectRefusal(0x82, 0x94);
    }

    @Statement({"U5-08", "U5-01"})
    void subscribeWithABadIdentifierIsRefused(Scene scene) {
        scene.rejects(
                Subscribe.with(1).filter("t", 0).prop(Prop.SUBSCRIPTION_ID, 0).toArray(scene.version()), Codes.BROKEN);
        scene.rejects(
                Subscribe.with(1)
                        .filter("t", 0)
                        .prop(Prop.SUBSCRIPTION_ID, 1)
                        .prop(Prop.SUBSCRIPTION_ID, 2)
                        .toArray(scene.version()),
                Codes.BROKEN);
    }
}
