package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;

import io.chasqui.protocol.PacketDecoder.Role;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CONNECT, CONNACK, DISCONNECT, AUTH and the pings. */
final class HandshakeSamples extends Samples {
    HandshakeSamples() {
        connect();
        connectWithProperties();
        connectWithDefaults();
        connAck();
        theRest();
    }

    private void connect() {
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

    private void connectWithProperties() {
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
    }

    private void connectWithDefaults() {
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

    private void connAck() {
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

    private void theRest() {
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
}
