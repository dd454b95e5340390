package io.chasqui.benchmarks.report;

import static io.chasqui.benchmarks.report.Bench.IN_MEMORY;
import static io.chasqui.benchmarks.report.Load.round;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How soon it is there, and what it holds. */
final class Footprint {
    /** The garbage collectors of the JDK, and how to ask for each; the first is the one that the JVM takes by itself. */
    static final Map<String, String> COLLECTORS = new LinkedHashMap<>();

    static {
        for (String name : List.of("G1", "Serial", "Parallel", "Z", "Shenandoah")) {
            COLLECTORS.put(name, "-XX:+Use" + name + "GC");
        }
    }

    private static final int CONNECTIONS = 19_000; // of the 20,000 files that a process may have open on many machines
    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final Pattern OTHER = Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

    private final Bench bench;

    Footprint(Bench bench) {
        this.bench = bench;
    }

    void start() throws IOException, InterruptedException {
        Table table = bench.table("start", "broker", "store", "ms to the first PUBACK: median", "lowest", "highest");
        for (String store : List.of("rocksdb", "memory", "none: mosquitto")) {
            double[] millis = new double[bench.quick ? 3 : 9];
            String[] words = store.split(": ", -1);
            for (int i = 0; i < millis.length; i++) {
                try (Served broker = words.length > 1 ? bench.mosquitto() : bench.chasqui("", "store.type=" + store)) {
                    millis[i] = broker.startMillis();
                }
            }
            Arrays.sort(millis);
            String broker = words.length > 1 ? words[1] : "chasqui";
            String last = round(millis[millis.length - 1]);
            table.add(broker, words[0], round(millis[millis.length / 2]), round(millis[0]), last);
        }
        for (String peer : bench.peers("hivemq")) {
            try (Served broker = bench.peer(peer)) {
                String once = round(broker.startMillis());
                table.add(peer, "none", once, once, once);
            } catch (IOException e) {
                bench.failed("start", peer + ": " + e.getMessage());
            }
        }
    }

    void memory() throws IOException, InterruptedException {
        idle();
        heap();
        Table table = bench.table(
                "connections",
                "broker",
                "collector",
                "state",
                "bytes resident for each connection",
                "connections/s",
                "CPU us/connection");
        for (Map.Entry<String, String> collector : COLLECTORS.entrySet()) {
            if (bench.quick && !collector.getKey().equals("G1")) {
                continue;
            }
            try (Served broker = bench.chasqui(collector.getValue())) {
                connections(table, broker, "chasqui", collector.getKey(), "cold");
                connections(table, broker, "chasqui", collector.getKey(), "again");
            }
        }
        for (String peer : bench.peers("mosquitto", "hivemq")) {
            try (Served broker = bench.peer(peer)) {
                connections(table, broker, peer, "-", "cold");
                connections(table, broker, peer, "-", "again");
            } catch (IOException e) {
                bench.failed("memory", peer + ": " + e.getMessage());
            }
        }
    }

    private void idle() throws IOException, InterruptedException {
        Table idle = bench.table(
                "idle", "broker", "collector", "store", "MiB resident; half a minute after the start (quick: 5 s)");
        Map<String, Served> started = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, String> collector : COLLECTORS.entrySet()) {
                started.put("chasqui," + collector.getKey() + ",rocksdb", bench.chasqui(collector.getValue()));
            }
            Served plain = bench.chasqui("", IN_MEMORY);
            started.put("chasqui,G1,memory", plain);
            started.put("mosquitto,-,none", bench.mosquitto());
            for (String peer : bench.peers("hivemq")) {
                bench.addPeers(started, List.of(peer));
            }
            if (!plain.livesFor(bench.quick ? 5_000 : 35_000)) { // for the launcher's JVM gives memory back every 30 s
                throw new IOException("a broker has ended");
            }
            for (Map.Entry<String, Served> each : started.entrySet()) {
                String[] what = (each.getKey() + ",-,none").split(",", -1);
                idle.add(what[0], what[1], what[2], round(each.getValue().rssMiB()));
            }
        } finally {
            started.values().forEach(Served::close);
        }
    }

    private void connections(Table table, Served broker, String name, String collector, String state)
            throws IOException, InterruptedException {
        Load load = bench.load(broker, "conns --conns " + CONNECTIONS + " --with-sub --hold 1");
        table.add(
                name,
                collector,
                state,
                load.get("rss_per_conn"),
                load.get("conns_per_s"),
                load.get("connect_broker_us_per_msg"));
    }

    /** What of it is live, by asking the JVM. */
    private void heap() throws IOException, InterruptedException {
        Table table = bench.table("heap", "state", "live heap MiB", "direct and other native MiB", "resident MiB");
        try (Served broker = bench.chasqui("-XX:NativeMemoryTracking=summary")) {
            heap(table, broker, "idle");
            Background held =
                    Background.of(() -> bench.load(broker, "conns --conns " + CONNECTIONS + " --with-sub --hold 12"));
            broker.awaitFiles(CONNECTIONS);
            heap(table, broker, CONNECTIONS + " connections with a subscription");
            held.result();
        }
    }

    private void heap(Table table, Served broker, String state) throws IOException, InterruptedException {
        ask(broker, "GC.run");
        table.add(
                state,
                round(first(USED, ask(broker, "GC.heap_info")) / 1024),
                round(first(OTHER, ask(broker, "VM.native_memory")) / 1024),
                round(broker.rssMiB()));
    }

    private String ask(Served broker, String what) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return bench.run(List.of(jcmd, broker.pid() + "", what), 60);
    }

    private static double first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Double.parseDouble(found.group(1)) : Double.NaN;
    }
}
