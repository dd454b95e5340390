package io.chasqui.conformance.raw;

import static io.chasqui.conformance.raw.Type.AUTH;
import static io.chasqui.conformance.raw.Type.CONNACK;
import static io.chasqui.conformance.raw.Type.CONNECT;
import static io.chasqui.conformance.raw.Type.DISCONNECT;
import static io.chasqui.conformance.raw.Type.PUBACK;
import static io.chasqui.conformance.raw.Type.PUBCOMP;
import static io.chasqui.conformance.raw.Type.PUBLISH;
import static io.chasqui.conformance.raw.Type.PUBREC;
import static io.chasqui.conformance.raw.Type.PUBREL;
import static io.chasqui.conformance.raw.Type.SUBACK;
import static io.chasqui.conformance.raw.Type.SUBSCRIBE;
import static io.chasqui.conformance.raw.Type.UNSUBACK;
import static io.chasqui.conformance.raw.Type.UNSUBSCRIBE;

import java.util.EnumSet;
import java.util.Set;

/** The MQTT 5 properties, section 2.2.2.2: identifier, form, and the packets that may carry each. */
public enum Prop {
    PAYLOAD_FORMAT(0x01, Form.BYTE, PUBLISH),
    MESSAGE_EXPIRY(0x02, Form.U32, PUBLISH),
    CONTENT_TYPE(0x03, Form.TEXT, PUBLISH),
    RESPONSE_TOPIC(0x08, Form.TEXT, PUBLISH),
    CORRELATION_DATA(0x09, Form.BINARY, PUBLISH),
    SUBSCRIPTION_ID(0x0B, Form.VARINT, PUBLISH, SUBSCRIBE),
    SESSION_EXPIRY(0x11, Form.U32, CONNECT, CONNACK, DISCONNECT),
    ASSIGNED_CLIENT_ID(0x12, Form.TEXT, CONNACK),
    SERVER_KEEP_ALIVE(0x13, Form.U16, CONNACK),
    AUTH_METHOD(0x15, Form.TEXT, CONNECT, CONNACK, AUTH),
    AUTH_DATA(0x16, Form.BINARY, CONNECT, CONNACK, AUTH),
    REQUEST_PROBLEM_INFO(0x17, Form.BYTE, CONNECT),
    WILL_DELAY(0x18, Form.U32), // in the Will alone, which is no packet
    REQUEST_RESPONSE_INFO(0x19, Form.BYTE, CONNECT),
    RESPONSE_INFO(0x1A, Form.TEXT, CONNACK),
    SERVER_REFERENCE(0x1C, Form.TEXT, CONNACK, DISCONNECT),
    REASON_STRING(0x1F, Form.TEXT, CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH),
    RECEIVE_MAXIMUM(0x21, Form.U16, CONNECT, CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, Form.U16, CONNECT, CONNACK),
    TOPIC_ALIAS(0x23, Form.U16, PUBLISH),
    MAXIMUM_QOS(0x24, Form.BYTE, CONNACK),
    RETAIN_AVAILABLE(0x25, Form.BYTE, CONNACK),
    USER_PROPERTY(
            0x26,
            Form.PAIR,
            CONNECT,
            CONNACK,
            PUBLISH,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBSCRIBE,
            SUBACK,
            UNSUBSCRIBE,
            UNSUBACK,
            DISCONNECT,
            AUTH),
    MAXIMUM_PACKET_SIZE(0x27, Form.U32, CONNECT, CONNACK),
    WILDCARD_AVAILABLE(0x28, Form.BYTE, CONNACK),
    SUBSCRIPTION_ID_AVAILABLE(0x29, Form.BYTE, CONNACK),
    SHARED_AVAILABLE(0x2A, Form.BYTE, CONNACK);

    /** How the value is written. */
    public enum Form {
        BYTE,
        U16,
        U32,
        VARINT,
        TEXT,
        BINARY,
        PAIR
    }

    public final int id;
    public final Form form;
    private final Set<Type> packets = EnumSet.noneOf(Type.class);

    Prop(int id, Form form, Type... packets) {
        this.id = id;
        this.form = form;
        this.packets.addAll(Set.of(packets));
    }

    public boolean allowedIn(Type packet) {
        return packets.contains(packet);
    }

    /** Whether the property belongs to the Will (section 3.1.3.2). */
    public boolean allowedInWill() {
        return this == WILL_DELAY
                || this == USER_PROPERTY
                || packets.contains(PUBLISH) && this != TOPIC_ALIAS && this != SUBSCRIPTION_ID;
    }

    static Prop of(int id) {
        for (Prop prop : values()) {
            if (prop.id == id) {
                return prop;
            }
        }
        throw new Failure("a property with the unknown identifier %02x arrived".formatted(id));
    }
}
