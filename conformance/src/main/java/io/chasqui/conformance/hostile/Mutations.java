package io.chasqui.conformance.hostile;

import static io.chasqui.conformance.raw.Bytes.bytes;

import io.chasqui.conformance.hostile.Sample.Field;
import io.chasqui.conformance.hostile.Sample.Kind;
import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All the ways in which one {@link Sample} can be wrong, by kind. */
final class Mutations {
    /** Too many bytes, or too many for a value; the last are not in their shortest form. */
    private static final List<byte[]> BAD_LENGTHS = List.of(
            bytes(0xFF, 0xFF, 0xFF, 0xFF, 0x01),
            bytes(0x80, 0x80, 0x80, 0x80, 0x01),
            bytes(0x80, 0x80, 0x80, 0x80, 0x00),
            bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF));

    static final List<byte[]> BAD_TEXTS = List.of(
            bytes('a', 0, 'b'),
            bytes(0),
            bytes(0xED, 0xA0, 0x80),
            bytes(0xED, 0xBF, 0xBF),
            bytes(0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80),
            bytes(0xC0, 0x80),
            bytes(0xC0, 0xAF),
            bytes(0xE0, 0x80, 0xAF),
            bytes(0xF0, 0x80, 0x80, 0xAF),
            bytes(0x80),
            bytes('a', 0xBF),
            bytes(0xC3),
            bytes(0xE2, 0x82),
            bytes(0xF0, 0x9F, 0x98),
            bytes(0xC3, 0x28),
            bytes(0xF4, 0x90, 0x80, 0x80),
            bytes(0xF8, 0x88, 0x80, 0x80, 0x80),
            bytes(0xFE),
            bytes(0xFF));

    private Mutations() {}

    /** The body ends at each byte, and Remaining Length says so. */
    static List<Hostile> truncated(Sample sample) {
        List<Hostile> all = new ArrayList<>();
        byte[] body = sample.body();
        for (int length = 0; length < body.length; length++) {
            byte[] packet = new Bytes().raw(Arrays.copyOf(body, length)).packet(sample.firstByte());
            String what = sample + " cut to " + length + " bytes";
            all.add(new Hostile(what, packet, !sample.legalWhenCutTo(length)));
        }
        return all;
    }

    /** The connection ends within the packet. */
    static List<Hostile> unfinished(Sample sample) {
        List<Hostile> all = new ArrayList<>();
        byte[] packet = sample.packet();
        for (int length = 1; length < packet.length; length++) {
            all.add(Hostile.any(sample + " ends after " + length + " bytes", Arrays.copyOf(packet, length)));
        }
        return all;
    }

    /** Bytes too many, and lengths that lie. */
    static List<Hostile> wrongLengths(Sample sample) {
        List<Hostile> all = new ArrayList<>();
        byte[] body = sample.body();
        boolean open = sample.type() == Type.PUBLISH; // more bytes are more payload
        for (int more = 1; more <= 5; more++) {
            byte[] filler = new byte[more];
            Arrays.fill(filler, (byte) 0xFF); // zeros could be an empty filter, for which there is a code in SUBACK
            byte[] longer = Bytes.join(body, filler);
            all.add(new Hostile(
                    sample + " with " + more + " bytes more",
                    new Bytes().raw(longer).packet(sample.firstByte()),
                    !open));
        }
        for (byte[] bad : BAD_LENGTHS) {
            byte[] packet =
                    new Bytes().u8(sample.firstByte()).raw(bad).raw(body).toArray();
            all.add(Hostile.closes(sample + " with Remaining Length " + Bytes.hex(bad), packet));
        }
        for (int announced : new int[] {body.length + 1, body.length + 100, 100_000, 268_435_455}) {
            byte[] packet = new Bytes()
                    .u8(sample.firstByte())
                    .varint(announced)
                    .raw(body)
                    .toArray();
            all.add(Hostile.any(sample + " announced with " + announced + " bytes", packet));
        }
        for (Field field : sample.fields()) {
            wrongFieldLengths(all, sample, field);
        }
        return all;
    }

    private static void wrongFieldLengths(List<Hostile> all, Sample sample, Field field) {
        byte[] bytes = field.bytes();
        switch (field.kind()) {
            case TEXT, TOPIC, FILTER, BINARY -> {
                all.add(Hostile.closes(
                        sample + ", " + field.name() + " with length 65535",
                        sample.packetWith(field, Bytes.with(Bytes.with(bytes, 0, 0xFF), 1, 0xFF))));
                for (int wrong : new int[] {0, bytes[1] - 1, bytes[1] + 1}) {
                    all.add(Hostile.any(
                            sample + ", " + field.name() + " with length " + wrong,
                            sample.packetWith(field, Bytes.with(bytes, 1, wrong))));
                }
            }
            case PROPERTIES -> {
                byte[] inside = Bytes.join(field.props().toArray(byte[][]::new));
                for (byte[] bad : BAD_LENGTHS) {
                    all.add(Hostile.closes(
                            sample + ", property length " + Bytes.hex(bad),
                            sample.packetWith(field, Bytes.join(bad, inside))));
                }
                all.add(Hostile.closes(
                        sample + ", property length beyond the packet",
                        sample.packetWith(field, Bytes.join(bytes(0xFF, 0x7F), inside))));
                for (int wrong = 0; wrong < inside.length; wrong++) {
                    byte[] length = new Bytes().varint(wrong).toArray();
                    all.add(Hostile.any(
                            sample + ", property length " + wrong,
                            sample.packetWith(field, Bytes.join(length, inside))));
                }
            }
            case NUMBER, PACKET_ID, PAYLOAD -> {}
        }
    }

    /** Every value of the first byte that leaves the type as it is. */
    static List<Hostile> wrongFlags(Sample sample) {
        List<Hostile> all = new ArrayList<>();
        for (int flags = 0; flags < 16; flags++) {
            int first = sample.firstByte() & 0xF0 | flags;
            if (first != sample.firstByte()) {
                boolean qos3 = (flags & 6) == 6;
                all.add(new Hostile(
                        sample + " with flags " + flags, sample.packet(first), sample.type() != Type.PUBLISH || qos3));
            }
        }
        return all;
    }

    static List<Hostile> badTexts(Sample sample) {
        List<Hostile> all = new ArrayList<>();
        for (Field field : sample.fields()) {
            if (field.kind() == Kind.TEXT || field.kind() == Kind.TOPIC || field.kind() == Kind.FILTER) {
                for (byte[] bad : BAD_TEXTS) {
                    all.add(Hostile.closes(
                            sample + ", " + field.name() + " " + Bytes.hex(bad),
                            sample.packetWith(field, new Bytes().binary(bad).toArray())));
                }
            }
            if (field.kind() == Kind.TOPIC) {
                for (String bad : List.of("#", "+", "a/#", "a/+/b", "a#", "+a")) {
                    all.add(Hostile.closes(
                            sample + ", " + field.name() + " " + bad,
                            sample.packetWith(field, new Bytes().text(bad).toArray())));
                }
            }
            if (field.kind() == Kind.FILTER) {
                for (String bad : List.of("a#", "#/a", "a+/b", "", "$share", "$share/", "$share/g", "$share//t")) {
                    all.add(Hostile.any(
                            sample + ", " + field.name() + " " + bad,
                            sample.packetWith(field, new Bytes().text(bad).toArray())));
                }
            }
            if (field.kind() == Kind.PACKET_ID) {
                boolean request = sample.type() == Type.PUBLISH
                        || sample.type() == Type.SUBSCRIBE
                        || sample.type() == Type.UNSUBSCRIBE;
                all.add(new Hostile(sample + ", packet id 0", sample.packetWith(field, bytes(0, 0)), request));
            }
        }
        return all;
    }

    /** Each property twice, each that does not belong there, unknown ones, each cut short. */
    static List<Hostile> badProperties(Sample sample) {
        List<Hostile> all = new ArrayList<>();
        for (Field field : sample.fields()) {
            if (field.kind() != Kind.PROPERTIES) {
                continue;
            }
            for (Prop prop : Prop.values()) {
                byte[] encoded = Samples.encoded(prop);
                boolean once = prop != Prop.USER_PROPERTY;
                if (!field.allowed().test(prop)) {
                    all.add(Hostile.closes(sample + ", foreign " + prop, withProperties(sample, field, encoded)));
                } else if (once) {
                    all.add(Hostile.closes(
                            sample + ", twice " + prop, withProperties(sample, field, encoded, encoded)));
                }
                for (int length = 1; length < encoded.length; length++) {
                    all.add(Hostile.closes(
                            sample + ", " + prop + " cut to " + length,
                            withProperties(sample, field, Arrays.copyOf(encoded, length))));
                }
            }
            for (int unknown : new int[] {0x00, 0x04, 0x0A, 0x2B, 0x7F}) {
                all.add(Hostile.closes(
                        sample + ", unknown property " + unknown,
                        withProperties(sample, field, bytes(unknown, 0, 1, 'x'))));
            }
            all.add(Hostile.closes(
                    sample + ", property identifier of five bytes",
                    withProperties(sample, field, bytes(0x80, 0x80, 0x80, 0x80, 0x00, 0x01))));
        }
        return all;
    }

    private static byte[] withProperties(Sample sample, Field field, byte[]... props) {
        return sample.packetWith(field, Field.properties(List.of(props)));
    }

    /** One bit wrong, anywhere. */
    static List<Hostile> flippedBits(Sample sample) {
        List<Hostile> all = new ArrayList<>();
        byte[] packet = sample.packet();
        for (int i = 0; i < packet.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                all.add(Hostile.any(
                        sample + " with bit " + bit + " of byte " + i + " flipped",
                        Bytes.with(packet, i, packet[i] ^ 1 << bit)));
            }
        }
        return all;
    }
}
