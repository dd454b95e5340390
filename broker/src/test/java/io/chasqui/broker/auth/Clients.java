package io.chasqui.broker.auth;

import io.chasqui.protocol.MqttVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Clients for tests. */
final class Clients {
    private Clients() {}

    static ClientInfo client(String clientId, @Nullable String user, String... groups) {
        return from("192.0.2.7", clientId, user, groups);
    }

    static ClientInfo from(String address, String clientId, @Nullable String user, String... groups) {
        InetSocketAddress remote = new InetSocketAddress(InetAddress.ofLiteral(address), 40_000);
        ClientInfo client = new ClientInfo(clientId, user, Peer.at(remote), "mqtt", MqttVersion.V5);
        return user == null ? client : client.as(Identity.user(user, "test").withGroups(Set.of(groups)));
    }

    static ClientInfo withCertificate(String identity) {
        Peer.Certificate certificate = new Peer.Certificate(identity, "CN=" + identity, "00", Instant.MAX);
        Peer peer = new Peer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                new Peer.Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, certificate));
        return new ClientInfo("c", null, peer, "tls", MqttVersion.V5);
    }
}
