package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Action;
import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Identity;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.json.JsonReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2030-01-02T03:04:05.678Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private static List<Map<String, @Nullable Object>> lines(Path file) throws Exception {
        List<Map<String, @Nullable Object>> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(JsonReader.object(HashTest.bytes(line)));
        }
        return lines;
    }

    @Test
    void eachEventIsALineOfJson() throws Exception {
        Path file = folder.resolve("audit.log");
        var client = People.named("c\n\"}", "ann").as(Identity.user("ann", "password"));
        try (AuditLog log = new AuditLog(file, 1 << 20, 2, CLOCK)) {
            log.record(new Audit.Connected(client));
            log.record(new Audit.Refused(client, ReasonCode.BANNED, null));
            log.record(new Audit.Denied(client, Action.PUBLISH, "a/b", false, "rules:3"));
            log.record(new Audit.Fight(client, "192.0.2.9:5"));
            log.record(new Audit.Disconnected(client, null));
        }
        List<Map<String, @Nullable Object>> lines = lines(file);
        assertThat(lines)
                .extracting(line -> line.get("event"))
                .containsExactly("connected", "refused", "would-be-denied", "fight", "disconnected");
        assertThat(lines.getFirst())
                .containsEntry("time", "2030-01-02T03:04:05.678Z")
                .containsEntry("client", "c\n\"}")
                .containsEntry("user", "ann")
                .containsEntry("method", "password")
                .containsEntry("address", "192.0.2.1:50000")
                .containsEntry("listener", "mqtt");
        assertThat(lines.get(1)).containsEntry("reason", "banned");
        assertThat(lines.get(2)).containsEntry("topic", "a/b").containsEntry("rule", "rules:3");
        assertThat(lines.get(3)).containsEntry("other", "192.0.2.9:5");
    }

    /** A name has up to 64 KiB, and few of them would fill all files. */
    @Test
    void longNamesAreCut() throws Exception {
        Path file = folder.resolve("audit.log");
        var client = People.named("c".repeat(65_535), "u".repeat(255) + "\uD83D\uDE00".repeat(1_000));
        try (AuditLog log = new AuditLog(file, 64 << 10, 2, CLOCK)) {
            log.record(new Audit.Denied(client, Action.PUBLISH, "t/".repeat(30_000), true, null));
        }
        assertThat(Files.size(file)).isLessThan(2_000);
        assertThat(lines(file).getFirst())
                .containsEntry("client", "c".repeat(AuditLog.LONGEST) + "...")
                .containsEntry("userName", "u".repeat(255) + "...")
                .containsEntry("topic", "t/".repeat(AuditLog.LONGEST / 2) + "...");
    }

    @Test
    void notEveryUserOfThisMachineReadsIt() throws Exception {
        Path file = folder.resolve("audit.log");
        try (AuditLog log = new AuditLog(file, 64 << 10, 2, CLOCK)) {
            for (int i = 0; i < 1_000; i++) {
                log.record(new Audit.Connected(People.named("client-" + i, null)));
            }
        }
        for (Path each : List.of(file, folder.resolve("audit.log.1"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                    .isIn("rw-r-----", "rw-------");
        }
    }

    @Test
    void filesHaveALimitInSizeAndNumberAndGoOn() throws Exception {
        Path file = folder.resolve("audit.log");
        for (int run = 0; run < 2; run++) {
            try (AuditLog log = new AuditLog(file, 64 << 10, 2, CLOCK)) {
                for (int i = 0; i < 1_500; i++) {
                    log.record(new Audit.Connected(People.named("client-" + i, null)));
                }
            }
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("audit.log", "audit.log.1", "audit.log.2");
        for (String name : List.of("audit.log", "audit.log.1", "audit.log.2")) {
            assertThat(Files.size(folder.resolve(name))).isLessThanOrEqualTo(64 << 10);
            assertThat(lines(folder.resolve(name))).isNotEmpty();
        }
        assertThat(lines(file).getLast()).containsEntry("client", "client-1499");
    }

    @Test
    void whatCannotBeWrittenIsLostAndCounted() throws Exception {
        Path file = folder.resolve("audit.log");
        int sent = AuditLog.QUEUE * 3;
        try (AuditLog log = new AuditLog(file, 1 << 30, 2, CLOCK)) {
            for (int i = 0; i < sent; i++) {
                log.record(new Audit.Connected(People.named("c" + i, null)));
            }
            log.record(new Audit.Connected(People.named("last", null)));
        }
        long written = 0;
        long lost = 0;
        for (Map<String, @Nullable Object> line : lines(file)) {
            if (line.get("count") instanceof Long count) {
                lost += count;
            } else {
                written++;
            }
        }
        assertThat(written + lost).isLessThanOrEqualTo(sent + 1L).isGreaterThan(AuditLog.QUEUE);
    }
}
