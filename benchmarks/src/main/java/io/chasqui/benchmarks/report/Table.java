package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Rows under a header, as in a file with commas between the cells: no cell has a comma. Confined to one thread. */
final class Table {
    private final String name;
    private final List<String> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param name of the file, and of the place in the document */
    Table(String name, String... columns) {
        this.name = name;
        this.columns = List.of(columns);
    }

    String name() {
        return name;
    }

    List<List<String>> rows() {
        return rows;
    }

    void add(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(String.valueOf(cell).replace(',', ';'));
        }
        if (row.size() != columns.size()) {
            throw new IllegalArgumentException(name + " has columns " + columns + ", not " + row);
        }
        rows.add(row);
        System.out.println("  " + name + ": " + String.join(" | ", row));
    }

    void write(Path directory) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(String.join(",", columns));
        rows.forEach(row -> lines.add(String.join(",", row)));
        Files.write(directory.resolve(name + ".csv"), lines);
    }

    static Table read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        String name = file.getFileName().toString().replace(".csv", "");
        Table table = new Table(name, lines.getFirst().split(",", -1));
        lines.stream().skip(1).forEach(line -> table.rows.add(List.of(line.split(",", -1))));
        return table;
    }

    String markdown() {
        StringBuilder out = new StringBuilder("| " + String.join(" | ", columns) + " |\n");
        out.append("|---".repeat(columns.size())).append("|\n");
        rows.forEach(row -> out.append("| ").append(String.join(" | ", row)).append(" |\n"));
        return out.toString();
    }
}
