package io.chasqui.interop;

import io.chasqui.protocol.MqttVersion;

/** The client of this project, speaking MQTT 3.1.1. */
final class ChasquiOverMqtt311Test extends SpeaksMqtt {
    ChasquiOverMqtt311Test(BrokerUnderTest broker) {
        super(
                broker,
                (port, options, events) ->
                        new ChasquiClient("mqtt://127.0.0.1:" + port, MqttVersion.V3_1_1, options, events));
    }
}
