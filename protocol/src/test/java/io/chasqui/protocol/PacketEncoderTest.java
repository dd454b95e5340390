package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the table of good packets does not say about writing. */
class PacketEncoderTest {
    private static final List<UserProperty> MANY = List.of(new UserProperty("a", "b"), new UserProperty("c", "d"));
    private static final AckProperties WHY = new AckProperties("because", MANY);

    static List<Packet> answers() {
        return List.of(
                new ConnAck(
                        false,
                        ReasonCode.NOT_AUTHORIZED,
                        new ConnAck.Properties(
                                5,
                                1,
                                Qos.AT_LEAST_ONCE,
                                false,
                                9,
                                "i",
                                1,
                                "because",
                                MANY,
                                false,
                                false,
                                false,
                                7,
                                "r",
                                "s",
                                "m",
                                new byte[] {1})),
                new PubAck(1, ReasonCode.NOT_AUTHORIZED, WHY),
                new PubRec(1, ReasonCode.NOT_AUTHORIZED, WHY),
                new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, WHY),
                new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, WHY),
                new SubAck(1, List.of(ReasonCode.NOT_AUTHORIZED), WHY),
                new UnsubAck(1, List.of(ReasonCode.NOT_AUTHORIZED), WHY),
                new Disconnect(ReasonCode.SERVER_MOVED, Disconnect.ABSENT, "because", "elsewhere", MANY),
                new Auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", new byte[] {1}, WHY));
    }

    /** MQTT5-3.2.2-19 and -20, 3.4.2-2 and -3 and their siblings of all packets that carry a Reason String. */
    @ParameterizedTest
    @MethodSource("answers")
    void leavesOutUserPropertiesThenTheReasonStringToFit(Packet packet) {
        String full = ByteBufUtil.hexDump(Wire.encode(packet, V5));
        int size = full.length() / 2;
        assertThat(within(packet, size)).isEqualTo(full);

        String withoutProperties = within(packet, size - 1);
        assertThat(withoutProperties).contains(hexOfBecause()).doesNotContain("26000161");
        int smaller = withoutProperties.length() / 2;
        assertThat(within(packet, smaller)).isEqualTo(withoutProperties);

        String bare = within(packet, smaller - 1);
        assertThat(bare).doesNotContain(hexOfBecause()).doesNotContain("26000161");
        int smallest = bare.length() / 2;
        assertThat(within(packet, smallest)).isEqualTo(bare);
        assertThat(within(packet, smallest - 1)).isEqualTo("nothing");
    }

    /** All else stays: what is left out is told from a packet that never had it. */
    @Test
    void leavesOutNothingElse() {
        Disconnect packet = new Disconnect(ReasonCode.SERVER_MOVED, Disconnect.ABSENT, "because", "elsewhere", MANY);
        Disconnect bare = new Disconnect(ReasonCode.SERVER_MOVED, Disconnect.ABSENT, null, "elsewhere", List.of());
        assertThat(within(packet, PacketEncoder.encodedLength(bare, V5)))
                .isEqualTo(ByteBufUtil.hexDump(Wire.encode(bare, V5)));
    }

    @Test
    void neverLeavesOutUserPropertiesOfRequestsAndMessages() {
        PublishProperties message = new PublishProperties(PublishProperties.ABSENT, null, null, null, MANY);
        List<Packet> packets = List.of(
                new Publish(
                        false,
                        Qos.AT_MOST_ONCE,
                        false,
                        TopicName.of("a"),
                        0,
                        message,
                        Publish.ABSENT,
                        0,
                        Publish.NO_IDS,
                        new byte[0]),
                new Subscribe(1, 0, List.of(new Subscribe.Entry("a", new SubscriptionOptions(Qos.AT_MOST_ONCE))), MANY),
                new Unsubscribe(1, List.of("a"), MANY));
        for (Packet packet : packets) {
            assertThat(within(packet, PacketEncoder.encodedLength(packet, V5) - 1))
                    .isEqualTo("nothing");
        }
    }

    private static String within(Packet packet, int maximumPacketSize) {
        ByteBuf out = Unpooled.buffer();
        boolean fits = PacketEncoder.encodeWithin(packet, V5, maximumPacketSize, out);
        assertThat(out.readableBytes()).isLessThanOrEqualTo(fits ? maximumPacketSize : 0);
        return fits ? ByteBufUtil.hexDump(out) : "nothing";
    }

    private static String hexOfBecause() {
        return ByteBufUtil.hexDump(Wire.bytes("1f 'because'"));
    }

    @Test
    void appendsToWhatIsThere() {
        ByteBuf out = Unpooled.buffer(1).writeByte(7);
        PacketEncoder.encode(PingReq.INSTANCE, V5, out);
        PacketEncoder.encode(new PubAck(1), V5, out);
        assertThat(ByteBufUtil.getBytes(out)).isEqualTo(Wire.bytes("07 c000 40020001"));
    }

    @Test
    void writesAPublishWithoutAPublish() {
        PublishProperties message = new PublishProperties(1, "c", null, null, MANY);
        TopicName topic = TopicName.of("a/b");
        int[] ids = {1, 300};
        byte[] payload = {1, 2, 3};
        for (MqttVersion version : MqttVersion.values()) {
            for (Qos qos : Qos.values()) {
                int packetId = qos == Qos.AT_MOST_ONCE ? 0 : 9;
                ByteBuf out = Unpooled.buffer(0);
                PacketEncoder.encodePublish(
                        out, version, false, qos, true, topic, packetId, message, 77, 5, ids, payload);
                Publish publish = new Publish(false, qos, true, topic, packetId, message, 77, 5, ids, payload);
                assertThat(ByteBufUtil.getBytes(out)).isEqualTo(Wire.encode(publish, version));
                assertThat(PacketEncoder.publishLength(version, qos, topic, message, 77, 5, ids, payload.length))
                        .isEqualTo(out.readableBytes())
                        .isEqualTo(PacketEncoder.encodedLength(publish, version));
            }
        }
    }

    /** What MQTT 3 does not have is not written. */
    @Test
    void writesNoPropertiesInMqtt3() {
        PublishProperties message = new PublishProperties(1, "c", "r", new byte[] {1}, MANY);
        Publish publish = new Publish(
                false, Qos.AT_LEAST_ONCE, false, TopicName.of("a"), 1, message, 5, 7, new int[] {1}, new byte[] {9});
        assertThat(Wire.encode(publish, V3_1_1)).isEqualTo(Wire.packet("32 'a' 0001 09"));
        ConnAck connAck = new ConnAck(true, ReasonCode.SUCCESS, ConnAck.Properties.reason("why"));
        assertThat(Wire.encode(connAck, V3_1_1)).isEqualTo(Wire.packet("20 01 00"));
        assertThat(Wire.encode(connAck, V3_1)).isEqualTo(Wire.packet("20 00 00"));
        assertThat(Wire.encode(new SubAck(1, List.of(ReasonCode.GRANTED_QOS_1), WHY), V3_1))
                .isEqualTo(Wire.packet("90 0001 01"));
        SubscriptionOptions options =
                new SubscriptionOptions(Qos.EXACTLY_ONCE, true, true, SubscriptionOptions.RetainHandling.DO_NOT_SEND);
        Subscribe subscribe = new Subscribe(1, 5, List.of(new Subscribe.Entry("a", options)), MANY);
        assertThat(Wire.encode(subscribe, V3_1_1)).isEqualTo(Wire.packet("82 0001 'a' 02"));
    }

    @Test
    void refusesWhatTheStandardDoesNotAllow() {
        assertThatThrownBy(() -> Wire.encode(new Auth(ReasonCode.SUCCESS, null, null, AckProperties.NONE), V3_1_1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Wire.encode(new ConnAck(true, ReasonCode.NOT_AUTHORIZED), V5)) // MQTT5-3.2.2-6
                .isInstanceOf(IllegalArgumentException.class);
        Publish byAlias = new Publish(
                false,
                Qos.AT_MOST_ONCE,
                false,
                TopicName.EMPTY,
                0,
                PublishProperties.NONE,
                Publish.ABSENT,
                1,
                Publish.NO_IDS,
                new byte[0]);
        assertThatThrownBy(() -> Wire.encode(byAlias, V3_1_1)).isInstanceOf(AssertionError.class);
    }
}
