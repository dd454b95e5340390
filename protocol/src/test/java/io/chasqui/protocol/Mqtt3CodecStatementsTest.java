package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.ReasonCode.MALFORMED_PACKET;
import static io.chasqui.protocol.ReasonCode.PROTOCOL_ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.PacketDecoder.Role;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The statements of MQTT 3.1.1 that a codec can be held to, one test each. */
class Mqtt3CodecStatementsTest {
    @Test
    void mqtt3_1_5_3_1_stringsAreWellFormedUtf8WithoutSurrogates() {
        for (String bad : List.of("0003 eda080", "0002 c080", "0001 f8", "0002 e282")) {
            server("30" + bad, MALFORMED_PACKET, "MQTT3-1.5.3-1");
        }
    }

    @Test
    void mqtt3_1_5_3_2_noStringHoldsU0000() {
        server("30 0003 610062", MALFORMED_PACKET, "MQTT3-1.5.3-2");
        server("82 0001 0001 00 00", MALFORMED_PACKET, "MQTT3-1.5.3-2");
        connect("10 'MQTT' 04 02 003c 0001 00", MALFORMED_PACKET, "MQTT3-1.5.3-2");
    }

    @Test
    void mqtt3_1_5_3_3_aByteOrderMarkIsKept() throws ProtocolException {
        Publish publish = (Publish) Decoding.decode(Role.SERVER, V3_1_1, "30 0004 efbbbf61");
        assertThat(publish.topic()).isEqualTo(TopicName.of("\uFEFFa")).isNotEqualTo(TopicName.of("a"));
        assertThat(Wire.encode(publish, V3_1_1)).isEqualTo(Wire.packet("30 0004 efbbbf61"));
    }

    @Test
    void mqtt3_2_2_2_1_reservedFlagsHaveTheirValue() {
        for (Samples.Sample sample : Samples.all()) {
            if (sample.canonical() && sample.version() == V3_1_1 && !(sample.packet() instanceof Publish)) {
                boolean two = sample.packet() instanceof PubRel
                        || sample.packet() instanceof Subscribe
                        || sample.packet() instanceof Unsubscribe;
                assertThat(sample.bytes()[0] & 0xF).as(sample.name()).isEqualTo(two ? 2 : 0);
            }
        }
    }

    @Test
    void mqtt3_2_3_1_1_noPacketIdentifier0() {
        server("32 'a' 0000", PROTOCOL_ERROR, "MQTT3-2.3.1-1");
        server("82 0000 'a' 00", PROTOCOL_ERROR, "MQTT3-2.3.1-1");
        server("a2 0000 'a'", PROTOCOL_ERROR, "MQTT3-2.3.1-1");
    }

    @Test
    void mqtt3_2_3_1_5_aPublishAtQos0HasNoPacketIdentifier() throws ProtocolException {
        Publish publish = (Publish) Decoding.decode(Role.SERVER, V3_1_1, "30 'a' 0001");
        assertThat(publish.payload()).containsExactly(0, 1);
        assertThat(Wire.encode(publish, V3_1_1)).isEqualTo(Wire.packet("30 'a' 0001"));
    }

    @Test
    void mqtt3_3_1_2_9_aFlaggedWillIsInThePayload() {
        connect("10 'MQTT' 04 06 003c 'a'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        connect("10 'MQTT' 04 06 003c 'a' 'w'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
    }

    @Test
    void mqtt3_3_1_2_11_noWillFieldsWithoutWill() {
        connect("10 'MQTT' 04 0a 003c 'a'", MALFORMED_PACKET, "MQTT3-3.1.2-13");
        connect("10 'MQTT' 04 22 003c 'a'", MALFORMED_PACKET, "MQTT3-3.1.2-15");
        connect("10 'MQTT' 04 02 003c 'a' 'w' 'p'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
    }

    @Test
    void mqtt3_3_1_2_13_noWillQosWithoutWill() {
        connect("10 'MQTT' 04 0a 003c 'a'", MALFORMED_PACKET, "MQTT3-3.1.2-13");
        connect("10 'MQTT' 04 12 003c 'a'", MALFORMED_PACKET, "MQTT3-3.1.2-13");
    }

    @Test
    void mqtt3_3_1_2_14_noWillQos3() {
        connect("10 'MQTT' 04 1e 003c 'a' 'w' 0000", MALFORMED_PACKET, "MQTT3-3.1.2-14");
    }

    @Test
    void mqtt3_3_1_2_15_noWillRetainWithoutWill() {
        connect("10 'MQTT' 04 22 003c 'a'", MALFORMED_PACKET, "MQTT3-3.1.2-15");
    }

    @Test
    void mqtt3_3_1_2_18_noUserNameThatIsNotFlagged() {
        connect("10 'MQTT' 04 02 003c 'a' 'u'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
    }

    @Test
    void mqtt3_3_1_2_19_aFlaggedUserNameIsThere() {
        connect("10 'MQTT' 04 82 003c 'a'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
    }

    @Test
    void mqtt3_3_1_2_20_noPasswordThatIsNotFlagged() {
        connect("10 'MQTT' 04 82 003c 'a' 'u' 'p'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
    }

    @Test
    void mqtt3_3_1_2_21_aFlaggedPasswordIsThere() {
        connect("10 'MQTT' 04 c2 003c 'a' 'u'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
    }

    @Test
    void mqtt3_3_1_2_22_noPasswordWithoutUserName() {
        connect("10 'MQTT' 04 42 003c 'a' 'p'", MALFORMED_PACKET, "MQTT3-3.1.2-22");
        Connect connect = connect(V3_1_1, null, null, utf8("p"));
        assertThatThrownBy(() -> Wire.encode(connect, V3_1_1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mqtt3_3_1_3_1_theFieldsAreInTheirOrder() throws ProtocolException {
        Will will = new Will(
                Qos.AT_MOST_ONCE, false, TopicName.of("w/t"), PublishProperties.NONE, 0, Publish.ABSENT, utf8("w/p"));
        for (MqttVersion version : List.of(V3_1, V3_1_1)) {
            Connect connect = connect(version, will, "user", utf8("pass"));
            byte[] bytes = Wire.encode(connect, version);
            assertThat(bytes)
                    .isEqualTo(Wire.packet((version == V3_1 ? "10 'MQIsdp' 03" : "10 'MQTT' 04")
                            + "c6 003c 'a' 'w/t' 'w/p' 'user' 'pass'"));
            assertThat(PacketText.of(Decoding.decode(Role.SERVER, null, bytes))).isEqualTo(PacketText.of(connect));
        }
    }

    @Test
    void mqtt3_3_1_3_3_theClientIdentifierIsThere() {
        connect("10 'MQTT' 04 02 003c", MALFORMED_PACKET, "MQTT3-4.8.0-1");
    }

    @Test
    void mqtt3_3_1_3_4_theClientIdentifierIsAString() {
        connect("10 'MQTT' 04 02 003c 0002 fffe", MALFORMED_PACKET, "MQTT3-1.5.3-1");
    }

    @Test
    void mqtt3_3_1_3_10_theWillTopicIsAString() {
        connect("10 'MQTT' 04 06 003c 'a' 0002 c328 0000", MALFORMED_PACKET, "MQTT3-1.5.3-1");
    }

    @Test
    void mqtt3_3_1_3_11_theUserNameIsAString() {
        connect("10 'MQTT' 04 82 003c 'a' 0002 c328", MALFORMED_PACKET, "MQTT3-1.5.3-1");
    }

    @Test
    void mqtt3_3_3_1_4_noQos3() {
        server("36 'a' 0001", MALFORMED_PACKET, "MQTT3-3.3.1-4");
    }

    @Test
    void mqtt3_3_3_2_1_theTopicNameIsFirstAndAString() throws ProtocolException {
        server("30 0002 c328", MALFORMED_PACKET, "MQTT3-1.5.3-1");
        Publish publish = (Publish) Decoding.decode(Role.SERVER, V3_1_1, "32 't' 0001");
        assertThat(publish.topic()).isEqualTo(TopicName.of("t"));
    }

    @Test
    void mqtt3_3_8_3_1_filtersOfSubscribeAreStrings() {
        server("82 0001 0002 c328 00", MALFORMED_PACKET, "MQTT3-1.5.3-1");
    }

    @Test
    void mqtt3_3_8_3_3_subscribeHasAFilter() {
        server("82 0001", PROTOCOL_ERROR, "MQTT3-3.8.3-3");
    }

    @Test
    void mqtt3_3_10_3_1_filtersOfUnsubscribeAreStrings() {
        server("a2 0001 0002 c328", MALFORMED_PACKET, "MQTT3-1.5.3-1");
    }

    @Test
    void mqtt3_3_10_3_2_unsubscribeHasAFilter() {
        server("a2 0001", PROTOCOL_ERROR, "MQTT3-3.10.3-2");
    }

    @Test
    void mqtt3_4_3_1_1_qos0IsSentWithoutDup() {
        Publish publish = new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[0]);
        assertThat(Wire.encode(publish, V3_1_1)[0]).isEqualTo((byte) 0x30);
        Publish retained = new Publish(false, Qos.AT_MOST_ONCE, true, TopicName.of("a"), 0, new byte[0]);
        assertThat(Wire.encode(retained, V3_1_1)[0]).isEqualTo((byte) 0x31);
    }

    @Test
    void mqtt3_4_7_3_1_topicsHaveACharacter() {
        server("30 0000", MALFORMED_PACKET, "MQTT3-4.7.3-1");
        connect("10 'MQTT' 04 06 003c 'a' 0000 0000", MALFORMED_PACKET, "MQTT3-4.7.3-1");
    }

    @Test
    void mqtt3_4_7_3_2_topicsHaveNoU0000() {
        server("30 0003 610062", MALFORMED_PACKET, "MQTT3-1.5.3-2");
        server("82 0001 0003 610062 00", MALFORMED_PACKET, "MQTT3-1.5.3-2");
        connect("10 'MQTT' 04 06 003c 'a' 0001 00 0000", MALFORMED_PACKET, "MQTT3-1.5.3-2");
    }

    @Test
    void mqtt3_4_7_3_3_topicsHaveAtMost65535Bytes() {
        assertThat(TopicName.fault("a".repeat(65_535))).isNull();
        assertThat(TopicName.fault("a".repeat(65_536))).isNotNull();
        assertThat(TopicFilter.fault("a".repeat(65_536))).isNotNull();
    }

    private static Connect connect(
            MqttVersion version, @Nullable Will will, @Nullable String userName, byte @Nullable [] password) {
        return new Connect(
                version,
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
        Decoding.refused(Role.SERVER, V3_1_1, packet, reason, statement);
    }
}
