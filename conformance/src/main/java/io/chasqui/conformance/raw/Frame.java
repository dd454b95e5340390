package io.chasqui.conformance.raw;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One control packet as a broker sent it. Fields that its type does not have are 0 or empty.
 *
 * @param size of the whole packet, bytes
 * @param flags the low four bits of the first byte
 * @param packetId 0 where there is none
 * @param code the reason or return code; 0 where v5 leaves it out
 * @param codes of a SUBACK or UNSUBACK
 * @param ackFlags of a CONNACK
 */
public record Frame(
        Type type,
        int flags,
        int size,
        int packetId,
        int code,
        List<Integer> codes,
        int ackFlags,
        String topic,
        byte[] payload,
        PropertyList props) {

    static Frame parse(Version version, int firstByte, byte[] body, int size) {
        Type type = Type.of(firstByte);
        int flags = firstByte & 0x0F;
        Reader in = new Reader(body);
        Frame frame = switch (type) {
            case CONNACK -> connAck(version, size, in);
            case PUBLISH -> publish(version, flags, size, in);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> ack(version, type, flags, size, in);
            case SUBACK, UNSUBACK -> subAck(version, type, flags, size, in);
            case DISCONNECT, AUTH -> disconnect(version, type, flags, size, in);
            case PINGRESP -> plain(type, flags, size, 0, 0, PropertyList.NONE);
            case CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ ->
                throw new Failure("the broker sent a " + type + ", which only clients send");
        };
        Failure.unless(!in.hasMore(), "%s has bytes left over: %s", type, Bytes.hex(body));
        return frame;
    }

    private static Frame plain(Type type, int flags, int size, int packetId, int code, PropertyList props) {
        return new Frame(type, flags, size, packetId, code, List.of(), 0, "", new byte[0], props);
    }

    private static PropertyList props(Version version, Type type, Reader in) {
        return version.is5() ? PropertyList.read(type, in) : PropertyList.NONE;
    }

    private static Frame connAck(Version version, int size, Reader in) {
        int ackFlags = in.u8();
        int code = in.u8();
        PropertyList props = props(version, Type.CONNACK, in);
        return new Frame(Type.CONNACK, 0, size, 0, code, List.of(), ackFlags, "", new byte[0], props);
    }

    private static Frame publish(Version version, int flags, int size, Reader in) {
        String topic = in.text();
        int packetId = (flags & 6) == 0 ? 0 : in.u16();
        PropertyList props = props(version, Type.PUBLISH, in);
        return new Frame(Type.PUBLISH, flags, size, packetId, 0, List.of(), 0, topic, in.rest(), props);
    }

    private static Frame ack(Version version, Type type, int flags, int size, Reader in) {
        int packetId = in.u16();
        int code = version.is5() && in.hasMore() ? in.u8() : 0;
        PropertyList props = version.is5() && in.hasMore() ? PropertyList.read(type, in) : PropertyList.NONE;
        return plain(type, flags, size, packetId, code, props);
    }

    private static Frame subAck(Version version, Type type, int flags, int size, Reader in) {
        int packetId = in.u16();
        PropertyList props = props(version, type, in);
        byte[] codes = in.rest();
        List<Integer> list =
                IntStream.range(0, codes.length).mapToObj(i -> codes[i] & 0xFF).toList();
        return new Frame(type, flags, size, packetId, 0, list, 0, "", new byte[0], props);
    }

    private static Frame disconnect(Version version, Type type, int flags, int size, Reader in) {
        Failure.unless(version.is5(), "the broker sent a %s, which it may not in MQTT %s", type, version);
        int code = in.hasMore() ? in.u8() : 0;
        PropertyList props = in.hasMore() ? PropertyList.read(type, in) : PropertyList.NONE;
        return plain(type, flags, size, 0, code, props);
    }

    Frame withTopic(String resolved) {
        return new Frame(type, flags, size, packetId, code, codes, ackFlags, resolved, payload, props);
    }

    public boolean sessionPresent() {
        return ackFlags == 1;
    }

    public int qos() {
        return flags >> 1 & 3;
    }

    public boolean dup() {
        return (flags & 8) != 0;
    }

    public boolean retain() {
        return (flags & 1) != 0;
    }

    /** The payload of a PUBLISH as text. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** For messages: what kind of packet, with what a reader wants to know of it. */
    @Override
    public String toString() {
        return switch (type) {
            case CONNACK -> "CONNACK %02x session present %d %s".formatted(code, ackFlags, props);
            case PUBLISH ->
                "PUBLISH qos %d id %d dup %b retain %b %s '%s' %s"
                        .formatted(
                                qos(),
                                packetId,
                                dup(),
                                retain(),
                                topic,
                                payload.length > 60 ? payload.length + " bytes" : text(),
                                props);
            case SUBACK, UNSUBACK -> "%s id %d %s %s".formatted(type, packetId, codes, props);
            default -> "%s %02x id %d %s".formatted(type, code, packetId, props);
        };
    }
}
