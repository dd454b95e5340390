package io.chasqui.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Finds the repository that the tests run in, and the Java files in it: {@code <module>/src/**}. */
final class Sources {
    private Sources() {}

    /** The nearest directory, from the working directory upwards, that holds the root pom. */
    static Path repository() {
        Path directory = Path.of("").toAbsolutePath();
        while (directory != null) {
            if (Files.exists(directory.resolve("protocol/pom.xml")) && Files.exists(directory.resolve("pom.xml"))) {
                return directory;
            }
            directory = directory.getParent();
        }
        throw new IllegalStateException(
                "no Chasqui repository above " + Path.of("").toAbsolutePath());
    }

    /** All Java files of all modules, main and test, sorted, so that a failure lists them in a stable order. */
    static List<Path> javaFiles(Path repository) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(repository, "[!.]*")) {
            for (Path module : modules) {
                Path src = module.resolve("src");
                if (Files.isDirectory(src)) {
                    try (Stream<Path> files = Files.walk(src)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        found.sort(null);
        return found;
    }

    /** All of them parsed, with paths below the repository. */
    static List<Source> parsed() {
        Path repository = repository();
        Map<Path, String> texts = new LinkedHashMap<>();
        for (Path file : javaFiles(repository)) {
            texts.put(repository.relativize(file), read(file));
        }
        return Source.parse(texts);
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
