package io.chasqui.interop;

/** The HiveMQ MQTT client, speaking MQTT 5. */
final class HiveMqOverMqtt5Test extends SpeaksMqtt5 {
    HiveMqOverMqtt5Test(BrokerUnderTest broker) {
        super(broker, HiveMq5Client::new);
    }
}
