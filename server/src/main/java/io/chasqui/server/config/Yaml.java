package io.chasqui.server.config;

import java.util.List;

/** A parsed YAML node with the line that it starts in, counted from 1. */
sealed interface Yaml {
    int line();

    /** @param plain false where the text was quoted */
    record Scalar(String text, boolean plain, int line) implements Yaml {
        /** Whether nothing was given after the colon. */
        boolean isAbsent() {
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        }
    }

    /**
     * Keys and values.
     *
     * @param entries in the order of the file, duplicates included
     * @param allEntries how many there are here and below, those behind aliases included
     */
    record Mapping(List<Entry> entries, int allEntries, int line) implements Yaml {}

    /** A list. */
    record Sequence(List<Yaml> items, int line) implements Yaml {}

    /** One {@code key: value}. */
    record Entry(Scalar key, Yaml value) {}
}
