package io.chasqui.interop;

import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UserProperty;
import io.chasqui.protocol.Will;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Records {@code src/test/resources/captures} anew, against the broker. Not a test: it runs when it is named, see the README
 * there.
 */
@Execution(ExecutionMode.SAME_THREAD)
@ExtendWith({RunningBroker.class, Node.Running.class})
final class RecordCaptures {
    private static final byte[] PING = {(byte) 0xC0, 0};

    private final BrokerUnderTest broker;

    RecordCaptures(BrokerUnderTest broker) {
        this.broker = broker;
    }

    @Test
    void paho_java() throws Exception {
        record("paho-java-v3", "v31", PahoV3Client.library(3), false);
        record("paho-java-v3", "v311", PahoV3Client.library(4), false);
        record("paho-java-v5", "v5", PahoV5Client::new, true);
    }

    @Test
    void hivemq_mqtt_client() throws Exception {
        record("hivemq-mqtt-client", "v311", HiveMq3Client::new, false);
        record("hivemq-mqtt-client", "v5", HiveMq5Client::new, true);
    }

    @Test
    void mqtt_js(Node node) throws Exception {
        record("mqtt.js", "v31", MqttJs.library(node, 3), false);
        record("mqtt.js", "v311", MqttJs.library(node, 4), false);
        record("mqtt.js", "v5", MqttJs.library(node, 5), true);
    }

    @Test
    void paho_python() throws Exception {
        for (int version = 3; version <= 5; version++) {
            String scenario = List.of("v31", "v311", "v5").get(version - 3);
            try (Wire wire = new Wire(broker)) {
                run(
                        "/usr/bin/python3",
                        "src/test/python/conversation.py",
                        "" + wire.port(),
                        "" + version,
                        "captures/paho-python/" + scenario);
                keep(wire, "paho-python", scenario);
            }
        }
    }

    @Test
    void mosquitto_pub_and_sub() throws Exception {
        for (String version : List.of("31", "311", "5")) {
            String root = "captures/mosquitto/" + version;
            String[] common = {"-h", "127.0.0.1", "-V", "mqttv" + version, "-k", "60"};
            for (int qos = 0; qos <= 2; qos++) {
                try (Wire wire = new Wire(broker)) {
                    List<String> command = new ArrayList<>(List.of("mosquitto_pub", "-p", "" + wire.port()));
                    command.addAll(List.of(common));
                    command.addAll(List.of("-i", "cap-mosq-pub-" + version + "-" + qos, "-q", "" + qos));
                    command.addAll(List.of("-t", root + "/qos", "-m", "QoS " + qos, "--repeat", "3"));
                    command.addAll(List.of("-u", "somebody", "-P", "secret", "--will-topic", root + "/will"));
                    command.addAll(List.of("--will-payload", "farewell", "--will-qos", "" + qos));
                    if (version.equals("5")) {
                        command.addAll(List.of("-D", "connect", "session-expiry-interval", "60"));
                        command.addAll(List.of("-D", "connect", "receive-maximum", "5"));
                        command.addAll(List.of("-D", "will", "will-delay-interval", "5"));
                        command.addAll(List.of("-D", "publish", "user-property", "b", "1"));
                        command.addAll(List.of("-D", "publish", "user-property", "a", "2"));
                        command.addAll(List.of("-D", "publish", "content-type", "text/plain"));
                        command.addAll(List.of("-D", "publish", "response-topic", root + "/answer"));
                        command.addAll(List.of("-D", "publish", "correlation-data", "42"));
                        command.addAll(List.of("-D", "publish", "topic-alias", "3"));
                    }
                    run(command.toArray(String[]::new));
                    keep(wire, "mosquitto-clients", "v" + version + "-pub-qos" + qos);
                }
            }
            try (Wire wire = new Wire(broker)) {
                Program subscriber = Program.startUnbuffered(concat(
                        common,
                        "mosquitto_sub",
                        "-d",
                        "-p",
                        "" + wire.port(),
                        "-i",
                        "cap-mosq-sub-" + version,
                        "-q",
                        "2",
                        "-t",
                        root + "/in/#",
                        "-t",
                        root + "/other/+",
                        "-U",
                        root + "/gone",
                        "-C",
                        "3"));
                try (subscriber) {
                    subscriber.await("Subscribed");
                    for (int qos = 0; qos <= 2; qos++) {
                        run(
                                "mosquitto_pub",
                                "-p",
                                "" + broker.port(),
                                "-q",
                                "" + qos,
                                "-t",
                                root + "/in/x",
                                "-m",
                                "hi");
                    }
                    subscriber.awaitEnd();
                }
                keep(wire, "mosquitto-clients", "v" + version + "-sub");
            }
        }
    }

    /** Mosquitto's bridge to the broker, with a notification of its state that it publishes under $SYS. */
    @Test
    void mosquitto_bridge(@TempDir Path directory) throws Exception {
        for (String version : List.of("mqttv311", "mqttv50")) {
            String root = "captures/bridge/" + version;
            try (Wire wire = new Wire(broker)) {
                int port = freePort();
                Path configuration = directory.resolve(version + ".conf");
                Files.writeString(configuration, """
                    listener %d 127.0.0.1
                    allow_anonymous true
                    connection chasqui
                    address 127.0.0.1:%d
                    remote_clientid cap-bridge-%s
                    bridge_protocol_version %s
                    cleansession true
                    try_private true
                    notifications true
                    topic %s/out/# out 2
                    topic %s/in/# in 2
                    """.formatted(port, wire.port(), version, version, root, root));
                try (Program mosquitto = Program.start(List.of("mosquitto", "-v", "-c", configuration.toString()))) {
                    mosquitto.await("Received SUBACK");
                    for (int qos = 0; qos <= 2; qos++) {
                        run("mosquitto_pub", "-p", "" + port, "-q", "" + qos, "-t", root + "/out/x", "-m", "out");
                        mosquitto.await("Sending PUBLISH");
                        run(
                                "mosquitto_pub",
                                "-p",
                                "" + broker.port(),
                                "-q",
                                "" + qos,
                                "-t",
                                root + "/in/x",
                                "-m",
                                "in");
                        mosquitto.await("Received PUBLISH");
                    }
                    mosquitto.await("Sending PUBCOMP");
                    mosquitto.terminate();
                    mosquitto.awaitEnd();
                }
                keep(wire, "mosquitto-bridge", version.equals("mqttv311") ? "v311" : "v5");
            }
        }
    }

    /** The programs that come with the library (Debian: paho.mqtt.c-examples). */
    @Test
    void paho_c() throws Exception {
        for (String version : List.of("31", "311", "5")) {
            String root = "captures/paho-c/" + version;
            for (int qos = 0; qos <= 2; qos++) {
                try (Wire wire = new Wire(broker)) {
                    List<String> command = new ArrayList<>(List.of("paho_c_pub", "-h", "127.0.0.1", "-k", "60"));
                    command.addAll(List.of("-p", "" + wire.port(), "-V", version, "-t", root + "/qos"));
                    command.addAll(List.of("-i", "cap-paho-c-" + version + qos, "-q", "" + qos, "-m", "QoS " + qos));
                    command.addAll(List.of("-u", "somebody", "-P", "secret", "--will-topic", root + "/will"));
                    command.addAll(List.of("--will-payload", "farewell", "--will-qos", "" + qos));
                    if (version.equals("5")) {
                        command.addAll(List.of("--message-expiry", "600", "--user-property", "name", "value"));
                    }
                    run(command.toArray(String[]::new));
                    keep(wire, "paho-c", "v" + version + "-pub-qos" + qos);
                }
            }
            try (Wire wire = new Wire(broker)) {
                // It does not say when it is subscribed, but prints what is retained.
                String topic = root + "/in/x";
                run("mosquitto_pub", "-p", "" + broker.port(), "-q", "1", "-r", "-t", topic, "-m", "kept");
                try (Program subscriber = Program.startUnbuffered(
                        "paho_c_sub",
                        "-k",
                        "60",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        "" + wire.port(),
                        "-V",
                        version,
                        "-i",
                        "cap-paho-c-sub-" + version,
                        "-q",
                        "2",
                        "-t",
                        root + "/in/#")) {
                    subscriber.await("kept");
                    run("mosquitto_pub", "-p", "" + broker.port(), "-q", "0", "-t", topic, "-m", "fresh");
                    run("mosquitto_pub", "-p", "" + broker.port(), "-q", "2", "-t", topic, "-m", "last");
                    subscriber.await("last");
                    subscriber.terminate();
                    subscriber.awaitEnd();
                }
                run("mosquitto_pub", "-p", "" + broker.port(), "-q", "1", "-r", "-t", topic, "-n");
                keep(wire, "paho-c", "v" + version + "-sub");
            }
        }
    }

    /** One conversation that ends with DISCONNECT, and one that breaks off. */
    private void record(String name, String scenario, Client.Library library, boolean v5) throws Exception {
        String root = "captures/" + name + "/" + scenario;
        Will will = new Will(
                Qos.AT_LEAST_ONCE,
                false,
                TopicName.of(root + "/will"),
                v5 ? properties(root) : PublishProperties.NONE,
                v5 ? 3 : 0,
                Publish.ABSENT,
                "farewell".getBytes(StandardCharsets.UTF_8));
        String clientId = "cap-" + Integer.toHexString((name + scenario).hashCode());

        // Long enough for a replay on a busy machine, and short enough to wait for the PINGREQ.
        Guest polite = Guest.connect(
                library,
                broker,
                Options.clean(clientId).withWill(will).withKeepAlive(10).withLimits(100, 100_000, 10));
        converse(polite, root, v5);
        polite.wire().awaitSent(PING);
        polite.unsubscribe(root + "/#");
        polite.disconnect();
        keep(polite.wire(), name, scenario);
        polite.destroy();

        Guest mortal = Guest.connect(
                library, broker, Options.lasting(clientId + "-cut").withWill(will));
        converse(mortal, root + "/cut", v5);
        mortal.vanish();
        keep(mortal.wire(), name, scenario + "-cut");
        mortal.destroy();
    }

    private static void converse(Guest guest, String root, boolean v5) throws Exception {
        guest.subscribe(root + "/#", Qos.EXACTLY_ONCE);
        for (Qos qos : Qos.values()) {
            guest.publish(Message.of(root + "/qos", "¡hola!", qos));
            guest.next();
        }
        guest.publish(Message.retained(root + "/kept", "kept", Qos.AT_LEAST_ONCE));
        guest.next();
        guest.publish(Message.retained(root + "/kept", "", Qos.AT_LEAST_ONCE));
        guest.next();
        if (v5) {
            for (int i = 0; i < 3; i++) {
                guest.publish(Message.of(root + "/properties", "{}", Qos.EXACTLY_ONCE)
                        .with(properties(root))
                        .expiringIn(600));
                guest.next();
            }
            guest.subscribe(
                    root + "/#",
                    new SubscriptionOptions(
                            Qos.AT_LEAST_ONCE, true, true, SubscriptionOptions.RetainHandling.DO_NOT_SEND),
                    0);
        }
        // An acknowledgement that comes after this one is the last of those above.
        guest.subscribe(root + "/nothing", Qos.AT_MOST_ONCE);
    }

    private static PublishProperties properties(String root) {
        return new PublishProperties(
                1,
                "application/json",
                root + "/answer",
                new byte[] {0, (byte) 0xFF},
                List.of(new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "3")));
    }

    private static void keep(Wire wire, String library, String scenario) throws IOException, InterruptedException {
        wire.awaitEnd();
        Path file = Path.of("src/test/resources/captures", library, scenario + ".bin");
        Files.createDirectories(file.getParent());
        Files.write(file, wire.sentToBroker().getFirst());
    }

    private static void run(String... command) throws Exception {
        try (Program program = Program.startUnbuffered(command)) {
            program.awaitEnd();
        }
    }

    private static String[] concat(String[] options, String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(options));
        return all.toArray(String[]::new);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
