package io.chasqui.protocol;

/** The upper four bits of the first byte of a packet, section 2.1.2. */
final class PacketType {
    static final int CONNECT = 1;
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBSCRIBE = 8;
    static final int SUBACK = 9;
    static final int UNSUBSCRIBE = 10;
    static final int UNSUBACK = 11;
    static final int PINGREQ = 12;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;
    static final int AUTH = 15;

    private PacketType() {}

    /** The lower four bits of the first byte of every packet but PUBLISH (MQTT5-2.1.3-1). */
    static int flags(int type) {
        return switch (type) {
            case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> 0b0010;
            default -> 0;
        };
    }

    static int firstByte(int type) {
        return type << 4 | flags(type);
    }

    /** The statement that asks for {@link #flags}. */
    static String flagsStatement(int type) {
        return switch (type) {
            case PUBREL -> "MQTT5-3.6.1-1";
            case SUBSCRIBE -> "MQTT5-3.8.1-1";
            case UNSUBSCRIBE -> "MQTT5-3.10.1-1";
            case DISCONNECT -> "MQTT5-3.14.1-1";
            case AUTH -> "MQTT5-3.15.1-1";
            default -> "MQTT5-2.1.3-1";
        };
    }

    static String name(int type) {
        return switch (type) {
            case CONNECT -> "CONNECT";
            case CONNACK -> "CONNACK";
            case PUBLISH -> "PUBLISH";
            case PUBACK -> "PUBACK";
            case PUBREC -> "PUBREC";
            case PUBREL -> "PUBREL";
            case PUBCOMP -> "PUBCOMP";
            case SUBSCRIBE -> "SUBSCRIBE";
            case SUBACK -> "SUBACK";
            case UNSUBSCRIBE -> "UNSUBSCRIBE";
            case UNSUBACK -> "UNSUBACK";
            case PINGREQ -> "PINGREQ";
            case PINGRESP -> "PINGRESP";
            case DISCONNECT -> "DISCONNECT";
            case AUTH -> "AUTH";
            default -> "reserved packet type " + type;
        };
    }
}
