package io.chasqui.broker.session;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Retained messages for a new subscription are a walk that goes on as the client takes them; nothing is queued. */
class RetainedReplayTest {
    private final Stage stage = new Stage();
    private final RecordingLink link = new RecordingLink();

    private Session subscribed(int window, String filter, Qos qos) {
        Session session = stage.subscriber("c", link, window, filter, qos);
        stage.replay(session, filter);
        return session;
    }

    @Test
    void mqtt5_3_8_4_8_comesWithRetainAndTheLowerQos() {
        stage.retain("r/0", "zero", AT_MOST_ONCE);
        stage.retain("r/2", "two", EXACTLY_ONCE);
        stage.retain("other", "other", EXACTLY_ONCE);
        subscribed(10, "r/#", AT_LEAST_ONCE);
        assertThat(link.take()).containsExactlyInAnyOrder("zero q0 retain", "two q1 #1 retain");
    }

    @Test
    void mqtt5_3_3_4_3_carriesTheIdentifierOfItsSubscription() {
        stage.retain("r", "a", AT_MOST_ONCE);
        Session session = stage.connect("c", link);
        session.subscribe(TopicFilter.of("r"), new SubscriptionOptions(AT_MOST_ONCE), 7);
        session.subscribe(TopicFilter.of("#"), new SubscriptionOptions(AT_MOST_ONCE), 8);
        stage.replay(session, "r");
        assertThat(link.take()).containsExactly("a q0 retain [7]");
    }

    @Test
    void mqtt5_3_3_4_9_keepsToTheWindow() {
        for (int i = 0; i < 100; i++) {
            stage.retain("r/" + i, "m" + i, AT_LEAST_ONCE);
        }
        Session session = subscribed(3, "r/#", AT_LEAST_ONCE);
        List<String> all = new ArrayList<>();
        while (!link.openIds.isEmpty()) {
            assertThat(session.inFlightMessages()).isLessThanOrEqualTo(3);
            all.addAll(link.take());
            session.onPubAck(link.openIds.removeFirst(), true);
            stage.loop.runAll();
        }
        assertThat(all).hasSize(100).doesNotHaveDuplicates();
        assertThat(session.queuedMessages()).isZero();
        assertThat(session.inFlightMessages()).isZero();
    }

    @Test
    void waitsForASocketThatDoesNotKeepUp() {
        for (int i = 0; i < 10; i++) {
            stage.retain("r/" + i, "m" + i, AT_MOST_ONCE);
        }
        link.takes = 4;
        Session session = subscribed(1, "r/#", AT_MOST_ONCE);
        stage.loop.runAll();
        assertThat(link.sent).hasSize(4);
        assertThat(session.queuedMessages()).as("nothing is copied").isZero();
        link.takes = 100;
        session.onWritable();
        stage.loop.runAll();
        assertThat(link.take()).hasSize(10).doesNotHaveDuplicates();
    }

    @Test
    void aLongWalkLetsOthersHaveTheirTurn() {
        int topics = 50_000;
        for (int i = 0; i < topics; i++) {
            stage.retain("r/" + i, "m" + i, AT_MOST_ONCE);
        }
        subscribed(1, "r/#", AT_MOST_ONCE);
        assertThat(link.sent).hasSizeLessThanOrEqualTo(Replays.STEPS_A_TURN);
        int turns = 0;
        for (; stage.loop.hasTasks(); turns++) {
            int before = link.sent.size();
            stage.loop.turn();
            assertThat(link.sent.size() - before).isLessThanOrEqualTo(Replays.STEPS_A_TURN);
        }
        assertThat(link.sent).hasSize(topics);
        assertThat(turns).isGreaterThan(90);
    }

    /** Else every acknowledgement during a replay would add a chain of tasks, and the turns would be no turns. */
    @Test
    void aLongWalkWaitsInTheLoopOnlyOnceHoweverOftenTheClientStirs() {
        for (int i = 0; i < 5_000; i++) {
            stage.retain("r/" + i, "m" + i, AT_MOST_ONCE);
        }
        Session session = subscribed(1, "r/#", AT_MOST_ONCE);
        for (int i = 0; i < 5; i++) {
            session.onWritable();
        }
        int before = link.sent.size();
        stage.loop.turn();
        assertThat(link.sent.size() - before).isLessThanOrEqualTo(Replays.STEPS_A_TURN);
    }

    @Test
    void aWalkThatFindsNothingEnds() {
        for (int i = 0; i < 1_000; i++) {
            stage.retain("r/" + i + "/a", "m", AT_MOST_ONCE);
        }
        Session session = stage.subscriber("c", link, 1, "r/+/b", AT_MOST_ONCE);
        stage.replay(session, "r/+/b");
        stage.loop.runAll();
        assertThat(link.sent).isEmpty();
        assertThat(stage.loop.isIdle()).isTrue();
    }

    @Test
    void mqtt5_3_8_4_4_subscribingAgainBeginsAnew() {
        for (int i = 0; i < 6; i++) {
            stage.retain("r/" + i, "m" + i, AT_MOST_ONCE);
        }
        link.takes = 4;
        Session session = subscribed(1, "r/#", AT_MOST_ONCE);
        assertThat(link.take()).hasSize(4);
        stage.replay(session, "r/#");
        link.takes = 100;
        session.onWritable();
        stage.loop.runAll();
        assertThat(link.take()).as("one walk, from the start").hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void unsubscribingStopsTheWalk() {
        for (int i = 0; i < 10; i++) {
            stage.retain("r/" + i, "m" + i, AT_MOST_ONCE);
        }
        link.takes = 4;
        Session session = subscribed(1, "r/#", AT_MOST_ONCE);
        session.unsubscribe("r/#");
        link.takes = 100;
        session.onWritable();
        stage.loop.runAll();
        assertThat(link.sent).hasSize(4);
    }

    @Test
    void theWalkGoesOnAfterAReconnect() {
        for (int i = 0; i < 10; i++) {
            stage.retain("r/" + i, "m" + i, AT_LEAST_ONCE);
        }
        Session session = subscribed(4, "r/#", AT_LEAST_ONCE);
        List<String> before = link.take();
        session.detach(link);
        RecordingLink next = new RecordingLink();
        stage.connect("c", next, 100);
        stage.loop.runAll();
        assertThat(before).hasSize(4);
        assertThat(next.sent.subList(0, 4)).allMatch(sent -> sent.contains("dup"));
        assertThat(next.sent).hasSize(10);
    }

    @Test
    void eachOfMaxSubscriptionsWalksInTheOrderOfSubscribe() {
        Session session = stage.connect("c", link, 1);
        link.takes = 0;
        for (int i = 0; i < Stage.MAX_SUBSCRIPTIONS; i++) {
            stage.retain("r/" + i, "m" + i, AT_MOST_ONCE);
            stage.subscribe(session, "r/" + i, AT_MOST_ONCE);
            stage.replay(session, "r/" + i);
        }
        link.takes = 100;
        session.onWritable();
        assertThat(link.take()).containsExactly("m0 q0 retain", "m1 q0 retain", "m2 q0 retain", "m3 q0 retain");
    }

    @Test
    void sharedSubscriptionsGetNone() {
        stage.retain("r", "a", AT_MOST_ONCE);
        subscribed(10, "$share/g/r", AT_MOST_ONCE);
        assertThat(link.sent).isEmpty();
    }

    @Test
    void anExpiredOneIsNotSentAndLeavesNothing() {
        Message expiring = Stage.message(
                "r",
                "a",
                AT_LEAST_ONCE,
                true,
                stage.loop.nanoTime() + Duration.ofSeconds(5).toNanos());
        stage.router.retain(expiring);
        stage.loop.advance(Duration.ofSeconds(5));
        subscribed(10, "r", AT_LEAST_ONCE);
        assertThat(link.sent).isEmpty();
        assertThat(stage.topics.retained().count()).isZero();
        assertThat(stage.topics.retained().bytes()).isZero();
    }

    @Test
    void whatIsTooLargeForTheClientIsLeftOut() {
        stage.retain("r/a", "much too large", AT_LEAST_ONCE);
        stage.retain("r/b", "ok", AT_LEAST_ONCE);
        link.largestPayload = 5;
        subscribed(10, "r/#", AT_LEAST_ONCE);
        assertThat(link.take()).containsExactly("ok q1 #1 retain");
        assertThat(stage.fates).containsExactly("PACKET_TOO_LARGE much too large of c");
    }
}
