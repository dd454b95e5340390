package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;
import static io.chasqui.protocol.ReasonCode.MALFORMED_PACKET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.PacketDecoder.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** UTF-8 strings, sections 1.5.3 of MQTT 3.1.1 and 1.5.4 of MQTT 5, in every field that is one. */
class StringsTest {
    /** @param packet with %s where the string field goes, its length included */
    record Field(String name, Role to, @Nullable MqttVersion version, String packet) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Field> fields() {
        return List.of(
                connect("Client Identifier", "10 'MQTT' 05 02 003c [] %s"),
                connect("Client Identifier of MQTT 3", "10 'MQTT' 04 02 003c %s"),
                connect("Will Topic", "10 'MQTT' 05 06 003c [] 'a' [] %s 0000"),
                connect("Will Topic of MQTT 3", "10 'MQTT' 04 06 003c 'a' %s 0000"),
                connect("User Name", "10 'MQTT' 05 82 003c [] 'a' %s"),
                connect("User Name of MQTT 3", "10 'MQTT' 04 82 003c 'a' %s"),
                connect("User Property name", "10 'MQTT' 05 02 003c [26 %s 'v'] 'a'"),
                connect("User Property value", "10 'MQTT' 05 02 003c [26 'n' %s] 'a'"),
                connect("Authentication Method", "10 'MQTT' 05 02 003c [15 %s] 'a'"),
                connect("Will Content Type", "10 'MQTT' 05 06 003c [] 'a' [03 %s] 'w' 0000"),
                connect("Will Response Topic", "10 'MQTT' 05 06 003c [] 'a' [08 %s] 'w' 0000"),
                new Field("Topic Name", Role.SERVER, V5, "30 %s []"),
                new Field("Topic Name of MQTT 3", Role.SERVER, V3_1_1, "30 %s"),
                new Field("Content Type", Role.SERVER, V5, "30 'a' [03 %s]"),
                new Field("Response Topic", Role.SERVER, V5, "30 'a' [08 %s]"),
                new Field("User Property of a PUBLISH", Role.SERVER, V5, "30 'a' [26 'n' %s]"),
                new Field("Reason String", Role.SERVER, V5, "40 0001 00 [1f %s]"),
                new Field("Filter in SUBSCRIBE", Role.SERVER, V5, "82 0001 [] %s 00"),
                new Field("Filter in SUBSCRIBE of MQTT 3", Role.SERVER, V3_1_1, "82 0001 %s 00"),
                new Field("Filter in UNSUBSCRIBE", Role.SERVER, V5, "a2 0001 [] %s"),
                new Field("Filter in UNSUBSCRIBE of MQTT 3", Role.SERVER, V3_1_1, "a2 0001 %s"),
                new Field("Assigned Client Identifier", Role.CLIENT, V5, "20 00 00 [12 %s]"),
                new Field("Response Information", Role.CLIENT, V5, "20 00 00 [1a %s]"),
                new Field("Server Reference", Role.CLIENT, V5, "20 00 00 [1c %s]"),
                new Field("Reason String of SUBACK", Role.CLIENT, V5, "90 0001 [1f %s] 00"),
                new Field("Server Reference of DISCONNECT", Role.CLIENT, V5, "e0 00 [1c %s]"),
                new Field("Authentication Method of AUTH", Role.SERVER, V5, "f0 18 [15 %s]"));
    }

    private static Field connect(String name, String packet) {
        return new Field(name, Role.SERVER, null, packet);
    }

    @ParameterizedTest
    @MethodSource("fields")
    void refusesIllFormedUtf8(Field field) {
        String statement = mqtt3(field) ? "MQTT3-1.5.3-1" : "MQTT5-1.5.4-1";
        for (String bad : List.of(
                "80", // a continuation byte alone
                "c328", // no continuation byte
                "61c3", // cut off
                "e282", // cut off
                "f09f98", // cut off
                "c080", // over-long U+0000
                "c1bf", // over-long U+007F
                "e09fbf", // over-long U+07FF
                "f08fbfbf", // over-long U+FFFF
                "eda080", // U+D800
                "edbfbf", // U+DFFF
                "eda0bdedb880", // U+1F600 as two surrogates
                "f4908080", // above U+10FFFF
                "f888808080", // five bytes
                "fe",
                "fffe", // a byte order mark of UTF-16
                "efbfbd80")) { // a good U+FFFD, then a bad byte
            Decoding.refused(field.to(), field.version(), packet(field, bad), MALFORMED_PACKET, statement);
        }
    }

    @ParameterizedTest
    @MethodSource("fields")
    void refusesU0000(Field field) {
        String statement = mqtt3(field) ? "MQTT3-1.5.3-2" : "MQTT5-1.5.4-2";
        for (String bad : List.of("00", "6100", "610062", "c3a900")) {
            Decoding.refused(field.to(), field.version(), packet(field, bad), MALFORMED_PACKET, statement);
        }
    }

    @ParameterizedTest
    @MethodSource("fields")
    void refusesAStringThatIsLongerThanItsPacket(Field field) {
        byte[] packet = Wire.packet(field.packet().formatted("ffff 61"));
        String statement = mqtt3(field) ? "MQTT3-4.8.0-1" : "MQTT5-4.13.1-1";
        Decoding.refused(field.to(), field.version(), packet, MALFORMED_PACKET, statement);
    }

    /** U5-30, U3-06: what should not be sent but may be, passes. So do all ends of the ranges of one to four bytes. */
    @ParameterizedTest
    @MethodSource("fields")
    void takesControlCharactersAndNonCharacters(Field field) throws ProtocolException {
        for (String good : List.of(
                "\u0001",
                "\u001F",
                "\u007F",
                "\u0080",
                "\u009F",
                "\uFFFE",
                "\uFFFF",
                "\uFDD0",
                "\uFFFD",
                "\uD83F\uDFFE",
                "\uDBFF\uDFFF",
                "\uFEFFa",
                "\u07FF",
                "\u0800",
                "\uD7FF",
                "\uE000",
                "\uD800\uDC00",
                "a\uFFFD\u00E9")) {
            String hex = Wire.hex(good.getBytes(StandardCharsets.UTF_8));
            Packet packet = Decoding.decode(field.to(), field.version(), packet(field, hex));
            assertThat(PacketText.of(packet)).contains(good);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65_534, 65_535})
    void takesAsManyBytesAsTheLengthFieldCanSay(int length) throws ProtocolException {
        String name = "a".repeat(length);
        byte[] packet = Wire.packet("30" + "%04x".formatted(length) + "61".repeat(length));
        assertThat(((Publish) Decoding.decode(Role.SERVER, V3_1_1, packet))
                        .topic()
                        .name())
                .isEqualTo(name);
        assertThat(Wire.encode(new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of(name), 0, new byte[0]), V3_1_1))
                .isEqualTo(packet);
    }

    @Test
    void refusesToWriteMoreThanTheLengthFieldCanSay() {
        String text = "a".repeat(65_536);
        assertThatThrownBy(() -> Wire.encode(new Unsubscribe(1, List.of(text)), V5))
                .isInstanceOf(IllegalArgumentException.class);
        Auth auth = new Auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", new byte[65_536], AckProperties.NONE);
        assertThatThrownBy(() -> Wire.encode(auth, V5)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void decodesWhatJavaEncodes(@ForAll @StringLength(max = 50) String text) throws ProtocolException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (text.indexOf('\0') >= 0) {
            assertThatThrownBy(() -> Utf8.decode(utf8, "text")).isInstanceOf(ProtocolException.class);
        } else {
            assertThat(Utf8.decode(utf8, "text")).isEqualTo(new String(utf8, StandardCharsets.UTF_8));
        }
    }

    /** Against the strict decoder of the JDK, which reports by exception. */
    @Property(tries = 2_000)
    void decodesBytesLikeAStrictDecoder(@ForAll byte[] bytes) {
        boolean good;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            good = text.indexOf('\0') < 0;
        } catch (CharacterCodingException e) {
            good = false;
        }
        boolean taken;
        try {
            taken = Utf8.decode(bytes, "text") != null;
        } catch (ProtocolException e) {
            taken = false;
        }
        assertThat(taken).as(HexFormat.of().formatHex(bytes)).isEqualTo(good);
    }

    @Property
    void countsAndWritesTheSame(@ForAll @StringLength(max = 50) String text) {
        if (Utf8.fault(text) == null) {
            ByteBuf out = Unpooled.buffer();
            Utf8.write(out, text);
            assertThat(out.readableBytes()).isEqualTo(Utf8.fieldLength(text));
            assertThat(out.toString(2, out.readableBytes() - 2, StandardCharsets.UTF_8))
                    .isEqualTo(text);
        }
    }

    private static boolean mqtt3(Field field) {
        return field.name().contains("MQTT 3");
    }

    private static byte[] packet(Field field, String hex) {
        return Wire.packet(field.packet().formatted("%04x".formatted(hex.length() / 2) + hex));
    }
}
