package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Rows under a header, and a file that has them, with commas between the cells: no cell has a comma. Confined to one thread. */
final class Table {
    private final String name;
    private final Path file;
    private final List<String> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * Empties the file.
     *
     * @param name of the place in the document
     */
    Table(String name, Path file, String... columns) throws IOException {
        this(name, file, List.of(columns));
        Files.writeString(file, String.join(",", columns) + "\n");
    }

    private Table(String name, Path file, List<String> columns) {
        this.name = name;
        this.file = file;
        this.columns = columns;
    }

    String name() {
        return name;
    }

    List<List<String>> rows() {
        return rows;
    }

    /** Also to the file, so that what was measured is not lost when the next row fails. */
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
        try {
            Files.writeString(file, String.join(",", row) + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Table read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        String name = file.getFileName().toString().replace(".csv", "");
        Table table = new Table(name, file, List.of(lines.getFirst().split(",", -1)));
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
