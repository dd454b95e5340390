package io.chasqui.interop;

/** The HiveMQ MQTT client, speaking MQTT 5 over TLS. */
final class HiveMqOverTlsTest extends SpeaksMqtt5 {
    HiveMqOverTlsTest(BrokerUnderTest broker) {
        super(broker.overTls(), HiveMq5Client::overTls);
    }

    @Override
    boolean canBeReadOnTheWire() {
        return false;
    }
}
