package io.chasqui.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.broker.storage.disk.Batch;
import io.chasqui.broker.storage.disk.Disk.Table;
import io.chasqui.broker.storage.disk.DiskStore;
import io.chasqui.broker.storage.disk.Lost;
import io.chasqui.broker.storage.disk.StoreFormatException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.FlushOptions;

/** Whatever is wrong with the files, the store opens, says what is lost, and serves the rest. */
class DamageTest {
    private static final int MESSAGES = 500; // of 1,000 bytes: many blocks
    private static final int SESSIONS = 3;

    @TempDir
    Path temporary;

    private Path directory() {
        return temporary.resolve("data");
    }

    private Path database() {
        return directory().resolve(RocksDisk.DATABASE);
    }

    /** Sessions 1 to 3 are owed {@link #MESSAGES} each; session 1 also one that it shares with session 2. */
    private void fill(boolean inTables) throws Exception {
        try (Opened opened = new Opened(directory())) {
            for (int session = 1; session <= SESSIONS; session++) {
                assertThat(opened.write(Samples.kept(session))).isTrue();
                for (int first = 1; first <= MESSAGES; first += 50) {
                    List<Change> changes = new ArrayList<>();
                    for (int i = 0; i < 50; i++) {
                        changes.add(Samples.owed(session, first + i));
                    }
                    assertThat(opened.write(changes)).isTrue();
                }
            }
            Message shared = Samples.message("shared", MESSAGES + 1);
            assertThat(opened.write(
                            Samples.owed(1, MESSAGES + 1, shared),
                            Samples.owed(2, MESSAGES + 1, shared),
                            new Change.Retained(Samples.message("retained/a", 1)),
                            new Change.Retained(Samples.message("retained/b", 2))))
                    .isTrue();
            if (inTables) {
                try (FlushOptions flush = new FlushOptions()) {
                    for (Table table : Table.values()) {
                        opened.disk.flush(table, flush);
                    }
                }
            }
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int old = bytes.read();
            bytes.seek(at);
            bytes.write(old ^ 0x10);
        }
    }

    private Path largest(String suffix) throws IOException {
        Path largest = null;
        for (Path file : Directories.files(database(), suffix)) {
            largest = largest == null || Files.size(file) > Files.size(largest) ? file : largest;
        }
        assertThat(largest).isNotNull();
        return largest;
    }

    /** Reads everything there is, in several calls a session; nothing may be wrong in what is read. */
    private static long readAll(Opened opened) throws Exception {
        long read = 0;
        for (StoredSession session : opened.load()) {
            long from = 1;
            List<Change.Owed> owed = opened.read(session.id(), from, 64);
            while (!owed.isEmpty()) {
                for (Change.Owed each : owed) {
                    assertThat(each.sequence()).isGreaterThanOrEqualTo(from);
                    assertThat(Samples.isWhole(each.sequence(), each.message())).isTrue();
                    from = each.sequence() + 1;
                    read++;
                }
                owed = opened.read(session.id(), from, 64);
            }
        }
        return read;
    }

    private static final Set<String> TOPICS = Set.of("t/1", "t/2", "t/3", "shared");
    private static final long ALL = SESSIONS * MESSAGES + 2;

    /** Damage is told, most of the rest is there, writing works, and the next start finds all in order. */
    private void isServedWithoutTheDamagedPart(long atLeast) throws Exception {
        try (Opened opened = new Opened(directory())) {
            long read = readAll(opened);
            assertThat(read).isLessThan(ALL).isGreaterThanOrEqualTo(atLeast);
            assertThat(lostMessages(opened)).isEqualTo(ALL - read);
            assertThat(opened.write(Samples.kept(9), Samples.owed(9, 1))).isTrue();
        }
        assertThat(asideFiles()).isNotEmpty();
        try (Opened opened = new Opened(directory())) {
            assertThat(readAll(opened)).isGreaterThanOrEqualTo(atLeast + 1);
            assertThat(opened.store.damage()).isEmpty();
        }
    }

    /** As they are told by topic, which has to be each one that is not there. */
    private static long lostMessages(Opened opened) {
        return opened.store.damage().stream()
                .filter(lost -> TOPICS.contains(lost.topic()))
                .mapToLong(Lost::count)
                .sum();
    }

    private List<Path> asideFiles() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory())) {
            for (Path aside : entries.filter(
                            entry -> entry.getFileName().toString().startsWith("damaged-"))
                    .toList()) {
                try (Stream<Path> files = Files.walk(aside)) {
                    found.addAll(files.filter(Files::isRegularFile).toList());
                }
            }
        }
        return found;
    }

    @Test
    void aFlippedBitInATableCostsItsBlockOnly() throws Exception {
        fill(true);
        Path table = largest(".sst");
        flip(table, Files.size(table) / 2);
        isServedWithoutTheDamagedPart(ALL - 20);
    }

    @Test
    void aMissingTableCostsWhatStoodInIt() throws Exception {
        fill(true);
        Files.delete(largest(".sst"));
        try (Opened opened = new Opened(directory())) {
            assertThat(opened.load()).hasSize(SESSIONS);
            List<Message> retained = new ArrayList<>();
            opened.store.loadRetained(retained::add);
            assertThat(retained).hasSize(2);
            assertThat(readAll(opened)).isLessThan(ALL);
            assertThat(opened.store.damage()).isNotEmpty();
            assertThat(opened.write(Samples.kept(9), Samples.owed(9, 1))).isTrue();
        }
        try (Opened opened = new Opened(directory())) {
            assertThat(opened.store.damage()).isEmpty();
            assertThat(opened.load()).hasSize(SESSIONS + 1);
        }
    }

    @Test
    void aTornEndOfTheLogIsCutWithoutAWord() throws Exception {
        fill(false);
        Path log = largest(".log");
        try (RandomAccessFile bytes = new RandomAccessFile(log.toFile(), "rw")) {
            bytes.setLength(bytes.length() - 700);
        }
        try (Opened opened = new Opened(directory())) {
            assertThat(readAll(opened)).isBetween(ALL - 2, ALL);
            assertThat(opened.store.damage()).isEmpty();
        }
    }

    @Test
    void aTornEndOfTheLogThatIsGarbageIsCutWithoutAWord() throws Exception {
        fill(false);
        Path log = largest(".log");
        flip(log, Files.size(log) - 100);
        try (Opened opened = new Opened(directory())) {
            assertThat(readAll(opened)).isBetween(ALL - 2, ALL);
            assertThat(opened.store.damage()).isEmpty();
        }
    }

    @Test
    void aFlippedBitInTheMiddleOfTheLogIsReportedAndWhatFollowsIsKept() throws Exception {
        fill(false);
        Path log = largest(".log");
        flip(log, Files.size(log) / 2);
        isServedWithoutTheDamagedPart(ALL - 200);
    }

    @Test
    void aMissingLogIsReported() throws Exception {
        fill(false);
        for (Path log : Directories.files(database(), ".log")) {
            Files.delete(log);
        }
        try (Opened opened = new Opened(directory())) {
            assertThat(opened.store.damage()).isNotEmpty();
            assertThat(opened.write(Samples.kept(9))).isTrue();
        }
    }

    /** Each flush begins a log, and sessions, which are not flushed, keep the ones before. */
    private void fillSeveralLogs() throws Exception {
        try (Opened opened = new Opened(directory());
                FlushOptions flush = new FlushOptions()) {
            for (int session = 1; session <= SESSIONS; session++) {
                assertThat(opened.write(Samples.kept(session), Samples.owed(session, 1)))
                        .isTrue();
                opened.disk.flush(Table.QUEUE, flush);
                assertThat(opened.write(Samples.owed(session, 2))).isTrue();
            }
        }
        assertThat(Directories.files(database(), ".log")).hasSizeGreaterThan(2);
    }

    private void isMissedWhenOpened(Path log, String says) throws Exception {
        Files.delete(log);
        try (Opened opened = new Opened(directory())) {
            assertThat(opened.store.damage()).extracting(Lost::topic).anyMatch(topic -> topic.contains(says));
            readAll(opened);
            assertThat(opened.write(Samples.kept(9))).isTrue();
        }
        try (Opened opened = new Opened(directory())) {
            assertThat(opened.store.damage()).isEmpty();
        }
    }

    @Test
    void theNewestOfSeveralLogsIsMissed() throws Exception {
        fillSeveralLogs();
        Path newest = Directories.files(database(), ".log").getLast();
        isMissedWhenOpened(newest, newest.getFileName().toString());
    }

    @Test
    void oneInTheMiddleOfSeveralLogsIsMissed() throws Exception {
        fillSeveralLogs();
        List<Path> logs = Directories.files(database(), ".log");
        isMissedWhenOpened(logs.get(logs.size() - 2), "Missing WAL");
    }

    @Test
    void aMissingCurrentIsMadeGood() throws Exception {
        fill(true);
        Files.delete(database().resolve("CURRENT"));
        try (Opened opened = new Opened(directory())) {
            assertThat(readAll(opened)).isEqualTo(ALL);
            assertThat(opened.store.damage()).isEmpty();
        }
    }

    @Test
    void withoutTheListOfTablesTheyAreReadOneByOne() throws Exception {
        fill(true);
        try (Stream<Path> files = Files.list(database())) {
            for (Path list : files.filter(file -> file.getFileName().toString().startsWith("MANIFEST"))
                    .toList()) {
                Files.delete(list);
            }
        }
        try (Opened opened = new Opened(directory())) {
            assertThat(readAll(opened)).isEqualTo(ALL);
            assertThat(opened.store.damage()).isNotEmpty();
        }
        assertThat(asideFiles()).isNotEmpty();
    }

    @Test
    void aDamagedListOfTablesIsAsGoodAsNone() throws Exception {
        fill(true);
        try (Stream<Path> files = Files.list(database())) {
            for (Path list : files.filter(file -> file.getFileName().toString().startsWith("MANIFEST"))
                    .toList()) {
                flip(list, Files.size(list) / 2);
            }
        }
        try (Opened opened = new Opened(directory())) {
            assertThat(readAll(opened)).isEqualTo(ALL);
            assertThat(opened.store.damage()).isNotEmpty();
        }
    }

    @Test
    void aCrashWhileTheCopyTakesThePlaceOfTheOriginalIsMadeGood() throws Exception {
        fill(true);
        Files.move(database(), directory().resolve("rocksdb.new"));
        Files.createDirectory(directory().resolve("rocksdb.old"));
        try (Opened opened = new Opened(directory())) {
            assertThat(readAll(opened)).isEqualTo(ALL);
        }
        Path half = Files.createDirectory(directory().resolve("rocksdb.new"));
        Files.createFile(half.resolve("CURRENT"));
        try (Opened opened = new Opened(directory())) {
            assertThat(readAll(opened)).isEqualTo(ALL);
        }
        assertThat(half).doesNotExist();
    }

    @Test
    void aDirectoryInUseIsNamed() throws Exception {
        try (Opened opened = new Opened(directory())) {
            assertThat(opened.load()).isEmpty();
            assertThatThrownBy(() -> RocksDisk.open(directory(), RocksOptions.DEFAULT))
                    .isInstanceOf(DirectoryInUseException.class)
                    .hasMessageContaining(directory().toString());
        }
        RocksDisk.open(directory(), RocksOptions.DEFAULT).close();
    }

    @Test
    void aStoreOfANewerVersionIsLeftAlone() throws Exception {
        try (RocksDisk disk = RocksDisk.open(directory(), RocksOptions.DEFAULT)) {
            Batch batch = new Batch();
            batch.put(Table.STATE, new byte[] {-1, -1, 'f'}, new byte[] {DiskStore.FORMAT + 1, Opened.SHARDS});
            disk.write(batch);
        }
        assertThatThrownBy(() -> new Opened(directory()))
                .isInstanceOf(StoreFormatException.class)
                .hasMessageContaining("newer version");
    }

    @Test
    void theDirectoryIsForItsOwnerOnlyAndTheLibraryIsUnpackedOnce() throws Exception {
        RocksDisk.open(directory(), RocksOptions.DEFAULT).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.walk(directory().resolve("native"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
    }
}
