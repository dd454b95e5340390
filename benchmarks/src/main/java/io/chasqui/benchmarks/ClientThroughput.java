package io.chasqui.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * Question: what do a message and an idle connection cost a client library? Failure: less than twice the rate of the better
 * of Paho and HiveMQ. Each figure comes from a JVM of its own, against a {@link NullServer} in another, so that
 * on two cores one is for the client. One run of all: about four minutes.
 *
 * <pre>java -cp benchmarks.jar io.chasqui.benchmarks.ClientThroughput [seconds for each figure]</pre>
 */
public final class ClientThroughput {
    private static final int PAYLOAD_BYTES = 64;
    private static final int OUTSTANDING = 1_000; // messages that were published and are not done
    private static final int IDLE_CLIENTS = 200;
    private static final List<String> LIBRARIES = List.of("chasqui", "hivemq", "paho");

    private ClientThroughput() {}

    /** @param args nothing for all; or what this program gives to the JVMs that it starts */
    public static void main(String[] args) throws Exception {
        if (args.length < 2) {
            all(args.length == 0 ? 8 : Integer.parseInt(args[0]));
        } else if (args[0].equals("server")) {
            NullServer.serve(Integer.parseInt(args[1]));
        } else {
            one(args[0], args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
            System.exit(0); // some leave threads behind
        }
    }

    private static void all(int seconds) throws IOException, InterruptedException {
        Process server = start("server", "" + PAYLOAD_BYTES);
        String port;
        try (BufferedReader said = said(server)) {
            port = said.readLine();
            System.out.println("| | library | messages/s | CPU, us/message | allocated, bytes/message |");
            System.out.println("| --- | --- | ---: | ---: | ---: |");
            for (String what : List.of("publish", "receive")) {
                for (int qos = 0; qos <= 2; qos++) {
                    double best = 0; // of the others
                    double ours = 0;
                    for (String library : LIBRARIES) {
                        String[] figures = figures(start(library, what, "" + qos, port, "" + seconds));
                        double rate = Double.parseDouble(figures[0]);
                        if (library.equals("chasqui")) {
                            ours = rate;
                        } else {
                            best = Math.max(best, rate);
                        }
                        System.out.printf(
                                "| %s, QoS %d | %s | %,.0f | %s | %s |%n",
                                what, qos, library, rate, figures[1], figures[2]);
                    }
                    System.out.printf("| %s, QoS %d | ratio to the better | %.1f | | |%n", what, qos, ours / best);
                }
            }
            for (String library : LIBRARIES) {
                String[] figures = figures(start(library, "idle", "0", port, "0"));
                System.out.printf(
                        "%s, %d idle clients: %s bytes of heap each, %s threads%n",
                        library, IDLE_CLIENTS, figures[0], figures[1]);
            }
        } finally {
            server.destroyForcibly();
        }
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                ClientThroughput.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static BufferedReader said(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String[] figures(Process process) throws IOException, InterruptedException {
        try (BufferedReader said = said(process)) {
            String line = said.readLine();
            process.waitFor();
            if (line == null) {
                throw new IOException("the measured process has said nothing");
            }
            return line.split(" ");
        }
    }

    private static void one(String library, String what, int qos, int port, int seconds) throws Exception {
        switch (what) {
            case "publish" -> publish(MeasuredClient.connect(library, port, "c"), qos, seconds);
            case "receive" -> receive(MeasuredClient.connect(library, port, "c"), qos, seconds);
            case "idle" -> idle(library, port);
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static void publish(MeasuredClient client, int qos, int seconds) throws Exception {
        byte[] payload = new byte[PAYLOAD_BYTES];
        Semaphore room = new Semaphore(OUTSTANDING);
        Watch watch = new Watch(seconds);
        while (!watch.isOver()) {
            room.acquire();
            client.publish(payload, qos, () -> {
                watch.count.increment();
                room.release();
            });
        }
        watch.report();
    }

    private static void receive(MeasuredClient client, int qos, int seconds) throws Exception {
        Semaphore over = new Semaphore(0);
        Watch watch = new Watch(seconds);
        client.subscribe(qos, () -> {
            watch.count.increment();
            if (watch.isOver()) {
                over.release();
            }
        });
        over.acquire();
        watch.report();
    }

    private static void idle(String library, int port) throws Exception {
        MeasuredClient.connect(library, port, "warm");
        long before = usedHeap();
        List<MeasuredClient> clients = new ArrayList<>();
        for (int i = 0; i < IDLE_CLIENTS; i++) {
            clients.add(MeasuredClient.connect(library, port, "c" + i));
        }
        long each = (usedHeap() - before) / clients.size();
        System.out.println(each + " " + ManagementFactory.getThreadMXBean().getThreadCount());
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Half of the time to warm up, then what the process has done, used and allocated in the other half. */
    private static final class Watch {
        final LongAdder count = new LongAdder();
        private final long startNanos;
        private final long middleNanos;
        private final long endNanos;
        private boolean warm;
        private long countBefore;
        private long cpuBefore;
        private long allocatedBefore;
        private long warmNanos;

        Watch(int seconds) {
            startNanos = System.nanoTime();
            middleNanos = seconds * 500_000_000L;
            endNanos = seconds * 1_000_000_000L;
        }

        boolean isOver() {
            long now = System.nanoTime() - startNanos;
            if (!warm && now >= middleNanos) {
                warm = true;
                countBefore = count.sum();
                cpuBefore = cpuNanos();
                allocatedBefore = allocatedBytes();
                warmNanos = System.nanoTime();
            }
            return now >= endNanos;
        }

        void report() {
            double messages = count.sum() - countBefore;
            double seconds = (System.nanoTime() - warmNanos) / 1e9;
            double cpu = (cpuNanos() - cpuBefore) / messages / 1000;
            double allocated = (allocatedBytes() - allocatedBefore) / messages;
            System.out.printf("%.0f %.2f %.0f%n", messages / seconds, cpu, allocated);
        }

        private static long cpuNanos() {
            return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        }

        private static long allocatedBytes() {
            return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
        }
    }
}
