package io.chasqui.protocol;

import static io.chasqui.protocol.ReasonCode.*;

/** Which Reason Codes each packet may carry, and from whom (section 2.4 and the table of each packet). */
enum ReasonTable {
    CONNACK(
            "MQTT5-3.2.2-8",
            SUCCESS,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            UNSUPPORTED_PROTOCOL_VERSION,
            CLIENT_IDENTIFIER_NOT_VALID,
            BAD_USER_NAME_OR_PASSWORD,
            NOT_AUTHORIZED,
            SERVER_UNAVAILABLE,
            SERVER_BUSY,
            BANNED,
            BAD_AUTHENTICATION_METHOD,
            TOPIC_NAME_INVALID,
            PACKET_TOO_LARGE,
            QUOTA_EXCEEDED,
            PAYLOAD_FORMAT_INVALID,
            RETAIN_NOT_SUPPORTED,
            QOS_NOT_SUPPORTED,
            USE_ANOTHER_SERVER,
            SERVER_MOVED,
            CONNECTION_RATE_EXCEEDED),
    PUBACK("MQTT5-3.4.2-1", Constants.RECEIVED),
    PUBREC("MQTT5-3.5.2-1", Constants.RECEIVED),
    PUBREL("MQTT5-3.6.2-1", SUCCESS, PACKET_IDENTIFIER_NOT_FOUND),
    PUBCOMP("MQTT5-3.7.2-1", SUCCESS, PACKET_IDENTIFIER_NOT_FOUND),
    SUBACK(
            "MQTT5-3.9.3-2",
            GRANTED_QOS_0,
            GRANTED_QOS_1,
            GRANTED_QOS_2,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_FILTER_INVALID,
            PACKET_IDENTIFIER_IN_USE,
            QUOTA_EXCEEDED,
            SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
            SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
            WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED),
    UNSUBACK(
            "MQTT5-3.11.3-2",
            SUCCESS,
            NO_SUBSCRIPTION_EXISTED,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_FILTER_INVALID,
            PACKET_IDENTIFIER_IN_USE),
    /** With 0x9B, which section 3.3.4 has a client send for a message above the QoS that it asked for. */
    DISCONNECT_OF_CLIENT(
            "MQTT5-3.14.2-1",
            NORMAL_DISCONNECTION,
            DISCONNECT_WITH_WILL,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            TOPIC_NAME_INVALID,
            RECEIVE_MAXIMUM_EXCEEDED,
            TOPIC_ALIAS_INVALID,
            PACKET_TOO_LARGE,
            MESSAGE_RATE_TOO_HIGH,
            QUOTA_EXCEEDED,
            ADMINISTRATIVE_ACTION,
            PAYLOAD_FORMAT_INVALID,
            QOS_NOT_SUPPORTED),
    /** With 0x8C, which the table of all codes has and that of DISCONNECT forgot. */
    DISCONNECT_OF_SERVER(
            "MQTT5-3.14.2-1",
            NORMAL_DISCONNECTION,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            SERVER_BUSY,
            SERVER_SHUTTING_DOWN,
            BAD_AUTHENTICATION_METHOD,
            KEEP_ALIVE_TIMEOUT,
            SESSION_TAKEN_OVER,
            TOPIC_FILTER_INVALID,
            TOPIC_NAME_INVALID,
            RECEIVE_MAXIMUM_EXCEEDED,
            TOPIC_ALIAS_INVALID,
            PACKET_TOO_LARGE,
            MESSAGE_RATE_TOO_HIGH,
            QUOTA_EXCEEDED,
            ADMINISTRATIVE_ACTION,
            PAYLOAD_FORMAT_INVALID,
            RETAIN_NOT_SUPPORTED,
            QOS_NOT_SUPPORTED,
            USE_ANOTHER_SERVER,
            SERVER_MOVED,
            SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
            CONNECTION_RATE_EXCEEDED,
            MAXIMUM_CONNECT_TIME,
            SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
            WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED),
    AUTH_OF_CLIENT("MQTT5-3.15.2-1", CONTINUE_AUTHENTICATION, RE_AUTHENTICATE),
    AUTH_OF_SERVER("MQTT5-3.15.2-1", SUCCESS, CONTINUE_AUTHENTICATION);

    /** An enum's constants cannot refer to its own static fields. */
    private static final class Constants {
        static final ReasonCode[] RECEIVED = {
            SUCCESS,
            NO_MATCHING_SUBSCRIBERS,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_NAME_INVALID,
            PACKET_IDENTIFIER_IN_USE,
            QUOTA_EXCEEDED,
            PAYLOAD_FORMAT_INVALID
        };
    }

    private final String statement;
    private final long legal; // a bit for each ReasonCode

    ReasonTable(String statement, ReasonCode... legal) {
        this.statement = statement;
        long bits = 0;
        for (ReasonCode reason : legal) {
            bits |= 1L << reason.ordinal();
        }
        this.legal = bits;
    }

    boolean has(ReasonCode reason) {
        return (legal & 1L << reason.ordinal()) != 0;
    }

    ReasonCode read(BodyReader in) throws ProtocolException {
        int code = in.u8("Reason Code");
        ReasonCode reason = ReasonCode.of(code);
        if (reason == null) {
            throw new ProtocolException(ReasonCode.MALFORMED_PACKET, statement, "Reason Code " + code);
        }
        require(reason);
        return reason;
    }

    void require(ReasonCode reason) throws ProtocolException {
        if (!has(reason)) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, statement, reason + " does not belong in " + this);
        }
    }

    /** The byte to write. */
    int code(ReasonCode reason) {
        if (!has(reason)) {
            throw new IllegalArgumentException(reason + " does not belong in " + this);
        }
        return reason.code();
    }
}
