package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V5;
import static io.chasqui.protocol.ReasonCode.MALFORMED_PACKET;
import static io.chasqui.protocol.ReasonCode.PROTOCOL_ERROR;
import static io.chasqui.protocol.ReasonCode.TOPIC_ALIAS_INVALID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.PacketDecoder.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The statements of MQTT 5 that a codec can be held to, one test each; {@link BadSamples} and others have more of each kind. */
class Mqtt5CodecStatementsTest {
    @Test
    void mqtt5_1_5_4_1_stringsAreWellFormedUtf8WithoutSurrogates() {
        for (String bad : List.of("0003 eda080", "0002 c080", "0001 f8", "0002 e282")) {
            server("30" + bad + "[]", MALFORMED_PACKET, "MQTT5-1.5.4-1");
        }
        assertThat(TopicName.fault("a\uD800")).contains("surrogate");
        assertThat(TopicFilter.fault("a\uDC00/#")).contains("surrogate");
    }

    @Test
    void mqtt5_1_5_4_2_noStringHoldsU0000() {
        server("30 0003 610062 []", MALFORMED_PACKET, "MQTT5-1.5.4-2");
        server("82 0001 [] 0001 00 00", MALFORMED_PACKET, "MQTT5-1.5.4-2");
        connect("10 'MQTT' 05 02 003c [] 0001 00", MALFORMED_PACKET, "MQTT5-1.5.4-2");
        server("30 'a' [26 0001 00 'v']", MALFORMED_PACKET, "MQTT5-1.5.4-2");
    }

    @Test
    void mqtt5_1_5_4_3_aByteOrderMarkIsKept() throws ProtocolException {
        Publish publish = (Publish) Decoding.decode(Role.SERVER, V5, "30 0004 efbbbf61 [26 0003 efbbbf 0003 efbbbf]");
        assertThat(publish.topic().name()).isEqualTo("\uFEFFa");
        assertThat(publish.properties().userProperties()).containsExactly(new UserProperty("\uFEFF", "\uFEFF"));
        assertThat(Wire.encode(publish, V5)).isEqualTo(Wire.packet("30 0004 efbbbf61 [26 0003 efbbbf 0003 efbbbf]"));
    }

    @Test
    void mqtt5_1_5_5_1_aVariableByteIntegerIsAsShortAsItCanBe() {
        List<String> shortest = List.of("00", "7f", "8001", "ff7f", "808001", "ffff7f", "80808001", "ffffff7f");
        int[] values = {0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455};
        for (int i = 0; i < values.length; i++) {
            ByteBuf out = Unpooled.buffer();
            VariableByteInteger.write(out, values[i]);
            assertThat(ByteBufUtil.hexDump(out)).isEqualTo(shortest.get(i));
            assertThat(VariableByteInteger.length(values[i])).isEqualTo(out.readableBytes());
        }
        for (String tooLong : List.of("8000", "ff00", "808000", "80808000")) {
            server("30 'a'" + tooLong, MALFORMED_PACKET, "MQTT5-1.5.5-1");
        }
    }

    @Test
    void mqtt5_1_5_7_1_bothHalvesOfAPairAreStrings() {
        server("30 'a' [26 0002 c328 'v']", MALFORMED_PACKET, "MQTT5-1.5.4-1");
        server("30 'a' [26 'n' 0002 c328]", MALFORMED_PACKET, "MQTT5-1.5.4-1");
    }

    @Test
    void mqtt5_2_1_3_1_reservedFlagsHaveTheirValue() {
        for (Samples.Sample sample : Samples.all()) {
            int first = sample.bytes()[0] & 0xFF;
            int type = first >> 4;
            if (sample.canonical() && type != 3) {
                assertThat(first & 0xF).as(sample.name()).isEqualTo(type == 6 || type == 8 || type == 10 ? 2 : 0);
            }
        }
        server("41 0001", MALFORMED_PACKET, "MQTT5-2.1.3-1"); // all of them are in FixedHeaderTest
    }

    @Test
    void mqtt5_2_2_1_2_aPublishAtQos0HasNoPacketIdentifier() throws ProtocolException {
        Publish publish = (Publish) Decoding.decode(Role.SERVER, V5, "30 'a' [] 0001");
        assertThat(publish.packetId()).isZero();
        assertThat(publish.payload()).containsExactly(0, 1);
        assertThat(Wire.encode(publish, V5)).isEqualTo(Wire.packet("30 'a' [] 0001"));
    }

    @Test
    void mqtt5_2_2_2_1_noPropertiesAreWrittenAsLengthZero() {
        assertThat(Wire.encode(Connect.of(V5, "a", true, 60), V5))
                .isEqualTo(Wire.packet("10 'MQTT' 05 02 003c 00 'a'"));
        assertThat(Wire.encode(new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[0]), V5))
                .isEqualTo(Wire.packet("30 'a' 00"));
        Subscribe.Entry entry = new Subscribe.Entry("a", new SubscriptionOptions(Qos.AT_MOST_ONCE));
        assertThat(Wire.encode(new Subscribe(1, List.of(entry)), V5)).isEqualTo(Wire.packet("82 0001 00 'a' 00"));
        server("30 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        client("20 00 00", MALFORMED_PACKET, "MQTT5-2.2.2-1");
    }

    @Test
    void mqtt5_3_1_2_9_aFlaggedWillIsInThePayload() {
        connect("10 'MQTT' 05 06 003c [] 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("10 'MQTT' 05 06 003c [] 'a' []", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("10 'MQTT' 05 06 003c [] 'a' [] 'w'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        Will will = new Will(
                Qos.AT_MOST_ONCE, false, TopicName.of("w"), PublishProperties.NONE, 0, Publish.ABSENT, new byte[0]);
        assertThat(Wire.encode(connect(will, null, null), V5))
                .isEqualTo(Wire.packet("10 'MQTT' 05 06 003c [] 'a' 00 'w' 0000"));
    }

    @Test
    void mqtt5_3_1_2_11_noWillQosWithoutWill() {
        connect("10 'MQTT' 05 0a 003c [] 'a'", MALFORMED_PACKET, "MQTT5-3.1.2-11");
        connect("10 'MQTT' 05 12 003c [] 'a'", MALFORMED_PACKET, "MQTT5-3.1.2-11");
    }

    @Test
    void mqtt5_3_1_2_12_noWillQos3() {
        connect("10 'MQTT' 05 1e 003c [] 'a' [] 'w' 0000", MALFORMED_PACKET, "MQTT5-3.1.2-12");
    }

    @Test
    void mqtt5_3_1_2_13_noWillRetainWithoutWill() {
        connect("10 'MQTT' 05 22 003c [] 'a'", MALFORMED_PACKET, "MQTT5-3.1.2-13");
    }

    @Test
    void mqtt5_3_1_2_16_noUserNameThatIsNotFlagged() {
        connect("10 'MQTT' 05 02 003c [] 'a' 'u'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
    }

    @Test
    void mqtt5_3_1_2_17_aFlaggedUserNameIsThere() {
        connect("10 'MQTT' 05 82 003c [] 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
    }

    @Test
    void mqtt5_3_1_2_18_noPasswordThatIsNotFlagged() {
        connect("10 'MQTT' 05 82 003c [] 'a' 'u' 'p'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
    }

    @Test
    void mqtt5_3_1_2_19_aFlaggedPasswordIsThereAndNeedsNoUserName() throws ProtocolException {
        connect("10 'MQTT' 05 42 003c [] 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        Connect connect = (Connect) Decoding.decode(Role.SERVER, null, "10 'MQTT' 05 42 003c [] 'a' 'p'");
        assertThat(connect.userName()).isNull();
        assertThat(connect.password()).containsExactly('p');
    }

    @Test
    void mqtt5_3_1_3_1_theFieldsAreInTheirOrder() throws ProtocolException {
        Will will = new Will(
                Qos.AT_MOST_ONCE, false, TopicName.of("w/t"), PublishProperties.NONE, 7, Publish.ABSENT, utf8("w/p"));
        byte[] bytes = Wire.encode(connect(will, "user", utf8("pass")), V5);
        assertThat(bytes).isEqualTo(Wire.packet("10 'MQTT' 05 c6 003c [] 'a' [18 00000007] 'w/t' 'w/p' 'user' 'pass'"));
        assertThat(PacketText.of(Decoding.decode(Role.SERVER, null, bytes)))
                .isEqualTo(PacketText.of(connect(will, "user", utf8("pass"))));
    }

    @Test
    void mqtt5_3_1_3_3_theClientIdentifierIsThere() {
        connect("10 'MQTT' 05 02 003c []", MALFORMED_PACKET, "MQTT5-4.13.1-1");
    }

    @Test
    void mqtt5_3_1_3_4_theClientIdentifierIsAString() {
        connect("10 'MQTT' 05 02 003c [] 0002 fffe", MALFORMED_PACKET, "MQTT5-1.5.4-1");
    }

    @Test
    void mqtt5_3_1_3_11_theWillTopicIsAString() {
        connect("10 'MQTT' 05 06 003c [] 'a' [] 0002 c328 0000", MALFORMED_PACKET, "MQTT5-1.5.4-1");
    }

    @Test
    void mqtt5_3_1_3_12_theUserNameIsAString() {
        connect("10 'MQTT' 05 82 003c [] 'a' 0002 c328", MALFORMED_PACKET, "MQTT5-1.5.4-1");
    }

    @Test
    void mqtt5_3_3_1_4_noQos3() {
        server("36 'a' 0001 []", MALFORMED_PACKET, "MQTT5-3.3.1-4");
    }

    @Test
    void mqtt5_3_3_2_1_theTopicNameIsFirstAndAString() throws ProtocolException {
        server("30 0002 c328 []", MALFORMED_PACKET, "MQTT5-1.5.4-1");
        Publish publish = (Publish) Decoding.decode(Role.SERVER, V5, "32 't' 0001 []");
        assertThat(publish.topic()).isEqualTo(TopicName.of("t"));
    }

    @Test
    void mqtt5_3_3_2_8_noTopicAlias0() {
        server("30 'a' [23 0000]", TOPIC_ALIAS_INVALID, "MQTT5-3.3.2-8");
        Publish publish = new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[0]);
        assertThat(publish.topicAlias()).isZero(); // reads "none", and is not written
        assertThat(Wire.encode(publish, V5)).isEqualTo(Wire.packet("30 'a' []"));
    }

    @Test
    void mqtt5_3_3_2_13_theResponseTopicIsAString() {
        server("30 'a' [08 0002 c328]", MALFORMED_PACKET, "MQTT5-1.5.4-1");
    }

    @Test
    void mqtt5_3_3_2_14_theResponseTopicHasNoWildcard() {
        server("30 'a' [08 'a/#']", PROTOCOL_ERROR, "MQTT5-3.3.2-14");
        connect("10 'MQTT' 05 06 003c [] 'a' [08 '+'] 'w' 0000", PROTOCOL_ERROR, "MQTT5-3.3.2-14");
    }

    @Test
    void mqtt5_3_3_2_19_theContentTypeIsAString() {
        server("30 'a' [03 0002 c328]", MALFORMED_PACKET, "MQTT5-1.5.4-1");
    }

    @Test
    void mqtt5_3_8_3_1_filtersOfSubscribeAreStrings() {
        server("82 0001 [] 0002 c328 00", MALFORMED_PACKET, "MQTT5-1.5.4-1");
    }

    @Test
    void mqtt5_3_8_3_2_subscribeHasAFilter() {
        server("82 0001 []", PROTOCOL_ERROR, "MQTT5-3.8.3-2");
    }

    @Test
    void mqtt5_3_10_3_1_filtersOfUnsubscribeAreStrings() {
        server("a2 0001 [] 0002 c328", MALFORMED_PACKET, "MQTT5-1.5.4-1");
    }

    @Test
    void mqtt5_3_10_3_2_unsubscribeHasAFilter() {
        server("a2 0001 []", PROTOCOL_ERROR, "MQTT5-3.10.3-2");
    }

    @Test
    void mqtt5_4_3_1_1_qos0IsSentWithoutDup() {
        for (boolean retain : new boolean[] {false, true}) {
            Publish publish = new Publish(false, Qos.AT_MOST_ONCE, retain, TopicName.of("a"), 0, new byte[0]);
            assertThat(Wire.encode(publish, V5)[0]).isEqualTo((byte) (retain ? 0x31 : 0x30));
        }
        Publish again = new Publish(true, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[0]);
        assertThatThrownBy(() -> Wire.encode(again, V5)).isInstanceOf(AssertionError.class);
    }

    @Test
    void mqtt5_4_7_3_1_topicsHaveACharacter() {
        server("30 0000 []", PROTOCOL_ERROR, "U5-18");
        assertThat(TopicName.fault("")).isNotNull();
        assertThat(TopicFilter.fault("")).isNotNull();
        assertThat(TopicFilter.fault("$share/g/")).isNotNull();
    }

    @Test
    void mqtt5_4_7_3_2_topicsHaveNoU0000() {
        server("30 0003 610062 []", MALFORMED_PACKET, "MQTT5-1.5.4-2");
        assertThat(TopicName.fault("a\0b")).contains("U+0000");
        assertThat(TopicFilter.fault("a\0b")).contains("U+0000");
    }

    @Test
    void mqtt5_4_7_3_3_topicsHaveAtMost65535Bytes() {
        assertThat(TopicName.fault("\u00E9".repeat(32_767) + "a")).isNull();
        assertThat(TopicName.fault("\u00E9".repeat(32_768))).contains("65536");
        assertThat(TopicFilter.fault("a".repeat(65_535))).isNull();
        assertThat(TopicFilter.fault("a".repeat(65_536))).contains("65536");
        assertThatThrownBy(() -> TopicName.of("a".repeat(65_536))).isInstanceOf(IllegalArgumentException.class);
    }

    private static Connect connect(Will will, @Nullable String userName, byte @Nullable [] password) {
        return new Connect(
                V5,
                false,
                true,
                60,
                "a",
                will,
                userName,
                password,
                0,
                65_535,
                Connect.NO_LIMIT,
                0,
                false,
                true,
                null,
                null,
                List.of());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void connect(String packet, ReasonCode reason, String statement) {
        Decoding.refused(Role.SERVER, null, packet, reason, statement);
    }

    private static void server(String packet, ReasonCode reason, String statement) {
        Decoding.refused(Role.SERVER, V5, packet, reason, statement);
    }

    private static void client(String packet, ReasonCode reason, String statement) {
        Decoding.refused(Role.CLIENT, V5, packet, reason, statement);
    }
}
