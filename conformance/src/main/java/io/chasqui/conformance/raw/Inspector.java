package io.chasqui.conformance.raw;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds every packet that a broker sends on one connection against the rules that bind all packets, whatever the test
 * at hand is about: flags, code tables, sizes, Packet Identifiers in use, Receive Maximum, Topic Aliases, and what
 * may come before CONNACK and after DISCONNECT. Forms, strings and properties are the business of {@link Frame}.
 * Not thread-safe: belongs to its {@link RawClient}.
 */
final class Inspector {
    /** Tables of section 3.2.2.2, 3.4.2.1, 3.5.2.1, 3.6.2.1, 3.7.2.1, 3.9.3, 3.11.3, 3.14.2.1 and 3.15.2.1. */
    private static final Map<Type, String> CODES_5 = Map.of(
            Type.CONNACK, "00 80 81 82 83 84 85 86 87 88 89 8A 8C 90 95 97 99 9A 9B 9C 9D 9F",
            Type.PUBACK, "00 10 80 83 87 90 91 97 99",
            Type.PUBREC, "00 10 80 83 87 90 91 97 99",
            Type.PUBREL, "00 92",
            Type.PUBCOMP, "00 92",
            Type.SUBACK, "00 01 02 80 83 87 8F 91 97 9E A1 A2",
            Type.UNSUBACK, "00 11 80 83 87 8F 91",
            // 8C is missing in the table of DISCONNECT but not in the one of section 2.4; 04 is for clients.
            Type.DISCONNECT, "00 80 81 82 83 87 89 8B 8C 8D 8E 8F 90 93 94 95 96 97 98 99 9A 9B 9C 9D 9E 9F A0 A1 A2",
            Type.AUTH, "00 18");

    private final Version version;
    private final Set<Integer> open = new HashSet<>(); // Packet Identifiers that the broker waits for an ack of
    private @Nullable Frame connAck;
    private boolean disconnected;
    private int receiveMaximum = 65_535;
    private int topicAliasMaximum;
    private long maximumPacketSize = Long.MAX_VALUE;

    Inspector(Version version) {
        this.version = version;
    }

    /** The client has said what it takes. */
    void connecting(Connect connect) {
        receiveMaximum = connect.receiveMaximum;
        topicAliasMaximum = connect.topicAliasMaximum;
        maximumPacketSize = connect.maximumPacketSize;
    }

    /** An acknowledgement that ends the use of a Packet Identifier is on its way to the broker. */
    void acknowledged(int packetId) {
        open.remove(packetId);
    }

    void received(Frame frame) {
        Failure.unless(!disconnected, "MQTT5-3.14.4-1: the broker sent %s after its DISCONNECT", frame);
        Type type = frame.type();
        Failure.unless(
                type == Type.PUBLISH || frame.flags() == type.flags,
                "%s: %s came with the flags %x",
                version.is5() ? "MQTT5-2.1.3-1" : "MQTT3-2.2.2-1",
                type,
                frame.flags());
        Failure.unless(
                frame.size() <= maximumPacketSize,
                "MQTT5-3.1.2-24: %s has %d bytes, the client takes %d",
                type,
                frame.size(),
                maximumPacketSize);
        sequence(frame);
        codes(frame);
        if (type == Type.PUBLISH) {
            publish(frame);
        }
    }

    private void sequence(Frame frame) {
        switch (frame.type()) {
            case CONNACK -> {
                Failure.unless(connAck == null, "MQTT5-3.2.0-2: a second CONNACK on one connection: %s", frame);
                connAck = frame;
                Failure.unless(frame.ackFlags() <= 1, "MQTT5-3.2.2-1: acknowledge flags %02x", frame.ackFlags());
                Failure.unless(
                        frame.code() == 0 || frame.ackFlags() == 0,
                        "%s: session present with code %02x",
                        version.is5() ? "MQTT5-3.2.2-6" : "MQTT3-3.2.2-4",
                        frame.code());
            }
            case AUTH -> {}
            case DISCONNECT -> {
                Failure.unless(
                        connAck != null && connAck.code() < 0x80,
                        "MQTT5-3.14.0-1: %s without a CONNACK of success before it",
                        frame);
                Failure.unless(!frame.props().has(Prop.SESSION_EXPIRY), "MQTT5-3.14.2-2: session expiry in %s", frame);
                disconnected = true;
            }
            default ->
                Failure.unless(
                        connAck != null && connAck.code() == 0,
                        "%s: %s without a CONNACK of success before it",
                        version.is5() ? "MQTT5-3.2.0-1" : "MQTT3-3.2.0-1",
                        frame);
        }
    }

    private void codes(Frame frame) {
        if (!version.is5()) {
            if (frame.type() == Type.SUBACK) {
                frame.codes()
                        .forEach(code -> Failure.unlessOneOf(code, "MQTT3-3.9.3-2: SUBACK", 0x00, 0x01, 0x02, 0x80));
            } else if (frame.type() == Type.CONNACK) {
                Failure.unless(frame.code() <= 5, "MQTT3-3.2.2-6: CONNACK with code %02x", frame.code());
            }
            return;
        }
        String table = CODES_5.get(frame.type());
        if (table == null) {
            return;
        }
        boolean list = frame.type() == Type.SUBACK || frame.type() == Type.UNSUBACK;
        for (int code : list ? frame.codes() : java.util.List.of(frame.code())) {
            Failure.unless(table.contains("%02X".formatted(code)), "%s has no code %02x", frame.type(), code);
        }
    }

    private void publish(Frame frame) {
        String topic = frame.topic();
        Failure.unless(
                topic.indexOf('+') < 0 && topic.indexOf('#') < 0, "MQTT5-3.3.2-2: a wildcard in the topic %s", topic);
        Failure.unless(frame.qos() != 3, "MQTT5-3.3.1-4: %s", frame);
        Failure.unless(frame.qos() != 0 || !frame.dup(), "MQTT5-3.3.1-2: %s", frame);
        long alias = frame.props().number(Prop.TOPIC_ALIAS, -1);
        Failure.unless(alias != 0, "MQTT5-3.3.2-8: %s", frame);
        Failure.unless(
                alias <= topicAliasMaximum,
                topicAliasMaximum == 0 ? "MQTT5-3.1.2-27: %s" : "MQTT5-3.1.2-26: %s",
                frame);
        Failure.unless(!topic.isEmpty() || alias > 0, "MQTT5-4.7.3-1: neither topic nor alias in %s", frame);
        if (frame.qos() > 0) {
            Failure.unless(frame.packetId() != 0, "MQTT5-2.2.1-4: %s", frame);
            Failure.unless(
                    open.add(frame.packetId()), "MQTT5-2.2.1-4: the Packet Identifier is still in use: %s", frame);
            Failure.unless(
                    open.size() <= receiveMaximum,
                    "MQTT5-3.3.4-9: %d messages unacknowledged, Receive Maximum is %d",
                    open.size(),
                    receiveMaximum);
        }
    }
}
