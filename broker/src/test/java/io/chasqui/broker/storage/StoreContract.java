package io.chasqui.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UserProperty;
import io.chasqui.protocol.Will;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Store} must do; each implementation's test extends this. */
public abstract class StoreContract {
    protected static final int SHARDS = 8;
    protected static final SessionId SESSION = new SessionId(5, 1);
    protected static final SessionId OTHER = new SessionId(5, 2);

    private static final long ENOUGH = Long.MAX_VALUE;
    private static final SubscriptionOptions QOS_1 = new SubscriptionOptions(Qos.AT_LEAST_ONCE);

    private Store store;
    private long endBytes;

    /** A store of {@link #SHARDS} shards with what the last one of this test has kept, if this was called before. */
    protected abstract Store open() throws Exception;

    @BeforeEach
    void start() throws Exception {
        store = open();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() throws Exception {
        store.close();
        start();
    }

    private void write(Change... changes) throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        store.write(List.of(changes), done::complete);
        assertThat(done.get(30, TimeUnit.SECONDS)).isTrue();
    }

    private List<StoredSession> load(int shard) {
        List<StoredSession> sessions = new ArrayList<>();
        store.load(shard, sessions::add);
        return sessions;
    }

    private StoredSession only() {
        List<StoredSession> sessions = load(SESSION.shard());
        assertThat(sessions).hasSize(1);
        return sessions.getFirst();
    }

    private List<Change.Owed> read(SessionId session, long from, int messages, long bytes) throws Exception {
        CompletableFuture<List<Change.Owed>> read = new CompletableFuture<>();
        store.read(session, from, messages, bytes, read::complete);
        return read.get(30, TimeUnit.SECONDS);
    }

    private List<Change.Owed> read(SessionId session) throws Exception {
        return read(session, 1, 1_000, ENOUGH);
    }

    private static List<String> payloads(List<Change.Owed> owed) {
        return owed.stream()
                .map(each -> new String(each.message().payload(), StandardCharsets.UTF_8))
                .toList();
    }

    protected static Change.Kept kept(SessionId session) {
        return new Change.Kept(session, "c", 100, StoredSession.CONNECTED, null, null);
    }

    protected static Message message(String topic, String payload) {
        return new Message(
                TopicName.of(topic),
                payload.getBytes(StandardCharsets.UTF_8),
                Qos.EXACTLY_ONCE,
                true,
                PublishProperties.NONE,
                "publisher",
                Message.NEVER);
    }

    private Change.Owed owed(SessionId session, long sequence, Message message) {
        endBytes += message.bytes();
        return new Change.Owed(
                session, sequence, endBytes, message, Qos.AT_LEAST_ONCE, false, new int[] {7}, null, 0, false);
    }

    private Change.Owed owed(long sequence, String payload) {
        return owed(SESSION, sequence, message("t", payload));
    }

    @Test
    void aNewStoreIsEmptyAndHasRoom() throws Exception {
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(load(shard)).isEmpty();
        }
        store.loadRetained(message -> assertThat(message).isNull());
        assertThat(store.lastSession()).isZero();
        assertThat(store.hasRoom()).isTrue();
        assertThat(read(SESSION)).isEmpty();
    }

    @Test
    void aSessionIsKeptInItsShardOnly() throws Exception {
        write(kept(SESSION));
        reopen();
        assertThat(load(SESSION.shard() + 1)).isEmpty();
        assertThat(load(SESSION.shard() - 1)).isEmpty();
        assertThat(only().id()).isEqualTo(SESSION);
        assertThat(only().clientId()).isEqualTo("c");
        assertThat(only().expirySeconds()).isEqualTo(100);
        assertThat(only().leftAtWallMillis()).isEqualTo(StoredSession.CONNECTED);
        assertThat(only().firstSequence()).isZero();
        assertThat(only().userName()).isNull();
    }

    @Test
    void mqtt5_4_1_0_2_theTimeOfLeavingAndTheExpiryGivenThenAreKept() throws Exception {
        write(kept(SESSION), new Change.Kept(SESSION, "c", 50, 1_234_567, null, null));
        reopen();
        assertThat(only().expirySeconds()).isEqualTo(50);
        assertThat(only().leftAtWallMillis()).isEqualTo(1_234_567);
        write(new Change.Kept(SESSION, "c", 0xFFFF_FFFFL, StoredSession.CONNECTED, null, null));
        reopen();
        assertThat(only().expirySeconds()).isEqualTo(0xFFFF_FFFFL);
        assertThat(only().leftAtWallMillis()).isEqualTo(StoredSession.CONNECTED);
    }

    @Test
    void anEndedSessionLeavesNothingBehind() throws Exception {
        write(kept(SESSION), owed(1, "a"), new Change.Received(SESSION, 9), subscribed("a/#"), kept(OTHER));
        write(new Change.Ended(SESSION));
        reopen();
        assertThat(only().id()).isEqualTo(OTHER);
        assertThat(only().received()).isEmpty();
        assertThat(only().subscriptions()).isEmpty();
        assertThat(only().firstSequence()).isZero();
        assertThat(read(OTHER)).isEmpty();
    }

    @Test
    void numbersOfSessionsAreRememberedBeyondTheirEnd() throws Exception {
        write(kept(SESSION), kept(new SessionId(3, 77)));
        write(new Change.Ended(new SessionId(3, 77)));
        reopen();
        assertThat(store.lastSession()).isEqualTo(77);
    }

    @Test
    void anEndedSessionWhoseWillIsPendingStandsBesideTheNextOfItsClientIdentifier() throws Exception {
        write(new Change.Kept(SESSION, "c", 5, 1, will(), "user"), kept(OTHER));
        reopen();
        assertThat(load(SESSION.shard())).extracting(StoredSession::id).containsExactlyInAnyOrder(SESSION, OTHER);
        assertThat(load(SESSION.shard())).extracting(StoredSession::clientId).containsExactly("c", "c");
    }

    private static Change.Subscribed subscribed(String filter) {
        return new Change.Subscribed(SESSION, TopicFilter.of(filter), QOS_1, 0);
    }

    @Test
    void mqtt5_3_8_4_3_theLastSubscriptionToAFilterIsKept() throws Exception {
        SubscriptionOptions last =
                new SubscriptionOptions(Qos.EXACTLY_ONCE, true, true, SubscriptionOptions.RetainHandling.DO_NOT_SEND);
        write(
                kept(SESSION),
                new Change.Subscribed(SESSION, TopicFilter.of("a/+"), QOS_1, 1),
                subscribed("$share/g/b"),
                new Change.Subscribed(SESSION, TopicFilter.of("a/+"), last, 268_435_455),
                subscribed("gone"));
        write(new Change.Unsubscribed(SESSION, "gone"), new Change.Unsubscribed(SESSION, "never/there"));
        reopen();
        assertThat(only().subscriptions())
                .containsExactlyInAnyOrder(
                        new Change.Subscribed(SESSION, TopicFilter.of("a/+"), last, 268_435_455),
                        subscribed("$share/g/b"));
    }

    @Test
    void mqtt5_4_5_0_1_whatIsOwedIsKeptInOrderUntilItIsSettled() throws Exception {
        write(kept(SESSION), owed(1, "a"), owed(2, "bb"), owed(3, "ccc"), owed(10_000_000_000L, "d"));
        write(new Change.Settled(SESSION, 2), new Change.Settled(SESSION, 1));
        reopen();
        assertThat(payloads(read(SESSION))).containsExactly("ccc", "d");
        Change.Owed first = read(SESSION).getFirst();
        assertThat(first.sequence()).isEqualTo(3);
        assertThat(first.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(first.retain()).isFalse();
        assertThat(first.message().qos()).isEqualTo(Qos.EXACTLY_ONCE);
        assertThat(first.message().retain()).isTrue();
        assertThat(first.message().publisher()).isEqualTo("publisher");
        assertThat(first.message().expiresAtNanos()).isEqualTo(Message.NEVER);
        assertThat(first.subscriptionIds()).containsExactly(7);
        assertThat(first.packetId()).isZero();
        assertThat(only().firstSequence()).isEqualTo(3);
        assertThat(only().lastSequence()).isEqualTo(10_000_000_000L);
        assertThat(only().beforeBytes()).isEqualTo(5);
        assertThat(only().endBytes()).isEqualTo(11);
    }

    @Test
    void aReadBeginsWhereItIsToldAndEndsWithEitherLimit() throws Exception {
        write(kept(SESSION), owed(1, "1234"), owed(2, "1234"), owed(3, "1234"), owed(4, "1234"), kept(OTHER));
        write(owed(OTHER, 1, message("t", "of another")));
        assertThat(read(SESSION, 2, 2, ENOUGH))
                .extracting(Change.Owed::sequence)
                .containsExactly(2L, 3L);
        assertThat(read(SESSION, 1, 10, 1)).extracting(Change.Owed::sequence).containsExactly(1L);
        assertThat(read(SESSION, 1, 10, 6)).extracting(Change.Owed::sequence).containsExactly(1L, 2L);
        assertThat(read(SESSION, 4, 10, ENOUGH))
                .extracting(Change.Owed::sequence)
                .containsExactly(4L);
        assertThat(read(SESSION, 5, 10, ENOUGH)).isEmpty();
    }

    @Test
    void mqtt5_4_4_0_1_packetIdentifiersAndPubRecAreKept() throws Exception {
        Change.Owed sent = owed(3, "c");
        write(kept(SESSION), owed(1, "a"), owed(2, "b"));
        write(new Change.Progress(SESSION, 1, 65_535, false), new Change.Progress(SESSION, 2, 1, false));
        write(new Change.Progress(SESSION, 1, 65_535, true));
        write(new Change.Owed(
                SESSION,
                3,
                sent.endBytes(),
                sent.message(),
                Qos.EXACTLY_ONCE,
                true,
                Publish.NO_IDS,
                TopicFilter.of("$share/g/t"),
                9,
                true));
        write(owed(4, "d"), new Change.Progress(SESSION, 4, 10, false));
        reopen();
        List<Change.Owed> owed = read(SESSION);
        assertThat(owed).extracting(Change.Owed::packetId).containsExactly(65_535, 1, 9, 10);
        assertThat(owed).extracting(Change.Owed::released).containsExactly(true, false, true, false);
        assertThat(owed.get(2).retain()).isTrue();
        assertThat(owed.get(2).share()).isEqualTo(TopicFilter.of("$share/g/t"));
        assertThat(read(SESSION, 1, 1, ENOUGH).getFirst().packetId()).isEqualTo(65_535);

        write(new Change.Settled(SESSION, 1), new Change.Settled(SESSION, 4));
        reopen();
        assertThat(read(SESSION)).extracting(Change.Owed::packetId).containsExactly(1, 9);
        assertThat(only().lastSequence()).isEqualTo(3);
    }

    @Test
    void mqtt5_4_3_3_10_packetIdentifiersOfQos2MessagesTakenAreKeptUntilPubRel() throws Exception {
        write(
                kept(SESSION),
                new Change.Received(SESSION, 1),
                new Change.Received(SESSION, 65_535),
                new Change.Received(SESSION, 2));
        write(new Change.Forgotten(SESSION, 1), new Change.Forgotten(SESSION, 50));
        reopen();
        assertThat(only().received()).containsExactlyInAnyOrder(2, 65_535);
    }

    private static PublishProperties properties() {
        return new PublishProperties(
                1,
                "text/plain",
                "answer/here",
                new byte[] {0, -1, 127},
                List.of(new UserProperty("k", "1"), new UserProperty("k", "2"), new UserProperty("", "é€😀")));
    }

    private static Will will() {
        return new Will(Qos.AT_LEAST_ONCE, true, TopicName.of("w"), properties(), 30, Publish.ABSENT, new byte[] {1});
    }

    @Test
    void mqtt5_3_1_2_7_aWillIsKeptUntilItIsSettled() throws Exception {
        write(new Change.Kept(SESSION, "c", 100, 5, will(), "user"));
        reopen();
        Will will = only().will();
        assertThat(will).isNotNull();
        assertThat(will.delaySeconds()).isEqualTo(30);
        assertThat(will.messageExpirySeconds()).isEqualTo(Publish.ABSENT);
        assertThat(will.topic()).isEqualTo(TopicName.of("w"));
        assertThat(will.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(will.retain()).isTrue();
        assertThat(will.properties()).isEqualTo(properties());
        assertThat(will.payload()).containsExactly(1);
        assertThat(only().userName()).isEqualTo("user");
        write(new Change.Kept(SESSION, "c", 100, 5, null, "user"));
        reopen();
        assertThat(only().will()).isNull();
    }

    @Test
    void mqtt5_3_3_1_5_theLastRetainedMessageOfATopicIsKept() throws Exception {
        write(
                new Change.Retained(message("a", "1")),
                new Change.Retained(message("b", "1")),
                new Change.Retained(message("a", "2")),
                new Change.Unretained(TopicName.of("b")),
                new Change.Retained(message("c", "3")));
        write(new Change.Unretained(TopicName.of("c")), new Change.Unretained(TopicName.of("d")));
        write(new Change.Unretained(TopicName.of("e")), new Change.Retained(message("e", "5")));
        reopen();
        List<String> kept = new ArrayList<>();
        store.loadRetained(message -> kept.add(message.topic() + "=" + (char) message.payload()[0]));
        assertThat(kept).containsExactlyInAnyOrder("a=2", "e=5");
    }

    @Test
    void mqtt5_3_3_2_15_propertiesAreKeptAsTheyCame() throws Exception {
        byte[] payload = new byte[100_000];
        Arrays.fill(payload, (byte) -1);
        Message message =
                new Message(TopicName.of("ä/€/😀"), payload, Qos.AT_LEAST_ONCE, false, properties(), "", Message.NEVER);
        write(kept(SESSION), owed(SESSION, 1, message), new Change.Retained(message));
        reopen();
        List<Message> kept = new ArrayList<>();
        kept.add(read(SESSION).getFirst().message());
        store.loadRetained(kept::add);
        assertThat(kept).hasSize(2).allSatisfy(each -> {
            assertThat(each.topic()).isEqualTo(message.topic());
            assertThat(each.payload()).isEqualTo(payload);
            assertThat(each.properties()).isEqualTo(properties());
            assertThat(each.publisher()).isEmpty();
            assertThat(each.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
            assertThat(each.retain()).isFalse();
        });
    }

    @Test
    void aMessageIsReadByAllWhoAreOwedIt() throws Exception {
        Message shared = message("t", "for both");
        Message single = message("t", "for one");
        single.forOne();
        write(kept(SESSION), kept(OTHER), owed(SESSION, 1, shared), owed(OTHER, 1, shared), owed(OTHER, 2, single));
        assertThat(payloads(read(SESSION))).containsExactly("for both");
        write(new Change.Settled(SESSION, 1));
        assertThat(read(SESSION)).isEmpty();
        reopen();
        assertThat(read(SESSION)).isEmpty();
        assertThat(payloads(read(OTHER))).containsExactly("for both", "for one");
        write(owed(SESSION, 2, shared), new Change.Settled(OTHER, 1));
        assertThat(payloads(read(SESSION))).containsExactly("for both");
        write(new Change.Settled(SESSION, 2));
        write(owed(SESSION, 3, shared));
        reopen();
        assertThat(payloads(read(SESSION))).containsExactly("for both");
    }

    @Test
    void tellingTheSameAgainDoesNoHarm() throws Exception {
        Change[] changes = {
            kept(SESSION),
            owed(1, "a"),
            owed(2, "b"),
            subscribed("a"),
            new Change.Progress(SESSION, 2, 4, false),
            new Change.Received(SESSION, 3),
            new Change.Retained(message("r", "1"))
        };
        write(changes);
        write(changes);
        write(new Change.Settled(SESSION, 1));
        write(new Change.Settled(SESSION, 1));
        reopen();
        assertThat(payloads(read(SESSION))).containsExactly("b");
        assertThat(read(SESSION).getFirst().packetId()).isEqualTo(4);
        assertThat(only().received()).containsExactly(3);
        assertThat(only().subscriptions()).hasSize(1);
    }

    @Test
    void settlingWhatIsNotThereDoesNoHarm() throws Exception {
        write(kept(SESSION), owed(1, "a"), new Change.Settled(SESSION, 5), new Change.Settled(OTHER, 1));
        write(new Change.Ended(SESSION));
        write(new Change.Settled(SESSION, 1));
        reopen();
        write(new Change.Settled(SESSION, 1));
        assertThat(load(SESSION.shard())).isEmpty();
    }

    @Test
    void whatIsOwedAndSettledAtOnceIsNotKept() throws Exception {
        write(kept(SESSION), owed(1, "a"), owed(2, "b"), new Change.Settled(SESSION, 1));
        assertThat(payloads(read(SESSION))).containsExactly("b");
        reopen();
        assertThat(only().firstSequence()).isEqualTo(2);
    }

    @Test
    void writesAreDoneInTheOrderOfTheCalls() throws Exception {
        List<Integer> done = new ArrayList<>();
        CompletableFuture<Boolean> last = new CompletableFuture<>();
        store.write(List.of(kept(SESSION)), _ -> {});
        for (int i = 0; i < 100; i++) {
            int call = i;
            store.write(List.of(new Change.Kept(SESSION, "c", i, 1, null, null)), safe -> {
                done.add(call);
                if (call == 99) {
                    last.complete(safe);
                }
            });
        }
        assertThat(last.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(done).isSorted().hasSize(100);
        reopen();
        assertThat(only().expirySeconds()).isEqualTo(99);
    }

    @Test
    void closingKeepsWhatWasHandedOver() throws Exception {
        store.write(List.of(kept(SESSION)), _ -> {});
        reopen();
        assertThat(load(SESSION.shard())).hasSize(1);
    }
}
