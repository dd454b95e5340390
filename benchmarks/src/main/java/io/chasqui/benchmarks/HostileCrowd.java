package io.chasqui.benchmarks;

import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttException;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Question: does a broker that hostile clients try to fill stay within its memory, and does it go on serving the others? Usage:
 * {@code HostileCrowd PORT SECONDS CLIENTS [PID]}. A third of the clients send nine tenths of a packet of 1 MB, a third subscribe and do
 * not read what they publish to themselves, a third begin to connect and fall silent; who is disconnected comes again. A pair that
 * behaves exchanges messages at QoS 1 all the time, for the first seconds alone, and now and then a newcomer wants to be let in. Prints each
 * second what the pair did, how long the newcomer took, what the broker says that connections hold, and the memory of the process with
 * {@code PID}. It is a failure if the memory grows on, if the pair has less than half of what it had alone, or if a newcomer is refused.
 */
public final class HostileCrowd {
    private static final int PACKET = 1_000_000;
    private static final int PART = 900_000;
    private static final int MESSAGE = 60_000;
    private static final int ALONE = 5; // seconds
    private static final byte[] HALF = Arrays.copyOf(publish("half", PACKET), PART);

    private final int port;
    private final Map<String, String> figures = new ConcurrentHashMap<>(); // of the broker
    private volatile String newcomer = "-"; // how the last one fared
    private volatile boolean done;

    private HostileCrowd(int port) {
        this.port = port;
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = Integer.parseInt(arguments[1]);
        HostileCrowd crowd = new HostileCrowd(Integer.parseInt(arguments[0]));
        crowd.watch(seconds, Integer.parseInt(arguments[2]), arguments.length > 3 ? arguments[3] : "");
        System.exit(0); // whatever still hangs on a socket
    }

    private void gather(int clients) {
        for (int i = 0; i < clients; i++) {
            int number = i;
            Thread.ofVirtual().start(() -> {
                while (!done) {
                    attack(number);
                }
            });
        }
    }

    private void attack(int number) {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
            OutputStream out = socket.getOutputStream();
            byte[] hello = bytes(Connect.of(MqttVersion.V5, "hostile" + number, true, 0));
            switch (number % 3) {
                case 0 -> {
                    out.write(hello);
                    out.write(HALF);
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream()); // until it is closed
                }
                case 1 -> {
                    out.write(hello);
                    String topic = "deaf/" + number;
                    out.write(bytes(new Subscribe(
                            1, List.of(new Subscribe.Entry(topic, new SubscriptionOptions(Qos.AT_MOST_ONCE))))));
                    byte[] message = publish(topic, MESSAGE);
                    while (!done) {
                        out.write(message); // which blocks when the broker reads no more
                    }
                }
                default -> {
                    out.write(hello, 0, 3);
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                }
            }
        } catch (IOException closed) {
            Thread.onSpinWait(); // and again
        }
    }

    private static byte[] publish(String topic, int payload) {
        return bytes(new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of(topic), 0, new byte[payload]));
    }

    private static byte[] bytes(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, MqttVersion.V5, out);
        return ByteBufUtil.getBytes(out);
    }

    private void watch(int seconds, int clients, String pid) throws Exception {
        try (MqttClient receiver = MqttClient.to("mqtt://127.0.0.1:" + port).build();
                MqttClient sender = MqttClient.to("mqtt://127.0.0.1:" + port).build()) {
            receiver.connect();
            sender.connect();
            receiver.subscribe("good", Qos.AT_LEAST_ONCE, _ -> {});
            receiver.subscribe(
                    "$SYS/broker/connections/#",
                    Qos.AT_MOST_ONCE,
                    said -> figures.put(said.topic().substring(said.topic().lastIndexOf('/') + 1), said.text()));
            newcomers();
            long begin = System.nanoTime();
            for (int second = 1; second <= seconds; second++) {
                if (second == ALONE + 1) {
                    gather(clients);
                }
                int count = 0;
                long longest = 0;
                while (System.nanoTime() - begin < second * 1_000_000_000L) {
                    long sent = System.nanoTime();
                    try {
                        sender.publish("good", "still here");
                        count++;
                    } catch (MqttException e) {
                        System.out.println(e);
                    }
                    longest = Math.max(longest, System.nanoTime() - sent);
                }
                System.out.printf(
                        "%3d s: %6d messages of the pair, longest %5d ms; newcomer %s; RSS %s; broker %s%n",
                        second, count, longest / 1_000_000, newcomer, rss(pid), new TreeMap<>(figures));
            }
        }
        done = true;
    }

    /** One comes after the other, says one thing and goes. */
    private void newcomers() {
        Thread.ofPlatform().daemon().start(() -> {
            while (!done) {
                long begin = System.nanoTime();
                try (MqttClient client =
                        MqttClient.to("mqtt://127.0.0.1:" + port).build()) {
                    client.connect();
                    client.publish("newcomer", "here");
                    newcomer = (System.nanoTime() - begin) / 1_000_000 + " ms";
                } catch (MqttException e) {
                    newcomer = e.toString();
                }
            }
        });
    }

    private static String rss(String pid) throws IOException {
        return pid.isEmpty()
                ? "-"
                : Files.readAllLines(Path.of("/proc", pid, "status")).stream()
                        .filter(line -> line.startsWith("VmRSS"))
                        .map(line -> line.substring(6).strip())
                        .findFirst()
                        .orElse("-");
    }
}
