package io.chasqui.conformance.raw;

/** Writes PUBLISH, section 3.3. Every field can be made wrong. Not thread-safe. */
public final class Publish {
    private final byte[] topic;
    private byte[] payload = new byte[0];
    private int qos;
    private int packetId;
    private boolean dup;
    private boolean retain;
    private final Props props = new Props();

    private Publish(byte[] topic) {
        this.topic = topic;
    }

    public static Publish to(String topic) {
        return new Publish(Bytes.utf8(topic));
    }

    /** To a topic that no Java string can hold. */
    public static Publish to(byte[] topic) {
        return new Publish(topic);
    }

    public Publish text(String value) {
        return payload(Bytes.utf8(value));
    }

    public Publish payload(byte[] value) {
        payload = value;
        return this;
    }

    /** QoS 0 has no Packet Identifier; the other two do. */
    public Publish qos(int value, int id) {
        qos = value;
        packetId = id;
        return this;
    }

    public Publish dup() {
        dup = true;
        return this;
    }

    public Publish retained() {
        retain = true;
        return this;
    }

    public Publish prop(Prop prop, long value) {
        props.add(prop, value);
        return this;
    }

    public Publish prop(Prop prop, String value) {
        props.add(prop, value);
        return this;
    }

    public Publish prop(Prop prop, byte[] value) {
        props.add(prop, value);
        return this;
    }

    public Publish user(String key, String value) {
        props.user(key, value);
        return this;
    }

    public Publish props(byte[] octets) {
        props.raw(octets);
        return this;
    }

    int qos() {
        return qos;
    }

    int packetId() {
        return packetId;
    }

    public byte[] toArray(Version version) {
        Bytes body = new Bytes().binary(topic);
        if (qos > 0) {
            body.u16(packetId);
        }
        if (version.is5()) {
            byte[] octets = props.toArray();
            body.varint(octets.length).raw(octets);
        }
        return body.raw(payload).packet(0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0));
    }
}
