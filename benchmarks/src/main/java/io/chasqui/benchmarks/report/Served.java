package io.chasqui.benchmarks.report;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A broker that runs, and is stopped when this is closed: ours, or a peer that {@code peers} knows how to start. */
final class Served implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final byte[] CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'r'};
    private static final byte[] PUBLISH = {0x32, 7, 0, 1, 'r', 0, 1, 'h', 'i'}; // QoS 1

    private final int port;
    private final long pid;
    private final AutoCloseable stop;
    private final double startMillis;

    private Served(int port, long pid, AutoCloseable stop, double startMillis) {
        this.port = port;
        this.pid = pid;
        this.stop = stop;
        this.startMillis = startMillis;
    }

    int port() {
        return port;
    }

    long pid() {
        return pid;
    }

    /** From the command to the first PUBACK. */
    double startMillis() {
        return startMillis;
    }

    /**
     * @param options for the JVM, in place of the launcher's own where they contradict
     * @param settings as for {@code --set}
     */
    static Served chasqui(Path home, String options, List<String> settings) throws IOException, InterruptedException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        Path data = Files.createTempDirectory("chasqui-benchmark");
        List<String> command = new ArrayList<>(
                List.of(home.resolve("chasqui").toString(), "serve", "--port", "" + free, "--data", data.toString()));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("CHASQUI_JAVA_OPTS", options);
        long begin = System.nanoTime();
        Process process = builder.start();
        AutoCloseable stop = () -> {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            delete(data);
        };
        return new Served(free, process.pid(), stop, firstPubAck(free, process, begin));
    }

    /** @param name as {@code peers list} says it */
    static Served peer(Path tools, String name) throws IOException, InterruptedException {
        peers(tools, "reset", name);
        long begin = System.nanoTime();
        peers(tools, "start", name);
        int port = Integer.parseInt(peers(tools, "port", name));
        long pid = Long.parseLong(peers(tools, "pid", name).split("\\s", -1)[0]);
        return new Served(port, pid, () -> peers(tools, "stop", name), firstPubAck(port, null, begin));
    }

    private static String peers(Path tools, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(tools.resolve("peers").toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("peers", ".txt"); // a pipe would be held open by the broker
        try {
            new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            return Files.readString(out).strip();
        } finally {
            Files.delete(out);
        }
    }

    private static double firstPubAck(int port, @Nullable Process process, long begin)
            throws IOException, InterruptedException {
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(START_SECONDS)) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write(CONNECT);
                socket.getOutputStream().write(PUBLISH);
                new DataInputStream(socket.getInputStream()).readFully(new byte[8]); // CONNACK, PUBACK
                return (System.nanoTime() - begin) / 1e6;
            } catch (IOException _) {
                if (process != null && !process.isAlive()) {
                    throw new IOException("the broker ended at once with " + process.exitValue());
                }
                if (process == null) {
                    Thread.onSpinWait();
                } else {
                    process.waitFor(1, TimeUnit.MILLISECONDS);
                }
            }
        }
        throw new IOException("no broker on port " + port + " within " + START_SECONDS + " s");
    }

    /** From SUBSCRIBE on {@code #} to the first retained message, in milliseconds. */
    double firstRetainedMillis() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream().write(CONNECT);
            in.readFully(new byte[4]);
            long begin = System.nanoTime();
            socket.getOutputStream().write(new byte[] {(byte) 0x82, 6, 0, 1, 0, 1, '#', 0});
            in.readFully(new byte[5]); // SUBACK
            in.readByte();
            return (System.nanoTime() - begin) / 1e6;
        }
    }

    /** Lets it be for so long; false when it ended meanwhile. */
    boolean livesFor(long seconds) throws InterruptedException {
        try {
            ProcessHandle.of(pid).orElseThrow().onExit().get(seconds, TimeUnit.SECONDS);
            return false;
        } catch (TimeoutException _) {
            return true;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Resident memory. */
    double rssMiB() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"), StandardCharsets.UTF_8)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        return Double.NaN;
    }

    @Override
    public void close() {
        try {
            stop.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
