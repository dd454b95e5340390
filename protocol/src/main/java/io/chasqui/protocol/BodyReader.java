package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of ONE packet. Every read is checked against the end of this packet, never of the buffer, so a lying length
 * cannot reach into the next packet. Reads by absolute index: the buffer's own indexes stay as they are.
 *
 * <p>Each decoder keeps one and points it at packet after packet, so that nothing is allocated for it.
 */
final class BodyReader {
    private static final byte[] NO_BYTES = {};

    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private int index;
    private int end;
    private @Nullable PropertyReader properties; // made for the first packet that has any

    /** @param end must be within what {@code in} holds */
    void open(ByteBuf in, int index, int end) {
        assert index >= in.readerIndex() && end <= in.writerIndex() && index <= end;
        this.in = in;
        this.index = index;
        this.end = end;
    }

    /** Lets go of the buffer, and says whether all of the packet was read. */
    void close() throws ProtocolException {
        in = Unpooled.EMPTY_BUFFER;
        if (index != end) {
            throw new ProtocolException(
                    ReasonCode.MALFORMED_PACKET,
                    "MQTT5-4.13.1-1",
                    (end - index) + " bytes after the end of the packet");
        }
    }

    int remaining() {
        return end - index;
    }

    /** Narrows what can be read to the next {@code bytes}.
     *  @return what to give to {@link #endSection} */
    int beginSection(int bytes, String field) throws ProtocolException {
        require(bytes, field);
        int outerEnd = end;
        end = index + bytes;
        return outerEnd;
    }

    void endSection(int outerEnd) {
        assert index == end;
        end = outerEnd;
    }

    int u8(String field) throws ProtocolException {
        require(1, field);
        return in.getUnsignedByte(index++);
    }

    int u16(String field) throws ProtocolException {
        require(2, field);
        int value = in.getUnsignedShort(index);
        index += 2;
        return value;
    }

    long u32(String field) throws ProtocolException {
        require(4, field);
        long value = in.getUnsignedInt(index);
        index += 4;
        return value;
    }

    /** A Packet Identifier, which is never 0. */
    int packetId() throws ProtocolException {
        int packetId = u16("Packet Identifier");
        if (packetId == 0) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-2.2.1-3", "Packet Identifier 0");
        }
        return packetId;
    }

    int variableByteInteger(String field) throws ProtocolException {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int b = u8(field);
            value |= (b & 0x7F) << shift;
            if (b < 0x80) {
                if (b == 0 && shift > 0) {
                    throw new ProtocolException(
                            ReasonCode.MALFORMED_PACKET,
                            "MQTT5-1.5.5-1",
                            field + " " + value + " is longer than needed");
                }
                return value;
            }
        }
        throw new ProtocolException(
                ReasonCode.MALFORMED_PACKET, "MQTT5-1.5.5-1", field + " goes on after its fourth byte");
    }

    String utf8(String field) throws ProtocolException {
        byte[] bytes = binary(field);
        return bytes.length == 0 ? "" : Utf8.decode(bytes, field);
    }

    byte[] binary(String field) throws ProtocolException {
        int length = u16(field);
        require(length, field);
        return bytes(length);
    }

    /** A Topic Name, or {@link TopicName#EMPTY}: whether that is allowed is for the caller to say. */
    TopicName topicName(TopicNames topics, String field) throws ProtocolException {
        int length = u16(field);
        if (length == 0) {
            return TopicName.EMPTY;
        }
        require(length, field);
        int start = index;
        index += length;
        return topics.get(in, start, length);
    }

    /** Begins the properties, which come next. */
    PropertyReader properties(Property.Place place) throws ProtocolException {
        if (properties == null) {
            properties = new PropertyReader(this);
        }
        return properties.open(place);
    }

    /** All that is left. */
    byte[] rest() {
        return bytes(end - index);
    }

    private byte[] bytes(int length) {
        if (length == 0) {
            return NO_BYTES;
        }
        byte[] bytes = new byte[length];
        in.getBytes(index, bytes);
        index += length;
        return bytes;
    }

    private void require(int bytes, String field) throws ProtocolException {
        if (end - index < bytes) {
            throw new ProtocolException(
                    ReasonCode.MALFORMED_PACKET,
                    "MQTT5-4.13.1-1",
                    field + " needs " + bytes + " bytes, the packet has " + (end - index));
        }
    }
}
