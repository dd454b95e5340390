package io.chasqui.conformance.raw;

/** Writes MQTT 5 properties in the order of the calls; allows any, anywhere, any number of times. Not thread-safe. */
public final class Props {
    private final Bytes bytes = new Bytes();

    public static Props of(Prop prop, long value) {
        return new Props().add(prop, value);
    }

    public static Props of(Prop prop, String value) {
        return new Props().add(prop, value);
    }

    public Props add(Prop prop, long value) {
        bytes.u8(prop.id);
        switch (prop.form) {
            case BYTE -> bytes.u8((int) value);
            case U16 -> bytes.u16((int) value);
            case U32 -> bytes.u32(value);
            case VARINT -> bytes.varint(value);
            case TEXT, BINARY, PAIR -> throw new IllegalArgumentException(prop + " is no number");
        }
        return this;
    }

    public Props add(Prop prop, String value) {
        return add(prop, Bytes.utf8(value));
    }

    /** Also for strings that Java cannot hold. */
    public Props add(Prop prop, byte[] value) {
        bytes.u8(prop.id).binary(value);
        return this;
    }

    public Props user(String key, String value) {
        bytes.u8(Prop.USER_PROPERTY.id).text(key).text(value);
        return this;
    }

    public Props raw(int... octets) {
        bytes.raw(octets);
        return this;
    }

    public Props raw(byte[] octets) {
        bytes.raw(octets);
        return this;
    }

    /** Without the length in front. */
    public byte[] toArray() {
        return bytes.toArray();
    }
}
