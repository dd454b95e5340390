package io.chasqui.rocksdb;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

/** Reads every table of a database and compares checksums. What a table says is damaged is found so before anybody needs it. */
final class TableCheck {
    private final List<Path> files;
    private final long bytes;

    /** For the tables that there are now. */
    TableCheck(Path directory, Database database) {
        List<LiveFileMetaData> live = database.db().getLiveFilesMetaData();
        files = live.stream()
                .map(file -> directory.resolve(file.fileName().replaceFirst("^/", "")))
                .toList();
        bytes = live.stream().mapToLong(LiveFileMetaData::size).sum();
    }

    /** Of all of them. */
    long bytes() {
        return bytes;
    }

    /**
     * Looks at one after the other. One that goes meanwhile, for it was compacted, is left out.
     *
     * @param goOn is asked before each
     * @return what is damaged, or null
     */
    @Nullable
    String run(BooleanSupplier goOn) {
        for (Path file : files) {
            if (!goOn.getAsBoolean()) {
                return null;
            }
            try (Options options = new Options();
                    SstFileReader reader = new SstFileReader(options)) {
                reader.open(file.toString());
                reader.verifyChecksum();
            } catch (RocksDBException e) {
                if (Files.exists(file)) {
                    return e.getMessage() + ", in " + file.getFileName();
                }
            }
        }
        return null;
    }
}
