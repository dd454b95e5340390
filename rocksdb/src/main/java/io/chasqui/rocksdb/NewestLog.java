package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Lost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The name of the newest log file, in a file beside it. RocksDB notices by itself when one is missing that it has closed, but
 * takes the one before it for the last when that is missing which it was writing.
 */
final class NewestLog {
    private static final String FILE = "newest-log";

    private NewestLog() {}

    /** Writes down what is newest now. */
    static void note(Path database) throws IOException {
        List<Path> logs = Directories.files(database, ".log");
        if (logs.isEmpty()) {
            return;
        }
        String newest = logs.getLast().getFileName().toString();
        if (newest.equals(noted(database))) {
            return;
        }
        Path writing = database.resolve(FILE + ".new");
        Files.writeString(writing, newest + "\n", StandardCharsets.US_ASCII);
        Directories.sync(writing);
        Files.move(writing, database.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        Directories.sync(database);
    }

    private static @Nullable String noted(Path database) throws IOException {
        Path file = database.resolve(FILE);
        return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip() : null;
    }

    /** What is lost with the file that was the newest, if it is gone and there is none that came after it. */
    static Optional<Lost> lost(Path database) throws IOException {
        return Optional.ofNullable(missing(database))
                .map(name -> new Lost("(the log of the last writes is missing: " + name + ")", 1));
    }

    private static @Nullable String missing(Path database) throws IOException {
        String newest = noted(database);
        List<Path> logs = Directories.files(database, ".log");
        if (newest == null) {
            return logs.isEmpty() ? "all of it" : null;
        }
        Path file = database.resolve(newest);
        return logs.isEmpty() || Directories.BY_NUMBER.compare(logs.getLast(), file) < 0 ? newest : null;
    }
}
