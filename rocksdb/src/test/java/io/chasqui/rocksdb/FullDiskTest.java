package io.chasqui.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.disk.DiskStore;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is really full: a small file system in memory, where the user may mount one. MemoryDisk covers the rest everywhere. */
class FullDiskTest {
    private static final int DISK_MIB = 96;

    @TempDir
    Path mountPoint;

    private boolean mounted;

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    private void mount() throws Exception {
        mounted = Files.isExecutable(Path.of("/bin/mount"))
                && run("/bin/mount", "-t", "tmpfs", "-o", "size=" + DISK_MIB + "m", "tmpfs", mountPoint.toString());
        assumeTrue(mounted, "a file system can be mounted");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("/bin/umount", "-l", mountPoint.toString())).isTrue();
        }
    }

    @Test
    void aFullDiskRefusesAndTakesMoreWhenThereIsRoomAgain() throws Exception {
        mount();
        Path ballast = mountPoint.resolve("ballast");
        RocksOptions small = new RocksOptions(Durability.SYNC, 2 << 20, 1 << 20);
        DiskStore.Options options = new DiskStore.Options(Opened.SHARDS, 0, 1 << 20, 1_000_000);
        long safe = 0;
        try (Opened opened = new Opened(mountPoint.resolve("data"), small, options)) {
            assertThat(opened.write(Samples.kept(1))).isTrue();
            try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
                byte[] block = new byte[1 << 20];
                while (Files.getFileStore(mountPoint).getUsableSpace() > 8 << 20) {
                    file.write(block);
                }
            }
            while (opened.write(hundred(safe))) {
                safe += 100;
                assertThat(safe).as("written to a full disk").isLessThan(1_000_000);
            }
            assertThat(safe).isPositive();
            assertThat(opened.store.hasRoom()).isFalse();

            Files.delete(ballast);
            boolean again = false;
            long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            while (!again && System.nanoTime() - deadline < 0) {
                again = opened.write(hundred(safe)); // what has failed is given again
            }
            assertThat(again).isTrue();
            assertThat(opened.store.hasRoom()).isTrue();
            safe += 100;
            check(opened, safe);
        }
        try (Opened opened = new Opened(mountPoint.resolve("data"), small, options)) {
            check(opened, safe);
            assertThat(opened.store.damage()).isEmpty();
        }
    }

    private static List<Change> hundred(long after) {
        List<Change> changes = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            changes.add(Samples.owed(1, after + i));
        }
        return changes;
    }

    private static void check(Opened opened, long safe) throws Exception {
        long expected = 1;
        List<Change.Owed> owed = opened.read(Samples.session(1), 1, 500);
        while (!owed.isEmpty()) {
            for (Change.Owed each : owed) {
                assertThat(each.sequence()).isEqualTo(expected++);
            }
            owed = opened.read(Samples.session(1), expected, 500);
        }
        assertThat(expected - 1).isEqualTo(safe);
    }
}
