package io.chasqui.server.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubAck;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Conversations with brokers that behave badly: a socket that says what the test wants, whatever it is asked. */
@Timeout(60)
class TalkTest {
    private static final byte[] CONNACK_311 = {0x20, 2, 0, 0};
    private static final byte[] PINGRESP = {(byte) 0xD0, 0};
    private static final int PINGREQ = 0xC0;
    private static final Duration SHORT = Duration.ofMillis(300);

    private ServerSocket socket;

    @BeforeEach
    void listen() throws IOException {
        socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
    }

    private Target target(MqttVersion version) {
        return Target.of("mqtt://127.0.0.1:" + socket.getLocalPort(), version, null, null, 60, null, null, null, true);
    }

    /** Answers CONNECT with these bytes, and reads on until the client leaves. Completes when it has. */
    private CompletableFuture<Void> says(byte[]... answers) {
        return CompletableFuture.runAsync(() -> {
            try (Socket client = socket.accept();
                    InputStream in = client.getInputStream();
                    OutputStream out = client.getOutputStream()) {
                in.read(); // of CONNECT
                for (byte[] answer : answers) {
                    out.write(answer);
                }
                in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException clientIsGone) {
                // which ends the test's broker, too
            }
        });
    }

    /** Sends one PINGRESP too early, which is no answer, and one to PINGREQ. */
    private void saysPong() {
        CompletableFuture.runAsync(() -> {
            try (Socket client = socket.accept();
                    InputStream in = client.getInputStream();
                    OutputStream out = client.getOutputStream()) {
                out.write(CONNACK_311);
                out.write(PINGRESP);
                int read = in.read();
                while (read >= 0 && read != PINGREQ) {
                    read = in.read();
                }
                out.write(PINGRESP);
                in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException clientIsGone) {
                // which ends the test's broker, too
            }
        });
    }

    @Test
    void whoSendsMoreThanIsAskedForIsDisconnected() throws Exception {
        byte[] flood = new byte[2 * (Talk.MOST_KEPT + 1)];
        for (int i = 0; i < flood.length; i += 2) {
            flood[i] = (byte) 0xD0; // PINGRESP
        }
        CompletableFuture<Void> server = says(CONNACK_311, flood);
        Target target = target(MqttVersion.V3_1_1);
        try (Talk talk = Talk.open(target, target.connect("a"), Duration.ofSeconds(30))) {
            server.join(); // we have closed the connection
            assertThatThrownBy(() -> talk.await(SubAck.class))
                    .isInstanceOf(TalkException.class)
                    .hasMessageContaining("more than 10000 packets");
        }
    }

    @Test
    void whoSaysNothingIsGivenUp() {
        CompletableFuture<Void> server = says();
        Target target = target(MqttVersion.V5);
        assertThatThrownBy(() -> Talk.open(target, target.connect("a"), SHORT))
                .isInstanceOf(TalkException.class)
                .hasMessage(target + " sent no CONNACK within 300 ms");
        server.join();
    }

    @Test
    void whoRefusesIsQuoted() {
        says(HexFormat.of().parseHex("20030087" + "00"));
        Target target = target(MqttVersion.V5);
        assertThatThrownBy(() -> Talk.open(target, target.connect("a"), Duration.ofSeconds(30)))
                .isInstanceOfSatisfying(
                        TalkException.class, e -> assertThat(e.refusal()).isNotNull())
                .hasMessage(target + " refuses: not authorized (0x87)");
    }

    @Test
    void whatWasNotAskedForDoesNotStandInTheWay() throws Exception {
        byte[] publish = HexFormat.of().parseHex("3005" + "0001" + "61" + "7878"); // QoS 0, topic a
        says(CONNACK_311, publish, HexFormat.of().parseHex("d000"));
        Target target = target(MqttVersion.V3_1_1);
        try (Talk talk = Talk.open(target, target.connect("a"), Duration.ofSeconds(30))) {
            assertThat(talk.await(PingResp.class).packet()).isEqualTo(PingResp.INSTANCE);
            assertThat(talk.send(PingReq.INSTANCE)).isPositive();
        }
    }

    /** A ping that was not answered is one, and its late answer is not taken for that of the next. */
    @Test
    void afterALatePingThereIsANewConnection() throws Exception {
        CompletableFuture<Void> first = says(CONNACK_311);
        Pings pings = new Pings(
                target(MqttVersion.V3_1_1), new Pings.Settings(2, Duration.ZERO, null, Qos.AT_MOST_ONCE, SHORT));
        int[] replies = new int[1];
        Pings.Summary summary = pings.run(reply -> {
            if (replies[0]++ == 0) {
                assertThat(reply.fault()).endsWith("sent no PINGRESP within 300 ms");
                first.join(); // the connection is gone
                saysPong();
            }
        });
        assertThat(List.of(summary.sent(), summary.answered())).isEqualTo(Arrays.asList(2, 1));
    }

    @Test
    void allFaultsOfAPingAreSaidAtOnce() {
        assertThatThrownBy(() -> new Pings.Settings(0, Duration.ofSeconds(-1), "a/#", Qos.AT_MOST_ONCE, Duration.ZERO))
                .hasMessageStartingWith(
                        "-C is 0; give 1 or more; --interval is -1.0; give 0 to 86400 seconds; -W is 0.0; give"
                                + " 0.001 to 3600 seconds; -t is a/#: ");
    }
}
