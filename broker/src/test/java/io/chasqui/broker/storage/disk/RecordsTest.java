package io.chasqui.broker.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UserProperty;
import io.chasqui.protocol.Will;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What is written is read as it was, and what is damaged is found or read as something else, never followed out of the record. */
class RecordsTest {
    private static final SessionId SESSION = new SessionId(3, 7);
    private static final DiskStore.Clock CLOCK = new DiskStore.Clock() {
        @Override
        public long nanoTime() {
            return 77;
        }

        @Override
        public long wallMillis() {
            return 1_700_000_000_000L;
        }
    };
    private final MessageRecord messages = new MessageRecord(CLOCK);

    private static Arbitrary<String> text() {
        return Arbitraries.strings().all().excludeChars('\0').ofMaxLength(20).filter(text -> !hasLoneSurrogate(text));
    }

    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> c >= 0xD800 && c < 0xE000);
    }

    private static Arbitrary<byte[]> bytes() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
    }

    private static Arbitrary<PublishProperties> properties() {
        Arbitrary<List<UserProperty>> user =
                Combinators.combine(text(), text()).as(UserProperty::new).list().ofMaxSize(3);
        Arbitrary<String> responseTopic = Arbitraries.of("a", "answer/ü", "/").injectNull(0.5);
        return Combinators.combine(
                        Arbitraries.integers().between(-1, 1),
                        text().injectNull(0.5),
                        responseTopic,
                        bytes().injectNull(0.5),
                        user)
                .as(PublishProperties::new);
    }

    @Provide
    Arbitrary<Message> message() {
        // Whole milliseconds, which is what is kept.
        Arbitrary<Long> expiry = Arbitraries.longs()
                .between(0, 4_294_967_295_000L)
                .map(millis -> 77 + millis * 1_000_000L)
                .injectNull(0.5)
                .map(nanos -> nanos == null ? Message.NEVER : nanos);
        Arbitrary<TopicName> topic =
                Arbitraries.of("a", "/", "ä/€/😀", "x".repeat(65_535)).map(TopicName::of);
        return Combinators.combine(
                        topic,
                        bytes(),
                        Arbitraries.of(Qos.class),
                        Arbitraries.of(true, false),
                        properties(),
                        text(),
                        expiry)
                .as(Message::new);
    }

    private byte[] written(Message message) {
        RecordOutput out = new RecordOutput();
        messages.write(out, message);
        return out.toBytes();
    }

    private static void assertSame(Message read, Message message) {
        assertThat(read.topic()).isEqualTo(message.topic());
        assertThat(read.payload()).isEqualTo(message.payload());
        assertThat(read.qos()).isEqualTo(message.qos());
        assertThat(read.retain()).isEqualTo(message.retain());
        assertThat(read.properties()).isEqualTo(message.properties());
        assertThat(read.publisher()).isEqualTo(message.publisher());
        assertThat(read.expiresAtNanos()).isEqualTo(message.expiresAtNanos());
    }

    @Property(tries = 100)
    void messagesAreReadAsTheyWere(@ForAll("message") Message message) throws Exception {
        assertSame(messages.read(new RecordInput(written(message))), message);
    }

    @Property(tries = 100)
    void entriesAreReadAsTheyWere(
            @ForAll("message") Message message,
            @ForAll @LongRange(min = 0) long endBytes,
            @ForAll @IntRange(max = 65_535) int packetId,
            @ForAll boolean released,
            @ForAll boolean inline,
            @ForAll @IntRange(max = 3) int ids)
            throws Exception {
        int[] subscriptionIds = new int[ids];
        Arrays.fill(subscriptionIds, 268_435_455);
        TopicFilter share = released ? TopicFilter.of("$share/g/#") : null;
        Change.Owed owed = new Change.Owed(
                SESSION, 5, endBytes, message, Qos.EXACTLY_ONCE, inline, subscriptionIds, share, packetId, released);
        RecordOutput out = new RecordOutput();
        EntryRecord.write(out, owed, packetId, released, inline ? 0 : 1L << 41, messages);
        EntryRecord entry = EntryRecord.read(out.toBytes(), messages);
        Change.Owed read = entry.owed(SESSION, 5, message, null);
        assertThat(read.endBytes()).isEqualTo(endBytes);
        assertThat(read.packetId()).isEqualTo(packetId);
        assertThat(read.released()).isEqualTo(released);
        assertThat(read.retain()).isEqualTo(inline);
        assertThat(read.subscriptionIds()).isEqualTo(subscriptionIds);
        assertThat(read.share()).isEqualTo(share);
        assertThat(entry.bytes()).isEqualTo(message.bytes());
        if (inline) {
            assertSame(entry.message(), message);
        } else {
            assertThat(entry.messageId()).isEqualTo(1L << 41);
        }
    }

    @Property(tries = 100)
    void sessionsAreReadAsTheyWere(
            @ForAll("message") Message of,
            @ForAll @LongRange(min = 0, max = 0xFFFF_FFFFL) long seconds,
            @ForAll @LongRange(min = -1, max = Long.MAX_VALUE - 1) long leftAt,
            @ForAll boolean hasWill)
            throws Exception {
        Will will = new Will(of.qos(), of.retain(), of.topic(), of.properties(), seconds, -1, of.payload());
        Change.Kept kept = new Change.Kept(
                SESSION, of.publisher(), seconds, leftAt, hasWill ? will : null, hasWill ? of.publisher() : null);
        RecordOutput out = new RecordOutput();
        SessionRecord.write(out, kept);
        Change.Kept read = SessionRecord.read(SESSION, out.toBytes());
        assertThat(read)
                .usingRecursiveComparison()
                .withEqualsForType(PublishProperties::equals, PublishProperties.class)
                .isEqualTo(kept);
    }

    @Property(tries = 200)
    void damageIsNeverFollowed(@ForAll("message") Message message, @ForAll @IntRange int at, @ForAll byte value) {
        byte[] record = written(message);
        record[Math.floorMod(at, record.length)] = value;
        readAny(record);
        readAny(Arrays.copyOf(record, Math.floorMod(at, record.length)));
    }

    /** As every kind of record. Nothing but a DamagedRecordException comes out. */
    private void readAny(byte[] record) {
        List<Reader> readers = List.of(
                () -> messages.read(new RecordInput(record)),
                () -> EntryRecord.read(record, messages),
                () -> EntryRecord.Progress.read(record),
                () -> SessionRecord.read(SESSION, record),
                () -> SharedMessages.readCount(record));
        for (Reader reader : readers) {
            try {
                reader.read();
            } catch (DamagedRecordException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    private interface Reader {
        Object read() throws DamagedRecordException;
    }
}
