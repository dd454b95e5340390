package io.chasqui.benchmarks.report;

import static io.chasqui.benchmarks.report.Bench.IN_MEMORY;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many messages, at what cost, and how soon. */
final class Speed {
    private static final String[] COLUMNS = {
        "load", "QoS", "broker", "messages/s", "broker CPU us/message", "lost / twice / disorder"
    };
    private static final int CONNECTIONS = 50;

    private final Bench bench;

    Speed(Bench bench) {
        this.bench = bench;
    }

    void throughput() throws IOException, InterruptedException {
        Table table = bench.table("throughput", COLUMNS);
        Map<String, Served> brokers = new LinkedHashMap<>();
        try {
            brokers.put("chasqui", bench.chasqui("", IN_MEMORY));
            bench.addPeers(brokers, bench.peers("mosquitto", "hivemq"));
            for (Served broker : brokers.values()) {
                bench.warmUp(broker);
            }
            bench.addLimit(brokers);
            for (String shape : Bench.SHAPES) {
                for (int qos = 0; qos <= 2; qos++) {
                    for (Map.Entry<String, Served> broker : brokers.entrySet()) {
                        String filter =
                                broker.getKey().equals("limit") && shape.startsWith("fanin") ? " --filter #" : "";
                        Load load = bench.best(
                                broker.getValue(), shape + filter + " -q " + qos + " -d " + bench.seconds(3));
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
    }

    void loops() throws IOException, InterruptedException {
        Table table = bench.table("loops", "loops", "QoS", "messages/s", "broker CPU us/message");
        for (int loops = 1; loops <= 2; loops++) {
            try (Served broker = bench.chasqui("", IN_MEMORY, "loops=" + loops)) {
                bench.warmUp(broker);
                for (int qos = 0; qos <= 2; qos++) {
                    Load load = bench.best(broker, "pairs -n 50 -q " + qos + " -d " + bench.seconds(4));
                    table.add(loops, qos, load.get("recv_per_s"), load.get("broker_us_per_msg"));
                }
            }
        }
    }

    /** Also by the garbage collectors of the JDK. */
    void latency() throws IOException, InterruptedException {
        Table table = bench.table(
                "latency",
                "broker",
                "of saturation",
                "messages/s",
                "p50 us",
                "p99 us",
                "p99.9 us",
                "CPU us/message",
                "MiB");
        for (Map.Entry<String, String> collector : Footprint.COLLECTORS.entrySet()) {
            try (Served broker = bench.chasqui(collector.getValue(), IN_MEMORY)) {
                latency(table, broker, "chasqui; " + collector.getKey());
            }
        }
        for (String peer : bench.peers("mosquitto", "hivemq")) {
            try (Served broker = bench.peer(peer)) {
                latency(table, broker, peer);
            } catch (IOException e) {
                bench.failed("latency", peer + ": " + e.getMessage());
            }
        }
    }

    private void latency(Table table, Served broker, String name) throws IOException, InterruptedException {
        String pairs = "pairs -n " + CONNECTIONS;
        bench.load(broker, pairs + " -d " + bench.seconds(12)); // warm-up
        Load full = bench.best(broker, pairs + " -d " + bench.seconds(3));
        double saturation = full.number("recv_per_s");
        for (int percent : List.of(100, 30, 60)) {
            long rate = Math.round(saturation * percent / 100);
            Load load =
                    percent == 100 ? full : bench.load(broker, pairs + " -d " + bench.seconds(6) + " --rate " + rate);
            boolean late = load.number("unsent") > 0;
            table.add(
                    name,
                    percent + " %" + (late ? " (did not keep up)" : ""),
                    rate,
                    load.get("lat_p50_us"),
                    load.get("lat_p99_us"),
                    load.get("lat_p99.9_us"),
                    load.get("broker_us_per_msg"),
                    load.get("broker_rss_peak_mb"));
        }
    }
}
