package io.chasqui.benchmarks.report;

import static io.chasqui.benchmarks.report.Bench.IN_MEMORY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
                for (int qos = 0; qos <= 2; qos++) {
                    bench.load(broker, "pairs -n 50 -q " + qos + " --warmup 0 -d " + bench.seconds(4)); // warm-up
                }
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

    /** What is written by both of two loops, as an agent counts it. */
    void shared() throws IOException, InterruptedException {
        Table table = bench.table(
                "shared",
                "QoS",
                "messages",
                "stores to what the other loop wrote last; for 1000 messages",
                "most of them",
                "atomic operations for 1000 messages",
                "most of them");
        int messages = bench.quick ? 300_000 : 1_000_000;
        Path jar = benchmarks();
        for (int qos = 0; qos <= 2; qos++) {
            Path file = bench.scratch().resolve("shared.csv");
            try (Served broker = bench.chasqui("-javaagent:" + jar + "=" + file, IN_MEMORY, "loops=2")) {
                bench.load(broker, "pairs -n 50 -q " + qos + " -m " + messages);
            }
            Map<Boolean, List<String[]>> sites = Files.readAllLines(file).stream()
                    .map(line -> line.split(",", -1))
                    .sorted(Comparator.comparingLong((String[] cells) -> -Long.parseLong(cells[2])))
                    .collect(Collectors.partitioningBy(cells -> cells[1].contains("."))); // a call, or a field
            List<Object> row = new ArrayList<>(List.of(qos, messages));
            for (List<String[]> each :
                    List.of(sites.getOrDefault(false, List.of()), sites.getOrDefault(true, List.of()))) {
                double sum = each.stream()
                        .mapToLong(cells -> Long.parseLong(cells[2]))
                        .sum();
                row.add(Load.round(sum * 1000 / messages));
                row.add(each.isEmpty() ? "-" : each.getFirst()[0]);
            }
            table.add(row.toArray());
        }
    }

    private Path benchmarks() throws IOException, InterruptedException {
        Path jar = bench.home.resolve("benchmarks/target/benchmarks.jar");
        if (!Files.isReadable(jar)) {
            System.out.println("  building the benchmarks");
            String pom = bench.home.resolve("pom.xml").toString();
            bench.run(List.of("mvn", "-B", "-q", "-f", pom, "-pl", "benchmarks", "-am", "package", "-DskipTests"), 900);
        }
        if (!Files.isReadable(jar)) {
            throw new IOException("the benchmarks cannot be built");
        }
        return jar;
    }

    /** JMH's, each of which asks one question. */
    void steps() throws IOException, InterruptedException {
        Table table = bench.table("steps", "benchmark", "of", "ns", "CPU ns", "bytes allocated");
        Path out = bench.scratch().resolve("steps.csv");
        String each = bench.quick ? "200ms" : "400ms";
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                new ArrayList<>(List.of(java, "-jar", benchmarks().toString(), STEPS));
        command.addAll(List.of("-f", "1", "-wi", bench.quick ? "2" : "3", "-w", each, "-i", "3", "-r", each));
        command.addAll(List.of("-p", "others=1000,1000000", "-p", "rules=100,100000"));
        command.addAll(List.of(
                "-jvmArgsAppend",
                "-XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED"
                        + " --sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of("-prof", "gc", "-prof", "io.chasqui.benchmarks.CpuProfiler"));
        command.addAll(List.of("-v", "SILENT", "-rf", "csv", "-rff", out.toString()));
        bench.run(command, 600);
        if (!Files.isReadable(out)) {
            throw new IOException("JMH has left no result");
        }
        List<List<String>> lines = Files.readAllLines(out).stream()
                .map(line -> List.of(line.replace("\"", "").split(",", -1)))
                .toList();
        Map<List<String>, String[]> steps = new LinkedHashMap<>(); // name and parameters: ns, CPU ns, bytes
        for (List<String> cells : lines.subList(1, lines.size())) {
            String[] name = cells.getFirst().split(":", 2);
            int figure =
                    name.length == 1 ? 0 : List.of("cpu", "gc.alloc.rate.norm").indexOf(name[1]) + 1;
            if (name.length == 2 && figure == 0) {
                continue;
            }
            String step = name[0].replaceAll(".*benchmarks\\.", "").replace("Benchmark.", ": ");
            String[] figures = steps.computeIfAbsent(
                    List.of(step, parameters(lines.getFirst(), cells)), _ -> new String[] {"-", "-", "-"});
            figures[figure] = Load.round(Math.round(Double.parseDouble(cells.get(4)) * 10) / 10.0);
        }
        steps.forEach((step, figures) -> table.add(step.get(0), step.get(1), figures[0], figures[1], figures[2]));
    }

    /** As in "others 1000", of the columns that JMH has after those that are always there. */
    private static String parameters(List<String> header, List<String> cells) {
        return IntStream.range(7, header.size())
                .filter(i -> !cells.get(i).isEmpty())
                .mapToObj(i -> header.get(i).replace("Param: ", "") + " " + cells.get(i))
                .collect(Collectors.joining(" "));
    }
}
