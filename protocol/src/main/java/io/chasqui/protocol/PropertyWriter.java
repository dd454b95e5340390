package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes properties, or only counts their bytes: Property Length stands before them, so each codec names its properties once
 * and has them walked twice. A null value is left out.
 */
final class PropertyWriter {
    private final ByteBuf out;
    private final boolean counting;
    private int length;

    private PropertyWriter(ByteBuf out, boolean counting) {
        this.out = out;
        this.counting = counting;
    }

    static PropertyWriter counting() {
        return new PropertyWriter(Unpooled.EMPTY_BUFFER, true);
    }

    static PropertyWriter to(ByteBuf out) {
        return new PropertyWriter(out, false);
    }

    /** The bytes of the properties so far, without Property Length. */
    int length() {
        return length;
    }

    /** The bytes of the properties so far, with Property Length. */
    int fieldLength() {
        return VariableByteInteger.length(length) + length;
    }

    PropertyWriter u8(Property property, int value) {
        if (count(2)) {
            out.writeShort(property.id() << 8 | value);
        }
        return this;
    }

    PropertyWriter u16(Property property, int value) {
        if (count(3)) {
            out.writeByte(property.id());
            out.writeShort(value);
        }
        return this;
    }

    PropertyWriter u32(Property property, long value) {
        if (count(5)) {
            out.writeByte(property.id());
            out.writeInt((int) value);
        }
        return this;
    }

    PropertyWriter variableByteInteger(Property property, int value) {
        if (count(1 + VariableByteInteger.length(value))) {
            out.writeByte(property.id());
            VariableByteInteger.write(out, value);
        }
        return this;
    }

    PropertyWriter utf8(Property property, @Nullable String value) {
        if (value != null && count(1 + Utf8.fieldLength(value))) {
            out.writeByte(property.id());
            Utf8.write(out, value);
        }
        return this;
    }

    PropertyWriter binary(Property property, byte @Nullable [] value) {
        if (value != null && count(3 + value.length)) {
            out.writeByte(property.id());
            Utf8.write(out, value);
        }
        return this;
    }

    PropertyWriter userProperties(List<UserProperty> properties) {
        for (UserProperty property : properties) {
            if (count(1 + Utf8.fieldLength(property.name()) + Utf8.fieldLength(property.value()))) {
                out.writeByte(Property.USER_PROPERTY.id());
                Utf8.write(out, property.name());
                Utf8.write(out, property.value());
            }
        }
        return this;
    }

    /** Whether to write as well. */
    private boolean count(int bytes) {
        length += bytes;
        return !counting;
    }
}
