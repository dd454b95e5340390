package io.chasqui.broker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What fuzzing has found worth keeping, run again; see docs/fuzzing.md. */
class StreamCorpusTest {
    @TestFactory
    Stream<DynamicTest> streams() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of("src/test/resources/fuzz/StreamFuzz"))) {
            files = all.sorted().toList();
        }
        assertThat(files).isNotEmpty();
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.getFileName().toString(),
                        file.toUri(),
                        () -> StreamFuzz.fuzzerTestOneInput(Files.readAllBytes(file))));
    }
}
