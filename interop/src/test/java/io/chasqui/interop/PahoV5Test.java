package io.chasqui.interop;

/** Eclipse Paho Java for MQTT 5. */
final class PahoV5Test extends SeesSubscriptionIds {
    PahoV5Test(BrokerUnderTest broker) {
        super(broker, PahoV5Client::new);
    }

    /** It delivers a resent QoS 2 message a second time; the broker has resent it as it must. */
    @Override
    boolean recognisesResentMessages() {
        return false;
    }

    /** It takes the empty topic that comes with a known alias for the topic that the alias stands for. */
    @Override
    boolean understandsTopicAliases() {
        return false;
    }
}
