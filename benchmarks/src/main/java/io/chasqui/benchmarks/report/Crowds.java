package io.chasqui.benchmarks.report;

import static io.chasqui.benchmarks.report.Bench.IN_MEMORY;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Those who come all at once, and the doors that they come through. */
final class Crowds {
    private static final List<String> DOORS = List.of("", " --tls");

    private final Bench bench;

    Crowds(Bench bench) {
        this.bench = bench;
    }

    private Map<String, Served> brokers(String... settings) throws IOException, InterruptedException {
        Map<String, Served> brokers = new LinkedHashMap<>();
        brokers.put("chasqui", bench.chasquiWithDoors(settings));
        if (!bench.peers("mosquitto").isEmpty()) {
            try {
                brokers.put("mosquitto", bench.mosquitto());
            } catch (IOException e) {
                bench.failed("mosquitto", e.getMessage() + "");
            }
        }
        return brokers;
    }

    void storm() throws IOException, InterruptedException {
        Table table = bench.table(
                "storm", "what", "broker", "door", "connects/s", "broker CPU us/connect", "CONNACK p99 us", "failed");
        Table during = bench.table(
                "during-storm", "broker", "storm", "connects/s", "running pairs p50 us", "p99 us", "p99.9 us");
        Map<String, Served> brokers = brokers();
        try {
            for (Map.Entry<String, Served> each : brokers.entrySet()) {
                String name = each.getKey();
                Served broker = each.getValue();
                for (String door : DOORS) {
                    String said = door.isEmpty() ? "plain" : "TLS";
                    if (name.equals("chasqui")) {
                        bench.load(broker, "storm --parallel 64 -d " + bench.seconds(8) + door); // warm-up
                    }
                    churn(table, name, said, bench.load(broker, "storm --parallel 64 -d " + bench.seconds(6) + door));
                    all(table, broker, name, said, door);
                }
                web(table, broker, name, false);
                web(table, broker, name, true);
                bench.load(broker, "pairs -n 20 -d " + bench.seconds(8)); // warm-up
                pairs(during, name, "none", "-", pairs(broker));
                for (String door : DOORS) {
                    Background storm = Background.of(
                            () -> bench.load(broker, "storm --parallel 64 -d " + (bench.seconds(6) + 3) + door));
                    Load pairs = pairs(broker);
                    String rate = storm.result().get("connects_per_s");
                    pairs(during, name, door.isEmpty() ? "plain" : "TLS", rate, pairs);
                }
            }
        } finally {
            brokers.values().forEach(Served::close);
        }
    }

    private static void churn(Table table, String name, String door, Load load) {
        table.add(
                "come and go; 64 at a time",
                name,
                door,
                load.get("connects_per_s"),
                load.get("broker_us_per_msg"),
                load.get("connack_p99_us"),
                load.get("failed"));
    }

    /** Again and again, for a broker that has just let go of so many is not the one that began. */
    private void all(Table table, Served broker, String name, String said, String door)
            throws IOException, InterruptedException {
        int rounds = bench.quick ? 1 : 2;
        int connections = bench.quick ? 5_000 : 19_000;
        for (int round = 1; round <= rounds; round++) {
            Load load =
                    bench.load(broker, "conns --conns " + connections + " --parallel 1000 --with-sub --hold 0" + door);
            table.add(
                    connections + " at once; round " + round,
                    name,
                    said,
                    load.get("conns_per_s"),
                    load.get("connect_broker_us_per_msg"),
                    "-",
                    load.get("dropped"));
        }
    }

    /** The same through WebSockets, with clients of our own. */
    private void web(Table table, Served broker, String name, boolean secure) throws IOException, InterruptedException {
        String said = secure ? "WebSocket in TLS" : "WebSocket";
        if (name.equals("chasqui")) {
            new WebCrowd(broker, secure).comeAndGo(64, bench.seconds(8)); // warm-up
        }
        churn(table, name, said, new WebCrowd(broker, secure).comeAndGo(64, bench.seconds(6)));
        int rounds = bench.quick ? 1 : 2;
        int connections = 5_000; // each has a handshake's state in our own memory, too
        for (int round = 1; round <= rounds; round++) {
            Load load = new WebCrowd(broker, secure).allAtOnce(connections, 200);
            table.add(
                    connections + " at once; round " + round,
                    name,
                    said,
                    load.get("connects_per_s"),
                    load.get("broker_us_per_msg"),
                    "-",
                    load.get("failed"));
        }
    }

    private Load pairs(Served broker) throws IOException, InterruptedException {
        return bench.load(broker, "pairs -n 20 --rate 20000 -d " + bench.seconds(6));
    }

    private static void pairs(Table table, String broker, String storm, String rate, Load load) {
        table.add(broker, storm, rate, load.get("lat_p50_us"), load.get("lat_p99_us"), load.get("lat_p99.9_us"));
    }

    /** What TLS and WebSocket add to a message; what they add to a connection is in {@link #storm}. */
    void doors() throws IOException, InterruptedException {
        Table table = bench.table("doors", "door", "load", "QoS", "broker", "a second", "broker CPU us each");
        Map<String, Served> brokers = brokers(IN_MEMORY);
        try {
            bench.warmUp(brokers.values().iterator().next());
            for (int qos = 0; qos <= 1; qos++) {
                for (String door : DOORS) {
                    for (Map.Entry<String, Served> each : brokers.entrySet()) {
                        Load load =
                                bench.best(each.getValue(), "pairs -n 50 -q " + qos + " -d " + bench.seconds(4) + door);
                        String said = door.isEmpty() ? "plain" : "TLS";
                        table.add(
                                said,
                                "pairs",
                                qos,
                                each.getKey(),
                                load.get("recv_per_s"),
                                load.get("broker_us_per_msg"));
                    }
                }
                for (Map.Entry<String, Served> each : brokers.entrySet()) {
                    int seconds = bench.seconds(6);
                    Load load = bench.webLoad(each.getValue(), "pairs -n 50 -q " + qos + " --duration " + seconds);
                    web(table, qos, each.getKey(), load);
                }
            }
        } finally {
            brokers.values().forEach(Served::close);
        }
    }

    private static void web(Table table, int qos, String broker, Load load) {
        double each = load.number("broker_cpu_s") * 1e6 / (load.number("received_per_s") * load.number("measured"));
        table.add("WebSocket", "pairs", qos, broker, load.get("received_per_s"), Load.round(each));
    }
}
