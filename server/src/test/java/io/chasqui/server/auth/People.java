package io.chasqui.server.auth;

import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Peer;
import io.chasqui.protocol.MqttVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Clients for tests. */
final class People {
    private People() {}

    static ClientInfo named(String clientId, @Nullable String userName) {
        return at("192.0.2.1", clientId, userName);
    }

    static ClientInfo at(String address, String clientId, @Nullable String userName) {
        InetSocketAddress remote = new InetSocketAddress(InetAddress.ofLiteral(address), 50_000);
        return new ClientInfo(clientId, userName, Peer.at(remote), "mqtt", MqttVersion.V5);
    }
}
