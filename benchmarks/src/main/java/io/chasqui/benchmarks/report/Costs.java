package io.chasqui.benchmarks.report;

import static io.chasqui.benchmarks.report.Bench.IN_MEMORY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What promises cost, and what single steps of a message do. */
final class Costs {
    private static final String STEPS = "DecodeBenchmark|EncodeBenchmark|MatchBenchmark|RouteBenchmark|DeliverBenchmark"
            + "|InFlightBenchmark|HandOffBenchmark|RulesBenchmark";

    private final Bench bench;

    Costs(Bench bench) {
        this.bench = bench;
    }

    void durable() throws IOException, InterruptedException {
        Table table = bench.table(
                "durable",
                "store",
                "QoS",
                "queued/s",
                "CPU us/queued",
                "drained/s",
                "CPU us/drained",
                "online: messages/s",
                "CPU us/message",
                "lost / twice / disorder");
        for (String durability : List.of("sync", "async", "none", "memory")) {
            String setting = durability.equals("memory") ? IN_MEMORY : "store.durability=" + durability;
            try (Served broker = bench.chasqui("", setting)) {
                for (int qos = 1; qos <= 2; qos++) {
                    String messages = " -m " + (bench.quick ? 20_000 : 200_000);
                    bench.load(broker, "offline -n 10 -m 50000 -q " + qos); // warm-up
                    Load load = bench.load(broker, "offline -n 10" + messages + " -q " + qos);
                    bench.load(broker, "pairs -n 50 -q " + qos + " -d " + bench.seconds(4));
                    Load online = bench.load(broker, "pairs -n 50 -q " + qos + " -d " + bench.seconds(4));
                    table.add(
                            durability,
                            qos,
                            load.get("queue_per_s"),
                            load.get("queue_broker_us_per_msg"),
                            load.get("drain_per_s"),
                            load.get("drain_broker_us_per_msg"),
                            online.get("recv_per_s"),
                            online.get("broker_us_per_msg"),
                            load.faults());
                }
            }
        }
    }

    /** All at the same time, measured in turn. */
    void authorization() throws IOException, InterruptedException {
        Table table = bench.table("authorization", "rules", "QoS", "messages/s", "broker CPU us/message");
        Path directory = bench.scratch();
        Map<String, Served> brokers = new LinkedHashMap<>();
        try {
            brokers.put("none", bench.chasqui("", IN_MEMORY));
            for (int rules : new int[] {5, 100_000}) {
                Path file = directory.resolve("rules-" + rules + ".yaml");
                rules(file, rules);
                brokers.put(rules + "", bench.chasqui("", IN_MEMORY, "authorization.rules=" + file));
            }
            for (Served broker : brokers.values()) {
                bench.warmUp(broker);
            }
            for (int qos = 0; qos <= 2; qos++) {
                for (Map.Entry<String, Served> broker : brokers.entrySet()) {
                    Load load = bench.best(broker.getValue(), "pairs -n 50 -q " + qos + " -d " + bench.seconds(4));
                    table.add(broker.getKey(), qos, load.get("recv_per_s"), load.get("broker_us_per_msg"));
                }
            }
        } finally {
            brokers.values().forEach(Served::close);
        }
    }

    /** One lets the load in; the others are about devices that are not here. */
    private static void rules(Path file, int rules) throws IOException {
        List<String> lines = new ArrayList<>(List.of("rules:", "  - allow: all", "    topic: mq/#"));
        for (int i = 1; i < rules; i++) {
            lines.add("  - " + (i % 2 == 0 ? "allow" : "deny") + ": all");
            lines.add("    topic: plant/site" + i % 100 + "/device" + i + "/#");
        }
        Files.write(file, lines);
    }

    /** JMH's, each of which asks one question. */
    void steps() throws IOException, InterruptedException {
        Table table = bench.table("steps", "benchmark", "of", "ns", "bytes allocated");
        Path jar = bench.home.resolve("benchmarks/target/benchmarks.jar");
        if (!Files.isReadable(jar)) {
            System.out.println("  building the benchmarks");
            String pom = bench.home.resolve("pom.xml").toString();
            bench.run(List.of("mvn", "-B", "-q", "-f", pom, "-pl", "benchmarks", "-am", "package", "-DskipTests"), 900);
        }
        Path out = bench.scratch().resolve("steps.csv");
        String each = bench.quick ? "200ms" : "500ms";
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseCompactObjectHeaders",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                jar.toString(),
                STEPS,
                "-f",
                "1",
                "-wi",
                "3",
                "-w",
                each,
                "-i",
                "3",
                "-r",
                each,
                "-p",
                "others=1000,1000000",
                "-p",
                "rules=100,100000",
                "-prof",
                "gc",
                "-v",
                "SILENT",
                "-rf",
                "csv",
                "-rff",
                out.toString()));
        bench.run(command, 600);
        if (!Files.isReadable(out)) {
            throw new IOException("JMH has left no result");
        }
        Map<String, String[]> steps = new LinkedHashMap<>(); // time and bytes
        List<String> lines = Files.readAllLines(out);
        int parameters = lines.getFirst().split(",", -1).length - 7; // columns beyond those that are always there
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.replace("\"", "").split(",", -1);
            String[] name = cells[0].split(":", 2);
            String of = String.join(
                    " ",
                    Stream.of(cells)
                            .skip(cells.length - parameters)
                            .filter(cell -> !cell.isEmpty())
                            .toList());
            String[] step = steps.computeIfAbsent(
                    name[0].replaceAll(".*benchmarks\\.", "") + "," + of, _ -> new String[] {"-", "-"});
            if (name.length == 1) {
                double micros = cells[6].startsWith("us") ? 1_000 : 1;
                step[0] = Load.round(Double.parseDouble(cells[4]) * micros);
            } else if (name[1].endsWith("gc.alloc.rate.norm")) {
                step[1] = Load.round(Math.round(Double.parseDouble(cells[4]) * 10) / 10.0);
            }
        }
        steps.forEach((name, figures) -> {
            String[] words = name.split(",", -1);
            table.add(
                    words[0].replace("Benchmark.", ": "), words[1].isEmpty() ? "-" : words[1], figures[0], figures[1]);
        });
    }
}
