package io.chasqui.interop;

/** Eclipse Paho Java for MQTT 3, speaking MQTT 3.1.1. */
final class PahoV3OverMqtt311Test extends SpeaksMqtt {
    PahoV3OverMqtt311Test(BrokerUnderTest broker) {
        super(broker, PahoV3Client.library(4));
    }
}
