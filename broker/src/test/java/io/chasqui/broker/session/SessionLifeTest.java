package io.chasqui.broker.session;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.session.Session.Subscribed;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Sessions begin, are resumed and taken over, and end (section 4.1). */
class SessionLifeTest {
    private final Stage stage = new Stage();
    private final RecordingLink link = new RecordingLink();
    private final RecordingLink next = new RecordingLink();

    private Sessions.Opened open(String clientId, boolean cleanStart, long expirySeconds, RecordingLink by) {
        return Objects.requireNonNull(stage.sessions.open(clientId, cleanStart, expirySeconds, by, null));
    }

    @Test
    void mqtt5_3_1_2_6_withoutAStoredSessionANewOneBegins() {
        assertThat(open("c", false, 100, link).present()).isFalse();
        assertThat(stage.counters.sessions).isEqualTo(1);
        assertThat(stage.sessionCount).hasValue(1);
    }

    @Test
    void mqtt5_3_1_2_5_cleanStart0ResumesTheSession() {
        Session session = open("c", false, 100, link).session();
        stage.subscribe(session, "t", AT_LEAST_ONCE);
        session.receive(7);
        session.detach(link);
        stage.publish("t", "a", AT_LEAST_ONCE);
        Sessions.Opened again = open("c", false, 100, next);
        assertThat(again.present()).isTrue();
        assertThat(again.session()).isSameAs(session);
        assertThat(session.hasReceived(7))
                .as("a QoS 2 message that was taken before")
                .isTrue();
        session.start(next, 10);
        assertThat(next.take()).containsExactly("a q1 #1");
    }

    @Test
    void mqtt5_3_1_2_4_cleanStart1EndsTheStoredSession() {
        Session session = open("c", false, 100, link).session();
        stage.subscribe(session, "t", AT_LEAST_ONCE);
        session.detach(link);
        stage.publish("t", "a", AT_LEAST_ONCE);
        Sessions.Opened again = open("c", true, 100, next);
        assertThat(again.present()).isFalse();
        assertThat(session.isEnded()).isTrue();
        assertThat(again.session().subscriptionCount()).isZero();
        assertThat(stage.fates).containsExactly("SESSION_ENDED a of c");
        assertThat(stage.counters.sessions).isEqualTo(1);
        assertThat(stage.counters.subscriptions).isZero();
        assertThat(stage.counters.queuedMessages).isZero();
    }

    @Test
    void mqtt5_3_1_4_3_theOldConnectionIsEndedAtTakeOverAndTheSessionGoesOn() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        stage.publish("t", "a", AT_LEAST_ONCE);
        stage.connect("c", next);
        assertThat(link.ended).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
        assertThat(next.take()).containsExactly("a q1 #1 dup");
        assertThat(session.isConnected()).isTrue();

        session.detach(link); // the old connection's own end comes late
        assertThat(session.isConnected()).isTrue();
        assertThat(session.link()).isSameAs(next);
    }

    @Test
    void takeOverWithCleanStart1BeginsANewSession() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        Sessions.Opened opened = open("c", true, 100, next);
        assertThat(link.ended).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
        assertThat(opened.present()).isFalse();
        assertThat(session.isEnded()).isTrue();
        assertThat(stage.counters.sessions).isEqualTo(1);
    }

    /** MQTT3-3.1.2-6: what was not to outlive its connection is not continued by another one. */
    @Test
    void mqtt3_3_1_2_6_takeOverOfASessionWithoutExpiryBeginsANewOne() {
        Session session = open("c", true, 0, link).session();
        stage.subscribe(session, "t", AT_LEAST_ONCE);
        Sessions.Opened opened = open("c", false, Connect.NEVER_EXPIRES, next);
        assertThat(link.ended).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
        assertThat(opened.present()).isFalse();
        assertThat(opened.session().subscriptionCount()).isZero();
    }

    @Test
    void qos0ThatWaitedForTheOldConnectionDoesNotComeToTheNewOne() {
        stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        link.writable = false;
        stage.publish("t", "a", AT_MOST_ONCE);
        stage.publish("t", "b", AT_LEAST_ONCE);
        stage.connect("c", next);
        assertThat(next.take()).containsExactly("b q1 #1");
        assertThat(stage.fates).containsExactly("CONNECTION_LOST a of c");
    }

    @Test
    void sessionExpiry0EndsWithTheConnection() {
        Session session = open("c", false, 0, link).session();
        session.detach(link);
        assertThat(session.isEnded()).isTrue();
        assertThat(stage.sessions.get("c")).isNull();
        assertThat(stage.sessionCount).hasValue(0);
    }

    @Test
    void theSessionLivesForItsExpiryAndEndsThen() {
        Session session = open("c", false, 60, link).session();
        stage.subscribe(session, "t", AT_LEAST_ONCE);
        session.detach(link);
        stage.publish("t", "a", AT_LEAST_ONCE);
        stage.loop.advance(Duration.ofMillis(59_900));
        assertThat(session.isEnded()).isFalse();
        stage.loop.advance(Duration.ofMillis(200));
        assertThat(session.isEnded()).isTrue();
        assertThat(stage.counters.sessionsExpired).isEqualTo(1);
        assertThat(stage.counters.subscriptions).isZero();
        assertThat(stage.fates).containsExactly("SESSION_ENDED a of c");
        assertThat(stage.loop.isIdle()).as("no timer is left").isTrue();
    }

    @Test
    void theClockOfExpiryRunsOnlyWhileNotConnected() {
        Session session = open("c", false, 60, link).session();
        stage.loop.advance(Duration.ofHours(1));
        session.detach(link);
        stage.loop.advance(Duration.ofSeconds(50));
        assertThat(open("c", false, 60, next).present()).isTrue();
        stage.loop.advance(Duration.ofHours(1));
        assertThat(session.isEnded()).isFalse();
        session.detach(next);
        stage.loop.advance(Duration.ofSeconds(59));
        assertThat(session.isEnded()).isFalse();
    }

    @Test
    void aSessionThatNeverExpiresSetsNoTimer() {
        Session session = open("c", false, Connect.NEVER_EXPIRES, link).session();
        session.detach(link);
        assertThat(stage.loop.isIdle()).isTrue();
        stage.loop.advance(Duration.ofDays(1000));
        assertThat(session.isEnded()).isFalse();
    }

    @Test
    void disconnectMayShortenTheExpiry() {
        Session session = open("c", false, 1000, link).session();
        session.expirySeconds(1);
        session.detach(link);
        stage.loop.advance(Duration.ofMillis(1100));
        assertThat(session.isEnded()).isTrue();
    }

    @Test
    void sessionsAreLimitedOverAllLoops() {
        for (int i = 0; i < Stage.MAX_SESSIONS; i++) {
            open("c" + i, false, 100, new RecordingLink());
        }
        assertThat(stage.sessions.open("one more", false, 100, link, null)).isNull();
        assertThat(stage.sessionCount).hasValue(Stage.MAX_SESSIONS);
        assertThat(open("c0", false, 100, next).present())
                .as("those that exist go on")
                .isTrue();
        assertThat(open("c0", true, 0, link).present()).as("and may begin anew").isFalse();

        Session session = Objects.requireNonNull(stage.sessions.get("c0"));
        session.detach(link);
        assertThat(open("one more", false, 100, link).present()).isFalse();
    }

    @Test
    void subscriptionsAreLimitedAndReplacingOneTakesNoPlace() {
        Session session = stage.connect("c", link);
        SubscriptionOptions options = new SubscriptionOptions(AT_LEAST_ONCE);
        for (int i = 0; i < Stage.MAX_SUBSCRIPTIONS; i++) {
            assertThat(session.subscribe(TopicFilter.of("t" + i), options, 0)).isEqualTo(Subscribed.NEW);
        }
        assertThat(session.subscribe(TopicFilter.of("more"), options, 0)).isEqualTo(Subscribed.TOO_MANY);
        assertThat(session.subscribe(TopicFilter.of("t0"), options, 0)).isEqualTo(Subscribed.REPLACED);
        assertThat(session.unsubscribe("t1")).isTrue();
        assertThat(session.unsubscribe("t1")).isFalse();
        assertThat(session.subscribe(TopicFilter.of("more"), options, 0)).isEqualTo(Subscribed.NEW);
        assertThat(stage.counters.subscriptions).isEqualTo(Stage.MAX_SUBSCRIPTIONS);
        assertThat(stage.topics.subscriptions().size()).isEqualTo(Stage.MAX_SUBSCRIPTIONS);
    }

    @Test
    void mqtt5_3_8_4_3_aReplacedSubscriptionHoldsWithItsNewOptionsAtOnce() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        session.subscribe(TopicFilter.of("t"), new SubscriptionOptions(AT_MOST_ONCE), 9);
        stage.publish("t", "a", AT_LEAST_ONCE);
        assertThat(link.take()).containsExactly("a q0 [9]");
    }

    @Test
    void mqtt5_3_10_4_3_afterUnsubscribeWhatWasSentIsFinishedAndNothingNewComes() {
        Session session = stage.subscriber("c", link, 10, "t", AT_LEAST_ONCE);
        stage.publish("t", "a", AT_LEAST_ONCE);
        session.unsubscribe("t");
        stage.publish("t", "b", AT_LEAST_ONCE);
        assertThat(link.take()).containsExactly("a q1 #1");
        assertThat(session.onPubAck(1, true)).isTrue();
        assertThat(stage.fates).containsExactly("NO_SUBSCRIBER b");
    }

    @Test
    void mqtt5_4_3_3_10_aQos2IdentifierIsHeldUntilItIsReleased() {
        Session session = stage.connect("c", link);
        assertThat(session.hasReceived(65_535)).isFalse();
        session.receive(65_535);
        assertThat(session.hasReceived(65_535)).isTrue();
        assertThat(session.receivedCount()).isEqualTo(1);
        assertThat(session.forget(65_535)).isTrue();
        assertThat(session.forget(65_535)).isFalse();
        assertThat(session.forget(1)).isFalse();
        assertThat(session.hasReceived(65_535)).isFalse();
    }

    @Test
    void everyQos2IdentifierCanBeHeld() {
        Session session = stage.connect("c", link);
        for (int id = 1; id <= 65_535; id++) {
            session.receive(id);
        }
        assertThat(session.receivedCount()).isEqualTo(65_535);
    }

    @Test
    void u5_32_aStoppingBrokerSuspendsTheSessionWithItsWill() {
        Session session = stage.connect("c", link, 10, false, 100, Stage.will(0));
        stage.subscriber("w", next, 10, "wills", AT_LEAST_ONCE);
        session.suspend(link);
        assertThat(session.isConnected()).isFalse();
        assertThat(session.isEnded()).isFalse();
        assertThat(next.sent).isEmpty();
    }
}
