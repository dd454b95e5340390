package io.chasqui.interop;

/** The HiveMQ MQTT client, speaking MQTT 3.1.1. */
final class HiveMqOverMqtt311Test extends SpeaksMqtt {
    HiveMqOverMqtt311Test(BrokerUnderTest broker) {
        super(broker, HiveMq3Client::new);
    }
}
