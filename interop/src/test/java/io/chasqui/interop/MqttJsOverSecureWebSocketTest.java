package io.chasqui.interop;

import io.chasqui.protocol.UserProperty;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT.js, speaking MQTT 5 over secure WebSocket, as it does in a browser. */
@Needs(
        value = {"node", "npm"},
        install = "Node.js 16 or newer and npm (Debian: nodejs, npm)")
@ExtendWith(Node.Running.class)
final class MqttJsOverSecureWebSocketTest extends SeesSubscriptionIds {
    MqttJsOverSecureWebSocketTest(BrokerUnderTest broker, Node node) {
        super(broker.overTls(), MqttJs.overSecureWebSocket(node, 5));
    }

    /** It knows user properties by name, so those of one name stand together. */
    @Override
    List<UserProperty> userProperties() {
        return List.of(
                new UserProperty("b", "first"),
                new UserProperty("b", "second"),
                new UserProperty("a", "third"),
                new UserProperty("ключ", ""));
    }

    @Override
    boolean canBeReadOnTheWire() {
        return false;
    }
}
