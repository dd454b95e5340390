package io.chasqui.broker.transport;

import io.chasqui.broker.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to listen. Immutable.
 *
 * @param name what logs and errors call it
 * @param host address to bind
 * @param port TCP port, or 0 to let the system choose
 * @param unixSocket to be bound instead of the two; null for TCP
 * @param maxConnections one more is accepted and closed at once
 * @param connectionsPerAddress that have come to CONNECT; 0 for any number. One more is refused with 0x97
 * @param connectRate connections a second; more wait. 0 for any number
 * @param connectQueue connections that may wait; one more is told that the server is busy
 * @param connectTimeout from accept to CONNECT; the handshakes of TLS and WebSocket are part of it
 * @param proxies who has to say whom it speaks for, in a header of the PROXY protocol before all else
 * @param speech what is spoken
 * @param tls null where nothing is encrypted
 * @param webSocket null where there is none
 */
public record Door(
        String name,
        String host,
        int port,
        @Nullable UnixSocket unixSocket,
        int maxConnections,
        int connectionsPerAddress,
        int connectRate,
        int connectQueue,
        Duration connectTimeout,
        Networks proxies,
        Speech speech,
        @Nullable TlsConfig tls,
        @Nullable WebSocket webSocket) {

    /** What clients speak. */
    public enum Speech {
        MQTT,
        WEBSOCKET,
        /** One or the other, encrypted or not, as the first byte says; encrypted only where there is TLS. */
        AUTO
    }

    /**
     * A Unix domain socket.
     *
     * @param permissions of its file, in octal, such as {@code 660}
     */
    public record UnixSocket(Path path, String permissions) {}

    /**
     * MQTT in the binary frames of a WebSocket (section 6 of both standards).
     *
     * @param path of the one resource that there is, such as {@code /mqtt}
     * @param origins which web pages may connect, see {@link Origins}; empty for all
     * @param pingInterval after so long a silence a client is sent a ping, and after as long without an answer closed;
     *     zero for never
     * @param proxies whose X-Forwarded-For is believed
     */
    public record WebSocket(String path, List<String> origins, Duration pingInterval, Networks proxies) {
        public WebSocket {
            origins = List.copyOf(origins);
        }
    }
}
