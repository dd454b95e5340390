package io.chasqui.benchmarks.report;

import static io.chasqui.benchmarks.report.Load.round;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What is measured, by the name that one gives to {@code benchmarks/run}. Confined to one thread. */
final class Sections {
    private static final String IN_MEMORY = "store.type=memory";
    private static final List<String> MANY =
            List.of("limits.max-subscriptions-per-client=1000000", "limits.retained-bytes=4GiB");
    private static final List<String> SHAPES =
            List.of("pairs -n 50", "fanin --pubs 50 --subs 1", "fanout --pubs 1 --subs 50");
    private static final Map<String, String> COLLECTORS = ordered(
            "G1", "-XX:+UseG1GC",
            "Serial", "-XX:+UseSerialGC",
            "Parallel", "-XX:+UseParallelGC",
            "ZGC", "-XX:+UseZGC",
            "Shenandoah", "-XX:+UseShenandoahGC");

    private final Path home;
    private final Path tools;
    private final boolean quick;
    private final List<String> peers;

    Sections(Path home, Path tools, boolean quick) {
        this.home = home;
        this.tools = tools;
        this.quick = quick;
        String named = System.getenv().getOrDefault("CHASQUI_PEERS", "mosquitto");
        this.peers = Files.isExecutable(tools.resolve("peers")) && !named.isEmpty()
                ? Arrays.asList(named.split(",", -1))
                : List.of();
    }

    /** One of them. */
    interface Section {
        /** Runs for a minute or a few. */
        List<Table> measure() throws IOException, InterruptedException;
    }

    Map<String, Section> all() {
        Map<String, Section> all = new LinkedHashMap<>();
        all.put("start", this::start);
        all.put("memory", this::memory);
        all.put("throughput", this::throughput);
        all.put("loops", this::loops);
        all.put("latency", this::latency);
        all.put("storm", this::storm);
        all.put("state", this::state);
        all.put("durable", this::durable);
        all.put("costs", this::costs);
        return all;
    }

    private Served chasqui(String options, String... settings) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(MANY);
        all.addAll(List.of(settings));
        return Served.chasqui(home, options, all);
    }

    private Load run(Served broker, String arguments) throws IOException, InterruptedException {
        return Load.run(tools, broker, arguments);
    }

    private int seconds(int full) {
        return quick ? Math.max(1, full / 4) : full;
    }

    private void warmUp(Served broker) throws IOException, InterruptedException {
        for (int qos = 0; qos <= 2; qos++) {
            for (String shape : SHAPES) {
                run(broker, shape + " -q " + qos + " --warmup 0 -d " + seconds(4));
            }
        }
    }

    private List<Table> start() throws IOException, InterruptedException {
        Table table = new Table("start", "broker", "store", "ms to the first PUBACK: median", "lowest", "highest");
        for (String store : List.of("rocksdb", "memory")) {
            double[] millis = new double[quick ? 3 : 9];
            for (int i = 0; i < millis.length; i++) {
                try (Served broker = chasqui("", "store.type=" + store)) {
                    millis[i] = broker.startMillis();
                }
            }
            Arrays.sort(millis);
            table.add("chasqui", store, round(millis[millis.length / 2]), round(millis[0]), round(last(millis)));
        }
        for (String peer : peers) {
            try (Served broker = Served.peer(tools, peer)) {
                String once = round(broker.startMillis()) + " (with the script that starts it)";
                table.add(peer, "-", once, "-", "-");
            }
        }
        return List.of(table);
    }

    private static double last(double[] sorted) {
        return sorted[sorted.length - 1];
    }

    private List<Table> memory() throws IOException, InterruptedException {
        Table idle = new Table("idle", "collector", "store", "MiB resident half a minute after the start");
        Map<String, Served> started = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, String> collector : COLLECTORS.entrySet()) {
                started.put(collector.getKey() + ",rocksdb", chasqui(collector.getValue()));
            }
            Served plain = chasqui("", IN_MEMORY);
            started.put("G1,memory", plain);
            // the launcher's JVM gives memory back every 30 s
            if (!plain.livesFor(35)) {
                throw new IOException("a broker has ended");
            }
            for (Map.Entry<String, Served> each : started.entrySet()) {
                String[] what = each.getKey().split(",", -1);
                idle.add(what[0], what[1], round(each.getValue().rssMiB()));
            }
        } finally {
            started.values().forEach(Served::close);
        }
        Table connections =
                new Table("connections", "broker", "collector", "state", "bytes resident for each connection");
        for (String collector : quick ? List.of("G1") : List.of("G1", "Serial", "Parallel")) {
            try (Served broker = chasqui(COLLECTORS.getOrDefault(collector, ""))) {
                connections.add("chasqui", collector, "cold", perConnection(broker));
                connections.add("chasqui", collector, "again", perConnection(broker));
            }
        }
        for (String peer : peers) {
            try (Served broker = Served.peer(tools, peer)) {
                connections.add(peer, "-", "cold", perConnection(broker));
            }
        }
        return List.of(idle, connections);
    }

    private String perConnection(Served broker) throws IOException, InterruptedException {
        return run(broker, "conns --conns 19000 --with-sub --hold 2").get("rss_per_conn");
    }

    private List<Table> throughput() throws IOException, InterruptedException {
        Table table = new Table(
                "throughput",
                "load",
                "QoS",
                "broker",
                "messages/s",
                "broker CPU us/message",
                "lost / twice / disorder");
        Map<String, Served> brokers = new LinkedHashMap<>();
        try {
            brokers.put("chasqui", chasqui("", IN_MEMORY));
            for (String peer : peers) {
                brokers.put(peer, Served.peer(tools, peer));
            }
            for (Served broker : brokers.values()) {
                warmUp(broker);
            }
            for (String shape : SHAPES) {
                for (int qos = 0; qos <= 2; qos++) {
                    for (Map.Entry<String, Served> broker : brokers.entrySet()) {
                        Load load = best(broker.getValue(), shape + " -q " + qos + " -d " + seconds(4));
                        table.add(
                                shape.split(" ", -1)[0],
                                qos,
                                broker.getKey(),
                                load.get("recv_per_s"),
                                load.get("broker_us_per_msg"),
                                load.faults());
                    }
                }
            }
        } finally {
            brokers.values().forEach(Served::close);
        }
        return List.of(table);
    }

    /** The better of two, for others may use the machine. */
    private Load best(Served broker, String arguments) throws IOException, InterruptedException {
        Load one = run(broker, arguments);
        Load two = run(broker, arguments);
        return one.number("broker_us_per_msg") < two.number("broker_us_per_msg") ? one : two;
    }

    private List<Table> loops() throws IOException, InterruptedException {
        Table table = new Table("loops", "loops", "QoS", "messages/s", "broker CPU us/message");
        for (int loops = 1; loops <= 2; loops++) {
            try (Served broker = chasqui("", IN_MEMORY, "loops=" + loops)) {
                warmUp(broker);
                for (int qos = 0; qos <= 2; qos++) {
                    Load load = best(broker, "pairs -n 50 -q " + qos + " -d " + seconds(4));
                    table.add(loops, qos, load.get("recv_per_s"), load.get("broker_us_per_msg"));
                }
            }
        }
        return List.of(table);
    }

    private List<Table> latency() throws IOException, InterruptedException {
        Table table = new Table(
                "latency",
                "broker",
                "of saturation",
                "messages/s",
                "p50 us",
                "p99 us",
                "p99.9 us",
                "CPU us/message",
                "MiB");
        for (Map.Entry<String, String> collector : COLLECTORS.entrySet()) {
            try (Served broker = chasqui(collector.getValue(), IN_MEMORY)) {
                warmUp(broker);
                latency(table, broker, "chasqui, " + collector.getKey());
            }
        }
        for (String peer : peers) {
            try (Served broker = Served.peer(tools, peer)) {
                latency(table, broker, peer);
            }
        }
        return List.of(table);
    }

    private void latency(Table table, Served broker, String name) throws IOException, InterruptedException {
        double saturation = run(broker, "pairs -n 50 -d " + seconds(4)).number("recv_per_s");
        for (int percent : new int[] {30, 60}) {
            long rate = Math.round(saturation * percent / 100);
            Load load = run(broker, "pairs -n 50 -d " + seconds(8) + " --rate " + rate);
            table.add(
                    name,
                    percent + " %",
                    rate,
                    load.get("lat_p50_us"),
                    load.get("lat_p99_us"),
                    load.get("lat_p99.9_us"),
                    load.get("broker_us_per_msg"),
                    load.get("broker_rss_peak_mb"));
        }
    }

    private List<Table> storm() throws IOException, InterruptedException {
        Table table = new Table("storm", "broker", "connects/s", "CPU us/connect and disconnect", "CONNACK p99 us");
        Table during = new Table("during-storm", "broker", "storm", "running pairs p50 us", "p99 us", "p99.9 us");
        Map<String, Served> brokers = new LinkedHashMap<>();
        try {
            brokers.put("chasqui", chasqui(""));
            for (String peer : peers) {
                brokers.put(peer, Served.peer(tools, peer));
            }
            for (Map.Entry<String, Served> each : brokers.entrySet()) {
                Served broker = each.getValue();
                run(broker, "storm --parallel 64 -d " + seconds(12)); // warm-up
                Load load = run(broker, "storm --parallel 64 -d " + seconds(8));
                table.add(
                        each.getKey(),
                        load.get("connects_per_s"),
                        load.get("broker_us_per_msg"),
                        load.get("connack_p99_us"));
                addPairs(during, each.getKey(), "none", runPairs(broker));
                CompletableFuture<Load> storm = CompletableFuture.supplyAsync(() -> {
                    try {
                        return run(broker, "storm --parallel 64 -d " + (seconds(8) + 3));
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                Load pairs = runPairs(broker);
                addPairs(during, each.getKey(), storm.join().get("connects_per_s") + " connects/s", pairs);
            }
        } finally {
            brokers.values().forEach(Served::close);
        }
        return List.of(table, during);
    }

    private Load runPairs(Served broker) throws IOException, InterruptedException {
        return run(broker, "pairs -n 20 --rate 20000 -d " + seconds(8));
    }

    private static void addPairs(Table table, String broker, String storm, Load load) {
        table.add(broker, storm, load.get("lat_p50_us"), load.get("lat_p99_us"), load.get("lat_p99.9_us"));
    }

    private List<Table> state() throws IOException, InterruptedException {
        Table table = new Table("state", "broker", "state", "what", "value");
        int million = quick ? 100_000 : 1_000_000;
        for (int filters : new int[] {million / 100, million, 5 * million}) {
            try (Served broker = chasqui("", IN_MEMORY)) {
                Load load = run(broker, "wild --filters " + filters + " --clients 100 -n 20 --sub-batch 100 -d 4");
                String what = filters + " filters";
                table.add("chasqui", what, "subscribes/s", load.get("subscribe_per_s"));
                table.add("chasqui", what, "bytes resident/filter", load.get("rss_per_filter"));
                table.add("chasqui", what, "broker CPU us/message", load.get("broker_us_per_msg"));
            }
        }
        try (Served broker = chasqui("", IN_MEMORY)) {
            Load load = run(broker, "retain --topics " + million + " --subs 1 -q 1 --keep");
            String what = million + " retained";
            table.add("chasqui", what, "set/s", load.get("set_per_s"));
            table.add("chasqui", what, "delivered/s to #", load.get("deliver_per_s"));
            table.add("chasqui", what, "ms to the first message of #", round(broker.firstRetainedMillis()));
        }
        try (Served broker = chasqui("", IN_MEMORY)) {
            for (String shape : List.of("shared --pubs 10 --subs 1000", "fanout --pubs 1 --subs 15000 -w 20")) {
                Load load = run(broker, shape + " -d " + seconds(8));
                table.add("chasqui", shape, "messages/s", load.get("recv_per_s"));
                table.add("chasqui", shape, "broker CPU us/message", load.get("broker_us_per_msg"));
                table.add("chasqui", shape, "lost / twice / disorder", load.faults());
            }
        }
        return List.of(table);
    }

    private List<Table> durable() throws IOException, InterruptedException {
        Table table = new Table(
                "durable",
                "store",
                "QoS",
                "queued/s",
                "CPU us/queued",
                "drained/s",
                "CPU us/drained",
                "lost / twice / disorder");
        for (String durability : List.of("sync", "async", "none", "memory")) {
            String setting = durability.equals("memory") ? IN_MEMORY : "store.durability=" + durability;
            try (Served broker = chasqui("", setting)) {
                for (int qos = 1; qos <= 2; qos++) {
                    int messages = quick ? 20_000 : 200_000;
                    run(broker, "offline -n 10 -m 50000 -q " + qos); // warm-up
                    Load load = run(broker, "offline -n 10 -m " + messages + " -q " + qos);
                    table.add(
                            durability,
                            qos,
                            load.get("queue_per_s"),
                            load.get("queue_broker_us_per_msg"),
                            load.get("drain_per_s"),
                            load.get("drain_broker_us_per_msg"),
                            load.faults());
                }
            }
        }
        return List.of(table);
    }

    private List<Table> costs() throws IOException, InterruptedException {
        Table table = new Table("costs", "what", "QoS", "messages/s", "broker CPU us/message");
        Path rules = Files.createTempFile("rules", ".yaml");
        try {
            Files.writeString(rules, "rules:\n  - allow: all\n    topic: mq/#\n");
            cost(table, "nothing more");
            cost(table, "authorisation by a rule file", "authorization.rules=" + rules);
        } finally {
            Files.delete(rules);
        }
        return List.of(table);
    }

    private void cost(Table table, String what, String... settings) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add(IN_MEMORY);
        try (Served broker = chasqui("", all.toArray(String[]::new))) {
            warmUp(broker);
            for (int qos = 0; qos <= 1; qos++) {
                Load load = best(broker, "pairs -n 50 -q " + qos + " -d " + seconds(4));
                table.add(what, qos, load.get("recv_per_s"), load.get("broker_us_per_msg"));
            }
        }
    }

    private static Map<String, String> ordered(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
