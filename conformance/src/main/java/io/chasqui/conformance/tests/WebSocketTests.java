package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.raw.WebSocket;
import io.chasqui.conformance.suite.Fixture;
import io.chasqui.conformance.suite.Needs;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.Arrays;

/** Section 6: MQTT over WebSocket. */
@Needs(Fixture.WEBSOCKET)
final class WebSocketTests {

    private static final int PUBLISH = 3;
    private static final int LARGE = 70_000; // bytes: more than a length of 16 bits

    @Statement({"MQTT5-6.0.0-1", "MQTT3-6.0.0-1"})
    void textFrameEndsTheConnection(Scene scene) {
        WebSocket fresh = scene.webSocket("mqtt");
        fresh.send(WebSocket.TEXT, true, scene.client().toArray());
        fresh.expectEnd();
        WebSocket connected = connect(scene);
        connected.send(WebSocket.TEXT, true, new Bytes().packet(Type.PINGREQ));
        connected.expectEnd();
    }

    @Statement({"MQTT5-6.0.0-1", "MQTT3-6.0.0-1"})
    void brokerSendsBinaryFrames(Scene scene) {
        WebSocket socket = connect(scene); // which fails at any other frame with data
        String topic = scene.topic("large");
        subscribe(socket, scene, topic);
        byte[] large = Publish.to(topic).payload(new byte[LARGE]).toArray(scene.version());
        for (int at = 0; at < large.length; at += 60_000) {
            socket.send(WebSocket.BINARY, true, Arrays.copyOfRange(large, at, Math.min(large.length, at + 60_000)));
        }
        byte[] message = socket.readPacket();
        Failure.unlessEqual(PUBLISH, message[0] >> 4, "type of the packet");
        Failure.unless(message.length > LARGE, "a message of %d bytes", message.length);
    }

    @Statement({"MQTT5-6.0.0-2", "MQTT3-6.0.0-2"})
    void oneByteAFrame(Scene scene) {
        WebSocket socket = scene.webSocket("mqtt");
        for (byte each : scene.client().toArray()) {
            socket.send(WebSocket.BINARY, true, each);
        }
        Failure.unlessEqual((byte) 0x20, socket.readPacket()[0], "first byte");
    }

    @Statement({"MQTT5-6.0.0-2", "MQTT3-6.0.0-2"})
    void severalPacketsInOneFrame(Scene scene) {
        String topic = scene.topic("t");
        WebSocket socket = scene.webSocket("mqtt");
        byte[] first = Publish.to(topic).text("first").toArray(scene.version());
        byte[] second = Publish.to(topic).text("second").toArray(scene.version());
        byte[] subscribe = Subscribe.with(1).filter(topic, 0).toArray(scene.version());
        byte[] all = Bytes.join(scene.client().toArray(), subscribe, first, second);
        socket.send(WebSocket.BINARY, true, Arrays.copyOf(all, all.length - 1)); // and a part of the last
        socket.send(WebSocket.BINARY, true, all[all.length - 1]);
        Failure.unlessEqual((byte) 0x20, socket.readPacket()[0], "first byte");
        Failure.unlessEqual((byte) 0x90, socket.readPacket()[0], "first byte");
        Failure.unlessSame(first, socket.readPacket(), "the first message");
        Failure.unlessSame(second, socket.readPacket(), "the second message");
    }

    @Statement({"MQTT5-6.0.0-2", "MQTT3-6.0.0-2"})
    void packetInFragmentsWithPingsBetweenThem(Scene scene) {
        byte[] connect = scene.client().toArray();
        WebSocket socket = scene.webSocket("mqtt");
        socket.send(WebSocket.BINARY, false, connect[0]);
        socket.send(WebSocket.PING, true, (byte) 1);
        socket.send(WebSocket.CONTINUATION, false); // of nothing
        socket.send(WebSocket.CONTINUATION, false, connect[1]);
        Failure.unlessSame(new byte[] {1}, socket.readPong(), "the pong");
        socket.send(WebSocket.CONTINUATION, true, Arrays.copyOfRange(connect, 2, connect.length));
        Failure.unlessEqual((byte) 0x20, socket.readPacket()[0], "first byte");
    }

    @Statement({"MQTT5-6.0.0-4", "MQTT3-6.0.0-4"})
    void subprotocolMqttIsSelected(Scene scene) {
        WebSocket socket = scene.webSocket("foo, mqtt");
        boolean selected = socket.response()
                .lines()
                .anyMatch(line -> line.replace(" ", "").equalsIgnoreCase("Sec-WebSocket-Protocol:mqtt"));
        Failure.unless(selected, "the response: %s", socket.response());
    }

    private static WebSocket connect(Scene scene) {
        WebSocket socket = scene.webSocket("mqtt");
        socket.send(WebSocket.BINARY, true, scene.client().toArray());
        byte[] connAck = socket.readPacket();
        Failure.unless(connAck[0] == 0x20 && connAck[3] == 0, "the connection is refused: %s", Bytes.hex(connAck));
        return socket;
    }

    private static void subscribe(WebSocket socket, Scene scene, String topic) {
        socket.send(WebSocket.BINARY, true, Subscribe.with(1).filter(topic, 0).toArray(scene.version()));
        Failure.unlessEqual((byte) 0x90, socket.readPacket()[0], "first byte");
    }
}
