package io.chasqui.broker.transport;

import io.chasqui.broker.tls.TlsConfig;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to listen. Immutable.
 *
 * @param name what logs and errors call it
 * @param host address to bind
 * @param port TCP port, or 0 to let the system choose
 * @param maxConnections one more is accepted and closed at once
 * @param connectTimeout from accept to CONNECT; the handshakes of TLS and WebSocket are part of it
 * @param tls null where nothing is encrypted
 * @param webSocket null where MQTT is spoken on the connection itself
 */
public record Door(
        String name,
        String host,
        int port,
        int maxConnections,
        Duration connectTimeout,
        @Nullable TlsConfig tls,
        @Nullable WebSocket webSocket) {

    /**
     * MQTT in the binary frames of a WebSocket (section 6 of both standards).
     *
     * @param path of the one resource that there is, such as {@code /mqtt}
     * @param origins which web pages may connect, see {@link Origins}; empty for all
     * @param pingInterval after so long a silence a client is sent a ping, and after as long without an answer closed;
     *     zero for never
     */
    public record WebSocket(String path, List<String> origins, Duration pingInterval) {
        public WebSocket {
            origins = List.copyOf(origins);
        }
    }
}
