package io.chasqui.broker.auth;

import io.chasqui.protocol.MqttVersion;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a Network Connection.
 *
 * @param clientId as sent, or as assigned by us
 * @param userName as sent; not verified by itself
 * @param peer what the listener knows of the other end
 * @param listener name of the listener it came through
 */
public record ClientInfo(String clientId, @Nullable String userName, Peer peer, String listener, MqttVersion version) {

    /** The client's address. */
    public SocketAddress remote() {
        return peer.address();
    }
}
