package io.chasqui.server.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Fuzz target: the bytes of a configuration file. They are a configuration, or they are refused with faults that each name
 * their line and say in one printable line what is wrong; what is a configuration is read back as the same from what
 * {@code config show} prints of it. See docs/fuzzing.md.
 */
public final class ConfigFuzz {
    private static final int LONGEST_MESSAGE = 1_000; // characters
    private static final Path FILE = temporaryFile();

    private ConfigFuzz() {}

    /** Called by Jazzer with one input after the other, and by {@link FuzzCorpusTest} with those that are kept. */
    public static void fuzzerTestOneInput(byte[] input) {
        Configuration configuration;
        try {
            configuration = read(input);
        } catch (ConfigException e) {
            checkRefused(input, e);
            return;
        }
        byte[] shown = ConfigShow.yaml(configuration).getBytes(StandardCharsets.UTF_8);
        try {
            checkSame(configuration, read(shown));
        } catch (ConfigException e) {
            throw new AssertionError(
                    "what is shown is refused: " + e.report() + new String(shown, StandardCharsets.UTF_8), e);
        }
    }

    private static void checkRefused(byte[] input, ConfigException e) {
        int lines = 1;
        for (byte b : input) {
            lines += b == '\n' || b == '\r' ? 1 : 0;
        }
        require(!e.faults().isEmpty(), "refused without a fault", "");
        for (Fault fault : e.faults()) {
            require(
                    fault.where() instanceof Origin.InFile in && in.line() >= 1 && in.line() <= lines,
                    "no line of the file",
                    fault.toString());
            String message = fault.message();
            require(!message.isBlank() && message.length() <= LONGEST_MESSAGE, "nothing to read", message);
            require(message.codePoints().allMatch(ConfigFuzz::isPrintable), "not one printable line", message);
        }
        require(e.report().endsWith(" in the configuration\n"), "report", e.report());
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static void checkSame(Configuration before, Configuration after) {
        require(after.broker().equals(before.broker()), "another configuration", after + " after " + before);
        require(after.data().equals(before.data()), "another directory", after + " after " + before);
        require(after.logLevel() == before.logLevel(), "another log level", after + " after " + before);
        require(texts(after).equals(texts(before)), "another text", after + " after " + before);
        require(before.broker().worstCaseBytes() >= 0, "negative bytes", before.toString());
    }

    private static List<String> texts(Configuration configuration) {
        return configuration.resolved().stream()
                .map(resolved -> resolved.key() + "=" + resolved.text())
                .toList();
    }

    private static Configuration read(byte[] bytes) throws ConfigException {
        try {
            Files.write(FILE, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ConfigReader.read(Sources.of(FILE));
    }

    private static Path temporaryFile() {
        try {
            Path file = Files.createTempFile("fuzzed", ".yaml");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void require(boolean holds, String otherwise, String of) {
        if (!holds) {
            throw new AssertionError(otherwise + ": " + of);
        }
    }
}
