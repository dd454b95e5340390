package io.chasqui.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where values come from, weakest first.
 *
 * @param file the configuration file; null for none
 * @param environment all variables of the process; those that begin with CHASQUI_ are looked at
 * @param assignments {@code key=value} of each {@code --set}; the last one wins
 * @param port of {@code --port}, as typed; null where it was not given. Wins over {@code assignments}
 * @param data of {@code --data}, likewise
 */
public record Sources(
        @Nullable Path file,
        Map<String, String> environment,
        List<String> assignments,
        @Nullable String port,
        @Nullable String data) {
    public Sources {
        environment = Map.copyOf(environment);
        assignments = List.copyOf(assignments);
    }

    /** A file alone. */
    public static Sources of(Path file) {
        return new Sources(file, Map.of(), List.of(), null, null);
    }
}
