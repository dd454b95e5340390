package io.chasqui.broker.session;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.HeldStore;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Will;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the Will goes out: each way in which a connection can end, with and without Will Delay Interval. */
class WillTest {
    private static final long LONG = 1000; // seconds

    private final Stage stage = new Stage();
    private final RecordingLink watcher = new RecordingLink();
    private final RecordingLink link = new RecordingLink();
    private final RecordingLink next = new RecordingLink();

    @BeforeEach
    void someoneWatches() {
        stage.subscriber("watcher", watcher, 10, "wills", AT_LEAST_ONCE);
    }

    private Session connect(long expirySeconds, long delaySeconds) {
        return stage.connect("c", link, 10, false, expirySeconds, Stage.will(delaySeconds));
    }

    private void published() {
        assertThat(watcher.take()).as("the Will").hasSize(1);
    }

    private void notPublished() {
        assertThat(watcher.take()).as("the Will").isEmpty();
    }

    private void neverPublished() {
        stage.loop.advance(Duration.ofDays(3));
        notPublished();
    }

    @Test
    void mqtt5_3_1_2_8_withoutDelayItGoesOutWhenTheConnectionIsLost() {
        connect(LONG, 0).detach(link);
        published();
        neverPublished();
    }

    @Test
    void mqtt5_3_14_4_3_disconnect0DropsIt() {
        Session session = connect(LONG, 0);
        session.dropWill();
        session.detach(link);
        neverPublished();
    }

    @Test
    void disconnect0DropsItWithADelayToo() {
        Session session = connect(LONG, 5);
        session.dropWill();
        session.detach(link);
        neverPublished();
    }

    @Test
    void mqtt5_3_1_3_9_withADelayItWaits() {
        connect(LONG, 5).detach(link);
        stage.loop.advance(Duration.ofMillis(4_900));
        notPublished();
        stage.loop.advance(Duration.ofMillis(200));
        published();
        neverPublished();
    }

    @Test
    void afterARestartItWaitsForAllWhoMayBeOwedIt() {
        for (long delay : new long[] {0, 5}) {
            Stage later = new Stage();
            SessionId id = new SessionId(0, delay + 1);
            later.sessions.restore(
                    new StoredSession(
                            id, "c", 1_000, StoredSession.CONNECTED, List.of(), 0, 0, 0, 0, new int[0], null, null),
                    Stage.will(delay));
            later.loop.advance(Duration.ofSeconds(100));
            assertThat(later.fates).isEmpty();
            later.subscriber("watcher", watcher, 10, "wills", AT_LEAST_ONCE);
            later.sessions.begin();
            later.loop.advance(Duration.ofSeconds(100));
            published();
        }
    }

    /** Whoever is owed the first Will may be on another loop and have it safe much later than this loop's next write. */
    @Test
    void theStoreKeepsAWillUntilItIsOwedAlsoWhenTheClientIsBackWithAnother() {
        HeldStore store = new HeldStore();
        Stage held = new Stage(Stage.GENEROUS, store);
        held.subscriber("watcher", watcher, 10, "wills", AT_LEAST_ONCE);
        held.connect("c", link, 10, false, LONG, Stage.will(0));
        held.loop.advance(Duration.ZERO);
        while (store.waiting() > 0) {
            store.succeed();
            held.loop.advance(Duration.ZERO);
        }
        int before = store.given.size();
        held.connect("c", next, 10, false, LONG, Stage.will(7)); // takes over
        held.loop.advance(Duration.ZERO);
        assertThat(store.given.get(before).stream()
                        .filter(Change.Kept.class::isInstance)
                        .map(change -> (Change.Kept) change)
                        .filter(kept -> kept.clientId().equals("c")))
                .as("the record of the session, and one for the Will that is on its way")
                .extracting(kept -> kept.will() == null ? -1 : kept.will().delaySeconds(), Change.Kept::expirySeconds)
                .containsExactlyInAnyOrder(tuple(0L, 0L), tuple(7L, LONG));
        while (store.waiting() > 0) {
            store.succeed();
            held.loop.advance(Duration.ZERO);
        }
        assertThat(store.given.stream().flatMap(List::stream).filter(Change.Ended.class::isInstance))
                .hasSize(1);
    }

    @Test
    void mqtt5_3_1_3_9_aClientThatIsBackInTimeHasItNotPublished() {
        Session session = connect(LONG, 5);
        session.detach(link);
        stage.loop.advance(Duration.ofSeconds(3));
        stage.connect("c", next, 10, false, LONG, null);
        neverPublished();
    }

    @Test
    void aWaitingWillGoesOutWhenItsSessionEndsFirst() {
        connect(3, 1000).detach(link);
        stage.loop.advance(Duration.ofMillis(2_900));
        notPublished();
        stage.loop.advance(Duration.ofMillis(200));
        published();
        neverPublished();
    }

    @Test
    void delayAndExpiryAtTheSameTimePublishItOnce() {
        connect(5, 5).detach(link);
        stage.loop.advance(Duration.ofSeconds(6));
        published();
        neverPublished();
        assertThat(stage.loop.isIdle()).isTrue();
    }

    @Test
    void withoutSessionExpiryItGoesOutAtOnceWhateverItsDelay() {
        connect(0, 1000).detach(link);
        published();
        neverPublished();
    }

    @Test
    void disconnectThatEndsTheSessionPublishesItAtOnce() {
        Session session = connect(LONG, 1000);
        session.expirySeconds(0); // DISCONNECT 0x04 with Session Expiry Interval 0
        session.detach(link);
        published();
    }

    @Test
    void ofASessionThatNeverExpiresItGoesOutAfterItsDelay() {
        connect(Connect.NEVER_EXPIRES, 5).detach(link);
        stage.loop.advance(Duration.ofMillis(5_100));
        published();
    }

    @Test
    void mqtt5_3_1_2_8_takeOverThatKeepsTheSessionPublishesItWithoutDelay() {
        connect(LONG, 0);
        stage.connect("c", next, 10, false, LONG, null);
        published();
        neverPublished();
    }

    @Test
    void takeOverThatKeepsTheSessionIsAClientThatIsBackInTime() {
        connect(LONG, 5);
        stage.connect("c", next, 10, false, LONG, null);
        neverPublished();
    }

    @Test
    void takeOverWithCleanStart1PublishesItWhateverItsDelay() {
        connect(LONG, 5);
        stage.connect("c", next, 10, true, LONG, null);
        published();
        neverPublished();
    }

    @Test
    void takeOverOfASessionWithoutExpiryPublishesItWhateverItsDelay() {
        connect(0, 5);
        stage.connect("c", next, 10, false, LONG, null);
        published();
        neverPublished();
    }

    /** The texts disagree; we follow MQTT5-3.1.3-9: the session has ended. */
    @Test
    void mqtt5_3_1_3_9_returnWithCleanStart1PublishesAWaitingWill() {
        connect(LONG, 5).detach(link);
        stage.connect("c", next, 10, true, LONG, null);
        published();
        neverPublished();
    }

    @Test
    void theNextConnectionBringsItsOwn() {
        connect(LONG, 5).detach(link);
        stage.connect("c", next, 10, false, LONG, Stage.will(0)).detach(next);
        published();
        neverPublished();
    }

    @Test
    void aSessionGetsItsOwnWillAfterTakeOver() {
        Session session = connect(LONG, 0);
        stage.subscribe(session, "wills", AT_LEAST_ONCE);
        stage.connect("c", next, 10, false, LONG, null);
        assertThat(next.take()).containsExactly("will q1 #1");
    }

    @Test
    void whatTheTestamentWithholdsIsNotPublished() {
        Testament withheld = new Testament() {
            @Override
            public Will will() {
                return Stage.willMessage(0);
            }

            @Override
            public @Nullable String userName() {
                return null;
            }

            @Override
            public @Nullable Message execute() {
                return null;
            }
        };
        stage.connect("c", link, 10, false, LONG, withheld).detach(link);
        neverPublished();
    }
}
