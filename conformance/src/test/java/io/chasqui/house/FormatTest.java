package io.chasqui.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.FormatterException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FormatTest {
    private final Path repository = Sources.repository();

    @Test
    void everyFileIsFormatted() {
        List<String> wrong = Sources.javaFiles(repository).parallelStream()
                .map(this::complaint)
                .filter(Objects::nonNull)
                .toList();
        assertThat(wrong)
                .as("Files that are not formatted. Fix them all with: %s", Formatting.COMMAND)
                .isEmpty();
    }

    @Test
    void understandsTheJavaWeWrite() throws FormatterException {
        String source = "class A { int size(Object o) { return switch (o) { case String _ -> 1; default -> 2; }; } }";
        assertThat(Formatting.format(source)).contains("            case String _ -> 1;\n");
    }

    private String complaint(Path file) {
        String source = Sources.read(file);
        try {
            return Formatting.format(source).equals(source)
                    ? null
                    : repository.relativize(file).toString();
        } catch (FormatterException e) {
            return repository.relativize(file) + " cannot be parsed by the formatter: " + e.getMessage()
                    + " (known: write (var _, int x), not (_, int x), in a record pattern)";
        }
    }
}
