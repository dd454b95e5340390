package io.chasqui.broker.auth;

import io.chasqui.protocol.MqttVersion;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a Network Connection.
 *
 * @param clientId as sent, or as assigned by us
 * @param userName as sent; not verified by itself
 * @param peer what the listener knows of the other end
 * @param listener name of the listener it came through
 * @param identity whom authentication has found; {@link Identity#ANONYMOUS} before
 */
public record ClientInfo(
        String clientId,
        @Nullable String userName,
        Peer peer,
        String listener,
        MqttVersion version,
        Identity identity) {
    /** A client that has not been authenticated. */
    public ClientInfo(String clientId, @Nullable String userName, Peer peer, String listener, MqttVersion version) {
        this(clientId, userName, peer, listener, version, Identity.ANONYMOUS);
    }

    /** The same client, authenticated. */
    public ClientInfo as(Identity who) {
        return new ClientInfo(clientId, userName, peer, listener, version, who);
    }

    /** The client's address. */
    public SocketAddress remote() {
        return peer.address();
    }

    /** The client's address without its port, for tables and logs; its text for one that is no internet address. */
    public String address() {
        return remote() instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress()
                : remote().toString();
    }

    /** The client's address and, where it is known, its port, such as {@code 192.0.2.1:50000} and {@code [2001:db8:0:0:0:0:0:1]:50000}. */
    public String endpoint() {
        if (!(remote() instanceof InetSocketAddress internet)) {
            return address();
        }
        String host = internet.getAddress() instanceof Inet6Address ? "[" + address() + "]" : address();
        return internet.getPort() == 0 ? host : host + ":" + internet.getPort(); // X-Forwarded-For has no port
    }

    /** Whether it comes from this machine: over loopback, or by a socket that is no internet socket. */
    public boolean isLocal() {
        return !(remote() instanceof InetSocketAddress internet)
                || internet.getAddress() != null && internet.getAddress().isLoopbackAddress();
    }
}
