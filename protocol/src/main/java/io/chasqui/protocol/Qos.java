package io.chasqui.protocol;

/** Quality of Service (section 4.3). */
public enum Qos {
    /** QoS 0: no acknowledgement, no retry. */
    AT_MOST_ONCE,
    /** QoS 1: acknowledged with PUBACK; may arrive more than once after a reconnect. */
    AT_LEAST_ONCE,
    /** QoS 2: PUBREC, PUBREL, PUBCOMP; arrives once. */
    EXACTLY_ONCE;

    private static final Qos[] VALUES = values();

    /** @param level 0, 1 or 2 */
    public static Qos of(int level) {
        return VALUES[level];
    }

    /** The number on the wire: 0, 1 or 2. */
    public int level() {
        return ordinal();
    }

    /** The lower of the two: a message is delivered at the lower of its own and the granted QoS (MQTT5-3.8.4-8). */
    public Qos min(Qos other) {
        return ordinal() <= other.ordinal() ? this : other;
    }

    /** The higher of the two. */
    public Qos max(Qos other) {
        return ordinal() >= other.ordinal() ? this : other;
    }
}
