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

    private static final String PAIRS = "pairs -n " + CONNECTIONS;

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

    /**
     * At a part of the highest rate that each broker bears; by the garbage collectors of the JDK, and of a forwarder that checks nothing,
     * at the rates of the first: what is the machine's and the generator's.
     */
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
        double saturation = 0;
        for (Map.Entry<String, String> collector : Footprint.COLLECTORS.entrySet()) {
            try (Served broker = bench.chasqui(collector.getValue(), IN_MEMORY)) {
                bench.load(broker, PAIRS + " -d " + bench.seconds(8)); // warm-up
                saturation = saturation == 0 ? bearable(broker) : saturation;
                latency(table, broker, "chasqui; " + collector.getKey(), saturation);
            }
        }
        Map<String, Served> limit = new LinkedHashMap<>();
        bench.addLimit(limit);
        for (Map.Entry<String, Served> forwarder : limit.entrySet()) {
            try (Served broker = forwarder.getValue()) {
                latency(table, broker, forwarder.getKey(), saturation);
            }
        }
        for (String peer : bench.peers("mosquitto", "hivemq")) {
            try (Served broker = bench.peer(peer)) {
                bench.load(broker, PAIRS + " -d " + bench.seconds(8));
                latency(table, broker, peer, bearable(broker));
            } catch (IOException e) {
                bench.failed("latency", peer + ": " + e.getMessage());
            }
        }
    }

    /** The highest rate in the open loop, in steps of a quarter down from the closed loop's, that the broker keeps up with. */
    private double bearable(Served broker) throws IOException, InterruptedException {
        double rate = bench.load(broker, PAIRS + " -d " + bench.seconds(3)).number("recv_per_s");
        while (isLate(atRate(broker, rate, 3), rate) && rate > 100) {
            rate *= 0.75;
        }
        return rate;
    }

    private Load atRate(Served broker, double rate, int seconds) throws IOException, InterruptedException {
        return bench.load(broker, PAIRS + " -d " + bench.seconds(seconds) + " --rate " + Math.round(rate));
    }

    /** Whether at the end more than the messages of 10 ms had not been sent. */
    private static boolean isLate(Load load, double rate) {
        return load.number("unsent") > rate / 100;
    }

    private void latency(Table table, Served broker, String name, double saturation)
            throws IOException, InterruptedException {
        for (int percent : List.of(30, 60, 100)) {
            double rate = saturation * percent / 100;
            Load load = atRate(broker, rate, 4);
            table.add(
                    name,
                    percent + " %" + (isLate(load, rate) ? " (did not keep up)" : ""),
                    Math.round(rate),
                    load.get("lat_p50_us"),
                    load.get("lat_p99_us"),
                    load.get("lat_p99.9_us"),
                    load.get("broker_us_per_msg"),
                    load.get("broker_rss_peak_mb"));
        }
    }
}
