package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command {@code benchmarks/run}; see the script for its options. */
public final class Report {
    private Report() {}

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
            System.exit(2);
            return;
        }
        Sections sections = new Sections(home, tools, quick);
        Map<String, Sections.Section> all = sections.all();
        List<String> unknown =
                wanted.stream().filter(name -> !all.containsKey(name)).toList();
        if (!unknown.isEmpty()) {
            System.err.println("benchmarks/run: no section " + unknown + "; there are " + all.keySet());
            System.exit(2);
        }
        Path results = home.resolve("benchmarks/results/" + LocalDate.now(ZoneOffset.UTC) + "-"
                + output(home, "git", "rev-parse", "--short", "HEAD"));
        Files.createDirectories(results);
        settings(home, quick).write(results);
        for (String name : wanted.isEmpty() ? all.keySet() : wanted) {
            long begin = System.nanoTime();
            System.out.println(name);
            Sections.Section section = all.get(name);
            for (Table table : section == null ? List.<Table>of() : section.measure()) {
                table.write(results);
            }
            System.out.println(name + ": " + (System.nanoTime() - begin) / 1_000_000_000L + " s");
        }
        Document.render(home, results);
        System.out.println("results in " + home.relativize(results));
    }

    private static Table settings(Path home, boolean quick) throws IOException, InterruptedException {
        Table table = new Table("settings", "what", "value");
        table.add("begun", Instant.now().toString());
        table.add("commit", output(home, "git", "describe", "--always", "--dirty"));
        table.add("processors", Runtime.getRuntime().availableProcessors());
        table.add("processor", field(Path.of("/proc/cpuinfo"), "model name"));
        table.add("memory", field(Path.of("/proc/meminfo"), "MemTotal"));
        table.add("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        table.add("Java", Runtime.version());
        table.add(
                "load average at the beginning",
                Files.readString(Path.of("/proc/loadavg")).strip());
        table.add("lengths", quick ? "quick" : "full");
        return table;
    }

    private static String field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("-");
    }

    static String output(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        return text;
    }
}
