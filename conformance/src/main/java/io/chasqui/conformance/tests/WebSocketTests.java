package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.WebSocket;
import io.chasqui.conformance.suite.Fixture;
import io.chasqui.conformance.suite.Needs;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.Arrays;

/** Section 6: MQTT over WebSocket. */
@Needs(Fixture.WEBSOCKET)
final class WebSocketTests {

    @Statement({"MQTT5-6.0.0-1", "MQTT3-6.0.0-1"})
    void textFrameEndsTheConnection(Scene scene) {
        try (WebSocket socket = open(scene, "mqtt")) {
            socket.send(WebSocket.TEXT, true, Bytes.utf8("\u0010\u0000"));
            socket.expectEnd();
        }
    }

    @Statement({"MQTT5-6.0.0-2", "MQTT3-6.0.0-2"})
    void packetsAndFramesNeedNotLineUp(Scene scene) {
        byte[] connect = scene.client().toArray();
        String topic = scene.topic("t");
        byte[] rest = Bytes.join(
                Subscribe.with(1).filter(topic, 0).toArray(scene.version()),
                Publish.to(topic).text("hello").toArray(scene.version()));
        try (WebSocket socket = open(scene, "mqtt")) {
            for (byte each : connect) {
                socket.send(WebSocket.BINARY, true, new byte[] {each});
            }
            Failure.unlessEqual((byte) 0x20, socket.read(1)[0], "first byte");
            socket.send(WebSocket.BINARY, true, rest);
            byte[] answer = socket.read(5 + topic.length() + 9); // SUBACK, then the message
            Failure.unlessEqual((byte) 0x90, answer[0], "first byte");
        }
        try (WebSocket socket = open(scene, "mqtt")) { // one message of the WebSocket in three fragments
            socket.send(WebSocket.BINARY, false, new byte[] {connect[0]});
            socket.send(WebSocket.CONTINUATION, false, new byte[] {connect[1]});
            socket.send(WebSocket.CONTINUATION, true, Arrays.copyOfRange(connect, 2, connect.length));
            Failure.unlessEqual((byte) 0x20, socket.read(1)[0], "first byte");
        }
    }

    @Statement({"MQTT5-6.0.0-4", "MQTT3-6.0.0-4"})
    void subprotocolMqttIsSelected(Scene scene) {
        try (WebSocket socket = open(scene, "foo, mqtt")) {
            boolean selected = socket.response()
                    .lines()
                    .anyMatch(line -> line.replace(" ", "").equalsIgnoreCase("Sec-WebSocket-Protocol:mqtt"));
            Failure.unless(selected, "the response: %s", socket.response());
        }
    }

    private static WebSocket open(Scene scene, String protocols) {
        return WebSocket.open(scene.broker(), protocols, scene.timeout());
    }
}
