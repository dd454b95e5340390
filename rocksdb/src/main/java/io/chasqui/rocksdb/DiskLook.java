package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.Disk;
import io.chasqui.broker.storage.disk.DiskException;
import io.chasqui.broker.storage.disk.Lost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;

/** Opens the files of a {@link RocksDisk} for reading only: nothing is cut, set aside or written. */
public final class DiskLook {
    private DiskLook() {}

    /**
     * Opens the disk in {@code directory}, which no other process may use meanwhile. What is damaged is told by
     * {@link Disk#lost} or met when it is read. Writing to it fails.
     *
     * @throws DirectoryInUseException when another process uses the directory
     * @throws DiskException when so much is damaged that it cannot be opened as it is
     * @throws IOException when the files cannot be read
     */
    public static Disk open(Path directory, RocksOptions options) throws IOException {
        Path database = directory.resolve(RocksDisk.DATABASE);
        if (!Files.exists(database.resolve("CURRENT"))) {
            throw new DiskException(
                    DiskException.Kind.DAMAGE,
                    database + " has no CURRENT or is being replaced: the next start, or store repair, mends that",
                    null);
        }
        DirectoryLock lock = DirectoryLock.take(directory);
        boolean opened = false;
        try {
            NativeLibrary.load(directory.resolve("native"));
            List<Lost> lost = new ArrayList<>();
            Database look = open(database, options, lost);
            opened = true;
            return new DatabaseDisk(look, lost, () -> {
                look.close();
                close(lock);
            });
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private static void close(DirectoryLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Database open(Path database, RocksOptions options, List<Lost> lost) throws IOException {
        NewestLog.lost(database).ifPresent(lost::add);
        try {
            return Database.openReadOnly(database, options, Database.Trust.FULL);
        } catch (RocksDBException e) {
            rethrowUnlessDamage(e);
            return openDamaged(database, options, e, lost);
        }
    }

    private static Database openDamaged(Path database, RocksOptions options, RocksDBException fault, List<Lost> lost)
            throws IOException {
        List<Path> logs = Directories.files(database, ".log");
        LostLog look = LostLog.of(logs, fault);
        Database opened;
        try {
            opened = Database.openReadOnly(database, options, Database.Trust.DAMAGED_LOG);
            lost.addAll(look.list(new DatabaseDisk(opened)));
            return opened;
        } catch (RocksDBException e) {
            rethrowUnlessDamage(e);
        }
        try {
            opened = Database.openReadOnly(database, options, Database.Trust.DAMAGED_TABLES);
            lost.add(new Lost("(the files are damaged: " + fault.getMessage() + ")", 1));
            return opened;
        } catch (RocksDBException e) {
            throw Faults.of(e);
        }
    }

    private static void rethrowUnlessDamage(RocksDBException e) throws DiskException {
        DiskException fault = Faults.of(e);
        if (fault.kind() != DiskException.Kind.DAMAGE) {
            throw fault;
        }
    }
}
