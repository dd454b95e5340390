package io.chasqui.interop;

/** Eclipse Paho Java for MQTT 3, speaking MQTT 3.1 (protocol name MQIsdp). */
final class PahoV3OverMqtt31Test extends SpeaksMqtt {
    PahoV3OverMqtt31Test(BrokerUnderTest broker) {
        super(broker, PahoV3Client.library(3));
    }

    @Override
    boolean knowsSession(Guest guest) {
        return true;
    }
}
