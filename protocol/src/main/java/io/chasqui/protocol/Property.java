package io.chasqui.protocol;

import org.jspecify.annotations.Nullable;

/** The properties of MQTT 5 (section 2.2.2.2) and the packets in which each may stand. */
enum Property {
    PAYLOAD_FORMAT_INDICATOR(0x01, Place.PUBLISH, Place.WILL),
    MESSAGE_EXPIRY_INTERVAL(0x02, Place.PUBLISH, Place.WILL),
    CONTENT_TYPE(0x03, Place.PUBLISH, Place.WILL),
    RESPONSE_TOPIC(0x08, Place.PUBLISH, Place.WILL),
    CORRELATION_DATA(0x09, Place.PUBLISH, Place.WILL),
    SUBSCRIPTION_IDENTIFIER(0x0B, Place.PUBLISH, Place.SUBSCRIBE),
    SESSION_EXPIRY_INTERVAL(0x11, Place.CONNECT, Place.CONNACK, Place.DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Place.CONNACK),
    SERVER_KEEP_ALIVE(0x13, Place.CONNACK),
    AUTHENTICATION_METHOD(0x15, Place.CONNECT, Place.CONNACK, Place.AUTH),
    AUTHENTICATION_DATA(0x16, Place.CONNECT, Place.CONNACK, Place.AUTH),
    REQUEST_PROBLEM_INFORMATION(0x17, Place.CONNECT),
    WILL_DELAY_INTERVAL(0x18, Place.WILL),
    REQUEST_RESPONSE_INFORMATION(0x19, Place.CONNECT),
    RESPONSE_INFORMATION(0x1A, Place.CONNACK),
    SERVER_REFERENCE(0x1C, Place.CONNACK, Place.DISCONNECT),
    REASON_STRING(0x1F, Place.CONNACK, Place.ACK, Place.DISCONNECT, Place.AUTH),
    RECEIVE_MAXIMUM(0x21, Place.CONNECT, Place.CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, Place.CONNECT, Place.CONNACK),
    TOPIC_ALIAS(0x23, Place.PUBLISH),
    MAXIMUM_QOS(0x24, Place.CONNACK),
    RETAIN_AVAILABLE(0x25, Place.CONNACK),
    USER_PROPERTY(0x26, Place.values()),
    MAXIMUM_PACKET_SIZE(0x27, Place.CONNECT, Place.CONNACK),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Place.CONNACK),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Place.CONNACK),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Place.CONNACK);

    /** Where properties stand. The acknowledgements, from PUBACK to UNSUBACK, all allow the same ones. */
    enum Place {
        CONNECT,
        WILL,
        CONNACK,
        PUBLISH,
        ACK,
        SUBSCRIBE,
        UNSUBSCRIBE,
        DISCONNECT,
        AUTH
    }

    private static final @Nullable Property[] BY_ID = new @Nullable Property[0x2B];

    static {
        for (Property property : values()) {
            BY_ID[property.id] = property;
        }
    }

    private final int id;
    private final int places; // a bit for each Place

    Property(int id, Place... places) {
        this.id = id;
        int bits = 0;
        for (Place place : places) {
            bits |= 1 << place.ordinal();
        }
        this.places = bits;
    }

    static @Nullable Property of(int id) {
        return id < BY_ID.length ? BY_ID[id] : null;
    }

    /** The identifier on the wire. All are below 0x80, so one byte. */
    int id() {
        return id;
    }

    boolean allowedIn(Place place) {
        return (places & 1 << place.ordinal()) != 0;
    }

    boolean repeatsIn(Place place) {
        return this == USER_PROPERTY || this == SUBSCRIPTION_IDENTIFIER && place == Place.PUBLISH;
    }
}
