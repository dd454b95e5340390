package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;
import static io.chasqui.protocol.ReasonCode.MALFORMED_PACKET;
import static io.chasqui.protocol.ReasonCode.PROTOCOL_ERROR;
import static io.chasqui.protocol.ReasonCode.TOPIC_ALIAS_INVALID;
import static io.chasqui.protocol.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

import io.chasqui.protocol.PacketDecoder.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of packets that are refused, with the Reason Code and the statement. What can be said of every packet at once
 * (flags, truncation, properties, Reason Codes, strings) has its own tests.
 */
final class BadSamples {
    /** @param version null before CONNECT */
    record BadSample(
            String name, Role to, @Nullable MqttVersion version, byte[] bytes, ReasonCode reason, String statement) {
        @Override
        public String toString() {
            return name + " (" + (version == null ? "CONNECT" : version) + ")";
        }
    }

    private final List<BadSample> samples = new ArrayList<>();

    private BadSamples() {
        connect5();
        connect3();
        will();
        connAck();
        publish();
        acks();
        subscriptions();
        theRest();
    }

    static List<BadSample> all() {
        return new BadSamples().samples;
    }

    private void connect5() {
        connect("reserved flag", "10 'MQTT' 05 03 003c [] 'a'", MALFORMED_PACKET, "MQTT5-3.1.2-3");
        connect("Will QoS without Will", "10 'MQTT' 05 0a 003c [] 'a'", MALFORMED_PACKET, "MQTT5-3.1.2-11");
        connect("Will QoS 2 without Will", "10 'MQTT' 05 12 003c [] 'a'", MALFORMED_PACKET, "MQTT5-3.1.2-11");
        connect("Will QoS 3", "10 'MQTT' 05 1e 003c [] 'a' [] 'w' 0000", MALFORMED_PACKET, "MQTT5-3.1.2-12");
        connect("Will QoS 3 without Will", "10 'MQTT' 05 1a 003c [] 'a'", MALFORMED_PACKET, "MQTT5-3.1.2-12");
        connect("Will Retain without Will", "10 'MQTT' 05 22 003c [] 'a'", MALFORMED_PACKET, "MQTT5-3.1.2-13");
        connect("Will flagged but missing", "10 'MQTT' 05 06 003c [] 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("no client id", "10 'MQTT' 05 02 003c []", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("user name not flagged", "10 'MQTT' 05 02 003c [] 'a' 'u'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("user name missing", "10 'MQTT' 05 82 003c [] 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("password not flagged", "10 'MQTT' 05 82 003c [] 'a' 'u' 'p'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("password missing", "10 'MQTT' 05 42 003c [] 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("no properties", "10 'MQTT' 05 02 003c", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("Receive Maximum 0", "10 'MQTT' 05 02 003c [21 0000] 'a'", PROTOCOL_ERROR, "U5-03");
        connect("Maximum Packet Size 0", "10 'MQTT' 05 02 003c [27 00000000] 'a'", PROTOCOL_ERROR, "U5-04");
        connect("Request Problem Information 2", "10 'MQTT' 05 02 003c [17 02] 'a'", PROTOCOL_ERROR, "U5-05");
        connect("Request Response Information 2", "10 'MQTT' 05 02 003c [19 02] 'a'", PROTOCOL_ERROR, "U5-05");
        connect("data without method", "10 'MQTT' 05 02 003c [16 0001 00] 'a'", PROTOCOL_ERROR, "U5-06");
        connect("name and no level", "10 'MQTT'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("empty", "10", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect("another name", "10 'MQTX' 05 02 003c [] 'a'", UNSUPPORTED_PROTOCOL_VERSION, "MQTT5-3.1.2-1");
        connect("small letters", "10 'mqtt' 04 02 003c 'a'", UNSUPPORTED_PROTOCOL_VERSION, "MQTT5-3.1.2-1");
        connect("empty name", "10 0000 04 02 003c 'a'", UNSUPPORTED_PROTOCOL_VERSION, "MQTT5-3.1.2-1");
        connect("ill-formed name", "10 0004 4d51 54ff 04 02 003c 'a'", MALFORMED_PACKET, "MQTT5-1.5.4-1");
        connect("version 6", "10 'MQTT' 06 02 003c [] 'a'", UNSUPPORTED_PROTOCOL_VERSION, "MQTT5-3.1.2-2");
        connect("version 5 as a bridge", "10 'MQTT' 85 02 003c [] 'a'", UNSUPPORTED_PROTOCOL_VERSION, "MQTT5-3.1.2-2");
        connect("MQTT, level 3", "10 'MQTT' 03 02 003c 'a'", UNSUPPORTED_PROTOCOL_VERSION, "MQTT3-3.1.2-2");
        connect("MQTT, level 0", "10 'MQTT' 00 02 003c 'a'", UNSUPPORTED_PROTOCOL_VERSION, "MQTT3-3.1.2-2");
        connect("MQIsdp, level 4", "10 'MQIsdp' 04 02 003c 'a'", UNSUPPORTED_PROTOCOL_VERSION, "MQTT3-3.1.2-2");
    }

    private void connect3() {
        connect("reserved flag", "10 'MQTT' 04 03 003c 'a'", MALFORMED_PACKET, "MQTT3-3.1.2-3");
        connect("Will QoS without Will", "10 'MQTT' 04 0a 003c 'a'", MALFORMED_PACKET, "MQTT3-3.1.2-13");
        connect("Will QoS 3", "10 'MQTT' 04 1e 003c 'a' 'w' 0000", MALFORMED_PACKET, "MQTT3-3.1.2-14");
        connect("Will Retain without Will", "10 'MQTT' 04 22 003c 'a'", MALFORMED_PACKET, "MQTT3-3.1.2-15");
        connect("password without user name", "10 'MQTT' 04 42 003c 'a' 'p'", MALFORMED_PACKET, "MQTT3-3.1.2-22");
        connect("password without user name", "10 'MQIsdp' 03 42 003c 'a' 'p'", MALFORMED_PACKET, "MQTT3-3.1.2-22");
        connect("user name missing", "10 'MQTT' 04 82 003c 'a'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        connect("password missing", "10 'MQTT' 04 c2 003c 'a' 'u'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        connect("user name cut off", "10 'MQIsdp' 03 c2 003c 'a' 00", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        connect("trailing bytes", "10 'MQTT' 04 02 003c 'a' 00", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        connect("trailing bytes", "10 'MQIsdp' 03 02 003c 'a' 00", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        connect("no client id", "10 'MQTT' 04 02 003c", MALFORMED_PACKET, "MQTT3-4.8.0-1");
    }

    private void will() {
        connect("Will Topic, wildcard", "10 'MQTT' 05 06 003c [] 'a' [] 'w/#' 0000", PROTOCOL_ERROR, "MQTT5-3.3.2-2");
        connect("Will Topic, empty", "10 'MQTT' 05 06 003c [] 'a' [] 0000 0000", MALFORMED_PACKET, "MQTT5-4.7.3-1");
        connect("Will Topic, wildcard", "10 'MQTT' 04 06 003c 'a' '+' 0000", PROTOCOL_ERROR, "MQTT3-3.3.2-2");
        connect("Will Topic, empty", "10 'MQTT' 04 06 003c 'a' 0000 0000", MALFORMED_PACKET, "MQTT3-4.7.3-1");
        connect("Will without payload", "10 'MQTT' 04 06 003c 'a' 'w'", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        connect("Will without properties", "10 'MQTT' 05 06 003c [] 'a' 'w' 0000", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        connect(
                "Will, Response Topic",
                "10 'MQTT' 05 06 003c [] 'a' [08 '#'] 'w' 0000",
                PROTOCOL_ERROR,
                "MQTT5-3.3.2-14");
        connect("Will, payload format 2", "10 'MQTT' 05 06 003c [] 'a' [01 02] 'w' 0000", MALFORMED_PACKET, "U5-01");
    }

    private void connAck() {
        client(V5, "reserved flags", "20 02 00 []", MALFORMED_PACKET, "MQTT5-3.2.2-1");
        client(V3_1_1, "reserved flags", "20 80 00", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        client(V5, "session present in a refusal", "20 01 87 []", PROTOCOL_ERROR, "MQTT5-3.2.2-6");
        client(V3_1_1, "session present in a refusal", "20 01 05", PROTOCOL_ERROR, "MQTT3-3.2.2-4");
        client(V3_1_1, "return code 6", "20 00 06", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        client(V3_1, "return code 6", "20 00 06", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        client(V3_1_1, "properties", "20 00 00 []", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        client(V5, "no properties", "20 00 00", MALFORMED_PACKET, "MQTT5-2.2.2-1");
        client(V5, "Receive Maximum 0", "20 00 00 [21 0000]", PROTOCOL_ERROR, "U5-03");
        client(V5, "Maximum Packet Size 0", "20 00 00 [27 00000000]", PROTOCOL_ERROR, "U5-04");
        for (String flag : List.of("24", "25", "28", "29", "2a")) {
            client(V5, "property " + flag + " is 2", "20 00 00 [" + flag + " 02]", PROTOCOL_ERROR, "U5-07");
        }
    }

    private void publish() {
        for (String first : List.of("36", "37", "3e", "3f")) {
            server(V5, "QoS 3, first byte " + first, first + "'a' 0001 []", MALFORMED_PACKET, "MQTT5-3.3.1-4");
            server(V3_1_1, "QoS 3, first byte " + first, first + "'a' 0001", MALFORMED_PACKET, "MQTT3-3.3.1-4");
        }
        server(V5, "DUP at QoS 0", "38 'a' []", MALFORMED_PACKET, "MQTT5-3.3.1-2");
        server(V3_1_1, "DUP at QoS 0", "38 'a'", MALFORMED_PACKET, "MQTT3-3.3.1-2");
        server(V5, "Packet Identifier 0", "32 'a' 0000 []", PROTOCOL_ERROR, "MQTT5-2.2.1-3");
        server(V3_1_1, "Packet Identifier 0", "34 'a' 0000", PROTOCOL_ERROR, "MQTT3-2.3.1-1");
        server(V5, "no Packet Identifier", "32 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "no properties", "30 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "no Topic Name", "30 []", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "empty", "30", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "topic longer than the packet", "30 0005 61 []", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "properties longer than the packet", "30 'a' 03 0101", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "properties end inside one", "30 'a' 01 01 01", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "properties end inside a string", "30 'a' 04 03 'ab' 61", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "Property Length of five bytes", "30 'a' 8080808000", MALFORMED_PACKET, "MQTT5-1.5.5-1");
        server(V5, "Property Length longer than needed", "30 'a' 8000", MALFORMED_PACKET, "MQTT5-1.5.5-1");
        server(V5, "property identifier longer than needed", "30 'a' [8100 00]", MALFORMED_PACKET, "MQTT5-1.5.5-1");
        server(V5, "unknown property 127", "30 'a' [7f 00]", MALFORMED_PACKET, "U5-01");
        server(V5, "unknown property of four bytes", "30 'a' [ffffff7f]", MALFORMED_PACKET, "U5-01");
        server(V5, "wildcard", "30 'a/#' []", PROTOCOL_ERROR, "MQTT5-3.3.2-2");
        server(V5, "wildcard", "30 '+/a' []", PROTOCOL_ERROR, "MQTT5-3.3.2-2");
        server(V3_1_1, "wildcard", "30 'a+'", PROTOCOL_ERROR, "MQTT3-3.3.2-2");
        server(V3_1_1, "empty topic", "30 0000 61", MALFORMED_PACKET, "MQTT3-4.7.3-1");
        server(V3_1, "empty topic", "30 0000 61", MALFORMED_PACKET, "MQTT3-4.7.3-1");
        server(V5, "neither topic nor alias", "30 0000 []", PROTOCOL_ERROR, "U5-18");
        server(V5, "Topic Alias 0", "30 'a' [23 0000]", TOPIC_ALIAS_INVALID, "MQTT5-3.3.2-8");
        server(V5, "payload format 2", "30 'a' [01 02]", MALFORMED_PACKET, "U5-01");
        server(V5, "Response Topic, wildcard", "30 'a' [08 'r/+']", PROTOCOL_ERROR, "MQTT5-3.3.2-14");
        server(V5, "Response Topic, empty", "30 'a' [08 0000]", PROTOCOL_ERROR, "MQTT5-4.7.3-1");
        server(V5, "Subscription Identifier", "30 'a' [0b 01]", PROTOCOL_ERROR, "MQTT5-3.3.4-6");
        client(V5, "Subscription Identifier 0", "30 'a' [0b 00]", PROTOCOL_ERROR, "U5-08");
        client(
                V5,
                "Subscription Identifier of five bytes",
                "30 'a' [0b 8080808001]",
                MALFORMED_PACKET,
                "MQTT5-1.5.5-1");
    }

    private void acks() {
        for (String first : List.of("40", "50", "62", "70")) {
            server(V5, first + ", Packet Identifier 0", first + "0000", PROTOCOL_ERROR, "MQTT5-2.2.1-3");
            server(V3_1_1, first + ", Packet Identifier 0", first + "0000", PROTOCOL_ERROR, "MQTT3-2.3.1-1");
            server(V5, first + ", half a Packet Identifier", first + "00", MALFORMED_PACKET, "MQTT5-4.13.1-1");
            server(V5, first + ", empty", first, MALFORMED_PACKET, "MQTT5-4.13.1-1");
            server(V5, first + ", trailing bytes", first + "0001 00 [] 00", MALFORMED_PACKET, "MQTT5-4.13.1-1");
            server(V3_1_1, first + ", trailing bytes", first + "0001 00", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        }
    }

    private void subscriptions() {
        server(V5, "SUBSCRIBE without filters", "82 0001 []", PROTOCOL_ERROR, "MQTT5-3.8.3-2");
        server(V3_1_1, "SUBSCRIBE without filters", "82 0001", PROTOCOL_ERROR, "MQTT3-3.8.3-3");
        server(V5, "SUBSCRIBE, Packet Identifier 0", "82 0000 [] 'a' 00", PROTOCOL_ERROR, "MQTT5-2.2.1-3");
        server(V3_1_1, "SUBSCRIBE, Packet Identifier 0", "82 0000 'a' 00", PROTOCOL_ERROR, "MQTT3-2.3.1-1");
        server(V5, "SUBSCRIBE without options", "82 0001 [] 'a'", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "SUBSCRIBE, filter cut off", "82 0001 [] 'a' 00 0002 62", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "SUBSCRIBE, QoS 3", "82 0001 [] 'a' 03", PROTOCOL_ERROR, "U5-09");
        server(V5, "SUBSCRIBE, Retain Handling 3", "82 0001 [] 'a' 30", PROTOCOL_ERROR, "U5-09");
        server(V5, "SUBSCRIBE, reserved bit 6", "82 0001 [] 'a' 40", MALFORMED_PACKET, "MQTT5-3.8.3-5");
        server(V5, "SUBSCRIBE, reserved bit 7", "82 0001 [] 'a' 80", MALFORMED_PACKET, "MQTT5-3.8.3-5");
        for (String options : List.of("03", "04", "08", "10", "80", "ff")) {
            server(
                    V3_1_1,
                    "SUBSCRIBE, QoS byte " + options,
                    "82 0001 'a'" + options,
                    MALFORMED_PACKET,
                    "MQTT3-3.8.3-4");
            server(V3_1, "SUBSCRIBE, QoS byte " + options, "82 0001 'a'" + options, MALFORMED_PACKET, "MQTT3-3.8.3-4");
        }
        server(V5, "SUBSCRIBE, Subscription Identifier 0", "82 0001 [0b 00] 'a' 00", PROTOCOL_ERROR, "U5-08");
        server(V5, "UNSUBSCRIBE without filters", "a2 0001 []", PROTOCOL_ERROR, "MQTT5-3.10.3-2");
        server(V3_1_1, "UNSUBSCRIBE without filters", "a2 0001", PROTOCOL_ERROR, "MQTT3-3.10.3-2");
        server(V5, "UNSUBSCRIBE, Packet Identifier 0", "a2 0000 [] 'a'", PROTOCOL_ERROR, "MQTT5-2.2.1-3");
        server(V3_1, "UNSUBSCRIBE, Packet Identifier 0", "a2 0000 'a'", PROTOCOL_ERROR, "MQTT3-2.3.1-1");
        client(V5, "SUBACK without codes", "90 0001 []", PROTOCOL_ERROR, "MQTT5-3.8.4-6");
        client(V3_1_1, "SUBACK without codes", "90 0001", PROTOCOL_ERROR, "MQTT3-3.8.4-5");
        client(V3_1_1, "SUBACK, code of MQTT 5", "90 0001 87", MALFORMED_PACKET, "MQTT3-3.9.3-2");
        client(V3_1_1, "SUBACK, code 3", "90 0001 03", MALFORMED_PACKET, "MQTT3-3.9.3-2");
        client(V5, "UNSUBACK without codes", "b0 0001 []", PROTOCOL_ERROR, "MQTT5-3.11.3-2");
        client(V3_1_1, "UNSUBACK with a code", "b0 0001 00", MALFORMED_PACKET, "MQTT3-4.8.0-1");
    }

    private void theRest() {
        for (MqttVersion version : MqttVersion.values()) {
            String trailing = version == V5 ? "MQTT5-4.13.1-1" : "MQTT3-4.8.0-1";
            server(version, "PINGREQ with a body", "c0 00", MALFORMED_PACKET, trailing);
            client(version, "PINGRESP with a body", "d0 00", MALFORMED_PACKET, trailing);
        }
        server(V3_1_1, "DISCONNECT with a body", "e0 00", MALFORMED_PACKET, "MQTT3-4.8.0-1");
        server(V5, "DISCONNECT, trailing bytes", "e0 00 [] 00", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "AUTH without a method", "f0 18 []", PROTOCOL_ERROR, "U5-21");
        server(V5, "AUTH, data without a method", "f0 18 [16 0001 00]", PROTOCOL_ERROR, "U5-21");
        server(V5, "AUTH without properties", "f0 18", MALFORMED_PACKET, "MQTT5-4.13.1-1");
        server(V5, "AUTH, shortest, from a client", "f0", PROTOCOL_ERROR, "MQTT5-3.15.2-1");
    }

    private void connect(String name, String bytes, ReasonCode reason, String statement) {
        samples.add(new BadSample("CONNECT, " + name, Role.SERVER, null, Wire.packet(bytes), reason, statement));
    }

    private void server(MqttVersion version, String name, String bytes, ReasonCode reason, String statement) {
        samples.add(new BadSample(name, Role.SERVER, version, Wire.packet(bytes), reason, statement));
    }

    private void client(MqttVersion version, String name, String bytes, ReasonCode reason, String statement) {
        samples.add(new BadSample(name, Role.CLIENT, version, Wire.packet(bytes), reason, statement));
    }
}
