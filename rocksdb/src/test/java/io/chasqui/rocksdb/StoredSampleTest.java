package io.chasqui.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UserProperty;
import io.chasqui.protocol.Will;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store as format 1 was written when it was new. Later versions read it; the file is never made again. */
class StoredSampleTest {
    private static final String SAMPLE = "/store-format-1.zip";
    private static final SessionId ONE = new SessionId(1, 1);
    private static final SessionId TWO = new SessionId(2, 2);

    @TempDir
    Path directory;

    /** Writes the sample: {@code StoredSampleTest$Make FILE}. For a new format, under a new name. */
    static final class Make {
        private Make() {}

        public static void main(String[] args) throws Exception {
            Path directory = Files.createTempDirectory("sample");
            try (Opened opened = new Opened(directory)) {
                if (!opened.write(changes())
                        || !opened.write(new Change.Settled(TWO, 2), new Change.Ended(new SessionId(3, 3)))) {
                    throw new IOException("refused");
                }
            }
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(Path.of(args[0])))) {
                try (Stream<Path> files = Files.list(directory.resolve(RocksDisk.DATABASE))) {
                    for (Path file : files.filter(file -> !file.endsWith("LOG") && !file.endsWith("LOCK"))
                            .sorted()
                            .toList()) {
                        zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
                        Files.copy(file, zip);
                    }
                }
            }
            Directories.deleteAll(directory);
        }
    }

    private static PublishProperties properties() {
        return new PublishProperties(
                1,
                "text/plain",
                "answer",
                new byte[] {1, 2},
                List.of(new UserProperty("k", "v"), new UserProperty("k", "w")));
    }

    private static Message message(String topic, String payload) {
        return new Message(
                TopicName.of(topic),
                payload.getBytes(StandardCharsets.UTF_8),
                Qos.EXACTLY_ONCE,
                true,
                properties(),
                "publisher",
                Message.NEVER);
    }

    private static Change.Owed owed(SessionId session, long sequence, Message message, int packetId) {
        return new Change.Owed(
                session,
                sequence,
                sequence * message.bytes(),
                message,
                Qos.EXACTLY_ONCE,
                true,
                new int[] {1, 268_435_455},
                TopicFilter.of("$share/g/#"),
                packetId,
                packetId != 0);
    }

    private static List<Change> changes() {
        Message shared = message("a/b", "shared");
        Message single = message("a/b", "single");
        single.forOne();
        Will will =
                new Will(Qos.AT_LEAST_ONCE, true, TopicName.of("w"), properties(), 30, Publish.ABSENT, new byte[] {9});
        SubscriptionOptions all =
                new SubscriptionOptions(Qos.EXACTLY_ONCE, true, true, SubscriptionOptions.RetainHandling.DO_NOT_SEND);
        return List.of(
                new Change.Kept(ONE, "one", 0xFFFF_FFFFL, 1_700_000_000_000L, will, "user"),
                new Change.Kept(TWO, "two", 100, StoredSession.CONNECTED, null, null),
                new Change.Kept(new SessionId(3, 3), "three", 100, 1, null, null),
                new Change.Subscribed(ONE, TopicFilter.of("$share/g/#"), all, 7),
                new Change.Received(ONE, 65_535),
                owed(ONE, 1, shared, 0),
                owed(TWO, 1, shared, 12),
                owed(TWO, 2, shared, 0),
                owed(TWO, 3, single, 0),
                new Change.Progress(ONE, 1, 5, true),
                new Change.Retained(message("r", "retained")));
    }

    @Test
    void format1IsRead() throws Exception {
        Path database = Files.createDirectory(directory.resolve(RocksDisk.DATABASE));
        try (InputStream in = StoredSampleTest.class.getResourceAsStream(SAMPLE);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.copy(zip, database.resolve(entry.getName()));
            }
        }
        try (Opened opened = new Opened(directory)) {
            List<StoredSession> sessions = opened.load();
            assertThat(sessions).extracting(StoredSession::clientId).containsExactly("one", "two");
            StoredSession one = sessions.getFirst();
            assertThat(one.expirySeconds()).isEqualTo(0xFFFF_FFFFL);
            assertThat(one.leftAtWallMillis()).isEqualTo(1_700_000_000_000L);
            assertThat(one.will()).isNotNull();
            assertThat(one.will().properties()).isEqualTo(properties());
            assertThat(one.userName()).isEqualTo("user");
            assertThat(one.subscriptions())
                    .containsExactly((Change.Subscribed) changes().get(3));
            assertThat(one.received()).containsExactly(65_535);
            assertThat(opened.store.lastSession()).isEqualTo(3);

            List<Change.Owed> owed = new ArrayList<>(opened.read(ONE, 1, 10));
            owed.addAll(opened.read(TWO, 1, 10));
            assertThat(owed).extracting(Change.Owed::sequence).containsExactly(1L, 1L, 3L);
            assertThat(owed).extracting(Change.Owed::packetId).containsExactly(5, 12, 0);
            assertThat(owed).extracting(Change.Owed::released).containsExactly(true, true, false);
            assertThat(owed).allSatisfy(each -> {
                assertThat(each.message().properties()).isEqualTo(properties());
                assertThat(each.message().topic()).isEqualTo(TopicName.of("a/b"));
                assertThat(each.subscriptionIds()).containsExactly(1, 268_435_455);
                assertThat(each.share()).isEqualTo(TopicFilter.of("$share/g/#"));
            });
            List<Message> retained = new ArrayList<>();
            opened.store.loadRetained(retained::add);
            assertThat(retained).singleElement().extracting(Message::topic).isEqualTo(TopicName.of("r"));
            assertThat(opened.store.damage()).isEmpty();
        }
    }
}
