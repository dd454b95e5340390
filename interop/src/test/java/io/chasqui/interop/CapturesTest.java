package io.chasqui.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What client libraries have really sent: our codec understands it, and the broker serves it. */
@ExtendWith(RunningBroker.class)
final class CapturesTest {
    private final BrokerUnderTest broker;

    CapturesTest(BrokerUnderTest broker) {
        this.broker = broker;
    }

    static List<Capture> captures() throws Exception {
        return Capture.all();
    }

    @Test
    void captures_of_at_least_six_libraries_are_kept() throws Exception {
        assertThat(captures().stream()
                        .map(capture -> capture.name().split("/", 2)[0])
                        .distinct()
                        .count())
                .isGreaterThanOrEqualTo(6);
    }

    @ParameterizedTest
    @MethodSource("captures")
    void every_packet_is_decoded_and_encoded_to_the_same_meaning(Capture capture) throws Exception {
        MqttVersion version = capture.version();
        for (Capture.Sent sent : capture.packets()) {
            ByteBuf out = Unpooled.buffer();
            PacketEncoder.encode(sent.packet(), version, out);
            byte[] encoded = ByteBufUtil.getBytes(out);
            assertThat(PacketEncoder.encodedLength(sent.packet(), version)).isEqualTo(encoded.length);
            if (!Arrays.equals(encoded, sent.bytes())) {
                // A library may put properties in another order, or say what goes without saying.
                assertThat(decode(out, version))
                        .usingRecursiveComparison()
                        .ignoringFieldsMatchingRegexes("(.*\\.)?encoded") // what the encoder remembers
                        .isEqualTo(sent.packet());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void the_broker_serves_the_conversation_also_byte_by_byte(Capture capture) throws Exception {
        for (int pieceBytes : new int[] {Integer.MAX_VALUE, 1}) {
            try (Replay replay = new Replay(capture, broker, pieceBytes)) {
                replay.play();
            }
        }
    }

    private static Packet decode(ByteBuf in, MqttVersion version) throws ProtocolException {
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Role.SERVER, Connect.NO_LIMIT, TopicNames.UNCACHED);
        decoder.version(version);
        Packet packet = decoder.decode(in);
        assertThat(packet).isNotNull();
        return packet;
    }
}
