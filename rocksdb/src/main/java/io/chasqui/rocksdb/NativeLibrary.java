package io.chasqui.rocksdb;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads RocksDB's native library. Its own way is to unpack it from the jar at each start, which takes longer than all the rest of
 * opening; this keeps the unpacked file in a directory, named after the size and the checksum that the jar states.
 */
final class NativeLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

    private NativeLibrary() {}

    /** @param cache is made when it is not there, and should be writable by nobody else */
    static synchronized void load(Path cache) {
        try {
            RocksDB.loadLibrary(List.of(unpacked(cache).toString()));
        } catch (IOException | UnsatisfiedLinkError e) {
            LOG.info("RocksDB's library is unpacked anew at each start: {}", e.toString());
            RocksDB.loadLibrary();
        }
    }

    /** The directory that holds the library, as an absolute path, for the JVM loads a library from no other. */
    static Path unpacked(Path cache) throws IOException {
        String name = Environment.getJniLibraryFileName("rocksdb");
        URL resource = RocksDB.class.getClassLoader().getResource(name);
        if (resource == null) {
            throw new IOException("the jar has no " + name);
        }
        URLConnection connection = resource.openConnection();
        if (!(connection instanceof JarURLConnection inJar)) {
            throw new IOException(resource + " is not in a jar");
        }
        long size = inJar.getJarEntry().getSize();
        Path directory = cache.resolve(
                "rocksdb-" + size + "-" + Long.toHexString(inJar.getJarEntry().getCrc()));
        Path library = directory.resolve(Environment.getJniLibraryFileName("rocksdbjni")); // where loadLibrary looks
        if (!Files.exists(library) || Files.size(library) != size) {
            Files.createDirectories(directory);
            Path unpacking = Files.createTempFile(directory, "unpacking", null);
            try (InputStream in = inJar.getInputStream()) {
                Files.copy(in, unpacking, StandardCopyOption.REPLACE_EXISTING);
                Files.move(unpacking, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unpacking);
            }
            removeOthers(cache, directory);
        }
        return directory.toAbsolutePath();
    }

    /** Those of earlier versions. */
    private static void removeOthers(Path cache, Path keep) throws IOException {
        try (Stream<Path> entries = Files.list(cache)) {
            for (Path other : entries.filter(entry -> !entry.equals(keep)).toList()) {
                if (other.getFileName().toString().startsWith("rocksdb-")) {
                    Directories.deleteAll(other);
                }
            }
        }
    }
}
