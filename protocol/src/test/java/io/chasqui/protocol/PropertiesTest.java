package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V5;
import static io.chasqui.protocol.ReasonCode.MALFORMED_PACKET;
import static io.chasqui.protocol.ReasonCode.PROTOCOL_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.PacketDecoder.Role;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every property in every packet: taken where it may stand, refused where not, and refused twice where once is all. */
class PropertiesTest {
    /** @param packet with %s where properties go */
    record Place(String name, Role to, String packet) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** @param value a good one, without the identifier
     *  @param places names of those that take it */
    record Entry(String id, String value, List<String> places) {}

    static List<Place> places() {
        return List.of(
                new Place("CONNECT", Role.SERVER, "10 'MQTT' 05 02 003c [%s] 'a'"),
                new Place("Will", Role.SERVER, "10 'MQTT' 05 06 003c [] 'a' [%s] 'w' 0000"),
                new Place("CONNACK", Role.CLIENT, "20 00 00 [%s]"),
                new Place("PUBLISH of a client", Role.SERVER, "30 'a' [%s]"),
                new Place("PUBLISH of a server", Role.CLIENT, "30 'a' [%s]"),
                new Place("PUBACK", Role.SERVER, "40 0001 00 [%s]"),
                new Place("PUBREC", Role.SERVER, "50 0001 00 [%s]"),
                new Place("PUBREL", Role.SERVER, "62 0001 00 [%s]"),
                new Place("PUBCOMP", Role.SERVER, "70 0001 00 [%s]"),
                new Place("SUBSCRIBE", Role.SERVER, "82 0001 [%s] 'a' 00"),
                new Place("SUBACK", Role.CLIENT, "90 0001 [%s] 00"),
                new Place("UNSUBSCRIBE", Role.SERVER, "a2 0001 [%s] 'a'"),
                new Place("UNSUBACK", Role.CLIENT, "b0 0001 [%s] 00"),
                new Place("DISCONNECT of a client", Role.SERVER, "e0 00 [%s]"),
                new Place("DISCONNECT of a server", Role.CLIENT, "e0 00 [%s]"),
                new Place("AUTH", Role.SERVER, "f0 18 [%s 15 'm']"));
    }

    private static List<Entry> entries() {
        List<String> message = List.of("Will", "PUBLISH of a client", "PUBLISH of a server");
        List<String> answers = List.of(
                "CONNACK",
                "PUBACK",
                "PUBREC",
                "PUBREL",
                "PUBCOMP",
                "SUBACK",
                "UNSUBACK",
                "DISCONNECT of a client",
                "DISCONNECT of a server",
                "AUTH");
        List<String> handshake = List.of("CONNECT", "CONNACK");
        List<String> connAck = List.of("CONNACK");
        List<String> everywhere = places().stream().map(Place::name).toList();
        return List.of(
                new Entry("01", "01", message),
                new Entry("02", "00000001", message),
                new Entry("03", "'c'", message),
                new Entry("08", "'r'", message),
                new Entry("09", "0001 00", message),
                new Entry("0b", "01", List.of("PUBLISH of a server", "SUBSCRIBE")),
                new Entry("11", "00000001", List.of("CONNECT", "CONNACK", "DISCONNECT of a client")),
                new Entry("12", "'i'", connAck),
                new Entry("13", "0001", connAck),
                new Entry("15", "'m'", List.of("CONNECT", "CONNACK", "AUTH")),
                new Entry("16", "0001 00", List.of("CONNECT", "CONNACK", "AUTH")),
                new Entry("17", "01", List.of("CONNECT")),
                new Entry("18", "00000001", List.of("Will")),
                new Entry("19", "01", List.of("CONNECT")),
                new Entry("1a", "'r'", connAck),
                new Entry("1c", "'s'", List.of("CONNACK", "DISCONNECT of a server")),
                new Entry("1f", "'s'", answers),
                new Entry("21", "0001", handshake),
                new Entry("22", "0001", handshake),
                new Entry("23", "0001", List.of("PUBLISH of a client", "PUBLISH of a server")),
                new Entry("24", "01", connAck),
                new Entry("25", "01", connAck),
                new Entry("26", "'a' 'b'", everywhere),
                new Entry("27", "00000001", handshake),
                new Entry("28", "01", connAck),
                new Entry("29", "01", connAck),
                new Entry("2a", "01", connAck));
    }

    @ParameterizedTest
    @MethodSource("places")
    void u5_01_takesEachPropertyWhereItMayStandAndNowhereElse(Place place) throws ProtocolException {
        for (int id = 0; id < 128; id++) {
            String hex = "%02x".formatted(id);
            Entry entry = entries().stream()
                    .filter(e -> e.id().equals(hex))
                    .findAny()
                    .orElse(new Entry(hex, "00", List.of()));
            String property = entry.id() + entry.value();
            if (place.name().equals("AUTH") && hex.equals("15")) {
                continue; // the packet has it already
            }
            if (entry.places().contains(place.name())) {
                if (place.name().equals("CONNECT") && hex.equals("16")) {
                    property += "15 'm'"; // U5-06
                }
                assertThat(Decoding.decode(place.to(), version(place), packet(place, property)))
                        .isNotNull();
            } else {
                refused(place, property, reasonOfMisplaced(place, hex), statementOfMisplaced(place, hex));
            }
        }
    }

    private static ReasonCode reasonOfMisplaced(Place place, String id) {
        return statementOfMisplaced(place, id).equals("U5-01") ? MALFORMED_PACKET : PROTOCOL_ERROR;
    }

    private static String statementOfMisplaced(Place place, String id) {
        return switch (place.name() + " " + id) {
            case "PUBLISH of a client 0b" -> "MQTT5-3.3.4-6";
            case "DISCONNECT of a server 11" -> "MQTT5-3.14.2-2";
            default -> "U5-01";
        };
    }

    @ParameterizedTest
    @MethodSource("places")
    void u5_02_refusesAPropertyTwiceUnlessItMayRepeat(Place place) throws ProtocolException {
        int tried = 0;
        for (Entry entry : entries()) {
            if (!entry.places().contains(place.name())) {
                continue;
            }
            String property = entry.id() + entry.value();
            boolean repeats = entry.id().equals("26")
                    || entry.id().equals("0b") && place.name().equals("PUBLISH of a server");
            if (repeats) {
                assertThat(Decoding.decode(place.to(), version(place), packet(place, property + property)))
                        .isNotNull();
            } else if (place.name().equals("AUTH") && entry.id().equals("15")) {
                refused(place, property, PROTOCOL_ERROR, "U5-02");
            } else {
                refused(place, property + property, PROTOCOL_ERROR, "U5-02");
                refused(place, property + "26 'a' 'b'" + property, PROTOCOL_ERROR, "U5-02");
            }
            tried++;
        }
        assertThat(tried).isPositive();
    }

    /** The Property Length ends inside the value: of no type can a byte beyond it be read. */
    @ParameterizedTest
    @MethodSource("places")
    void refusesAPropertyThatIsCutOff(Place place) {
        for (Entry entry : entries()) {
            if (!entry.places().contains(place.name()) || place.name().equals("AUTH")) {
                continue;
            }
            byte[] property = Wire.bytes(entry.id() + entry.value());
            for (int length = 1; length < property.length; length++) {
                String cut = Wire.hex(Arrays.copyOf(property, length));
                refused(place, cut, MALFORMED_PACKET, "MQTT5-4.13.1-1");
            }
        }
    }

    @Test
    void theTableOfThisTestHasAllProperties() {
        assertThat(entries()).hasSize(Property.values().length);
    }

    private static byte[] packet(Place place, String properties) {
        return Wire.packet(place.packet().formatted(properties));
    }

    private static void refused(Place place, String properties, ReasonCode reason, String statement) {
        Decoding.refused(place.to(), version(place), packet(place, properties), reason, statement);
    }

    private static @Nullable MqttVersion version(Place place) {
        return place.packet().startsWith("10") ? null : V5;
    }
}
