package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.PacketDecoder.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a decoder remembers from one packet to the next. */
class ConversationTest {
    private final PacketDecoder decoder = Wire.decoder(Role.SERVER, null);

    @Test
    void learnsTheVersionFromConnect() throws ProtocolException {
        assertThat(decoder.version()).isNull();
        assertThat(decoder.answerVersion()).isNull();
        decode("10 'MQIsdp' 03 02 003c 'a'");
        assertThat(decoder.version()).isEqualTo(V3_1);
        assertThat(decoder.answerVersion()).isEqualTo(V3_1);
        decode("6a 0001");
    }

    @Test
    void readsPacketAfterPacketFromOneBuffer() throws ProtocolException {
        ByteBuf in = Unpooled.wrappedBuffer(
                Wire.packet("10 'MQTT' 05 02 003c [] 'a'"),
                Wire.packet("c0"),
                Wire.packet("30 'a' [] 31"),
                Wire.bytes("c0"));
        assertThat(decoder.decode(in)).isInstanceOf(Connect.class);
        assertThat(decoder.decode(in)).isEqualTo(PingReq.INSTANCE);
        assertThat(decoder.decode(in)).isInstanceOf(Publish.class);
        assertThat(decoder.decode(in)).isNull();
        assertThat(in.readableBytes()).isEqualTo(1);
    }

    @Test
    void knowsTheVersionOfAConnectThatFailsLater() {
        refusesAndAnswersAs("10 'MQTT' 05 03 003c [] 'a'", V5, V5);
        refusesAndAnswersAs("10 'MQTT' 05 02 003c [21 0000] 'a'", V5, V5);
        refusesAndAnswersAs("10 'MQTT' 04 03 003c 'a'", V3_1_1, V3_1_1);
        refusesAndAnswersAs("10 'MQIsdp' 03 c2 003c 'a' 00", V3_1, V3_1);
        refusesAndAnswersAs("10 'MQTT' 05 02 003c [] 'a' 00", V5, V5);
    }

    @Test
    void saysHowToAnswerAVersionThatIsNotServed() {
        refusesAndAnswersAs("10 'MQTT' 06 02 003c [] 'a'", null, V5);
        refusesAndAnswersAs("10 'MQTT' 7f 02 003c", null, V5);
        refusesAndAnswersAs("10 'MQTT' 85 02 003c [] 'a'", null, V5);
        refusesAndAnswersAs("10 'MQTT' 03 02 003c 'a'", null, V3_1_1);
        refusesAndAnswersAs("10 'MQTT' 00 02 003c 'a'", null, V3_1_1);
        refusesAndAnswersAs("10 'MQIsdp' 04 02 003c 'a'", null, V3_1_1);
        refusesAndAnswersAs("10 'MQIsdp' 05 02 003c 'a'", null, V3_1_1);
        refusesAndAnswersAs("10 'mqtt' 04 02 003c 'a'", null, null);
        refusesAndAnswersAs("10 'HTTP' 01", null, null);
        refusesAndAnswersAs("10", null, null);
    }

    private static void refusesAndAnswersAs(
            String connect, @Nullable MqttVersion version, @Nullable MqttVersion answerVersion) {
        PacketDecoder decoder = Wire.decoder(Role.SERVER, null);
        assertThatThrownBy(() -> decoder.decode(Unpooled.wrappedBuffer(Wire.packet(connect))))
                .isInstanceOf(ProtocolException.class);
        assertThat(decoder.version()).isEqualTo(version);
        assertThat(decoder.answerVersion()).isEqualTo(answerVersion);
    }

    /** The connection refuses it (MQTT5-3.1.0-2), in the form of the version that was agreed on. */
    @Test
    void aSecondConnectDoesNotChangeTheVersion() throws ProtocolException {
        decode("10 'MQTT' 04 02 003c 'a'");
        assertThat(decode("10 'MQTT' 05 02 003c [] 'a'")).isEqualTo(Connect.of(V5, "a", true, 60));
        assertThat(decoder.version()).isEqualTo(V3_1_1);

        assertThatThrownBy(() -> decode("10 'MQTT' 09 02 003c [] 'a'"))
                .isInstanceOfSatisfying(ProtocolException.class, e -> {
                    assertThat(e.reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
                    assertThat(e.statement()).isEqualTo("MQTT3-3.1.0-2");
                });
        assertThat(decoder.answerVersion()).isEqualTo(V3_1_1);
    }

    @Test
    void asksTheTableOfTopicsThatItWasGivenLast() throws ProtocolException {
        TopicTable one = new TopicTable(16);
        TopicTable two = new TopicTable(16);
        PacketDecoder decoder = new PacketDecoder(Role.SERVER, Connect.NO_LIMIT, one);
        decoder.version(V3_1_1);
        byte[] publish = Wire.packet("30 'a'");
        TopicName ofOne = ((Publish) decode(decoder, publish)).topic();
        assertThat(((Publish) decode(decoder, publish)).topic()).isSameAs(ofOne);
        decoder.topics(two);
        assertThat(((Publish) decode(decoder, publish)).topic())
                .isEqualTo(ofOne)
                .isNotSameAs(ofOne);
    }

    @Test
    void aClientHasToSayItsVersion() {
        PacketDecoder client = Wire.decoder(Role.CLIENT, null);
        assertThatThrownBy(() -> client.decode(Unpooled.wrappedBuffer(Wire.packet("d0"))))
                .isInstanceOf(IllegalStateException.class);
    }

    private Packet decode(String packet) throws ProtocolException {
        return decode(decoder, Wire.packet(packet));
    }

    private static Packet decode(PacketDecoder decoder, byte[] packet) throws ProtocolException {
        Packet decoded = decoder.decode(Unpooled.wrappedBuffer(packet));
        assertThat(decoded).isNotNull();
        return decoded;
    }
}
