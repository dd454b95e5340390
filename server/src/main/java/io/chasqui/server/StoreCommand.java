package io.chasqui.server;

import io.chasqui.broker.storage.disk.Audit;
import io.chasqui.broker.storage.disk.Disk;
import io.chasqui.broker.storage.disk.DiskException;
import io.chasqui.broker.storage.disk.DiskStore;
import io.chasqui.broker.storage.disk.StoreView;
import io.chasqui.rocksdb.DiskLook;
import io.chasqui.rocksdb.RocksDisk;
import io.chasqui.rocksdb.RocksOptions;
import io.chasqui.server.config.LogLevel;
import io.chasqui.server.json.Json;
import io.chasqui.server.logging.Logging;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code chasqui store verify|stats|repair|export DIR}: looks into a data directory that no broker uses. All but {@code repair}
 * change nothing in it; {@code repair} begins as {@code serve} does, cutting a torn end of the log and setting damaged files aside.
 */
final class StoreCommand {
    private static final Audit.Aside NOWHERE = (_, _, _, _, _) -> {};
    private static final int QUEUES_SHOWN = 20;

    private final Console console;
    private final CommandSpec verify =
            spec(this::verify, "Check every record and what refers to it; exit code 1 when something is wrong.");
    private final CommandSpec stats = spec(this::stats, "Say what is in it: records, bytes, sessions, longest queues.");
    private final CommandSpec repair =
            spec(this::repair, "Take out what is damaged, into DIR/damaged-TIME/records.jsonl, and count anew.");
    private final CommandSpec export = spec(
            this::export, "Print sessions, queued and retained messages as JSON, one a line; payloads are Base64.");

    /** What a command does with an opened disk. */
    private interface Work {
        int on(Disk disk, Path directory) throws IOException;
    }

    StoreCommand(Console console) {
        this.console = console;
    }

    private static CommandSpec spec(Callable<Integer> action, String description) {
        return Chasqui.spec(action, description)
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("DIR")
                        .type(Path.class)
                        .index("0")
                        .arity("1")
                        .required(true)
                        .description("The data directory, such as data.")
                        .build());
    }

    CommandSpec spec() {
        for (CommandSpec each : List.of(verify, stats, repair)) {
            each.addOption(OptionSpec.builder("--json")
                    .description("Print one line of JSON.")
                    .build());
        }
        CommandSpec spec = Chasqui.help(CommandSpec.create());
        spec.usageMessage()
                .description("Look into a data directory that no broker uses, or repair it.")
                .footer(
                        "%nExamples:",
                        "  chasqui store verify data",
                        "  chasqui store stats data --json | jq .queues",
                        "  chasqui store export data > export.jsonl");
        return spec.addSubcommand("verify", verify)
                .addSubcommand("stats", stats)
                .addSubcommand("repair", repair)
                .addSubcommand("export", export);
    }

    /** How a command opens the directory. */
    private interface Opening {
        Disk open(Path directory, RocksOptions options) throws IOException;
    }

    private int with(CommandSpec command, Opening opening, Work work) {
        Path directory = command.commandLine().getParseResult().matchedPositionalValue(0, Path.of(""));
        if (!Files.isDirectory(directory.resolve("rocksdb"))) {
            console.fail(directory + " is no data directory: it has no rocksdb in it");
            return ExitCode.USAGE;
        }
        Logging.start(LogLevel.WARN);
        try (Disk disk = opening.open(directory, RocksOptions.DEFAULT)) {
            int code = work.on(disk, directory);
            console.out().flush();
            return code;
        } catch (IOException e) {
            console.fail(String.valueOf(e.getMessage()));
            return ExitCode.FAILED;
        } catch (UncheckedIOException e) {
            console.fail(String.valueOf(e.getCause()));
            return ExitCode.FAILED;
        }
    }

    private static boolean json(CommandSpec command) {
        return command.commandLine().getParseResult().hasMatchedOption("--json");
    }

    private int verify() {
        return with(verify, DiskLook::open, (disk, _) -> {
            Audit.Report report = Audit.run(disk, false, NOWHERE);
            if (json(verify)) {
                console.out().println(Json.of(Map.of("faults", faults(report))));
            } else {
                printFaults(report);
                long records = report.records().values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
                console.out()
                        .println(records + " records, " + (report.faults().isEmpty() ? "no faults" : "with faults"));
            }
            return report.faults().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        });
    }

    private int stats() {
        return with(stats, DiskLook::open, (disk, directory) -> {
            Audit.Report report = Audit.run(disk, false, NOWHERE);
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            all.put("diskBytes", sizeOf(directory));
            all.put("sessions", report.sessions());
            all.put("endedSessions", report.endedSessions());
            all.put("subscriptions", report.subscriptions());
            all.put("queuedMessages", report.owed());
            all.put("retainedMessages", report.retained());
            for (Disk.Table table : Disk.Table.values()) {
                String name = table.name().toLowerCase(Locale.ROOT);
                all.put(name + "Records", report.records().getOrDefault(table, 0L));
                all.put(name + "Bytes", report.bytes().getOrDefault(table, 0L));
            }
            if (json(stats)) {
                all.put("queues", new TreeMap<>(report.queues()));
                console.out().println(Json.of(all));
                return ExitCode.OK;
            }
            all.forEach((name, value) -> console.out().printf("%-18s %s%n", name, value));
            report.queues().entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                    .limit(QUEUES_SHOWN)
                    .forEach(
                            each -> console.out().printf("queue of %s: %d messages%n", each.getKey(), each.getValue()));
            return ExitCode.OK;
        });
    }

    private int repair() {
        return with(repair, RocksDisk::open, (disk, directory) -> {
            Path aside = directory.resolve("damaged-"
                    + LocalDateTime.now(ZoneOffset.UTC)
                            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)));
            Audit.Report report = Audit.run(
                    disk, true, (table, key, value, topic, why) -> setAside(aside, table, key, value, topic, why));
            if (json(repair)) {
                console.out().println(Json.of(Map.of("repaired", faults(report))));
            } else {
                printFaults(report);
                console.out()
                        .println(
                                report.faults().isEmpty()
                                        ? "nothing to repair"
                                        : "repaired; what was taken out is in " + aside);
            }
            return ExitCode.OK;
        });
    }

    private static void setAside(Path aside, Disk.Table table, byte[] key, byte[] value, String topic, String why)
            throws DiskException {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("table", table.name());
        line.put("topic", topic);
        line.put("why", why);
        line.put("key", HexFormat.of().formatHex(key));
        line.put("value", HexFormat.of().formatHex(value));
        try {
            Files.createDirectories(aside);
            Files.writeString(
                    aside.resolve("records.jsonl"),
                    Json.of(line) + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new DiskException(DiskException.Kind.FAULT, aside + ": " + e.getMessage(), e);
        }
    }

    private int export() {
        return with(export, DiskLook::open, (disk, _) -> {
            StoreView store = new StoreView(disk, DiskStore.Clock.SYSTEM);
            new StoreExport(store, console.out()).write();
            store.damage().forEach(lost -> console.fail("lost: " + lost.count() + " of " + lost.topic()));
            return store.damage().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        });
    }

    private static List<Map<String, Object>> faults(Audit.Report report) {
        return report.faults().stream()
                .map(fault ->
                        Map.<String, Object>of("topic", fault.topic(), "what", fault.what(), "count", fault.count()))
                .toList();
    }

    private void printFaults(Audit.Report report) {
        for (Audit.Fault fault : report.faults()) {
            console.out().println(fault.topic() + ": " + fault.what() + ": " + fault.count());
        }
    }

    private static long sizeOf(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("rocksdb"))) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
