package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.disk.Batch;
import io.chasqui.broker.storage.disk.Disk;
import io.chasqui.broker.storage.disk.Disk.Table;
import io.chasqui.broker.storage.disk.DiskStore;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.rocksdb.RocksDisk;
import io.chasqui.rocksdb.RocksOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCommandTest {
    private static final SessionId SESSION = new SessionId(3, 1);

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        Console console = new Console(new PrintWriter(out), new PrintWriter(err));
        return Chasqui.run(arguments, Map.of(), console, _ -> {
            throw new AssertionError("no broker is started");
        });
    }

    private int store(String command, String... more) {
        String[] arguments = new String[3 + more.length];
        arguments[0] = "store";
        arguments[1] = command;
        arguments[2] = directory.toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        return run(arguments);
    }

    private void fill() throws Exception {
        RocksDisk disk = RocksDisk.open(directory, RocksOptions.DEFAULT);
        try (DiskStore store = new DiskStore(
                disk, DiskStore.Options.DEFAULT.withShards(8), DiskStore.Clock.SYSTEM, Runnable::run, Runnable::run)) {
            Message message = new Message(
                    TopicName.of("a/b"),
                    new byte[] {'h', 'i'},
                    Qos.AT_LEAST_ONCE,
                    false,
                    PublishProperties.NONE,
                    "publisher",
                    Message.NEVER);
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            store.write(
                    List.of(
                            new Change.Kept(SESSION, "client-1", 100, 1, null, null),
                            new Change.Owed(
                                    SESSION, 1, 5, message, Qos.AT_LEAST_ONCE, false, Publish.NO_IDS, null, 0, false),
                            new Change.Retained(message)),
                    done::complete);
            assertThat(done.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Breaks what the retained message of a/b says, and the count of the message that is owed. */
    private void breakRecords() throws Exception {
        try (RocksDisk disk = RocksDisk.open(directory, RocksOptions.DEFAULT)) {
            Batch batch = new Batch();
            for (Table table : new Table[] {Table.RETAINED, Table.MESSAGES}) {
                try (Disk.Cursor cursor =
                        disk.scan(table, new byte[0], new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1})) {
                    for (boolean more = cursor.seek(new byte[0]); more; more = cursor.next()) {
                        boolean isBody = table == Table.MESSAGES && cursor.value().length > 3;
                        if (!isBody) {
                            batch.put(table, cursor.key(), new byte[] {1, 9, 9});
                        }
                    }
                }
            }
            disk.write(batch);
        }
    }

    @Test
    void aSoundStoreHasNoFaults() throws Exception {
        fill();
        assertThat(store("verify")).isZero();
        assertThat(out.toString()).contains("no faults");
        assertThat(store("verify", "--json")).isZero();
        assertThat(out.toString().strip()).isEqualTo("{\"faults\":[]}");
        assertThat(store("repair")).isZero();
        assertThat(out.toString()).contains("nothing to repair");
    }

    @Test
    void verifyTellsFaultsByTopicAndRepairTakesThemOut() throws Exception {
        fill();
        breakRecords();
        assertThat(store("verify")).isEqualTo(1);
        assertThat(out.toString()).contains("a/b: a retained message", "a message that is not counted right: 1");
        assertThat(store("repair")).isZero();
        assertThat(store("verify")).isZero();
        assertThat(store("stats", "--json")).isZero();
        assertThat(out.toString())
                .contains("\"queuedMessages\":1", "\"retainedMessages\":0", "\"queues\":{\"client-1\":1}");
    }

    private Map<String, String> files() throws Exception {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                byte[] content = Files.readAllBytes(file);
                files.put(
                        directory.relativize(file).toString(),
                        Files.getLastModifiedTime(file) + " " + Arrays.hashCode(content));
            }
        }
        return files;
    }

    @Test
    void nothingButRepairChangesAFile() throws Exception {
        fill();
        breakRecords();
        Map<String, String> before = files();
        store("verify");
        store("stats");
        store("export");
        assertThat(files()).isEqualTo(before);
        store("repair");
        assertThat(files()).isNotEqualTo(before);
    }

    @Test
    void aLogWithAFlippedBitIsToldByTopicAndLeftAsItIs() throws Exception {
        fill();
        Path log;
        try (Stream<Path> all = Files.list(directory.resolve("rocksdb"))) {
            log = all.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] content = Files.readAllBytes(log);
        int at = new String(content, StandardCharsets.ISO_8859_1).indexOf("hi");
        content[at] ^= 4;
        Files.write(log, content);
        fillAgainBehind(log); // for a crash may tear the end
        Map<String, String> before = files();
        assertThat(store("verify")).isEqualTo(1);
        assertThat(out.toString()).contains("a/b: lost when the files were opened: 2", "(session of client client-1)");
        assertThat(files()).isEqualTo(before);
    }

    /** A record of nothing, so that the damage is not at the end. */
    private static void fillAgainBehind(Path log) throws Exception {
        byte[] data = {100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}; // a sequence number behind all
        CRC32C checksum = new CRC32C();
        checksum.update(1);
        checksum.update(data);
        int masked = Integer.rotateRight((int) checksum.getValue(), 15) + 0xA282_EAD8;
        int block = 32 << 10;
        byte[] content = Arrays.copyOf(Files.readAllBytes(log), block);
        ByteBuffer record = ByteBuffer.allocate(7 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        record.putInt(masked).putShort((short) data.length).put((byte) 1).put(data);
        Files.write(log, content);
        Files.write(log, record.array(), StandardOpenOption.APPEND);
    }

    @Test
    void exportPrintsALineForEachThing() throws Exception {
        fill();
        assertThat(store("export")).isZero();
        assertThat(out.toString().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("{\"kind\":\"session\",\"clientId\":\"client-1\""),
                        line -> assertThat(line)
                                .startsWith("{\"kind\":\"queued\",\"clientId\":\"client-1\",\"sequence\":1")
                                .contains("\"topic\":\"a/b\"", "\"payload\":\"aGk=\""),
                        line -> assertThat(line).startsWith("{\"kind\":\"retained\",\"topic\":\"a/b\""));
    }

    @Test
    void aDirectoryWithoutAStoreIsRefused() {
        assertThat(store("verify")).isEqualTo(2);
        assertThat(err.toString()).contains("is no data directory");
    }

    @Test
    void aDirectoryInUseIsRefused() throws Exception {
        try (RocksDisk disk = RocksDisk.open(directory, RocksOptions.DEFAULT)) {
            assertThat(disk.lost()).isEmpty();
            assertThat(store("stats")).isEqualTo(1);
            assertThat(err.toString()).contains("is used by another process");
        }
    }
}
