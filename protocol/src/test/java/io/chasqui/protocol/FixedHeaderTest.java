package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;
import static io.chasqui.protocol.ReasonCode.MALFORMED_PACKET;
import static io.chasqui.protocol.ReasonCode.PACKET_TOO_LARGE;
import static io.chasqui.protocol.ReasonCode.PROTOCOL_ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.PacketDecoder.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the decoder tells from the first five bytes, before the rest of the packet is there. */
class FixedHeaderTest {
    private static final Set<Integer> FROM_CLIENT = Set.of(1, 8, 10, 12);
    private static final Set<Integer> FROM_SERVER = Set.of(2, 9, 11, 13);

    @ParameterizedTest
    @EnumSource
    void refusesReservedFlagsOfEveryTypeBeforeTheBodyIsThere(MqttVersion version) {
        for (int type = 1; type <= 15; type++) {
            if (type == 3 || type == 15 && version != V5) {
                continue;
            }
            Role role = FROM_SERVER.contains(type) ? Role.CLIENT : Role.SERVER;
            int right = type == 6 || type == 8 || type == 10 ? 2 : 0;
            for (int flags = 0; flags < 16; flags++) {
                boolean repeated = version == V3_1 && right == 2 && flags == 10;
                String header = Integer.toHexString(type << 4 | flags) + "7f"; // 127 bytes, none of them here
                if (flags == right || repeated) {
                    assertThat(wait(role, version, header)).as(header).isTrue();
                } else {
                    Decoding.refused(
                            role, version, Wire.bytes(header), MALFORMED_PACKET, flagsStatement(type, version));
                }
            }
        }
    }

    private static String flagsStatement(int type, MqttVersion version) {
        boolean v5 = version == V5;
        return switch (type) {
            case 6 -> v5 ? "MQTT5-3.6.1-1" : "MQTT3-3.6.1-1";
            case 8 -> v5 ? "MQTT5-3.8.1-1" : "MQTT3-3.8.1-1";
            case 10 -> v5 ? "MQTT5-3.10.1-1" : "MQTT3-3.10.1-1";
            case 14 -> v5 ? "MQTT5-3.14.1-1" : "MQTT3-3.14.1-1";
            case 15 -> "MQTT5-3.15.1-1";
            default -> v5 ? "MQTT5-2.1.3-1" : "MQTT3-2.2.2-2";
        };
    }

    @ParameterizedTest
    @EnumSource
    void refusesReservedPacketTypes(MqttVersion version) {
        String statement = version == V5 ? "MQTT5-4.13.1-1" : "MQTT3-4.8.0-1";
        Decoding.refused(Role.SERVER, version, Wire.bytes("00 7f"), MALFORMED_PACKET, statement);
        Decoding.refused(Role.CLIENT, version, Wire.bytes("00 7f"), MALFORMED_PACKET, statement);
        if (version != V5) {
            Decoding.refused(Role.SERVER, version, Wire.bytes("f0 7f"), MALFORMED_PACKET, statement);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesPacketsThatOnlyTheOtherSideSends(MqttVersion version) {
        String statement = version == V5 ? "MQTT5-4.13.1-1" : "MQTT3-4.8.0-1";
        for (int type : FROM_CLIENT) {
            String header = Integer.toHexString(PacketType.firstByte(type)) + "7f";
            Decoding.refused(Role.CLIENT, version, Wire.bytes(header), PROTOCOL_ERROR, statement);
        }
        for (int type : FROM_SERVER) {
            String header = Integer.toHexString(PacketType.firstByte(type)) + "7f";
            Decoding.refused(Role.SERVER, version, Wire.bytes(header), PROTOCOL_ERROR, statement);
        }
        if (version == V5) {
            assertThat(wait(Role.CLIENT, version, "e0 7f")).isTrue();
        } else {
            Decoding.refused(Role.CLIENT, version, Wire.bytes("e0 7f"), PROTOCOL_ERROR, statement);
        }
    }

    @Test
    void mqtt5_3_1_0_1_refusesEveryPacketBeforeConnect() {
        for (int firstByte = 0; firstByte < 256; firstByte++) {
            if (firstByte >> 4 == 1) {
                continue;
            }
            byte[] header = {(byte) firstByte, 127};
            Decoding.refused(Role.SERVER, null, header, PROTOCOL_ERROR, "MQTT5-3.1.0-1");
        }
    }

    @Test
    void readsRemainingLengthsOfOneToFourBytes() throws ProtocolException {
        for (String length :
                List.of("00", "7f", "80 01", "ff 7f", "80 80 01", "ff ff 7f", "80 80 80 01", "ff ff ff 7f")) {
            if (!length.equals("00")) {
                assertThat(wait(Role.SERVER, V5, "30" + length)).as(length).isTrue();
            }
        }
        PacketDecoder decoder = Wire.decoder(Role.SERVER, V3_1_1);
        for (int payload : new int[] {0, 124, 125, 16_380, 16_381, 2_097_148, 2_097_149}) {
            Publish packet = new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[payload]);
            ByteBuf in = Unpooled.wrappedBuffer(Wire.encode(packet, V3_1_1));
            assertThat(decoder.decode(in)).isInstanceOf(Publish.class);
            assertThat(in.isReadable()).isFalse();
        }
    }

    @Test
    void refusesARemainingLengthOfFiveBytes() {
        Decoding.refused(Role.SERVER, V5, Wire.bytes("30 ffffffff"), MALFORMED_PACKET, "MQTT5-1.5.5-1");
        Decoding.refused(Role.SERVER, V5, Wire.bytes("30 80808080 00"), MALFORMED_PACKET, "MQTT5-1.5.5-1");
        Decoding.refused(Role.SERVER, V3_1_1, Wire.bytes("30 ffffffff 7f"), MALFORMED_PACKET, "MQTT3-4.8.0-1");
        Decoding.refused(Role.SERVER, null, Wire.bytes("10 ffffffff 01"), MALFORMED_PACKET, "MQTT5-1.5.5-1");
    }

    /** MQTT 3.1.1 has no rule for it; devices that reserve fixed bytes for the length are in the field. */
    @Test
    void refusesALongerRemainingLengthThanNeededInMqtt5Only() throws ProtocolException {
        Decoding.refused(Role.SERVER, V5, Wire.bytes("c0 8000"), MALFORMED_PACKET, "MQTT5-1.5.5-1");
        Decoding.refused(Role.SERVER, V5, Wire.bytes("40 828000 0001"), MALFORMED_PACKET, "MQTT5-1.5.5-1");
        Decoding.refused(
                Role.SERVER, null, Wire.bytes("10 8e00 'MQTT' 05 02 003c [] 'a'"), MALFORMED_PACKET, "MQTT5-1.5.5-1");
        assertThat(Decoding.decode(Role.SERVER, V3_1_1, Wire.bytes("40 828000 0001")))
                .isEqualTo(new PubAck(1));
        assertThat(Decoding.decode(Role.SERVER, null, Wire.bytes("10 8d808000 'MQTT' 04 02 003c 'a'")))
                .isEqualTo(Connect.of(V3_1_1, "a", true, 60));
    }

    @ParameterizedTest
    @CsvSource({
        "30 01, 3",
        "30 7f, 129",
        "30 8001, 131",
        "30 ff7f, 16386",
        "30 808001, 16388",
        "30 ffff7f, 2097155",
        "30 80808001, 2097157",
        "30 ffffff7f, 268435460"
    })
    void refusesLargerPacketsFromTheirHeader(String header, long size) {
        for (Role role : Role.values()) {
            assertThat(decode(decoder(role, size), Unpooled.wrappedBuffer(Wire.bytes(header))))
                    .isNull();
            assertThatThrownBy(() -> decoder(role, size - 1).decode(Unpooled.wrappedBuffer(Wire.bytes(header))))
                    .isInstanceOfSatisfying(ProtocolException.class, e -> {
                        assertThat(e.reason()).isEqualTo(PACKET_TOO_LARGE);
                        assertThat(e.statement()).isEqualTo(role == Role.SERVER ? "U5-12" : "U5-23");
                        assertThat(e).hasMessageContaining(size + " bytes").hasMessageContaining("" + (size - 1));
                    });
        }
    }

    private static PacketDecoder decoder(Role role, long maximumPacketSize) {
        PacketDecoder decoder = new PacketDecoder(role, maximumPacketSize, TopicNames.UNCACHED);
        decoder.version(V5);
        return decoder;
    }

    private static @Nullable Packet decode(PacketDecoder decoder, ByteBuf in) {
        try {
            return decoder.decode(in);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean wait(Role role, MqttVersion version, String header) {
        return decode(Wire.decoder(role, version), Unpooled.wrappedBuffer(Wire.bytes(header))) == null;
    }
}
