package io.chasqui.conformance.raw;

/** Writes SUBSCRIBE and UNSUBSCRIBE, sections 3.8 and 3.10. Not thread-safe. */
public final class Subscribe {
    public static final int NO_LOCAL = 0x04;
    public static final int RETAIN_AS_PUBLISHED = 0x08;
    public static final int RETAIN_IF_NEW = 0x10;
    public static final int RETAIN_NEVER = 0x20;

    private final boolean subscribes;
    private final int packetId;
    private final Props props = new Props();
    private final Bytes payload = new Bytes();

    private Subscribe(boolean subscribes, int packetId) {
        this.subscribes = subscribes;
        this.packetId = packetId;
    }

    public static Subscribe with(int packetId) {
        return new Subscribe(true, packetId);
    }

    public static Subscribe without(int packetId) {
        return new Subscribe(false, packetId);
    }

    /** @param options the QoS, in v5 with the other bits of Subscription Options */
    public Subscribe filter(String filter, int options) {
        return filter(Bytes.utf8(filter), options);
    }

    public Subscribe filter(byte[] filter, int options) {
        payload.binary(filter).u8(options);
        return this;
    }

    /** Of an UNSUBSCRIBE. */
    public Subscribe filter(String filter) {
        return filter(Bytes.utf8(filter));
    }

    public Subscribe filter(byte[] filter) {
        payload.binary(filter);
        return this;
    }

    public Subscribe prop(Prop prop, long value) {
        props.add(prop, value);
        return this;
    }

    public Subscribe user(String key, String value) {
        props.user(key, value);
        return this;
    }

    public Subscribe props(byte[] octets) {
        props.raw(octets);
        return this;
    }

    public byte[] toArray(Version version) {
        Bytes body = new Bytes().u16(packetId);
        if (version.is5()) {
            byte[] octets = props.toArray();
            body.varint(octets.length).raw(octets);
        }
        return body.raw(payload).packet(subscribes ? Type.SUBSCRIBE : Type.UNSUBSCRIBE);
    }
}
