package io.chasqui.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.PacketDecoder.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is written is read back as the same, for random packets of every type and version in both directions. */
class RoundTripTest {
    record Sent(MqttVersion version, Role to, Packet packet) {
        @Override
        public String toString() {
            return version + " to the " + to + ": " + PacketText.of(packet);
        }
    }

    @Provide
    Arbitrary<Sent> sent() {
        List<Arbitrary<Sent>> each = new ArrayList<>();
        for (MqttVersion version : MqttVersion.values()) {
            for (Role to : Role.values()) {
                each.add(PacketArbitraries.packets(version, to == Role.SERVER)
                        .map(packet -> new Sent(version, to, packet)));
            }
        }
        return Arbitraries.oneOf(each);
    }

    @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
    void readsBackWhatWasWritten(@ForAll("sent") Sent sent) throws ProtocolException {
        byte[] bytes = Wire.encode(sent.packet(), sent.version());
        assertThat(bytes).hasSize(PacketEncoder.encodedLength(sent.packet(), sent.version()));
        MqttVersion known = sent.packet() instanceof Connect ? null : sent.version();
        assertThat(PacketText.of(Decoding.decode(sent.to(), known, bytes))).isEqualTo(PacketText.of(sent.packet()));
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void waitsForAllOfIt(@ForAll("sent") Sent sent) throws ProtocolException {
        byte[] bytes = Wire.encode(sent.packet(), sent.version());
        MqttVersion known = sent.packet() instanceof Connect ? null : sent.version();
        PacketDecoder decoder = Wire.decoder(sent.to(), known);
        ByteBuf in = Unpooled.buffer();
        for (byte b : bytes) {
            assertThat(decoder.decode(in)).isNull();
            in.writeByte(b);
        }
        assertThat(PacketText.of(decoder.decode(in))).isEqualTo(PacketText.of(sent.packet()));
    }
}
