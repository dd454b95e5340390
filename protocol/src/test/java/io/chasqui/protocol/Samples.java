package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;

import io.chasqui.protocol.PacketDecoder.Role;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of good packets: what each looks like on the wire and what it means. Every packet, in every version that has it,
 * with every property. Encoder and decoder are held to the same lines; {@link BadSamples} is its counterpart.
 */
final class Samples {
    /**
     * @param to who may receive it; null for both
     * @param canonical whether we write it so, or only read it
     */
    record Sample(
            String name, MqttVersion version, @Nullable Role to, boolean canonical, byte[] bytes, Packet packet) {
        /** The decoder that reads it; a server's does not know the version before CONNECT. */
        PacketDecoder decoder() {
            return Wire.decoder(to == null ? Role.SERVER : to, packet instanceof Connect ? null : version);
        }

        @Override
        public String toString() {
            return name + " (" + version + ")";
        }
    }

    private static final List<Sample> ALL = new ArrayList<>();
    private static final UserProperty AB = new UserProperty("a", "b");
    private static final String AB_BYTES = " 26 'a' 'b' ";

    private Samples() {}

    static List<Sample> all() {
        return ALL;
    }

    static {
        connect();
        connectWithProperties();
        connAck();
        publish();
        publishWithProperties();
        acks();
        subscribe();
        unsubscribe();
        theRest();
    }

    private static void connect() {
        server(V3_1, "CONNECT, least", "10 'MQIsdp' 03 02 003c 'a'", Connect.of(V3_1, "a", true, 60));
        server(V3_1_1, "CONNECT, least", "10 'MQTT' 04 02 003c 'a'", Connect.of(V3_1_1, "a", true, 60));
        server(V5, "CONNECT, least", "10 'MQTT' 05 02 003c [] 'a'", Connect.of(V5, "a", true, 60));
        server(
                V3_1_1,
                "CONNECT, kept session, no client id",
                "10 'MQTT' 04 00 0000 0000",
                Connect.of(V3_1_1, "", false, 0));
        server(V3_1, "CONNECT of a bridge", "10 'MQIsdp' 83 02 003c 'a'", bridge(V3_1));
        server(V3_1_1, "CONNECT of a bridge", "10 'MQTT' 84 02 003c 'a'", bridge(V3_1_1));
        read(
                V3_1,
                Role.SERVER,
                "CONNECT, user name and password flagged but missing",
                "10 'MQIsdp' 03 c2 003c 'a'",
                Connect.of(V3_1, "a", true, 60));
        read(
                V3_1,
                Role.SERVER,
                "CONNECT, password flagged but missing",
                "10 'MQIsdp' 03 c2 003c 'a' 'u'",
                withLogin(V3_1, "u", null));
        read(
                V3_1,
                Role.SERVER,
                "CONNECT, reserved flag",
                "10 'MQIsdp' 03 03 003c 'a'",
                Connect.of(V3_1, "a", true, 60));
        for (MqttVersion version : List.of(V3_1, V3_1_1)) {
            String head = version == V3_1 ? "'MQIsdp' 03" : "'MQTT' 04";
            server(version, "CONNECT, user name", "10 " + head + "82 003c 'a' 'u'", withLogin(version, "u", null));
            server(
                    version,
                    "CONNECT, all",
                    "10 " + head + "f6 003c 'a' 'w/t' 'bye' 'u' 'p'",
                    withWill(
                            version,
                            new Will(
                                    Qos.EXACTLY_ONCE,
                                    true,
                                    TopicName.of("w/t"),
                                    PublishProperties.NONE,
                                    0,
                                    Publish.ABSENT,
                                    utf8("bye"))));
        }
    }

    private static void connectWithProperties() {
        server(
                V5,
                "CONNECT, password alone",
                "10 'MQTT' 05 42 003c [] 'a' 0002 00ff",
                new Connect(
                        V5,
                        false,
                        true,
                        60,
                        "a",
                        null,
                        null,
                        new byte[] {0, -1},
                        0,
                        65_535,
                        Connect.NO_LIMIT,
                        0,
                        false,
                        true,
                        null,
                        null,
                        List.of()));
        server(
                V5,
                "CONNECT, all",
                "10 'MQTT' 05 ee 003c"
                        + "[11 ffffffff 21 0001 27 00000001 22 ffff 19 01 17 00 15 'm' 16 0002 0001" + AB_BYTES
                        + AB_BYTES + "] 'a'"
                        + "[18 00000005 02 00000006 01 01 03 'c' 08 'r' 09 0002 0102" + AB_BYTES + AB_BYTES
                        + "] 'w/t' 0000 'u' 0000",
                new Connect(
                        V5,
                        false,
                        true,
                        60,
                        "a",
                        new Will(Qos.AT_LEAST_ONCE, true, TopicName.of("w/t"), messageProperties(), 5, 6, new byte[0]),
                        "u",
                        new byte[0],
                        Connect.NEVER_EXPIRES,
                        1,
                        1,
                        65_535,
                        true,
                        false,
                        "m",
                        new byte[] {0, 1},
                        List.of(AB, AB)));
        read(
                V5,
                Role.SERVER,
                "CONNECT, properties at their defaults",
                "10 'MQTT' 05 00 0000 [11 00000000 21 ffff 27 ffffffff 22 0000 19 00 17 01] 'a'",
                new Connect(
                        V5,
                        false,
                        false,
                        0,
                        "a",
                        null,
                        null,
                        null,
                        0,
                        65_535,
                        0xFFFF_FFFFL,
                        0,
                        false,
                        true,
                        null,
                        null,
                        List.of()));
    }

    private static void connAck() {
        client(V3_1, "CONNACK", "20 00 00", new ConnAck(false, ReasonCode.SUCCESS));
        client(V3_1, "CONNACK, refused", "20 00 05", new ConnAck(false, ReasonCode.NOT_AUTHORIZED));
        client(V3_1_1, "CONNACK", "20 00 00", new ConnAck(false, ReasonCode.SUCCESS));
        client(V3_1_1, "CONNACK, session present", "20 01 00", new ConnAck(true, ReasonCode.SUCCESS));
        List<ReasonCode> codes = List.of(
                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                ReasonCode.SERVER_UNAVAILABLE,
                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                ReasonCode.NOT_AUTHORIZED);
        for (int code = 1; code <= 5; code++) {
            client(V3_1_1, "CONNACK, code " + code, "20 00 0" + code, new ConnAck(false, codes.get(code - 1)));
        }
        client(V5, "CONNACK", "20 00 00 []", new ConnAck(false, ReasonCode.SUCCESS));
        client(V5, "CONNACK, session present", "20 01 00 00", new ConnAck(true, ReasonCode.SUCCESS));
        read(
                V5,
                Role.CLIENT,
                "CONNACK of a server that knows MQTT 3 only",
                "20 00 01",
                new ConnAck(false, ReasonCode.UNSUPPORTED_PROTOCOL_VERSION));
        client(
                V5,
                "CONNACK, all",
                "20 01 00 [11 00000000 21 0001 24 01 25 00 27 ffffffff 12 'i' 22 0001 1f 's'" + AB_BYTES + AB_BYTES
                        + "28 00 29 00 2a 00 13 0000 1a 'r' 1c 'o' 15 'm' 16 0003 010203]",
                new ConnAck(
                        true,
                        ReasonCode.SUCCESS,
                        new ConnAck.Properties(
                                0,
                                1,
                                Qos.AT_LEAST_ONCE,
                                false,
                                0xFFFF_FFFFL,
                                "i",
                                1,
                                "s",
                                List.of(AB, AB),
                                false,
                                false,
                                false,
                                0,
                                "r",
                                "o",
                                "m",
                                new byte[] {1, 2, 3})));
    }

    private static void publish() {
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

    private static void publishWithProperties() {
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

    private static void acks() {
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

    private static void subscribe() {
        Subscribe one = new Subscribe(1, List.of(entry("a/+", Qos.EXACTLY_ONCE)));
        server(V3_1, "SUBSCRIBE", "82 0001 'a/+' 02", one);
        server(V3_1_1, "SUBSCRIBE", "82 0001 'a/+' 02", one);
        server(V5, "SUBSCRIBE", "82 0001 [] 'a/+' 02", one);
        read(V3_1, Role.SERVER, "SUBSCRIBE, repeated", "8a 0001 'a/+' 02", one);
        server(
                V3_1_1,
                "SUBSCRIBE, three filters, one empty",
                "82 0001 '#' 00 0000 01 'a/' 02",
                new Subscribe(
                        1,
                        List.of(
                                entry("#", Qos.AT_MOST_ONCE),
                                entry("", Qos.AT_LEAST_ONCE),
                                entry("a/", Qos.EXACTLY_ONCE))));
        server(
                V5,
                "SUBSCRIBE, all options",
                "82 ffff [0b ffffff7f" + AB_BYTES + AB_BYTES + "] 'a' 04 'b' 19 'c' 22",
                new Subscribe(
                        65_535,
                        268_435_455,
                        List.of(
                                new Subscribe.Entry(
                                        "a",
                                        new SubscriptionOptions(Qos.AT_MOST_ONCE, true, false, RetainHandling.SEND)),
                                new Subscribe.Entry(
                                        "b",
                                        new SubscriptionOptions(
                                                Qos.AT_LEAST_ONCE, false, true, RetainHandling.SEND_IF_NEW)),
                                new Subscribe.Entry(
                                        "c",
                                        new SubscriptionOptions(
                                                Qos.EXACTLY_ONCE, false, false, RetainHandling.DO_NOT_SEND))),
                        List.of(AB, AB)));
        client(V3_1, "SUBACK", "90 0001 01", new SubAck(1, List.of(ReasonCode.GRANTED_QOS_1)));
        client(
                V3_1_1,
                "SUBACK",
                "90 0001 00 01 02 80",
                new SubAck(
                        1,
                        List.of(
                                ReasonCode.GRANTED_QOS_0,
                                ReasonCode.GRANTED_QOS_1,
                                ReasonCode.GRANTED_QOS_2,
                                ReasonCode.UNSPECIFIED_ERROR)));
        client(
                V5,
                "SUBACK",
                "90 0001 [] 00 8f",
                new SubAck(1, List.of(ReasonCode.GRANTED_QOS_0, ReasonCode.TOPIC_FILTER_INVALID)));
        client(
                V5,
                "SUBACK, all",
                "90 0001 [1f 'no'" + AB_BYTES + "] a2",
                new SubAck(
                        1,
                        List.of(ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED),
                        new AckProperties("no", List.of(AB))));
    }

    private static void unsubscribe() {
        Unsubscribe two = new Unsubscribe(1, List.of("a/#", ""));
        server(V3_1, "UNSUBSCRIBE", "a2 0001 'a/#' 0000", two);
        server(V3_1_1, "UNSUBSCRIBE", "a2 0001 'a/#' 0000", two);
        server(V5, "UNSUBSCRIBE", "a2 0001 [] 'a/#' 0000", two);
        read(V3_1, Role.SERVER, "UNSUBSCRIBE, repeated", "aa 0001 'a/#' 0000", two);
        server(
                V5,
                "UNSUBSCRIBE, all",
                "a2 0001 [" + AB_BYTES + AB_BYTES + "] 'a'",
                new Unsubscribe(1, List.of("a"), List.of(AB, AB)));
        client(V3_1, "UNSUBACK", "b0 0001", new UnsubAck(1, List.of()));
        client(V3_1_1, "UNSUBACK", "b0 0001", new UnsubAck(1, List.of()));
        client(
                V5,
                "UNSUBACK",
                "b0 0001 [] 00 11",
                new UnsubAck(1, List.of(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED)));
        client(
                V5,
                "UNSUBACK, all",
                "b0 0001 [1f 'no'" + AB_BYTES + "] 8f",
                new UnsubAck(1, List.of(ReasonCode.TOPIC_FILTER_INVALID), new AckProperties("no", List.of(AB))));
    }

    private static void theRest() {
        for (MqttVersion version : MqttVersion.values()) {
            server(version, "PINGREQ", "c0 ", PingReq.INSTANCE);
            client(version, "PINGRESP", "d0 ", PingResp.INSTANCE);
            server(version, "DISCONNECT", "e0 ", Disconnect.NORMAL);
        }
        client(V5, "DISCONNECT of a server", "e0 8e", new Disconnect(ReasonCode.SESSION_TAKEN_OVER));
        read(V5, null, "DISCONNECT, normal spelled out", "e0 00", Disconnect.NORMAL);
        read(V5, null, "DISCONNECT, no properties spelled out", "e0 82 00", new Disconnect(ReasonCode.PROTOCOL_ERROR));
        server(
                V5,
                "DISCONNECT, all that a client sends",
                "e0 04 [11 ffffffff 1f 's'" + AB_BYTES + "]",
                new Disconnect(ReasonCode.DISCONNECT_WITH_WILL, 0xFFFF_FFFFL, "s", null, List.of(AB)));
        client(
                V5,
                "DISCONNECT, all that a server sends",
                "e0 9d [1f 's' 1c 'o'" + AB_BYTES + "]",
                new Disconnect(ReasonCode.SERVER_MOVED, Disconnect.ABSENT, "s", "o", List.of(AB)));
        both(V5, "AUTH", "f0 18 [15 'm']", new Auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", null, AckProperties.NONE));
        server(V5, "AUTH again", "f0 19 [15 'm']", new Auth(ReasonCode.RE_AUTHENTICATE, "m", null, AckProperties.NONE));
        client(V5, "AUTH, done, shortest", "f0 ", new Auth(ReasonCode.SUCCESS, null, null, AckProperties.NONE));
        both(
                V5,
                "AUTH, all",
                "f0 18 [15 'm' 16 0002 00ff 1f 's'" + AB_BYTES + "]",
                new Auth(
                        ReasonCode.CONTINUE_AUTHENTICATION,
                        "m",
                        new byte[] {0, -1},
                        new AckProperties("s", List.of(AB))));
    }

    private static void server(MqttVersion version, String name, String bytes, Packet packet) {
        ALL.add(new Sample(name, version, Role.SERVER, true, Wire.packet(bytes), packet));
    }

    private static void client(MqttVersion version, String name, String bytes, Packet packet) {
        ALL.add(new Sample(name, version, Role.CLIENT, true, Wire.packet(bytes), packet));
    }

    private static void both(MqttVersion version, String name, String bytes, Packet packet) {
        ALL.add(new Sample(name, version, null, true, Wire.packet(bytes), packet));
    }

    private static void read(MqttVersion version, @Nullable Role to, String name, String bytes, Packet packet) {
        ALL.add(new Sample(name, version, to, false, Wire.packet(bytes), packet));
    }

    private static Connect bridge(MqttVersion version) {
        return new Connect(
                version,
                true,
                true,
                60,
                "a",
                null,
                null,
                null,
                0,
                65_535,
                Connect.NO_LIMIT,
                0,
                false,
                true,
                null,
                null,
                List.of());
    }

    private static Connect withLogin(MqttVersion version, @Nullable String userName, byte @Nullable [] password) {
        return new Connect(
                version,
                false,
                true,
                60,
                "a",
                null,
                userName,
                password,
                0,
                65_535,
                Connect.NO_LIMIT,
                0,
                false,
                true,
                null,
                null,
                List.of());
    }

    private static Connect withWill(MqttVersion version, Will will) {
        return new Connect(
                version,
                false,
                true,
                60,
                "a",
                will,
                "u",
                utf8("p"),
                0,
                65_535,
                Connect.NO_LIMIT,
                0,
                false,
                true,
                null,
                null,
                List.of());
    }

    private static PublishProperties messageProperties() {
        return new PublishProperties(1, "c", "r", new byte[] {1, 2}, List.of(AB, AB));
    }

    private static Subscribe.Entry entry(String filter, Qos qos) {
        return new Subscribe.Entry(filter, new SubscriptionOptions(qos));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
