package io.chasqui.interop;

import io.chasqui.protocol.MqttVersion;

/** The client of this project, speaking MQTT 5 with Mosquitto. */
@Needs(
        value = {"mosquitto_passwd", "stdbuf"},
        install = "Mosquitto (Debian: mosquitto, coreutils)")
@Mosquitto.IsBroker
final class ChasquiOverMqtt5AtMosquittoTest extends SeesSubscriptionIds {
    ChasquiOverMqtt5AtMosquittoTest(BrokerUnderTest broker) {
        super(
                broker,
                (port, options, events) ->
                        new ChasquiClient("mqtt://127.0.0.1:" + port, MqttVersion.V5, options, events));
    }

    /** Not a test here: Mosquitto 2.0.11 closes such a connection without a DISCONNECT. */
    @Override
    void who_is_taken_over_is_told_so() {}
}
