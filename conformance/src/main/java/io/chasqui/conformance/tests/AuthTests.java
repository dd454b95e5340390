package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Connect;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Props;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.suite.Fixture;
import io.chasqui.conformance.suite.Needs;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.nio.charset.StandardCharsets;

/** Enhanced authentication, section 4.12, with SCRAM-SHA-256. */
@Needs(Fixture.SCRAM)
final class AuthTests {
    private static final String PASSWORD = "pencil";
    private static final int CONTINUE = 0x18;
    private static final int AGAIN = 0x19;

    private static Connect hello(Scene scene, ScramClient scram) {
        return scene.client().props(data(ScramClient.METHOD, scram.first()));
    }

    private static byte[] data(String method, String data) {
        return Props.of(Prop.AUTH_METHOD, method)
                .add(Prop.AUTH_DATA, data.getBytes(StandardCharsets.UTF_8))
                .toArray();
    }

    private static byte[] auth(int code, String method, String data) {
        byte[] props = data(method, data);
        return new Bytes().u8(code).varint(props.length).raw(props).packet(Type.AUTH);
    }

    private static String text(Frame frame) {
        Failure.unlessEqual(ScramClient.METHOD, frame.props().text(Prop.AUTH_METHOD), "Authentication Method");
        return new String(frame.props().binary(Prop.AUTH_DATA), StandardCharsets.UTF_8);
    }

    /** Waits for the broker's challenge. */
    private static String challenge(RawClient client) {
        Frame auth = client.expect(Type.AUTH);
        Failure.unlessEqual(CONTINUE, auth.code(), "code of AUTH");
        return text(auth);
    }

    /** A client that has come in. */
    private static RawClient authenticated(Scene scene) {
        ScramClient scram = new ScramClient("user", PASSWORD);
        RawClient client = scene.open();
        client.send(hello(scene, scram));
        client.send(auth(CONTINUE, ScramClient.METHOD, scram.last(challenge(client))));
        Frame connAck = client.expect(Type.CONNACK);
        Failure.unlessEqual(0, connAck.code(), "code of CONNACK");
        scram.check(text(connAck));
        return client;
    }

    @Statement({"MQTT5-4.12.0-2", "MQTT5-4.12.0-5"})
    void bothSidesProveThatTheyKnowThePassword(Scene scene) {
        authenticated(scene).fence();
    }

    @Statement({"MQTT5-4.12.0-4", "MQTT5-4.12.0-5"})
    void whoProvesNothingIsRefused(Scene scene) {
        for (String[] wrong : new String[][] {{"user", "wrong"}, {"nobody", PASSWORD}}) {
            ScramClient scram = new ScramClient(wrong[0], wrong[1]);
            RawClient client = scene.open();
            client.send(hello(scene, scram));
            client.send(auth(CONTINUE, ScramClient.METHOD, scram.last(challenge(client))));
            client.expectRefusal(0x86, 0x87);
        }
        ScramClient scram = new ScramClient("user", PASSWORD);
        RawClient other = scene.open();
        other.send(hello(scene, scram));
        other.send(auth(CONTINUE, "SCRAM-SHA-1", scram.last(challenge(other))));
        other.expectRefusal(0x82, 0x8C, 0x87);
    }

    @Statement({"MQTT5-4.12.1-1", "U5-41"})
    void aClientAuthenticatesAnewAndGoesOn(Scene scene) {
        String topic = scene.topic("t");
        RawClient client = authenticated(scene);
        client.subscribe(topic, 0);
        ScramClient scram = new ScramClient("user", PASSWORD);
        client.send(auth(AGAIN, ScramClient.METHOD, scram.first()));
        String challenge = challenge(client);
        client.publish(topic, "meanwhile", 0);
        Failure.unlessEqual("meanwhile", client.receive().text(), "during re-authentication");
        client.send(auth(CONTINUE, ScramClient.METHOD, scram.last(challenge)));
        Frame end = client.expect(Type.AUTH);
        Failure.unlessEqual(0, end.code(), "code of the last AUTH");
        scram.check(text(end));
        client.fence();
    }

    @Statement({"MQTT5-4.12.1-1", "MQTT5-4.12.1-2"})
    void aFailedReauthenticationEndsTheConnection(Scene scene) {
        RawClient client = authenticated(scene);
        ScramClient wrong = new ScramClient("user", "wrong");
        client.send(auth(AGAIN, ScramClient.METHOD, wrong.first()));
        client.send(auth(CONTINUE, ScramClient.METHOD, wrong.last(challenge(client))));
        client.expectRefusal(0x86, 0x87);
        RawClient other = authenticated(scene);
        other.send(auth(AGAIN, "SCRAM-SHA-1", new ScramClient("user", PASSWORD).first()));
        other.expectRefusal(0x82, 0x8C, 0x87);
    }

    /** Bytes of an AUTH with its method and data, and nothing else. */
    private static int bare(Frame auth) {
        return auth(CONTINUE, ScramClient.METHOD, text(auth)).length;
    }

    @Statement({"MQTT5-3.15.2-2", "MQTT5-3.15.2-3"})
    void nothingIsAddedToAnAuthThatTheClientCannotTake(Scene scene) {
        ScramClient probe = new ScramClient("user", PASSWORD);
        RawClient first = scene.open();
        first.send(hello(scene, probe));
        Frame auth = first.expect(Type.AUTH);
        ScramClient scram = new ScramClient("user", PASSWORD); // whose nonce is as long
        RawClient client = scene.open();
        client.send(hello(scene, scram).prop(Prop.MAXIMUM_PACKET_SIZE, bare(auth)));
        Frame small = client.expect(Type.AUTH);
        Failure.unlessEqual(CONTINUE, small.code(), "code of AUTH");
        Failure.unlessEqual(bare(auth), small.size(), "bytes of AUTH with method and data alone");
    }
}
