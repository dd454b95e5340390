package io.chasqui.server;

import io.chasqui.server.config.ConfigException;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * {@code chasqui warm-up}: what the launcher runs once after a build, so that the JVM can note which classes a start needs
 * and keep them ready for the next one (an AOT cache, JEP 514). Twice starts a broker with its store, on a port of the system's
 * choice, lets one client of each version talk to it at all QoS, and stops. Hidden from the help.
 */
final class WarmUpCommand {
    private static final int ROUNDS = 100;
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int PINGRESP = 0xd0;
    private static final int PUBLISH = 0x30;
    private static final int PUBREC = 0x50;
    private static final int PUBREL = 0x60;

    private final Console console;
    private final RunningBroker.Starter starter;
    private final CommandSpec spec = Chasqui.spec(this::call, "Train the JVM for a fast start.");

    WarmUpCommand(Console console, RunningBroker.Starter starter) {
        this.console = console;
        this.starter = starter;
        spec.usageMessage().hidden(true);
    }

    CommandSpec spec() {
        return spec;
    }

    private int call() throws IOException, ConfigException {
        Path scratch = Files.createTempDirectory("chasqui");
        try {
            Chasqui.all(); // the options of the commands, of which a run makes those of one alone
            serve(fromOptions(scratch.resolve("data")));
            serve(fromFile(scratch)); // and now there is something in the store
            return ExitCode.OK;
        } catch (UncheckedIOException e) {
            console.fail("warm-up: " + e);
            return ExitCode.FAILED;
        } finally {
            try (Stream<Path> all = Files.walk(scratch)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private void serve(Sources sources) throws IOException, ConfigException {
        Configuration configuration = ConfigReader.read(sources);
        Console nobody = new Console(new PrintWriter(Writer.nullWriter()), console.err());
        try (RunningBroker broker = new Serving(nobody, starter).start(configuration, sources)) {
            talk(broker.addresses().getFirst(), 4);
            talk(broker.addresses().getFirst(), 5);
        }
    }

    /** As most will start it. */
    private static Sources fromOptions(Path data) {
        String[] args = {"serve", "--port", "0", "--data=" + data, "--set", "log-level=warn"};
        return Objects.requireNonNull(PlainServe.read(args, System.getenv()));
    }

    /** So that the YAML parser is among the classes that are noted. */
    private static Sources fromFile(Path scratch) throws IOException {
        Path file = Files.writeString(
                scratch.resolve("chasqui.yaml"),
                "listeners:\n  mqtt:\n    port: 0\nsys-interval: 1s\nlog-level: warn\n");
        return new Sources(
                file, Map.of(), List.of(), null, scratch.resolve("data").toString());
    }

    /** @param version of the protocol: 4 or 5 */
    private static void talk(InetSocketAddress address, int version) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write(hello(version));
            for (int round = 0; round < ROUNDS; round++) {
                socket.getOutputStream().write(conversation(version, round + 1));
                answerUntilPingResp(socket, version);
            }
            socket.getOutputStream().write(new byte[] {(byte) 0xe0, 0});
        }
    }

    private static byte[] hello(int version) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(utf8("MQTT"));
        body.write(new byte[] {(byte) version, 2, 0, 60}); // clean, Keep Alive 60 s
        properties(body, version);
        body.write(utf8("warm-up-" + version));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        packet(out, 0x10, body);
        ByteArrayOutputStream subscribe = new ByteArrayOutputStream();
        subscribe.write(new byte[] {0, 1});
        properties(subscribe, version);
        for (String filter : List.of("warm/up/" + version, "warm/#", "warm/+/" + version)) {
            subscribe.write(utf8(filter));
            subscribe.write(2);
        }
        packet(out, 0x82, subscribe);
        return out.toByteArray();
    }

    /** One PUBLISH at each QoS, and a PINGREQ whose answer comes after them. */
    private static byte[] conversation(int version, int packetId) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int qos = 0; qos <= 2; qos++) {
            ByteArrayOutputStream publish = new ByteArrayOutputStream();
            publish.write(utf8("warm/up/" + version));
            if (qos > 0) {
                int id = 2 * packetId + qos - 1; // distinct for the two
                publish.write(id >> 8);
                publish.write(id);
            }
            properties(publish, version);
            publish.write("payload".getBytes(StandardCharsets.UTF_8));
            packet(out, PUBLISH | qos << 1 | (packetId == 1 ? 1 : 0), publish);
        }
        out.write(new byte[] {(byte) 0xc0, 0});
        return out.toByteArray();
    }

    private static void answerUntilPingResp(Socket socket, int version) throws IOException {
        InputStream in = socket.getInputStream();
        while (true) {
            int type = in.read();
            byte[] body = in.readNBytes(length(in));
            if (type == PINGRESP) {
                return;
            }
            int qos = type >> 1 & 3;
            if ((type & 0xf0) == PUBLISH && qos > 0) {
                int at = 2 + ((body[0] & 0xff) << 8 | body[1] & 0xff);
                socket.getOutputStream().write(ack(qos == 1 ? 0x40 : PUBREC, body, at));
            } else if (type == PUBREC) {
                socket.getOutputStream().write(ack(PUBREL | 2, body, 0));
            } else if (type == (PUBREL | 2)) {
                socket.getOutputStream().write(ack(0x70, body, 0));
            } else if (type < 0) {
                throw new EOFException("the broker closed the connection of version " + version);
            }
        }
    }

    private static byte[] ack(int type, byte[] body, int at) {
        return new byte[] {(byte) type, 2, body[at], body[at + 1]};
    }

    private static int length(InputStream in) throws IOException {
        int length = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int b = in.read();
            length |= (b & 0x7f) << shift;
            if (b < 0x80) {
                break;
            }
        }
        return Math.max(0, length);
    }

    private static void properties(ByteArrayOutputStream out, int version) {
        if (version == 5) {
            out.write(0);
        }
    }

    private static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] field = new byte[bytes.length + 2];
        field[0] = (byte) (bytes.length >> 8);
        field[1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, field, 2, bytes.length);
        return field;
    }

    /** All packets here are shorter than 128 bytes. */
    private static void packet(ByteArrayOutputStream out, int type, ByteArrayOutputStream body) throws IOException {
        out.write(type);
        out.write(body.size());
        out.write(body.toByteArray());
    }
}
