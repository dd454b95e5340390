package io.chasqui.interop;

import io.chasqui.protocol.MqttVersion;

/** The client of this project, speaking MQTT 3.1.1 with Mosquitto. */
@Needs(
        value = {"mosquitto_passwd", "stdbuf"},
        install = "Mosquitto (Debian: mosquitto, coreutils)")
@Mosquitto.IsBroker
final class ChasquiOverMqtt311AtMosquittoTest extends SpeaksMqtt {
    ChasquiOverMqtt311AtMosquittoTest(BrokerUnderTest broker) {
        super(
                broker,
                (port, options, events) ->
                        new ChasquiClient("mqtt://127.0.0.1:" + port, MqttVersion.V3_1_1, options, events));
    }
}
