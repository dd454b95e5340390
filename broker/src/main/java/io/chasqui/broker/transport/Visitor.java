package io.chasqui.broker.transport;

import io.chasqui.broker.auth.Peer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What the stages of a channel find out about its peer, for {@link MqttHandler} to hand on. Confined to its loop. */
final class Visitor {
    private SocketAddress address;
    private Peer.@Nullable Tls tls;

    Visitor(SocketAddress address) {
        this.address = address;
    }

    SocketAddress address() {
        return address;
    }

    /** A trusted proxy says that the client is at {@code client}. */
    void comesFrom(SocketAddress client) {
        address = client;
    }

    void encrypted(Peer.Tls found) {
        tls = found;
    }

    /** The address without its port; its text for one that is no internet address. */
    String host() {
        return address instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress()
                : address.toString();
    }

    boolean isEncrypted() {
        return tls != null;
    }

    Peer peer() {
        return new Peer(address, tls);
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
