package io.chasqui.interop;

import io.chasqui.protocol.MqttVersion;

/** The client of this project, speaking MQTT 5. */
final class ChasquiOverMqtt5Test extends SeesSubscriptionIds {
    ChasquiOverMqtt5Test(BrokerUnderTest broker) {
        super(
                broker,
                (port, options, events) ->
                        new ChasquiClient("mqtt://127.0.0.1:" + port, MqttVersion.V5, options, events));
    }
}
