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
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.List;

/** Section 1.5: strings and variable byte integers. */
final class DataTypeTests {
    /** Surrogates, over-long forms, too many bytes, cut short, above U+10FFFF. */
    static final List<byte[]> BAD_UTF8 = List.of(
            bytes(0xED, 0xA0, 0x80),
            bytes(0xED, 0xBF, 0xBF),
            bytes(0xC0, 0x80),
            bytes(0xC1, 0xBF),
            bytes(0xE0, 0x80, 0x80),
            bytes(0xF8, 0x88, 0x80, 0x80, 0x80),
            bytes(0xC3),
            bytes(0xC3, 0x28),
            bytes(0xE2, 0x82),
            bytes(0x80),
            bytes(0xFF, 0xFE),
            bytes(0xF4, 0x90, 0x80, 0x80));

    @Statement({"MQTT5-1.5.4-1", "MQTT3-1.5.3-1", "MQTT5-3.3.2-1", "MQTT3-3.3.2-1"})
    void topicNameThatIsNotUtf8EndsTheConnection(Scene scene) {
        for (byte[] bad : BAD_UTF8) {
            scene.rejects(Publish.to(bad).toArray(scene.version()), Codes.MALFORMED, Codes.PROTOCOL_ERROR, 0x90);
        }
    }

    @Statement({"MQTT5-1.5.4-2", "MQTT3-1.5.3-2", "MQTT5-4.7.3-2", "MQTT3-4.7.3-2"})
    void stringWithU0000EndsTheConnection(Scene scene) {
        byte[] zero = {'a', 0, 'b'};
        int[] codes = {Codes.MALFORMED, Codes.PROTOCOL_ERROR, 0x85, 0x8F, 0x90};
        scene.rejectsConnect(scene.client().clientId(zero), codes);
        scene.rejects(Publish.to(zero).toArray(scene.version()), codes);
        scene.rejects(Subscribe.with(1).filter(zero, 0).toArray(scene.version()), codes);
        scene.rejects(Subscribe.without(1).filter(zero).toArray(scene.version()), codes);
        if (scene.is5()) {
            byte[] user = new Bytes().u8(0x26).binary(zero).text("value").toArray();
            scene.rejects(Publish.to(scene.topic("t")).props(user).toArray(scene.version()), codes);
        }
    }

    @Statement({"MQTT5-1.5.4-3", "MQTT3-1.5.3-3"})
    void byteOrderMarkIsKept(Scene scene) {
        String marked = scene.topic("\uFEFFa");
        RawClient subscriber = scene.subscriber(marked, 0);
        subscriber.subscribe(scene.topic("a"), 0);
        RawClient publisher = scene.connect();
        publisher.publish(Publish.to(marked).text("marked"));
        Frame message = subscriber.expect(Type.PUBLISH);
        Failure.unlessEqual(marked, message.topic(), "topic");
        Failure.unlessEqual("marked", message.text(), "payload");
        publisher.publish(Publish.to(marked).text("end"));
        Failure.unlessEqual("end", subscriber.expect(Type.PUBLISH).text(), "next message");
    }

    @Statement("MQTT5-1.5.5-1")
    void overlongVariableByteIntegerIsMalformed(Scene scene) {
        scene.rejects(new Bytes().text(scene.topic("t")).raw(0x80, 0x00).packet(Type.PUBLISH), Codes.BROKEN);
        scene.rejects(bytes(0xC0, 0x80, 0x00), Codes.BROKEN);
    }

    /** Each reader in this suite demands the shortest form. */
    @Statement("MQTT5-1.5.5-1")
    void remainingLengthIsSentInItsShortestForm(Scene scene) {
        String topic = scene.topic("t");
        RawClient subscriber = scene.subscriber(topic, 0);
        RawClient publisher = scene.connect();
        int header = 2 + topic.length() + 1;
        for (int length : new int[] {127, 128, 16_383, 16_384}) {
            publisher.send(Publish.to(topic).payload(new byte[length - header]));
            Failure.unlessEqual(length - header, subscriber.expect(Type.PUBLISH).payload().length, "payload bytes");
        }
    }

    @Statement("MQTT5-1.5.7-1")
    void userPropertyThatIsNotUtf8IsMalformed(Scene scene) {
        byte[] bad = bytes(0xC3, 0x28);
        byte[] badKey =
                new Bytes().u8(Prop.USER_PROPERTY.id).binary(bad).text("v").toArray();
        byte[] badValue =
                new Bytes().u8(Prop.USER_PROPERTY.id).text("k").binary(bad).toArray();
        scene.rejects(Publish.to(scene.topic("t")).props(badKey).toArray(scene.version()), Codes.BROKEN);
        scene.rejects(Publish.to(scene.topic("t")).props(badValue).toArray(scene.version()), Codes.BROKEN);
        scene.rejectsConnect(scene.client().props(badKey), Codes.BROKEN);
    }

    @Statement({"U5-30", "U3-06"})
    void controlCharactersAreServedOrRefused(Scene scene) {
        String odd = scene.topic("bell\u0007\u0085");
        RawClient publisher = scene.connect();
        publisher.send(Publish.to(odd).qos(1, 1).toArray(scene.version()));
        RawClient witness = scene.connect();
        witness.fence();
        publisher.ping();
        for (Frame frame : publisher.untilEndOr(Type.PINGRESP)) {
            if (frame.type() == Type.DISCONNECT) {
                Failure.unlessOneOf(frame.code(), "reason of DISCONNECT", 0x81, 0x82, 0x90, 0x80);
            } else if (frame.type() == Type.PUBACK) {
                Failure.unlessOneOf(frame.code(), "reason of PUBACK", 0x00, 0x10, 0x90, 0x80, 0x87);
            }
        }
    }
}
