package io.chasqui.client;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.ReasonCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that can go wrong between this client and its server, one kind each; the message says what, why, and what the server
 * answered. Wrong arguments are an {@link IllegalArgumentException} instead.
 *
 * <p>Blocking calls throw it; the futures of their twins fail with it.
 */
public abstract sealed class MqttException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private MqttException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static String answer(ReasonCode reason, @Nullable String reasonString) {
        String code = String.format("%s (0x%02X)", reason, reason.code());
        return reasonString == null ? code : code + ": " + reasonString;
    }

    /** No connection could be opened: no route, no listener, no TLS, no CONNACK in time. Trying again later may help. */
    public static final class ConnectFailed extends MqttException {
        private static final long serialVersionUID = 1L;

        ConnectFailed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The server answered CONNECT with a Reason Code of 0x80 or more. */
    public static final class ConnectRefused extends MqttException {
        private static final long serialVersionUID = 1L;
        private final transient ConnAck connAck;

        ConnectRefused(String server, ConnAck connAck) {
            super(
                    server + " refused the connection: "
                            + answer(connAck.reason(), connAck.properties().reasonString()),
                    null);
            this.connAck = connAck;
        }

        /** The whole answer, with the Server Reference if there is one. */
        public ConnAck connAck() {
            return connAck;
        }

        public ReasonCode reason() {
            return connAck.reason();
        }

        /** Whether the same CONNECT will be refused again, so that the client does not try by itself. */
        public boolean isPermanent() {
            return switch (connAck.reason()) {
                case UNSUPPORTED_PROTOCOL_VERSION,
                        CLIENT_IDENTIFIER_NOT_VALID,
                        BAD_AUTHENTICATION_METHOD,
                        BANNED,
                        MALFORMED_PACKET,
                        PROTOCOL_ERROR,
                        USE_ANOTHER_SERVER,
                        SERVER_MOVED -> true;
                default -> false;
            };
        }
    }

    /** The connection ended without our doing, or there is none. What waits for an answer fails with it only if it is not retried. */
    public static final class ConnectionLost extends MqttException {
        private static final long serialVersionUID = 1L;
        private final @Nullable ReasonCode reason;

        ConnectionLost(String message, @Nullable ReasonCode reason, @Nullable Throwable cause) {
            super(message, cause);
            this.reason = reason;
        }

        /** What the server's DISCONNECT says; null when it sent none, or when the fault was seen by us. */
        public @Nullable ReasonCode reason() {
            return reason;
        }
    }

    /** The server, or this client in its name, refused one message. It is not retried. */
    public static final class PublishRefused extends MqttException {
        private static final long serialVersionUID = 1L;
        private final ReasonCode reason;

        PublishRefused(String topic, ReasonCode reason, @Nullable String reasonString) {
            super("the message for " + topic + " was refused: " + answer(reason, reasonString), null);
            this.reason = reason;
        }

        public ReasonCode reason() {
            return reason;
        }
    }

    /** At least one Topic Filter of a SUBSCRIBE or UNSUBSCRIBE was refused; the others are in force. */
    public static final class SubscribeRefused extends MqttException {
        private static final long serialVersionUID = 1L;
        private final transient List<ReasonCode> reasons;

        SubscribeRefused(String what, List<ReasonCode> reasons, @Nullable String reasonString) {
            super(what + " was refused: " + reasons + (reasonString == null ? "" : ": " + reasonString), null);
            this.reasons = reasons;
        }

        /** One for each Topic Filter, in the order of the call. */
        public List<ReasonCode> reasons() {
            return reasons;
        }
    }

    /** There is no room for one more message. Nothing was taken over; try again when others have been acknowledged. */
    public static final class OutboxFull extends MqttException {
        private static final long serialVersionUID = 1L;

        OutboxFull(String message) {
            super(message, null);
        }
    }

    /** The outbox on disk cannot be read or written. What it held before is not touched. */
    public static final class OutboxFailed extends MqttException {
        private static final long serialVersionUID = 1L;

        OutboxFailed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The Message Expiry Interval passed before the message could be sent. */
    public static final class Expired extends MqttException {
        private static final long serialVersionUID = 1L;

        Expired(String topic) {
            super("the message for " + topic + " expired before it could be sent", null);
        }
    }

    /** No answer in time. The server may have done what was asked for. */
    public static final class TimedOut extends MqttException {
        private static final long serialVersionUID = 1L;

        TimedOut(String message) {
            super(message, null);
        }
    }

    /** The client was closed, or the wait was interrupted (then the thread's interrupt flag is set). */
    public static final class Closed extends MqttException {
        private static final long serialVersionUID = 1L;

        Closed(String message) {
            super(message, null);
        }
    }
}
