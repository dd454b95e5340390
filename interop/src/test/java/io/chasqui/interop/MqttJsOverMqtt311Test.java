package io.chasqui.interop;

import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT.js, speaking MQTT 3.1.1. */
@Needs(
        value = {"node", "npm"},
        install = "Node.js 16 or newer and npm (Debian: nodejs, npm)")
@ExtendWith(Node.Running.class)
final class MqttJsOverMqtt311Test extends SpeaksMqtt {
    MqttJsOverMqtt311Test(BrokerUnderTest broker, Node node) {
        super(broker, MqttJs.library(node, 4));
    }
}
