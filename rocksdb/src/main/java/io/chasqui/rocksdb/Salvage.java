package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.DiskException;
import io.chasqui.broker.storage.disk.Lost;
import io.chasqui.broker.storage.disk.Rescue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a database whatever its files are like. One that is whole opens at once; of another, what can be read is kept and what is
 * damaged goes to a directory of its own:
 *
 * <ol>
 *   <li>The log has a torn end, as a crash leaves it: cut, and nothing is said, for nobody was told that it is safe.
 *   <li>The log is damaged before its end: what can be read on both sides is kept.
 *   <li>Tables are damaged or missing: all that can be read is copied to a new database.
 *   <li>The list of tables is gone: tables and log are read file by file, see {@link Rebuild}.
 * </ol>
 *
 * <p>A copy takes the place of the original by two renames, and a crash between them is made good at the next opening.
 */
final class Salvage {
    static final long CHECKED_AT_ONCE_BYTES = 64 << 20;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final Logger LOG = LoggerFactory.getLogger(Salvage.class);

    /** There while what is damaged is looked at to name what was in it; if that ends the process, the next start does without. */
    private static final String NAMING = "naming";

    private final Path directory;
    private final Path database;
    private final Path fresh; // the copy that is being made
    private final Path old; // what the copy replaces
    private final RocksOptions options;
    private final List<Lost> lost = new ArrayList<>();

    Salvage(Path directory, RocksOptions options) {
        this.directory = directory;
        this.database = directory.resolve(RocksDisk.DATABASE);
        this.fresh = directory.resolve(RocksDisk.DATABASE + ".new");
        this.old = directory.resolve(RocksDisk.DATABASE + ".old");
        this.options = options;
    }

    /** What was found lost. */
    List<Lost> lost() {
        return List.copyOf(lost);
    }

    Database open() throws IOException {
        finishReplacing();
        boolean listIsThere = restoreCurrent();
        Path damageNoted = directory.resolve(RocksDisk.DAMAGED);
        try {
            if (!listIsThere) {
                replace("the list of tables is gone", Rebuild::copy);
            } else if (Files.exists(damageNoted)) {
                replace(Files.readString(damageNoted).strip(), this::copyReadable);
            }
            Files.deleteIfExists(damageNoted);
            return openChecked();
        } catch (RocksDBException e) {
            DiskException fault = Faults.of(e);
            if (fault.kind() != DiskException.Kind.DAMAGE) {
                throw fault;
            }
            return openDamaged(e);
        }
    }

    /** A store whose tables are small is looked at as a whole; those of a large one are, after the start, by {@link TableCheck}. */
    private Database openChecked() throws IOException, RocksDBException {
        Database opened = Database.open(database, options, Database.Trust.FULL);
        boolean isWhole = false;
        String damage = null;
        try {
            TableCheck check = new TableCheck(database, opened);
            damage = check.bytes() <= CHECKED_AT_ONCE_BYTES ? check.run(() -> true) : null;
            isWhole = damage == null;
        } finally {
            if (!isWhole) {
                opened.close();
            }
        }
        if (damage == null) {
            return opened;
        }
        replace(damage, this::copyReadable);
        return Database.open(database, options, Database.Trust.FULL);
    }

    private Database openDamaged(RocksDBException fault) throws IOException {
        LOG.warn("The database does not open: {}", fault.getMessage());
        try {
            return openDamagedLog(fault);
        } catch (RocksDBException e) {
            LOG.warn("It is more than the log: {}", e.getMessage());
        }
        try {
            replace(String.valueOf(fault.getMessage()), this::copyReadable);
        } catch (RocksDBException e) {
            LOG.warn("Nor can the tables be listed: {}", e.getMessage());
            try {
                replace(String.valueOf(fault.getMessage()), Rebuild::copy);
            } catch (RocksDBException worse) {
                throw Faults.of(worse);
            }
        }
        try {
            return Database.open(database, options, Database.Trust.FULL);
        } catch (RocksDBException e) {
            throw Faults.of(e);
        }
    }

    private Database openDamagedLog(RocksDBException fault) throws IOException, RocksDBException {
        List<Path> logs = files(".log");
        LostLog look = LostLog.of(logs, fault);
        if (look.isTornOnly()) {
            Database opened = Database.open(database, options, Database.Trust.DAMAGED_LOG);
            LOG.info("The torn end of the log was cut");
            return opened;
        }
        Path aside = aside();
        for (Path log : logs) {
            Files.copy(log, aside.resolve(log.getFileName()));
        }
        Database opened = Database.open(database, options, Database.Trust.DAMAGED_LOG);
        look.list(new DatabaseDisk(opened)).forEach(each -> lose(each.topic(), each.count(), aside));
        return opened;
    }

    /** How a new database is filled. */
    private interface Copy {
        List<Lost> copy(Path from, RocksOptions options, Database to) throws IOException, RocksDBException;
    }

    private void replace(String why, Copy copy) throws IOException, RocksDBException {
        LOG.warn("What can be read of {} is copied to a new database: {}", database, why);
        Directories.deleteAll(fresh);
        RocksOptions bulk = options.withDurability(Durability.NONE);
        try (Database to = Database.open(fresh, bulk, Database.Trust.FULL)) {
            List<Lost> notCopied = copy.copy(database, options, to);
            to.flush();
            Path aside = aside();
            notCopied.forEach(each -> lose(each.topic(), each.count(), aside));
            lose("(the files were damaged: " + why + ")", 1, aside);
        }
        Directories.sync(fresh);
        Files.move(database, old, StandardCopyOption.ATOMIC_MOVE);
        Directories.sync(directory);
        finishReplacing();
    }

    private void lose(String what, long count, Path aside) {
        LOG.error("Lost: {} {}; damaged files are in {}", count, what, aside);
        lost.add(new Lost(what, count));
    }

    private List<Lost> copyReadable(Path from, RocksOptions theOptions, Database to)
            throws IOException, RocksDBException {
        Path naming = directory.resolve(NAMING);
        boolean hasCrashed = Files.exists(naming);
        try (Database damaged = Database.openReadOnly(from, theOptions, Database.Trust.DAMAGED_TABLES)) {
            DatabaseDisk disk = new DatabaseDisk(damaged);
            Files.deleteIfExists(naming);
            if (!hasCrashed) {
                Files.createFile(naming);
                Directories.sync(directory);
            }
            List<Lost> notCopied = Rescue.copy(disk, hasCrashed ? disk : disk.unchecked(), new DatabaseDisk(to));
            Files.deleteIfExists(naming);
            return notCopied;
        }
    }

    /** Puts the copy, if it is whole, in the place of what it replaces, and that aside. */
    private void finishReplacing() throws IOException {
        if (!Files.exists(old)) {
            Directories.deleteAll(fresh);
            return;
        }
        if (!Files.exists(database)) {
            Files.move(fresh, database, StandardCopyOption.ATOMIC_MOVE);
            Directories.sync(directory);
        }
        Path aside = aside();
        Files.move(old, aside.resolve(RocksDisk.DATABASE), StandardCopyOption.ATOMIC_MOVE);
        Directories.sync(aside);
    }

    /** The directory for what is set aside now. */
    private Path aside() throws IOException {
        Path aside =
                directory.resolve("damaged-" + LocalDateTime.now(ZoneOffset.UTC).format(TIME));
        for (int i = 2; Files.exists(aside.resolve(RocksDisk.DATABASE)); i++) {
            aside = directory.resolve(aside.getFileName() + "-" + i);
        }
        Directories.createPrivate(aside);
        return aside;
    }

    /**
     * CURRENT names the list of tables. RocksDB takes a directory without it for an empty one, and deletes what is there; the list
     * with the highest number is the one it named.
     *
     * @return false when there are files and no list of them
     */
    private boolean restoreCurrent() throws IOException {
        Path current = database.resolve("CURRENT");
        if (!Files.isDirectory(database)) {
            return true;
        }
        List<Path> tables = files(".sst");
        List<Path> logs = files(".log");
        Optional<Path> list = manifests().stream().reduce((_, last) -> last);
        if (Files.exists(current) && isNamedBy(current)) {
            NewestLog.lost(database).ifPresent(newest -> {
                LOG.error("Lost: {}", newest.topic());
                lost.add(newest);
            });
            return true;
        }
        if (list.isEmpty()) {
            return tables.isEmpty() && logs.isEmpty();
        }
        LOG.warn("CURRENT was missing; the list of tables is {}", list.get());
        Files.writeString(current, list.get().getFileName() + "\n", StandardCharsets.US_ASCII);
        return true;
    }

    private boolean isNamedBy(Path current) throws IOException {
        String name = new String(Files.readAllBytes(current), StandardCharsets.ISO_8859_1).strip();
        return name.startsWith("MANIFEST-") && Files.exists(database.resolve(name));
    }

    private List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(database)) {
            return files.filter(file -> file.getFileName().toString().startsWith("MANIFEST-"))
                    .sorted(Comparator.comparing(Path::getFileName))
                    .toList();
        }
    }

    private List<Path> files(String suffix) throws IOException {
        return Directories.files(database, suffix);
    }
}
