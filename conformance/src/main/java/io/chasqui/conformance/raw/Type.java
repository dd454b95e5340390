package io.chasqui.conformance.raw;

/** The control packet types, section 2.1.2, with the flags that each must have in its first byte. */
public enum Type {
    CONNECT(1, 0),
    CONNACK(2, 0),
    PUBLISH(3, -1),
    PUBACK(4, 0),
    PUBREC(5, 0),
    PUBREL(6, 2),
    PUBCOMP(7, 0),
    SUBSCRIBE(8, 2),
    SUBACK(9, 0),
    UNSUBSCRIBE(10, 2),
    UNSUBACK(11, 0),
    PINGREQ(12, 0),
    PINGRESP(13, 0),
    DISCONNECT(14, 0),
    AUTH(15, 0);

    private final int value;
    final int flags; // -1: they carry meaning

    Type(int value, int flags) {
        this.value = value;
        this.flags = flags;
    }

    /** The first byte of a packet of this type; PUBLISH with all flags 0. */
    public int firstByte() {
        return value << 4 | Math.max(flags, 0);
    }

    static Type of(int firstByte) {
        int value = firstByte >> 4;
        Failure.unless(value > 0, "a packet of the reserved type 0 arrived, first byte %02x", firstByte);
        return values()[value - 1];
    }
}
