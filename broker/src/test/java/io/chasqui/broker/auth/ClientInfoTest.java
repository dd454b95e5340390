package io.chasqui.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.MqttVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;

class ClientInfoTest {
    private static ClientInfo at(String address, int port) {
        InetSocketAddress remote = new InetSocketAddress(InetAddress.ofLiteral(address), port);
        return new ClientInfo("c", null, Peer.at(remote), "mqtt", MqttVersion.V5);
    }

    @Test
    void anEndpointIsWrittenAsPeopleDo() {
        assertThat(at("192.0.2.1", 50_000).endpoint()).isEqualTo("192.0.2.1:50000");
        assertThat(at("2001:db8::1", 50_000).endpoint()).isEqualTo("[2001:db8:0:0:0:0:0:1]:50000");
        assertThat(at("192.0.2.1", 0).endpoint()).as("of X-Forwarded-For").isEqualTo("192.0.2.1");
        Peer local = Peer.at(UnixDomainSocketAddress.of("/run/mqtt.sock"));
        assertThat(new ClientInfo("c", null, local, "local", MqttVersion.V5).endpoint())
                .isEqualTo("/run/mqtt.sock");
    }
}
