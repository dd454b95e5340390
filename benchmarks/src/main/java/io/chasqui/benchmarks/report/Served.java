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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A broker that runs, and is stopped when this is closed: ours, Mosquitto, or a peer that {@code peers} knows how to start. */
final class Served implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final double TICKS = 100; // of /proc, a second
    private static final byte[] CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'r'};
    private static final byte[] PUBLISH = {0x32, 7, 0, 1, 'r', 0, 1, 'h', 'i'}; // QoS 1

    private final Running running;
    private final Doors doors;
    private final long pid;
    private final AutoCloseable stop;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private double startMillis = Double.NaN;

    /** Ports; 0 where there is none. */
    private record Doors(int plain, int tls, int web, int secureWeb) {}

    private Served(Running running, Doors doors, long pid, AutoCloseable stop) {
        this.running = running;
        this.doors = doors;
        this.pid = pid;
        this.stop = stop;
        running.add(this);
    }

    /**
     * @param home of the sources
     * @param settings as for {@code --set}
     */
    static Served chasqui(Running running, Path home, String options, List<String> settings)
            throws IOException, InterruptedException {
        Doors doors = new Doors(freePort(), 0, 0, 0);
        return chasqui(running, home, options, settings, doors);
    }

    /** With doors for TLS and WebSocket, too. */
    static Served chasqui(Running running, Path home, Certificate shown, List<String> settings)
            throws IOException, InterruptedException {
        Doors doors = new Doors(freePort(), freePort(), freePort(), freePort());
        List<String> all = new ArrayList<>(settings);
        all.addAll(List.of(
                "listeners.secure.port=" + doors.tls,
                "listeners.secure.tls.certificate=" + shown.certificate(),
                "listeners.secure.tls.key=" + shown.key(),
                "listeners.web.protocol=websocket",
                "listeners.web.port=" + doors.web,
                "listeners.secure-web.protocol=websocket",
                "listeners.secure-web.port=" + doors.secureWeb,
                "listeners.secure-web.tls.certificate=" + shown.certificate(),
                "listeners.secure-web.tls.key=" + shown.key()));
        return chasqui(running, home, "", all, doors);
    }

    private static Served chasqui(Running running, Path home, String options, List<String> settings, Doors doors)
            throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("chasqui-benchmark");
        List<String> command = new ArrayList<>(List.of(
                home.resolve("chasqui").toString(), "serve", "--port", "" + doors.plain, "--data", data.toString()));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("CHASQUI_JAVA_OPTS", options);
        return started(running, builder, doors, data);
    }

    /** Set as {@code peers} sets it, with doors for TLS and WebSocket, too. */
    static Served mosquitto(Running running, Certificate shown) throws IOException, InterruptedException {
        Doors doors = new Doors(freePort(), freePort(), freePort(), freePort());
        Path data = Files.createTempDirectory("chasqui-benchmark");
        Path configuration = data.resolve("mosquitto.conf");
        Files.writeString(configuration, """
            allow_anonymous true
            set_tcp_nodelay true
            max_queued_messages 0
            max_queued_bytes 0
            max_inflight_messages 1000
            sys_interval 0
            log_dest stderr
            log_type error
            user root
            persistence false
            listener %d 127.0.0.1
            listener %d 127.0.0.1
            certfile %s
            keyfile %s
            listener %d 127.0.0.1
            protocol websockets
            listener %d 127.0.0.1
            protocol websockets
            certfile %s
            keyfile %s
            """.formatted(
                        doors.plain,
                        doors.tls,
                        shown.certificate(),
                        shown.key(),
                        doors.web,
                        doors.secureWeb,
                        shown.certificate(),
                        shown.key()));
        Path inPath = Path.of("/usr/sbin/mosquitto"); // of Debian, and not in everybody's PATH
        String program = Files.isExecutable(inPath) ? inPath.toString() : "mosquitto";
        ProcessBuilder builder = new ProcessBuilder(program, "-c", configuration.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        return started(running, builder, doors, data);
    }

    /** The forwarder that shows what is physically possible, and is no broker. */
    static Served limit(Running running, Path tools) throws IOException, InterruptedException {
        Doors doors = new Doors(freePort(), 0, 0, 0);
        ProcessBuilder builder = new ProcessBuilder(tools.resolve("limit").toString(), "" + doors.plain)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        return started(running, builder, doors, Files.createTempDirectory("chasqui-benchmark"));
    }

    private static Served started(Running running, ProcessBuilder builder, Doors doors, Path data)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = builder.start();
        Served served = new Served(running, doors, process.pid(), () -> {
            process.descendants().forEach(ProcessHandle::destroy); // of a launcher that has not become the JVM yet
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            delete(data);
        });
        return served.awaited(process, begin);
    }

    /** @param name as {@code peers list} says it */
    static Served peer(Running running, Path tools, String name) throws IOException, InterruptedException {
        peers(tools, "reset", name);
        long begin = System.nanoTime();
        peers(tools, "start", name);
        String pid = peers(tools, "pid", name);
        if (pid.isEmpty()) {
            throw new IOException("peers cannot start " + name);
        }
        Doors doors = new Doors(Integer.parseInt(peers(tools, "port", name)), 0, 0, 0);
        Served served = new Served(running, doors, Long.parseLong(pid), () -> peers(tools, "stop", name));
        return served.awaited(null, begin);
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

    /** Waits for the first PUBACK; what does not come is stopped. */
    private Served awaited(@Nullable Process process, long begin) throws IOException, InterruptedException {
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(START_SECONDS)) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), doors.plain)) {
                socket.getOutputStream().write(CONNECT);
                socket.getOutputStream().write(PUBLISH);
                new DataInputStream(socket.getInputStream()).readFully(new byte[8]); // CONNACK, PUBACK
                startMillis = (System.nanoTime() - begin) / 1e6;
                return this;
            } catch (IOException _) {
                if (process == null) {
                    Thread.onSpinWait();
                } else if (process.waitFor(1, TimeUnit.MILLISECONDS)) {
                    close();
                    throw new IOException("the broker ended at once with " + process.exitValue());
                }
            }
        }
        close();
        throw new IOException("no broker on port " + doors.plain + " within " + START_SECONDS + " s");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return doors.plain;
    }

    int tlsPort() {
        return doors.tls;
    }

    int webPort() {
        return doors.web;
    }

    int secureWebPort() {
        return doors.secureWeb;
    }

    long pid() {
        return pid;
    }

    /** From the command to the first PUBACK. */
    double startMillis() {
        return startMillis;
    }

    /** Lets it be for so long; false when it ended meanwhile. */
    boolean livesFor(long millis) throws InterruptedException {
        try {
            ProcessHandle.of(pid).orElseThrow().onExit().get(millis, TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException _) {
            return true;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until it has so many files open, but a minute at most. */
    void awaitFiles(int files) throws IOException, InterruptedException {
        for (int i = 0; i < 600 && openFiles() < files && livesFor(100); i++) {
            Thread.onSpinWait();
        }
    }

    private int openFiles() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return (int) open.count();
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

    /** Of all its threads, since it was started. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1); // a name may have blanks
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    }

    @Override
    public void close() {
        if (stopped.compareAndSet(false, true)) {
            try {
                stop.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                running.remove(this);
            }
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
