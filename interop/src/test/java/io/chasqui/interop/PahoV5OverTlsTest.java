package io.chasqui.interop;

/** Eclipse Paho Java, speaking MQTT 5 over TLS. */
final class PahoV5OverTlsTest extends SeesSubscriptionIds {
    PahoV5OverTlsTest(BrokerUnderTest broker) {
        super(broker.overTls(), PahoV5Client::overTls);
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
