package io.chasqui.server;

import io.chasqui.server.config.Sources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the command line of {@code serve} in its plain forms, {@code --option VALUE} and {@code --option=VALUE}, without
 * picocli, whose classes are of a version that the JVM can neither cache nor verify beforehand: they are half of a start
 * (docs/performance.md). It understands no more than it is sure of and leaves all else, faults and {@code --help} first of
 * all, to picocli.
 */
final class PlainServe {
    private static final Map<String, String> NAMES = Map.of(
            "-c",
            "--config",
            "--config",
            "--config",
            "-p",
            "--port",
            "--port",
            "--port",
            "-d",
            "--data",
            "--data",
            "--data",
            "-s",
            "--set",
            "--set",
            "--set");

    private PlainServe() {}

    /** @return where the configuration comes from; null when this is for picocli to say */
    static @Nullable Sources read(String[] args, Map<String, String> environment) {
        int at = args.length > 0 && args[0].equals("serve") ? 1 : 0;
        Map<String, String> given = new HashMap<>();
        List<String> assignments = new ArrayList<>();
        while (at < args.length) {
            String word = args[at++];
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String name = NAMES.get(equals < 0 ? word : word.substring(0, equals));
            if (name == null || equals < 0 && at == args.length) {
                return null;
            }
            String value = equals < 0 ? args[at++] : word.substring(equals + 1);
            if (!isPlain(value)) {
                return null;
            }
            if (name.equals("--set")) {
                assignments.add(value);
            } else if (given.put(name, value) != null) {
                return null; // twice
            }
        }
        String file = given.get("--config");
        return ConfigOptions.sources(
                file == null ? null : Path.of(file),
                environment,
                assignments,
                given.get("--port"),
                given.get("--data"));
    }

    /** Whether picocli would take it as it is: neither empty, nor an option, nor a file of arguments, nor quoted. */
    private static boolean isPlain(String value) {
        return !value.isEmpty()
                && value.indexOf('"') < 0
                && value.indexOf('\'') < 0
                && value.charAt(0) != '-'
                && value.charAt(0) != '@';
    }
}
