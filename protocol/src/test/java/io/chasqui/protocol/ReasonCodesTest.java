package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.PacketDecoder.Role;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which Reason Codes each packet takes, in both directions and for writing. */
class ReasonCodesTest {
    private static final String RECEIVED = "00 10 80 83 87 90 91 97 99";

    /** @param packet with %s where the code goes
     *  @param codes the legal ones */
    record Place(String name, Role to, String packet, String codes, String statement) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Place> places() {
        return List.of(
                new Place(
                        "CONNACK",
                        Role.CLIENT,
                        "20 00 %s []",
                        "00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f",
                        "MQTT5-3.2.2-8"),
                new Place("PUBACK", Role.SERVER, "40 0001 %s", RECEIVED, "MQTT5-3.4.2-1"),
                new Place("PUBACK of a server", Role.CLIENT, "40 0001 %s []", RECEIVED, "MQTT5-3.4.2-1"),
                new Place("PUBREC", Role.SERVER, "50 0001 %s", RECEIVED, "MQTT5-3.5.2-1"),
                new Place("PUBREL", Role.SERVER, "62 0001 %s", "00 92", "MQTT5-3.6.2-1"),
                new Place("PUBCOMP", Role.SERVER, "70 0001 %s", "00 92", "MQTT5-3.7.2-1"),
                new Place(
                        "SUBACK", Role.CLIENT, "90 0001 [] %s", "00 01 02 80 83 87 8f 91 97 9e a1 a2", "MQTT5-3.9.3-2"),
                new Place("UNSUBACK", Role.CLIENT, "b0 0001 [] %s", "00 11 80 83 87 8f 91", "MQTT5-3.11.3-2"),
                new Place(
                        "DISCONNECT of a client",
                        Role.SERVER,
                        "e0 %s",
                        "00 04 80 81 82 83 90 93 94 95 96 97 98 99 9b",
                        "MQTT5-3.14.2-1"),
                new Place(
                        "DISCONNECT of a server",
                        Role.CLIENT,
                        "e0 %s",
                        "00 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2",
                        "MQTT5-3.14.2-1"),
                new Place("AUTH of a client", Role.SERVER, "f0 %s [15 'm']", "18 19", "MQTT5-3.15.2-1"),
                new Place("AUTH of a server", Role.CLIENT, "f0 %s [15 'm']", "00 18", "MQTT5-3.15.2-1"));
    }

    @ParameterizedTest
    @MethodSource("places")
    void takesTheCodesOfItsTableOnly(Place place) throws ProtocolException {
        Set<Integer> legal = codes(place.codes());
        for (int code = 0; code < 256; code++) {
            String packet = place.packet().formatted("%02x".formatted(code));
            if (legal.contains(code)) {
                assertThat(Decoding.decode(place.to(), V5, packet)).isNotNull();
            } else {
                ReasonCode answer =
                        ReasonCode.of(code) == null ? ReasonCode.MALFORMED_PACKET : ReasonCode.PROTOCOL_ERROR;
                Decoding.refused(place.to(), V5, packet, answer, place.statement());
            }
        }
    }

    @Test
    void writesTheCodesOfTheTableOnly() {
        writes("00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f", r -> new ConnAck(false, r));
        writes(RECEIVED, r -> new PubAck(1, r));
        writes(RECEIVED, r -> new PubRec(1, r));
        writes("00 92", r -> new PubRel(1, r)); // MQTT5-3.6.2-1
        writes("00 92", r -> new PubComp(1, r)); // MQTT5-3.7.2-1
        writes("00 01 02 80 83 87 8f 91 97 9e a1 a2", r -> new SubAck(1, List.of(r)));
        writes("00 11 80 83 87 8f 91", r -> new UnsubAck(1, List.of(r)));
        writes(
                "00 04 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2",
                r -> new Disconnect(r));
        writes("00 18 19", r -> new Auth(r, "m", null, AckProperties.NONE));
    }

    private static void writes(String codes, Function<ReasonCode, Packet> packet) {
        Set<Integer> legal = codes(codes);
        for (ReasonCode reason : ReasonCode.values()) {
            if (legal.contains(reason.code())) {
                assertThat(Wire.encode(packet.apply(reason), V5)).isNotEmpty();
            } else {
                assertThatThrownBy(() -> Wire.encode(packet.apply(reason), V5))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(reason.name());
            }
        }
    }

    @Test
    void writesTheNearestReturnCodeInMqtt3() {
        for (ReasonCode reason : ReasonCode.values()) {
            if (!ReasonTable.CONNACK.has(reason)) {
                continue;
            }
            int code = switch (reason.code()) {
                case 0x00 -> 0;
                case 0x84 -> 1;
                case 0x85 -> 2;
                case 0x86 -> 4;
                case 0x87, 0x8A, 0x8C -> 5;
                default -> 3;
            };
            for (MqttVersion version : List.of(V3_1, V3_1_1)) {
                assertThat(Wire.encode(new ConnAck(false, reason), version)).containsExactly(0x20, 2, 0, (byte) code);
            }
        }
    }

    /** MQTT3-3.9.3-2: a SUBACK has no code but 0, 1, 2 and 0x80. */
    @Test
    void mqtt3_3_9_3_2_writesEveryFailureAs80() {
        for (ReasonCode reason : EnumSet.allOf(ReasonCode.class)) {
            if (ReasonTable.SUBACK.has(reason)) {
                byte code = (byte) (reason.isError() ? 0x80 : reason.code());
                assertThat(Wire.encode(new SubAck(1, List.of(reason)), V3_1_1))
                        .containsExactly((byte) 0x90, 3, 0, 1, code);
            }
        }
    }

    @Test
    void hasNoCodeInTheAcknowledgementsOfMqtt3() {
        assertThat(Wire.encode(new PubAck(1, ReasonCode.NOT_AUTHORIZED), V3_1_1))
                .containsExactly(0x40, 2, 0, 1);
        assertThat(Wire.encode(new PubRec(1, ReasonCode.NOT_AUTHORIZED), V3_1)).containsExactly(0x50, 2, 0, 1);
        assertThat(Wire.encode(new UnsubAck(1, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED)), V3_1_1))
                .containsExactly((byte) 0xB0, 2, 0, 1);
        assertThat(Wire.encode(new Disconnect(ReasonCode.SERVER_BUSY, "busy"), V3_1_1))
                .containsExactly((byte) 0xE0, 0);
    }

    @Test
    void findsEachReasonCodeByItsValue() {
        for (ReasonCode reason : ReasonCode.values()) {
            assertThat(ReasonCode.of(reason.code())).isEqualTo(reason);
            assertThat(reason.isError()).isEqualTo(reason.code() >= 0x80);
        }
        assertThat(ReasonCode.of(0x03)).isNull();
        assertThat(ReasonCode.of(0xFF)).isNull();
        for (Qos qos : Qos.values()) {
            assertThat(ReasonCode.granted(qos).code()).isEqualTo(qos.level());
        }
    }

    private static Set<Integer> codes(String hex) {
        return Arrays.stream(hex.split(" ")).map(HexFormat::fromHexDigits).collect(Collectors.toSet());
    }
}
