package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;

import java.util.List;

/** PUBLISH and its four acknowledgements. */
final class MessageSamples extends Samples {
    MessageSamples() {
        publish();
        publishWithProperties();
        acks();
    }

    private void publish() {
        for (MqttVersion version : MqttVersion.values()) {
            boolean v5 = version == V5;
            String none = v5 ? "[]" : "";
            both(
                    version,
                    "PUBLISH, QoS 0, no payload",
                    "30 'a'" + none,
                    new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[0]));
            both(
                    version,
                    "PUBLISH, QoS 0, retain",
                    "31 'a/b'" + none + "0102",
                    new Publish(false, Qos.AT_MOST_ONCE, true, TopicName.of("a/b"), 0, new byte[] {1, 2}));
            both(
                    version,
                    "PUBLISH, QoS 1",
                    "32 'a' 0001" + none + "ff",
                    new Publish(false, Qos.AT_LEAST_ONCE, false, TopicName.of("a"), 1, new byte[] {-1}));
            both(
                    version,
                    "PUBLISH, QoS 2, all flags",
                    "3d 'é' ffff" + none + "00",
                    new Publish(true, Qos.EXACTLY_ONCE, true, TopicName.of("é"), 65_535, new byte[] {0}));
        }
        Publish big = new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[300]);
        both(V3_1_1, "PUBLISH, two length bytes", "30 'a'" + "00".repeat(300), big);
        Publish bigger = new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[20_000]);
        both(V3_1_1, "PUBLISH, three length bytes", "30 'a'" + "00".repeat(20_000), bigger);
    }

    private void publishWithProperties() {
        both(
                V5,
                "PUBLISH, all that a client sends",
                "32 'a' 0007 [02 00000000 23 0001 01 01 03 'c' 08 'r' 09 0002 0102" + AB_BYTES + AB_BYTES + "] 70",
                new Publish(
                        false,
                        Qos.AT_LEAST_ONCE,
                        false,
                        TopicName.of("a"),
                        7,
                        messageProperties(),
                        0,
                        1,
                        Publish.NO_IDS,
                        utf8("p")));
        both(
                V5,
                "PUBLISH by Topic Alias",
                "30 0000 [23 ffff]",
                new Publish(
                        false,
                        Qos.AT_MOST_ONCE,
                        false,
                        TopicName.EMPTY,
                        0,
                        PublishProperties.NONE,
                        Publish.ABSENT,
                        65_535,
                        Publish.NO_IDS,
                        new byte[0]));
        client(
                V5,
                "PUBLISH with Subscription Identifiers",
                "30 'a' [0b 01 0b 01 0b ffffff7f] 70",
                new Publish(
                        false,
                        Qos.AT_MOST_ONCE,
                        false,
                        TopicName.of("a"),
                        0,
                        PublishProperties.NONE,
                        Publish.ABSENT,
                        0,
                        new int[] {1, 1, 268_435_455},
                        utf8("p")));
        both(
                V5,
                "PUBLISH, format unspecified, empty values",
                "30 'a' [01 00 03 0000 09 0000 26 0000 0000]",
                new Publish(
                        false,
                        Qos.AT_MOST_ONCE,
                        false,
                        TopicName.of("a"),
                        0,
                        new PublishProperties(0, "", null, new byte[0], List.of(new UserProperty("", ""))),
                        Publish.ABSENT,
                        0,
                        Publish.NO_IDS,
                        new byte[0]));
    }

    private void acks() {
        for (MqttVersion version : MqttVersion.values()) {
            both(version, "PUBACK", "40 1234", new PubAck(0x1234));
            both(version, "PUBREC", "50 1234", new PubRec(0x1234));
            both(version, "PUBREL", "62 1234", new PubRel(0x1234));
            both(version, "PUBCOMP", "70 1234", new PubComp(0x1234));
        }
        AckProperties why = new AckProperties("no", List.of(AB, AB));
        both(V5, "PUBACK, code", "40 0001 10", new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS));
        both(V5, "PUBREC, code", "50 0001 97", new PubRec(1, ReasonCode.QUOTA_EXCEEDED));
        both(V5, "PUBREL, code", "62 0001 92", new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        both(V5, "PUBCOMP, code", "70 0001 92", new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        String all = "0001 %s [1f 'no'" + AB_BYTES + AB_BYTES + "]";
        both(V5, "PUBACK, all", "40 " + all.formatted("87"), new PubAck(1, ReasonCode.NOT_AUTHORIZED, why));
        both(V5, "PUBREC, all", "50 " + all.formatted("87"), new PubRec(1, ReasonCode.NOT_AUTHORIZED, why));
        both(V5, "PUBREL, all", "62 " + all.formatted("00"), new PubRel(1, ReasonCode.SUCCESS, why));
        both(V5, "PUBCOMP, all", "70 " + all.formatted("00"), new PubComp(1, ReasonCode.SUCCESS, why));
        read(V5, null, "PUBACK, success spelled out", "40 0001 00", new PubAck(1));
        read(V5, null, "PUBACK, no properties spelled out", "40 0001 00 00", new PubAck(1));
        read(V3_1, null, "PUBREL, repeated", "6a 0001", new PubRel(1));
    }
}
