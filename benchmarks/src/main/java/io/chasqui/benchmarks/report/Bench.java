package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where sections measure: starts brokers and loads, and keeps what they saw. What fails leaves a dash in its table and a line in
 * {@link #failures}, so that nothing else is lost. Confined to one thread, but for {@link #load}.
 */
final class Bench {
    static final String IN_MEMORY = "store.type=memory";
    static final List<String> SHAPES = List.of("pairs -n 50", "fanin --pubs 50 --subs 1", "fanout --pubs 1 --subs 50");
    private static final long LONGEST_SECONDS = 300; // of one load

    final Path home;
    final Path tools;
    final Path results;
    final boolean quick;
    private final List<String> peers;
    private final Running running = new Running();
    private final List<String> failures = new ArrayList<>();
    private @Nullable Certificate certificate;
    private @Nullable Path secureLoad;

    Bench(Path home, Path tools, Path results, boolean quick) {
        this.home = home;
        this.tools = tools;
        this.results = results;
        this.quick = quick;
        String named = System.getenv().getOrDefault("CHASQUI_PEERS", quick ? "mosquitto" : "mosquitto,hivemq");
        this.peers = Files.isExecutable(tools.resolve("peers")) && !named.isEmpty()
                ? Arrays.asList(named.split(",", -1))
                : List.of();
    }

    /** A table whose file grows with each row. */
    Table table(String name, String... columns) throws IOException {
        return new Table(name, results.resolve(name + ".csv"), columns);
    }

    synchronized void failed(String where, String what) {
        String line = where + ": " + what.lines().findFirst().orElse("");
        System.out.println("  FAILED: " + line);
        failures.add(line);
    }

    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** Seconds, of which a quick run has a quarter, but one at least. */
    int seconds(int full) {
        return quick ? Math.max(1, full / 4) : full;
    }

    /** Those that were asked for, and that this section is about. */
    List<String> peers(String... names) {
        return peers.stream().filter(List.of(names)::contains).toList();
    }

    /**
     * @param options for the JVM, in place of the launcher's own where they contradict
     * @param settings as for {@code --set}
     */
    Served chasqui(String options, String... settings) throws IOException, InterruptedException {
        List<String> all =
                new ArrayList<>(List.of("limits.max-subscriptions-per-client=1000000", "limits.retained-bytes=4GiB"));
        all.addAll(List.of(settings));
        return Served.chasqui(running, home, options, all);
    }

    /** With doors for TLS and WebSocket, too. */
    Served chasquiWithDoors(String... settings) throws IOException, InterruptedException {
        return Served.chasqui(running, home, certificate(), List.of(settings));
    }

    /** The forwarder that shows what is physically possible, where there is one. */
    void addLimit(Map<String, Served> brokers) throws IOException, InterruptedException {
        if (Files.isExecutable(tools.resolve("limit"))) {
            brokers.put("limit", Served.limit(running, tools));
        }
    }

    /** The one that is started from its own configuration, with all doors that we have, and set as {@code peers} does. */
    Served mosquitto() throws IOException, InterruptedException {
        return Served.mosquitto(running, certificate());
    }

    /** @throws IOException if it cannot be started here */
    Served peer(String name) throws IOException, InterruptedException {
        return Served.peer(running, tools, name);
    }

    /** Starts each of them, and notes who cannot be started. */
    void addPeers(Map<String, Served> brokers, List<String> names) throws InterruptedException {
        for (String name : names) {
            try {
                brokers.put(name, peer(name));
            } catch (IOException e) {
                failed(name, e.getMessage() + "");
            }
        }
    }

    Certificate certificate() throws IOException, InterruptedException {
        Certificate made = certificate;
        if (made == null) {
            made = Certificate.make(scratch());
            certificate = made;
        }
        return made;
    }

    /** A directory that is deleted at the end. */
    Path scratch() throws IOException {
        Path directory = Files.createTempDirectory("chasqui-benchmark");
        running.add(() -> Served.delete(directory));
        return directory;
    }

    /** Every kind of load, so that a JVM has compiled what it will run. */
    void warmUp(Served broker) throws IOException, InterruptedException {
        for (int qos = 0; qos <= 2; qos++) {
            for (String shape : SHAPES) {
                load(broker, shape + " -q " + qos + " --warmup 0 -d " + seconds(3));
            }
        }
    }

    /** @param arguments of the load generator, as one would type them, without the broker's; with --tls through that door */
    Load load(Served broker, String arguments) throws IOException, InterruptedException {
        boolean secure = arguments.endsWith(" --tls");
        List<String> command = new ArrayList<>();
        command.add((secure ? secureLoad() : tools.resolve("mqload")).toString());
        command.addAll(Arrays.asList(arguments.split(" ", -1)));
        int port = secure ? broker.tlsPort() : broker.port();
        command.addAll(
                List.of("-p", port + "", "--pid", broker.pid() + "", "--json", "--timeout", "" + LONGEST_SECONDS));
        if (quick && !command.contains("--warmup")) {
            command.addAll(List.of("--warmup", "0.3"));
        }
        Load load = Load.of(run(command, LONGEST_SECONDS + 10));
        if (load.isEmpty()) {
            failed("mqload", arguments);
        }
        return load;
    }

    /** The better of two, for others may use the machine. */
    Load best(Served broker, String arguments) throws IOException, InterruptedException {
        Load one = load(broker, arguments);
        if (quick) {
            return one;
        }
        Load two = load(broker, arguments);
        return one.number("broker_us_per_msg") < two.number("broker_us_per_msg") ? one : two;
    }

    /** {@code chasqui bench}, which speaks WebSocket, too; with what the broker spent on each message. */
    Load webLoad(Served broker, String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(home.resolve("chasqui").toString(), "bench"));
        command.addAll(Arrays.asList(arguments.split(" ", -1)));
        command.addAll(
                List.of("--json", "--quiet", "--warm-up", "0", "-L", "ws://127.0.0.1:" + broker.webPort() + "/mqtt"));
        double before = broker.cpuSeconds();
        Load load = Load.of(run(command, LONGEST_SECONDS));
        if (load.isEmpty()) {
            failed("chasqui bench", arguments);
        }
        return load.with("broker_cpu_s", broker.cpuSeconds() - before);
    }

    private synchronized Path secureLoad() throws IOException, InterruptedException {
        Path made = secureLoad;
        if (made == null) {
            Path there = tools.resolve("mqload-tls");
            made = Files.isExecutable(there) ? there : scratch().resolve("mqload-tls");
            if (!made.equals(there)) {
                String source = tools.resolve("mqload.c").toString();
                run(
                        List.of(
                                "cc",
                                "-std=c11",
                                "-O2",
                                "-DWITH_TLS",
                                "-o",
                                made + "",
                                source,
                                "-lpthread",
                                "-lm",
                                "-lssl",
                                "-lcrypto"),
                        120);
            }
            if (!Files.isExecutable(made)) {
                throw new IOException(
                        "no mqload-tls, and it cannot be compiled: cc, mqload.c or OpenSSL's headers are not there");
            }
            secureLoad = made;
        }
        return made;
    }

    /** What it writes to its standard output; whatever it still does after {@code seconds} is ended. */
    String run(List<String> command, long seconds) throws IOException, InterruptedException {
        Process process = running.add(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        process.onExit().orTimeout(seconds, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly());
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }

    /** Writes down machine, commit and versions: what figures depend on. */
    void begin(String commit) throws IOException, InterruptedException {
        Files.createDirectories(results);
        Table table = table("settings", "what", "value");
        table.add("begun", java.time.Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
        table.add("commit", commit);
        table.add("processors", Runtime.getRuntime().availableProcessors());
        table.add("processor", field(Path.of("/proc/cpuinfo"), "model name"));
        table.add("memory", field(Path.of("/proc/meminfo"), "MemTotal"));
        table.add("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        table.add("Java", Runtime.version());
        table.add(
                "load average at the beginning",
                Files.readString(Path.of("/proc/loadavg")).strip());
        table.add("lengths", quick ? "quick" : "full");
        Path script = tools.resolve("peers");
        String text = peers.isEmpty() ? "" : Files.readString(script);
        for (String peer : peers) {
            Matcher version = Pattern.compile(peer + "[a-z-]*:([0-9][0-9.]*)").matcher(text);
            String said = peer.equals("mosquitto")
                    ? run(List.of("sh", "-c", "PATH=$PATH:/usr/sbin mosquitto -h | head -n 1"), 10)
                            .strip()
                    : version.find() ? version.group(1) : "version unknown";
            table.add(peer, said + "; in memory; set for speed");
        }
    }

    private static String field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("-");
    }
}
