package io.chasqui.server.probe;

import io.chasqui.client.transport.Endpoint;
import io.chasqui.client.transport.Security;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The broker that is asked or loaded, and how it lets us in. Immutable.
 *
 * @param password not to be modified
 * @param keepAliveSeconds 0 to 65,535; 0 turns it off
 */
public record Target(
        Endpoint endpoint,
        MqttVersion version,
        @Nullable String userName,
        byte @Nullable [] password,
        int keepAliveSeconds) {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    public Target {
        if (keepAliveSeconds < 0 || keepAliveSeconds > 65_535) {
            throw new IllegalArgumentException("-k is " + keepAliveSeconds + "; give 0 to 65535 seconds");
        }
        if (password != null && userName == null && version != MqttVersion.V5) {
            throw new IllegalArgumentException("-P without -u needs MQTT 5"); // MQTT3-3.1.2-22
        }
    }

    /**
     * Reads what a command line says.
     *
     * @param url {@code mqtt://}, {@code mqtts://}, {@code ws://}, {@code wss://} or {@code unix://}
     * @param trusted PEM file of certificate authorities, or null for those of the JDK
     * @throws IllegalArgumentException which says what to give
     */
    public static Target of(
            String url,
            MqttVersion version,
            @Nullable String userName,
            @Nullable String password,
            int keepAliveSeconds,
            @Nullable Path trusted,
            @Nullable Path certificate,
            @Nullable Path key,
            boolean checkHostName) {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("--cert and --key go together");
        }
        Endpoint endpoint = Endpoint.parse(url);
        Security security = null;
        if (endpoint.scheme().isSecure()) {
            security = Security.of(
                    trusted, certificate, key, checkHostName, new Security.Narrowed(List.of(), List.of(), List.of()));
        } else if (trusted != null || certificate != null) {
            throw new IllegalArgumentException("--cafile and --cert need mqtts:// or wss://");
        }
        byte[] secret = password == null ? null : password.getBytes(StandardCharsets.UTF_8);
        return new Target(
                endpoint.with(security, null, CONNECT_TIMEOUT, null), version, userName, secret, keepAliveSeconds);
    }

    /** The same broker, in another version of the protocol. */
    public Target with(MqttVersion otherVersion) {
        return new Target(endpoint, otherVersion, userName, password, keepAliveSeconds);
    }

    /** A CONNECT for a connection whose session ends with it. */
    public Connect connect(String clientId) {
        return connect(clientId, true, 0);
    }

    /**
     * A CONNECT that may keep its session.
     *
     * @param sessionExpirySeconds for MQTT 5; in MQTT 3 a session without Clean Session never expires
     */
    @SuppressWarnings("NullAway") // it does not see that an array in a record of another module may be null
    public Connect connect(String clientId, boolean cleanStart, long sessionExpirySeconds) {
        return new Connect(
                version,
                false,
                cleanStart,
                keepAliveSeconds,
                clientId,
                null,
                userName,
                password,
                version == MqttVersion.V5 ? sessionExpirySeconds : cleanStart ? 0 : Connect.NEVER_EXPIRES,
                65_535,
                Connect.NO_LIMIT,
                0,
                false,
                true,
                null,
                null,
                List.of());
    }

    /** Why there is no connection, and where there is something to do about it, what; begins with ": ", or is empty. */
    public static String reason(@Nullable Throwable cause) {
        if (cause == null) {
            return "";
        }
        String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (text.contains("Connection refused")) {
            return ": connection refused; is a broker running there?";
        }
        if (text.contains("Too many open files")) {
            return ": this process has no file left; raise its limit (ulimit -n), or ask for fewer connections";
        }
        if (text.contains("Cannot assign requested address")) {
            return ": this machine has no port left for connections to there; ask for fewer, or wait a minute";
        }
        if (cause instanceof UnknownHostException) {
            return ": nobody knows this host name; is it right?";
        }
        if (cause instanceof SSLException) {
            return ": TLS: " + text + "; --cafile says whom to trust";
        }
        return ": " + text;
    }

    @Override
    public String toString() {
        return endpoint.toString(); // without the password
    }
}
