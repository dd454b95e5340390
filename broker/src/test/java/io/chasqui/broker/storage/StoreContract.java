package io.chasqui.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Store} must do; each implementation's test extends this. */
abstract class StoreContract {
    private static final int SHARD = 5;

    private final List<Runnable> loop = new ArrayList<>(); // tasks that the store gave to the loop
    private Store store;
    private Journal journal;

    /** A store with what the last one of this test has kept, if this was called before. */
    abstract Store open();

    @BeforeEach
    void start() {
        store = open();
        journal = store.journal(loop::add);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void append(Change... changes) {
        for (Change change : changes) {
            journal.append(SHARD, change);
        }
    }

    /** Waits until all is safe, closes the store and opens the next. */
    private void reopen() {
        boolean[] safe = {false};
        journal.whenDurable(() -> safe[0] = true);
        while (!safe[0]) {
            List<Runnable> tasks = List.copyOf(loop);
            loop.clear();
            tasks.forEach(Runnable::run);
            Thread.onSpinWait();
        }
        store.close();
        start();
    }

    private List<StoredSession> load(int shard) {
        List<StoredSession> sessions = new ArrayList<>();
        store.load(shard, sessions::add);
        return sessions;
    }

    private StoredSession only() {
        assertThat(load(SHARD)).hasSize(1);
        return load(SHARD).getFirst();
    }

    private static Message message(String topic, String payload) {
        return new Message(
                TopicName.of(topic),
                payload.getBytes(StandardCharsets.UTF_8),
                Qos.EXACTLY_ONCE,
                true,
                PublishProperties.NONE,
                "publisher",
                Message.NEVER);
    }

    private static Change.Queued queued(long sequence, String payload) {
        return new Change.Queued("c", sequence, message("t", payload), Qos.AT_LEAST_ONCE, false, new int[] {7}, null);
    }

    private static List<String> payloads(StoredSession session) {
        return session.messages().stream()
                .map(owed -> new String(owed.message().payload(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void aNewStoreIsEmpty() {
        assertThat(load(0)).isEmpty();
        store.loadRetained(message -> assertThat(message).isNull());
    }

    @Test
    void aSessionIsKeptInItsShardOnly() {
        append(new Change.Opened("c", 100));
        reopen();
        assertThat(load(SHARD + 1)).isEmpty();
        assertThat(only().clientId()).isEqualTo("c");
        assertThat(only().expirySeconds()).isEqualTo(100);
        assertThat(only().leftAtWallMillis()).isEqualTo(StoredSession.CONNECTED);
    }

    @Test
    void mqtt5_4_1_0_2_theTimeOfLeavingAndTheExpiryGivenThenAreKept() {
        append(new Change.Opened("c", 100), new Change.Left("c", 50, 1_234_567));
        reopen();
        assertThat(only().expirySeconds()).isEqualTo(50);
        assertThat(only().leftAtWallMillis()).isEqualTo(1_234_567);
        append(new Change.Opened("c", 60));
        reopen();
        assertThat(only().leftAtWallMillis()).isEqualTo(StoredSession.CONNECTED);
    }

    @Test
    void anEndedSessionLeavesNothingBehind() {
        append(new Change.Opened("c", 100), queued(1, "a"), new Change.Received("c", 9), new Change.Ended("c"));
        append(new Change.Opened("c", 100));
        reopen();
        assertThat(only().messages()).isEmpty();
        assertThat(only().received()).isEmpty();
    }

    @Test
    void mqtt5_3_8_4_3_theLastSubscriptionToAFilterIsKept() {
        SubscriptionOptions first = new SubscriptionOptions(Qos.AT_LEAST_ONCE);
        SubscriptionOptions last =
                new SubscriptionOptions(Qos.EXACTLY_ONCE, true, true, SubscriptionOptions.RetainHandling.DO_NOT_SEND);
        append(
                new Change.Opened("c", 100),
                new Change.Subscribed("c", TopicFilter.of("a/+"), first, 1),
                new Change.Subscribed("c", TopicFilter.of("$share/g/b"), first, 0),
                new Change.Subscribed("c", TopicFilter.of("a/+"), last, 2),
                new Change.Subscribed("c", TopicFilter.of("gone"), first, 0),
                new Change.Unsubscribed("c", "gone"));
        reopen();
        assertThat(only().subscriptions())
                .containsExactlyInAnyOrder(
                        new Change.Subscribed("c", TopicFilter.of("a/+"), last, 2),
                        new Change.Subscribed("c", TopicFilter.of("$share/g/b"), first, 0));
    }

    @Test
    void mqtt5_4_5_0_1_whatIsOwedIsKeptInOrderUntilItIsSettled() {
        append(new Change.Opened("c", 100), queued(1, "a"), queued(2, "b"), queued(3, "c"), new Change.Settled("c", 2));
        reopen();
        assertThat(payloads(only())).containsExactly("a", "c");
        StoredSession.Owed first = only().messages().getFirst();
        assertThat(first.sequence()).isEqualTo(1);
        assertThat(first.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(first.message().qos()).isEqualTo(Qos.EXACTLY_ONCE);
        assertThat(first.message().publisher()).isEqualTo("publisher");
        assertThat(first.subscriptionIds()).containsExactly(7);
        assertThat(first.packetId()).isZero();
    }

    @Test
    void mqtt5_4_4_0_1_packetIdentifiersAndPubRecAreKept() {
        append(
                new Change.Opened("c", 100),
                queued(1, "a"),
                queued(2, "b"),
                new Change.Sent("c", 1, 65_535),
                new Change.Sent("c", 2, 1),
                new Change.Released("c", 1));
        reopen();
        assertThat(only().messages().stream().map(StoredSession.Owed::packetId)).containsExactly(65_535, 1);
        assertThat(only().messages().stream().map(StoredSession.Owed::released)).containsExactly(true, false);
    }

    @Test
    void mqtt5_4_3_3_10_packetIdentifiersOfQos2MessagesTakenAreKeptUntilPubRel() {
        append(
                new Change.Opened("c", 100),
                new Change.Received("c", 1),
                new Change.Received("c", 65_535),
                new Change.Received("c", 2),
                new Change.Forgotten("c", 1));
        reopen();
        assertThat(only().received()).containsExactlyInAnyOrder(2, 65_535);
    }

    @Test
    void mqtt5_3_1_2_7_aWillIsKeptUntilItIsSettled() {
        Will will = new Will(
                Qos.AT_LEAST_ONCE, true, TopicName.of("w"), PublishProperties.NONE, 30, Publish.ABSENT, new byte[] {1});
        append(new Change.Opened("c", 100), new Change.WillMade("c", will, "user"));
        reopen();
        assertThat(only().will()).isNotNull();
        assertThat(only().will().delaySeconds()).isEqualTo(30);
        assertThat(only().will().topic()).isEqualTo(TopicName.of("w"));
        assertThat(only().will().payload()).containsExactly(1);
        assertThat(only().userName()).isEqualTo("user");
        append(new Change.WillSettled("c"));
        reopen();
        assertThat(only().will()).isNull();
    }

    @Test
    void mqtt5_3_3_1_5_theLastRetainedMessageOfATopicIsKept() {
        append(
                new Change.Retained(message("a", "1")),
                new Change.Retained(message("b", "1")),
                new Change.Retained(message("a", "2")),
                new Change.Unretained(TopicName.of("b")));
        reopen();
        List<String> kept = new ArrayList<>();
        store.loadRetained(message -> kept.add(message.topic() + "=" + message.payload()[0]));
        assertThat(kept).containsExactly("a=" + (int) '2');
    }

    @Test
    void applyingTheSameChangesAgainDoesNoHarm() {
        Change[] changes = {
            new Change.Opened("c", 100),
            queued(1, "a"),
            queued(2, "b"),
            new Change.Sent("c", 1, 4),
            new Change.Settled("c", 1),
            new Change.Received("c", 3)
        };
        append(changes);
        append(changes);
        reopen();
        assertThat(payloads(only())).containsExactly("b");
        assertThat(only().received()).containsExactly(3);
    }

    @Test
    void changesOfASessionThatIsNotThereAreForNobody() {
        append(queued(1, "a"), new Change.Received("c", 3), new Change.Left("c", 5, 5));
        reopen();
        assertThat(load(SHARD)).isEmpty();
    }
}
