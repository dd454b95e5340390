package io.chasqui.rocksdb;

import java.io.IOException;
import java.nio.file.Path;

/** Another process, or another store in this one, uses the data directory. */
public final class DirectoryInUseException extends IOException {
    private static final long serialVersionUID = 1;

    DirectoryInUseException(Path directory) {
        super("the data directory " + directory.toAbsolutePath().normalize()
                + " is used by another process: stop that, or use another directory");
    }
}
