package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The command {@code benchmarks/run}; see the script for its options. */
public final class Report {
    private static final int USAGE = 2;
    private static final int SOME_FAILED = 1;

    private Report() {}

    /** Tables of one subject, in a minute or a few. */
    private interface Section {
        void measure() throws IOException, InterruptedException;
    }

    /** @param args the home of the sources, then what {@code benchmarks/run} was given */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path home = Path.of(args[0]);
        String environment = System.getenv().getOrDefault("CHASQUI_TOOLS", "");
        Path tools = environment.isEmpty() ? null : Path.of(environment);
        boolean quick = false;
        List<String> wanted = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--tools" -> tools = Path.of(args[++i]);
                case "render" -> {
                    Document.render(home, Path.of(args[++i]));
                    return;
                }
                default -> wanted.add(args[i]);
            }
        }
        if (tools == null || !Files.isExecutable(tools.resolve("mqload"))) {
            System.err.println(
                    "benchmarks/run: give --tools DIR (or CHASQUI_TOOLS), where mqload is, and peers if others"
                            + " are to be measured, too");
            System.exit(USAGE);
            return;
        }
        String commit = output(home, "git", "describe", "--always", "--dirty", "--exclude", "*");
        Path results = home.resolve(
                "benchmarks/results/" + LocalDate.now(ZoneOffset.UTC) + "-" + commit.replace("-dirty", ""));
        Bench bench = new Bench(home, tools, results, quick);
        Map<String, Section> sections = sections(bench);
        List<String> unknown = new ArrayList<>(wanted);
        unknown.removeAll(sections.keySet());
        if (!unknown.isEmpty()) {
            System.err.println("benchmarks/run: no section " + unknown + "; there are " + sections.keySet());
            System.exit(USAGE);
        }
        bench.begin(commit);
        if (!wanted.isEmpty()) {
            sections.keySet().retainAll(wanted);
        }
        measure(bench, sections);
        Document.render(home, results);
        System.out.println("results in " + home.relativize(results));
        bench.failures().forEach(line -> System.out.println("failed: " + line));
        System.exit(bench.failures().isEmpty() ? 0 : SOME_FAILED);
    }

    private static Map<String, Section> sections(Bench bench) {
        Speed speed = new Speed(bench);
        Footprint footprint = new Footprint(bench);
        Crowds crowds = new Crowds(bench);
        Costs costs = new Costs(bench);
        Map<String, Section> all = new LinkedHashMap<>();
        all.put("start", footprint::start);
        all.put("memory", footprint::memory);
        all.put("throughput", speed::throughput);
        all.put("loops", speed::loops);
        all.put("shared", costs::shared);
        all.put("latency", speed::latency);
        all.put("storm", crowds::storm);
        all.put("doors", crowds::doors);
        all.put("state", new Scale(bench)::state);
        all.put("durable", costs::durable);
        all.put("authorization", costs::authorization);
        all.put("steps", costs::steps);
        return all;
    }

    /** One after the other; what happens to one does not touch the others. */
    private static void measure(Bench bench, Map<String, Section> sections) throws InterruptedException {
        long start = System.nanoTime();
        for (Map.Entry<String, Section> each : sections.entrySet()) {
            String name = each.getKey();
            long begin = System.nanoTime();
            System.out.println(name);
            try {
                each.getValue().measure();
            } catch (IOException | RuntimeException e) {
                bench.failed(name, e.toString());
            }
            System.out.println(name + ": " + secondsSince(begin) + " s");
        }
        System.out.println("all: " + secondsSince(start) + " s");
    }

    private static long secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1_000_000_000L;
    }

    private static String output(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        return text;
    }
}
