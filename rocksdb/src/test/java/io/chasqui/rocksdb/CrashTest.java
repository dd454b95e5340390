package io.chasqui.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.broker.storage.disk.DiskStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process is killed while it writes; what it was told is safe is there when the next one opens the store. */
class CrashTest {
    private static final int ROUNDS = 5;

    @TempDir
    Path directory;

    /** Writes, and prints what is safe. Ends when it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws Exception {
            Opened opened = new Opened(
                    Path.of(args[0]),
                    new RocksOptions(Durability.valueOf(args[1]), 1 << 20, 1 << 20),
                    new DiskStore.Options(Opened.SHARDS, 0, 4 << 20, 10_000_000));
            long sequence = 1;
            for (StoredSession session : opened.load()) {
                sequence = Math.max(sequence, session.lastSequence() + 1);
            }
            opened.write(Samples.kept(1), Samples.kept(2));
            while (true) {
                List<Change> changes = new ArrayList<>();
                long first = sequence;
                for (int i = 0; i < 7; i++, sequence++) {
                    changes.add(Samples.owed(1, sequence));
                    changes.add(Samples.owed(2, sequence));
                }
                changes.add(new Change.Settled(Samples.session(2), first));
                if (!opened.write(changes)) {
                    throw new IOException("refused");
                }
                System.out.println(first + " " + (sequence - 1));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SYNC", "ASYNC"})
    void whatIsSafeSurvivesKill9(Durability durability) throws Exception {
        long safe = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long written = runAndKill(durability, 20 + new Random(round).nextInt(200));
            assertThat(written).isGreaterThan(safe);
            safe = written;
            try (Opened opened = new Opened(directory)) {
                check(opened, safe);
            }
        }
    }

    private static void check(Opened opened, long safe) throws Exception {
        assertThat(opened.store.damage()).isEmpty();
        assertThat(opened.load()).hasSize(2);
        long expected = 1;
        List<Change.Owed> owed = opened.read(Samples.session(1), expected, 100);
        while (!owed.isEmpty()) {
            for (Change.Owed each : owed) {
                assertThat(each.sequence()).isEqualTo(expected);
                assertThat(Samples.isWhole(expected, each.message())).isTrue();
                expected++;
            }
            owed = opened.read(Samples.session(1), expected, 100);
        }
        assertThat(expected).isGreaterThan(safe);
        List<Change.Owed> others = opened.read(Samples.session(2), 1, Integer.MAX_VALUE);
        assertThat(others).noneMatch(each -> each.sequence() == safe - 6); // settled together with what is safe
        assertThat(others).anyMatch(each -> each.sequence() == safe);
    }

    private long runAndKill(Durability durability, int lines) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        directory.toString(),
                        durability.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String last = null;
        try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
            String line;
            for (int i = 0; (line = out.readLine()) != null; i++) {
                if (i == lines) {
                    process.toHandle().destroyForcibly(); // leaves the pipe open: what is in it counts, too
                }
                last = line.indexOf(' ') > 0 && !line.endsWith(" ") ? line : last;
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(last).isNotNull();
        return Long.parseLong(last.substring(last.indexOf(' ') + 1));
    }
}
