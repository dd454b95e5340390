package io.chasqui.interop;

/** Eclipse Paho Java, speaking MQTT 5 over secure WebSocket. */
final class PahoV5OverSecureWebSocketTest extends SeesSubscriptionIds {
    PahoV5OverSecureWebSocketTest(BrokerUnderTest broker) {
        super(broker.overTls(), PahoV5Client::overSecureWebSocket);
    }

    /** See {@link PahoV5Test}. */
    @Override
    boolean recognisesResentMessages() {
        return false;
    }

    /** See {@link PahoV5Test}. */
    @Override
    boolean understandsTopicAliases() {
        return false;
    }

    @Override
    boolean canBeReadOnTheWire() {
        return false;
    }
}
