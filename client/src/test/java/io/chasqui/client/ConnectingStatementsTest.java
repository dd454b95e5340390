package io.chasqui.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.client.ScriptedServer.Peer;
import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.Auth;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the standard asks of a client about its connections: sections 3.1, 3.2, 3.14, 4.12, 4.13 and 6. */
class ConnectingStatementsTest extends ScriptedTest {
    @Test
    void mqtt5_3_1_0_1_connectComesFirst() {
        MqttClient client = started(client());
        client.publishAsync(qos(1, "waiting"));
        client.subscribeAsync("waiting", Qos.AT_MOST_ONCE);
        try (Peer peer = server.accept()) {
            assertThat(peer.peekFirstByte()).isEqualTo(0x10);
        }
    }

    @Test
    void mqtt3_3_1_0_1_connectComesFirst() {
        started(client(MqttVersion.V3_1_1));
        try (Peer peer = server.accept()) {
            assertThat(peer.peekFirstByte()).isEqualTo(0x10);
            assertThat(peer.expect(Connect.class).version()).isEqualTo(MqttVersion.V3_1_1);
        }
    }

    @Test
    void mqtt5_3_1_2_20_aSilentClientSendsPingReq() {
        pings(client().keepAlive(Duration.ofSeconds(1)), ConnAck.Properties.NONE);
    }

    @Test
    void mqtt3_3_1_2_23_aSilentClientSendsPingReq() {
        pings(client(MqttVersion.V3_1_1).keepAlive(Duration.ofSeconds(1)), ConnAck.Properties.NONE);
    }

    @Test
    void mqtt5_3_1_2_21_serverKeepAliveReplacesOurs() {
        pings(client().keepAlive(Duration.ofHours(1)), serverKeepAlive(1));
    }

    @Test
    void mqtt5_3_2_2_21_serverKeepAliveReplacesOurs() {
        pings(client().keepAlive(Duration.ZERO), serverKeepAlive(1));
    }

    private static ConnAck.Properties serverKeepAlive(int seconds) {
        return ScriptedServer.granting(10, Qos.EXACTLY_ONCE, true, Connect.NO_LIMIT, 0, seconds);
    }

    private void pings(MqttClientBuilder builder, ConnAck.Properties properties) {
        started(builder);
        Peer peer = welcome(false, properties);
        for (int i = 0; i < 2; i++) {
            long before = System.nanoTime();
            peer.expect(PingReq.class);
            peer.send(PingResp.INSTANCE);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void u5_28_u3_02_aServerThatDoesNotAnswerPingReqIsLeft() throws Exception {
        LinkedBlockingQueue<MqttException> lost = new LinkedBlockingQueue<>();
        started(client().keepAlive(Duration.ofSeconds(1))
                .answerTimeout(Duration.ofMillis(100))
                .listener(new ConnectionListener() {
                    @Override
                    public void onDisconnected(MqttException why, Duration next) {
                        lost.add(why);
                    }
                }));
        Peer peer = welcome();
        peer.expect(PingReq.class);
        assertThat(lost.poll(20, TimeUnit.SECONDS)).hasMessageContaining("did not answer PINGREQ within 100 ms");
        welcome();
    }

    @Test
    void u5_27_aServerThatDoesNotAnswerConnectIsLeft() {
        MqttClient client = client().answerTimeout(Duration.ofMillis(100)).build();
        CompletableFuture<ConnAck> connecting = client.connectAsync();
        try (Peer peer = server.accept()) {
            peer.expect(Connect.class);
            peer.expectEnd();
            assertThat(connecting)
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withCauseInstanceOf(MqttException.ConnectFailed.class)
                    .withMessageContaining("did not answer CONNECT within 100 ms");
        }
        client.close();
    }

    @Test
    void u5_23_aPacketLargerThanWeTakeEndsTheConnection() {
        started(client().maximumPacketBytes(100));
        Peer peer = welcome();
        assertThat(peer.connect.maximumPacketSize()).isEqualTo(100);
        peer.sendHex("30 63 0001 74 00"); // 101 bytes, of which the first tell all
        assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
        peer.expectEnd();
    }

    @Test
    void u5_07_maximumQosIsNotTwo() {
        MqttClient client = client().build();
        CompletableFuture<ConnAck> connecting = client.connectAsync();
        try (Peer peer = server.accept()) {
            peer.expect(Connect.class);
            peer.sendHex("20 05 00 00 02 24 02");
            peer.expectEnd();
            assertThat(connecting)
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withMessageContaining("breaks the standard");
        }
        client.close();
    }

    @Test
    void mqtt3_3_1_3_7_anEmptyClientIdHasCleanSession() {
        started(MqttClient.to(server.uri()).version(MqttVersion.V3_1_1));
        assertThat(welcome().connect.cleanStart()).isTrue();
        assertThatThrownBy(() -> MqttClient.to(server.uri())
                        .version(MqttVersion.V3_1_1)
                        .session(Duration.ofHours(1))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("client id");
    }

    @Test
    void mqtt3_3_1_2_22_aPasswordNeedsAUserName() {
        assertThatThrownBy(
                        () -> client(MqttVersion.V3_1_1).password(new byte[1]).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("password without a user name");
    }

    @Test
    void mqtt5_3_2_2_4_aSessionThatWeDoNotHaveEndsTheConnection() {
        MqttClient client = client().cleanStart().build();
        CompletableFuture<ConnAck> connecting = client.connectAsync();
        try (Peer peer = server.accept()) {
            peer.expect(Connect.class);
            peer.send(new ConnAck(true, ReasonCode.SUCCESS));
            peer.expectEnd();
            assertThat(connecting)
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withMessageContaining("Session Present after Clean Start");
        }
        client.close();
    }

    @Test
    void whatTheServerAnswersIsInTheException() {
        MqttClient client = client().build();
        CompletableFuture<ConnAck> connecting = client.connectAsync();
        try (Peer peer = server.accept()) {
            peer.expect(Connect.class);
            peer.send(new ConnAck(false, ReasonCode.NOT_AUTHORIZED, ConnAck.Properties.reason("not on Sundays")));
            assertThat(connecting)
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withCauseInstanceOf(MqttException.ConnectRefused.class)
                    .withMessageContaining("NOT_AUTHORIZED (0x87): not on Sundays");
        }
        client.close();
    }

    @Test
    void mqtt5_3_14_4_1_mqtt5_3_14_4_2_nothingComesAfterDisconnect() throws Exception {
        nothingAfterDisconnect(MqttVersion.V5);
    }

    @Test
    void mqtt3_3_14_4_1_mqtt3_3_14_4_2_nothingComesAfterDisconnect() throws Exception {
        nothingAfterDisconnect(MqttVersion.V3_1_1);
    }

    private void nothingAfterDisconnect(MqttVersion version) throws Exception {
        MqttClient client = started(client(version));
        Peer peer = welcome();
        client.connect();
        Thread busy = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 1_000; i++) {
                client.publishAsync(qos(0, "" + i));
            }
        });
        assertThat(peer.next()).isInstanceOf(Publish.class);
        client.disconnectAsync(ReasonCode.NORMAL_DISCONNECTION, null);
        Packet last = null;
        for (Packet packet = peer.next(); packet != null; packet = peer.next()) {
            assertThat(last instanceof Disconnect).isFalse();
            last = packet;
        }
        assertThat(last).isInstanceOf(Disconnect.class);
        busy.join();
    }

    @Test
    void afterBeingTakenOverTheClientStaysAway() throws Exception {
        LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        started(client().listener(new ConnectionListener() {
            @Override
            public void onDisconnected(MqttException why, Duration next) {
                told.add(next + " " + why.getMessage());
            }
        }));
        Peer peer = welcome();
        peer.send(new Disconnect(ReasonCode.SESSION_TAKEN_OVER));
        assertThat(told.poll(20, TimeUnit.SECONDS)).startsWith("null ").contains("SESSION_TAKEN_OVER (0x8E)");
    }

    @Test
    void mqtt5_4_13_1_1_malformedPacketsAreAnsweredWithTheirReason() {
        started(client());
        Peer peer = welcome();
        peer.sendHex("36 05 0001 74 0001"); // QoS 3
        assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.MALFORMED_PACKET);
        peer.expectEnd();
        Peer next = welcome();
        next.sendHex("20 03 00 00 00"); // a second CONNACK
        assertThat(next.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        next.expectEnd();
    }

    /** Answers with the challenge and a count. */
    private static final class Echo implements EnhancedAuthentication {
        final List<String> seen = new ArrayList<>();

        @Override
        public String method() {
            return "ECHO";
        }

        @Override
        public byte[] begin() {
            return "begin".getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] answer(byte[] challenge) {
            return ("re:" + new String(challenge, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void succeeded(byte[] data) {
            seen.add(data == null ? "null" : new String(data, StandardCharsets.UTF_8));
        }
    }

    @Test
    void mqtt5_4_12_0_3_mqtt5_4_12_0_5_mqtt5_3_1_2_30_authGoesBackAndForthBeforeConnAck() {
        Echo echo = new Echo();
        MqttClient client = started(client().authentication(echo));
        CompletableFuture<ReasonCode> waits = client.publishAsync(qos(1, "waits for CONNACK"));
        try (Peer peer = server.accept()) {
            Connect connect = peer.expect(Connect.class);
            assertThat(connect.authenticationMethod()).isEqualTo("ECHO");
            assertThat(connect.authenticationData()).asString().isEqualTo("begin");
            for (int round = 0; round < 2; round++) {
                peer.send(auth(ReasonCode.CONTINUE_AUTHENTICATION, "ECHO", "c" + round));
                Auth answer = peer.expect(Auth.class);
                assertThat(answer.reason()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
                assertThat(answer.method()).isEqualTo("ECHO");
                assertThat(answer.data()).asString().isEqualTo("re:c" + round);
            }
            peer.send(new ConnAck(false, ReasonCode.SUCCESS, authenticated("ECHO", "fine")));
            peer.expect(Publish.class);
            assertThat(echo.seen).containsExactly("fine");
            assertThat(waits).isNotDone();
            reauthenticates(client, peer, echo);
        }
    }

    /** MQTT5-4.12.1-1. */
    private static void reauthenticates(MqttClient client, Peer peer, Echo echo) {
        CompletableFuture<Void> again = client.reauthenticate();
        Auth asks = peer.expect(Auth.class);
        assertThat(asks.reason()).isEqualTo(ReasonCode.RE_AUTHENTICATE);
        assertThat(asks.method()).isEqualTo("ECHO");
        peer.send(auth(ReasonCode.SUCCESS, "ECHO", "still fine"));
        assertThat(again).succeedsWithin(PATIENCE);
        assertThat(echo.seen).containsExactly("fine", "still fine");
    }

    @Test
    void mqtt5_4_12_1_1_anotherMethodEndsTheConnection() {
        started(client().authentication(new Echo()));
        try (Peer peer = server.accept()) {
            peer.expect(Connect.class);
            peer.send(auth(ReasonCode.CONTINUE_AUTHENTICATION, "OTHER", "c"));
            peer.expectEnd();
        }
    }

    @Test
    void mqtt5_4_12_0_7_withoutAMethodThereIsNoAuth() {
        MqttClient client = started(client());
        Peer peer = welcome();
        assertThat(client.reauthenticate()).failsWithin(PATIENCE);
        peer.send(auth(ReasonCode.CONTINUE_AUTHENTICATION, "ECHO", "c"));
        assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    private static Auth auth(ReasonCode reason, String method, String data) {
        return new Auth(reason, method, data.getBytes(StandardCharsets.UTF_8), AckProperties.NONE);
    }

    private static ConnAck.Properties authenticated(String method, String data) {
        return new ConnAck.Properties(
                -1,
                65_535,
                Qos.EXACTLY_ONCE,
                true,
                Connect.NO_LIMIT,
                null,
                0,
                null,
                List.of(),
                true,
                true,
                true,
                -1,
                null,
                null,
                method,
                data.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void mqtt5_6_0_0_3_mqtt3_6_0_0_3_theSubprotocolIsMqtt() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                MqttClient client = MqttClient.to("ws://127.0.0.1:" + listening.getLocalPort() + "/path")
                        .build()) {
            CompletableFuture<ConnAck> connecting = client.connectAsync();
            List<String> request = new ArrayList<>();
            try (Socket socket = listening.accept();
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                    request.add(line.toLowerCase(Locale.ROOT));
                }
            }
            assertThat(request.getFirst()).isEqualTo("get /path http/1.1");
            assertThat(request).contains("sec-websocket-protocol: mqtt");
            assertThat(connecting).failsWithin(PATIENCE);
        }
    }

    @Test
    void whatIsAskedForWhileItLeavesIsDoneAfterwards() {
        MqttClient client = started(client());
        CompletableFuture<ConnAck> connected = client.connectAsync();
        Peer first = welcome();
        connected.join();
        CompletableFuture<Void> left = client.disconnectAsync(ReasonCode.NORMAL_DISCONNECTION, null);
        client.start();
        CompletableFuture<ConnAck> again = client.connectAsync();
        first.expect(Disconnect.class);
        welcome();
        left.join();
        assertThat(again.join().reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    /** One that only sends would otherwise not see that nobody is there any more. */
    @Test
    void pingsWhenNothingHasComeForAWhileAlthoughItWrites() {
        MqttClient client = client().keepAlive(Duration.ofSeconds(1)).build();
        CompletableFuture<ConnAck> connected = client.connectAsync();
        Peer peer = welcome();
        connected.join();
        Packet packet;
        do {
            client.publish(qos(0, "still here"));
            packet = peer.next();
        } while (packet instanceof Publish);
        assertThat(packet).isInstanceOf(PingReq.class);
        client.close();
    }

    /** It does not follow by itself, for the application trusts one server and not another; the application is told where to go. */
    @Test
    void u5_40_theServerReferenceIsToldAndNotFollowed() throws Exception {
        LinkedBlockingQueue<MqttException> told = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Boolean> again = new LinkedBlockingQueue<>();
        started(client().listener(new ConnectionListener() {
            @Override
            public void onDisconnected(MqttException why, @Nullable Duration nextAttempt) {
                again.add(nextAttempt != null);
                told.add(why);
            }
        }));
        Peer peer = welcome();
        peer.send(new Disconnect(
                ReasonCode.USE_ANOTHER_SERVER, Disconnect.ABSENT, null, "other.example another.example", List.of()));
        assertThat(told.take()).hasMessageContaining("use other.example another.example");
        assertThat(again.take()).isFalse();
    }
}
