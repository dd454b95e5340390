package io.chasqui.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.util.Environment;

/** The default data directory is a relative path, and the JVM loads no library from one. */
class NativeLibraryTest {
    @TempDir
    Path directory;

    @Test
    void theLibraryOfARelativeDirectoryHasAnAbsolutePath() throws IOException {
        Path unpacked = NativeLibrary.unpacked(Path.of("target", "native-library"));
        assertThat(unpacked).isAbsolute();
        Path library = unpacked.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        assertThat(library).isNotEmptyFile();
    }

    @Test
    void itIsUnpackedOnce() throws IOException {
        Path library = NativeLibrary.unpacked(directory).resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        Files.setLastModifiedTime(library, FileTime.fromMillis(0));
        NativeLibrary.unpacked(directory);
        assertThat(Files.getLastModifiedTime(library)).isEqualTo(FileTime.fromMillis(0));
    }
}
