package io.chasqui.broker.auth;

import java.net.SocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a listener has found out about the other end before CONNECT. Immutable.
 *
 * @param address the client's: of the socket, or what a trusted proxy says of it; for a Unix domain socket no
 *     {@link java.net.InetSocketAddress}
 * @param tls null where the connection is not encrypted, or a proxy has taken the encryption away
 */
public record Peer(SocketAddress address, @Nullable Tls tls) {

    /** A peer that is not encrypted. */
    public static Peer at(SocketAddress address) {
        return new Peer(address, null);
    }

    /** The certificate that the client has proved to own; null for none. */
    public @Nullable Certificate certificate() {
        return tls == null ? null : tls.certificate();
    }

    /**
     * An encrypted connection.
     *
     * @param protocol such as {@code TLSv1.3}
     * @param cipher such as {@code TLS_AES_128_GCM_SHA256}
     * @param serverName that the client wanted to reach (SNI); null where it said none
     * @param certificate that the client has proved to own; null for none
     */
    public record Tls(
            String protocol,
            String cipher,
            @Nullable String serverName,
            @Nullable Certificate certificate) {}

    /**
     * A client certificate that was verified: its chain ends at the listener's CA, it is in its time, and not revoked.
     *
     * @param identity what the listener's setting takes from it: its CN, a name of its SAN, or the whole subject; null
     *     where it has no such thing, and then it identifies nobody
     * @param subject the whole Distinguished Name, as RFC 2253 writes it
     * @param fingerprint SHA-256 of the certificate, in hexadecimal lower case
     * @param notAfter when it expires
     */
    public record Certificate(@Nullable String identity, String subject, String fingerprint, Instant notAfter) {}
}
