package io.chasqui.conformance.hostile;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A valid packet, taken apart into its fields so that each can be made wrong.
 *
 * @param mayEndEarly whether the packet is also legal without a body
 */
record Sample(String name, Type type, int firstByte, boolean mayEndEarly, List<Field> fields) {
    /** What a field is, which decides how it can be wrong. */
    enum Kind {
        NUMBER,
        PACKET_ID,
        TEXT,
        TOPIC,
        FILTER,
        BINARY,
        PROPERTIES,
        PAYLOAD
    }

    /**
     * One field as it stands on the wire, lengths included.
     *
     * @param mayEnd the packet is also legal when it ends behind this field
     * @param props of {@code PROPERTIES}: each one encoded
     * @param allowed of {@code PROPERTIES}: what may stand there
     */
    record Field(String name, Kind kind, byte[] bytes, boolean mayEnd, List<byte[]> props, Predicate<Prop> allowed) {
        Field(String name, Kind kind, byte[] bytes, boolean mayEnd) {
            this(name, kind, bytes, mayEnd, List.of(), _ -> true);
        }

        Field with(byte[] other) {
            return new Field(name, kind, other, mayEnd, props, allowed);
        }

        /** Properties and their length. */
        static byte[] properties(List<byte[]> props) {
            byte[] all = Bytes.join(props.toArray(byte[][]::new));
            return new Bytes().varint(all.length).raw(all).toArray();
        }
    }

    byte[] body() {
        return Bytes.join(fields.stream().map(Field::bytes).toArray(byte[][]::new));
    }

    byte[] packet() {
        return new Bytes().raw(body()).packet(firstByte);
    }

    /** The packet with another first byte. */
    byte[] packet(int otherFirstByte) {
        return new Bytes().raw(body()).packet(otherFirstByte);
    }

    /** The packet with the bytes of one field replaced, and the Remaining Length that fits. */
    byte[] packetWith(Field field, byte[] bytes) {
        List<Field> changed = new ArrayList<>(fields);
        changed.set(fields.indexOf(field), field.with(bytes));
        return new Sample(name, type, firstByte, mayEndEarly, changed).packet();
    }

    /** Whether the packet is legal when its body is cut to this length. */
    boolean legalWhenCutTo(int length) {
        if (length == 0 && mayEndEarly) {
            return true;
        }
        int end = 0;
        for (Field field : fields) {
            if (field.kind == Kind.PAYLOAD && length >= end) {
                return true;
            }
            end += field.bytes.length;
            if (field.mayEnd && length == end) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return name;
    }
}
