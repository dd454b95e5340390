package io.chasqui.interop;

/** The HiveMQ MQTT client, speaking MQTT 5 over WebSocket. */
final class HiveMqOverWebSocketTest extends SpeaksMqtt5 {
    HiveMqOverWebSocketTest(BrokerUnderTest broker) {
        super(broker.overWebSocket(), HiveMq5Client::overWebSocket);
    }

    @Override
    boolean canBeReadOnTheWire() {
        return false;
    }
}
