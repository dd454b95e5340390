package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.chasqui.client.EnhancedAuthentication;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttException;
import io.chasqui.client.Reconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules, users and groups that change while somebody is coming in: what is known when he is let in holds, from his first packet on. */
class ChangeDuringLoginTest {
    private static final SubscriptionOptions QOS_0 = new SubscriptionOptions(Qos.AT_MOST_ONCE);

    private static final byte[] CONNECT = { // with user "ann" and password "x"
        0x10, 22, 0, 4, 'M', 'Q', 'T', 'T', 5, (byte) 0xC2, 0, 0, 0, 0, 1, 'c', 0, 3, 'a', 'n', 'n', 0, 1, 'x'
    };

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Path rules;
    private Path passwords;
    private Path groups;
    private Gate gate;
    private int port;

    @BeforeEach
    void files() throws Exception {
        rules = Files.writeString(folder.resolve("rules.yaml"), "rules: [{allow: all, topic: before/#}]\n");
        groups = Files.writeString(folder.resolve("groups"), "staff:ann\nvisitors:ann\n");
        passwords = folder.resolve("passwords");
        new PasswordFile(passwords).put("ann", HashTest.bytes("secret"), List.of("SCRAM-SHA-256"));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private void start(String... assignments) throws Exception {
        List<String> all = new ArrayList<>(List.of(assignments));
        all.addAll(List.of(
                "authorization.rules=" + rules, "password.file=" + passwords, "password.groups-file=" + groups));
        GuardedBroker broker = GuardedBroker.start(all.toArray(String[]::new));
        open.add(broker);
        gate = broker.gate();
        port = broker.port();
    }

    private void change(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        gate.checkFiles();
    }

    /** He has sent all that he wants before he is let in, so nothing of it can have been judged later than that. */
    @Test
    void whoWaitsForASlowServiceMeetsTheNewRules() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        start("authentication.methods=http", "http.url=" + service(asked, answered), "http.timeout=25s");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(CONNECT);
            socket.getOutputStream()
                    .write(bytes(
                            publish("before/x", 1),
                            publish("after/x", 2),
                            new Subscribe(
                                    3,
                                    List.of(
                                            new Subscribe.Entry("before/#", QOS_0),
                                            new Subscribe.Entry("after/#", QOS_0)))));
            assertThat(asked.await(20, TimeUnit.SECONDS))
                    .as("the service is asked")
                    .isTrue();
            change(rules, "rules: [{allow: all, topic: after/#, group: staff}]\n");
            answered.countDown();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(packet(in)).as("CONNACK").startsWith(0x20, 0, 0);
            assertThat(packet(in)).as("PUBACK").startsWith(0x40, 0, 1, 0x87);
            assertThat(packet(in)).as("PUBACK").startsWith(0x40, 0, 2, 0x10);
            assertThat(packet(in)).as("SUBACK").startsWith(0x90, 0, 3).endsWith(0x87, 0);
        }
    }

    /** Says yes to everybody, but only when it may. */
    private String service(CountDownLatch asked, CountDownLatch answered) throws IOException {
        HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        open.add(thread);
        open.add(() -> service.stop(0));
        service.setExecutor(thread);
        service.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            asked.countDown();
            try (exchange) {
                answered.await();
                byte[] yes = "{\"result\": \"allow\", \"user\": \"ann\", \"groups\": [\"staff\"]}"
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, yes.length);
                exchange.getResponseBody().write(yes);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        service.start();
        return "http://127.0.0.1:" + service.getAddress().getPort() + "/";
    }

    private static Publish publish(String topic, int packetId) {
        return new Publish(false, Qos.AT_LEAST_ONCE, false, TopicName.of(topic), packetId, new byte[1]);
    }

    private static byte[] bytes(Packet... packets) {
        ByteBuf out = Unpooled.buffer();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, MqttVersion.V5, out);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    /** Its type, and its body; of at most 127 bytes. */
    private static List<Integer> packet(DataInputStream in) throws IOException {
        List<Integer> packet = new ArrayList<>(List.of(in.readUnsignedByte()));
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            packet.add(in.readUnsignedByte());
        }
        return packet;
    }

    /** Something happens when the broker has asked for the proof of the password, and before it gets it. */
    private record Interrupted(RealClientTest.Scram scram, Runnable event) implements EnhancedAuthentication {
        @Override
        public String method() {
            return scram.method();
        }

        @Override
        public byte[] begin() {
            return scram.begin();
        }

        @Override
        public byte[] answer(byte @Nullable [] challenge) {
            event.run();
            return scram.answer(challenge);
        }
    }

    private MqttClient annWhile(Runnable event) {
        RealClientTest.Scram scram = new RealClientTest.Scram("SCRAM-SHA-256", "ann", "secret");
        MqttClient client = MqttClient.to("mqtt://127.0.0.1:" + port)
                .reconnect(Reconnect.NEVER)
                .authentication(new Interrupted(scram, event))
                .build();
        open.add(client);
        return client;
    }

    @Test
    void whoIsInTheMidstOfScramMeetsTheNewRules() throws Exception {
        start("authentication.methods=scram");
        MqttClient ann = annWhile(() -> change(rules, "rules: [{allow: all, topic: after/%g, user: ann}]\n"));
        ann.connect();
        assertThat(ann.publish("after/staff", "1")).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThatThrownBy(() -> ann.publish("before/x", "1")).hasMessageContaining("NOT_AUTHORIZED");
    }

    @Test
    void rulesWithAFaultChangeNothingForHim() throws Exception {
        start("authentication.methods=scram");
        MqttClient ann = annWhile(() -> change(rules, "rules: [{allow: all, topic: after/#, users: ann}]\n"));
        ann.connect();
        assertThat(ann.publish("before/x", "1")).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThatThrownBy(() -> ann.publish("after/x", "1")).hasMessageContaining("NOT_AUTHORIZED");
    }

    @Test
    void whosePasswordIsChangedInTheMidstOfScramStaysOut() throws Exception {
        start("authentication.methods=scram");
        MqttClient ann = annWhile(() -> {
            try {
                new PasswordFile(passwords).put("ann", HashTest.bytes("another"), List.of("SCRAM-SHA-256"));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            gate.checkFiles();
        });
        assertThatThrownBy(ann::connect).isInstanceOf(MqttException.class).hasMessageContaining("NOT_AUTHORIZED");
    }

    @Test
    void whoIsDeletedInTheMidstOfScramStaysOut() throws Exception {
        start("authentication.methods=scram");
        MqttClient ann = annWhile(() -> change(passwords, ""));
        assertThatThrownBy(ann::connect).isInstanceOf(MqttException.class).hasMessageContaining("NOT_AUTHORIZED");
    }

    /** What he was in the group for is not given to him, and he may come again. */
    @Test
    void whoLeavesAGroupInTheMidstOfScramComesAgainWithoutIt() throws Exception {
        Files.writeString(rules, "rules: [{allow: all, topic: groups/%g}]\n");
        start("authentication.methods=scram");
        MqttClient ann = annWhile(() -> change(groups, "visitors:ann\n"));
        assertThatThrownBy(ann::connect).isInstanceOf(MqttException.class).hasMessageContaining("NOT_AUTHORIZED");
        MqttClient again = annWhile(() -> {});
        again.connect();
        assertThat(again.publish("groups/visitors", "1")).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThatThrownBy(() -> again.publish("groups/staff", "1")).hasMessageContaining("NOT_AUTHORIZED");
    }
}
