package io.chasqui.broker.session;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import org.junit.jupiter.api.Test;

/** What becomes of the messages of a shared subscription's member that goes (section 4.8.2). */
class SharedHandOnTest {
    private static final String SHARED = "$share/g/t";

    private final Stage stage = new Stage();
    private final RecordingLink first = new RecordingLink();
    private final RecordingLink second = new RecordingLink();

    private Session member(String clientId, RecordingLink link, int window, Qos qos) {
        return stage.subscriber(clientId, link, window, SHARED, qos);
    }

    /** A member with one message in flight and one that waits, and another member to come. */
    private Session busyMember(Qos qos) {
        Session session = member("a", first, 1, qos);
        stage.publish("t", "sent", qos);
        stage.publish("t", "waits", qos);
        assertThat(first.take()).containsExactly("sent q" + qos.level() + " #1");
        return session;
    }

    @Test
    void aConnectedMemberGetsQos1ThatTheOneThatDisconnectsCannotFinish() {
        Session session = busyMember(AT_LEAST_ONCE);
        member("b", second, 10, AT_LEAST_ONCE);
        session.detach(first);
        assertThat(second.take()).containsExactly("sent q1 #1", "waits q1 #2");
        assertThat(session.inFlightMessages()).isZero();
        assertThat(session.queuedMessages()).isZero();
        assertThat(stage.fates).isEmpty();
    }

    /** Its own granted QoS holds for each member. */
    @Test
    void theNextMemberGetsItAtItsOwnQos() {
        Session session = busyMember(AT_LEAST_ONCE);
        member("b", second, 10, AT_MOST_ONCE);
        session.detach(first);
        assertThat(second.take()).containsExactly("sent q0", "waits q0");
    }

    @Test
    void mqtt5_4_8_2_4_qos2UnderWayWaitsForItsMember() {
        Session session = busyMember(EXACTLY_ONCE);
        member("b", second, 10, EXACTLY_ONCE);
        session.detach(first);
        assertThat(second.take()).as("what was not sent may go").containsExactly("waits q2 #1");
        assertThat(session.inFlightMessages()).isEqualTo(1);
        RecordingLink next = new RecordingLink();
        stage.connect("a", next);
        assertThat(next.take()).containsExactly("sent q2 #1 dup");
    }

    @Test
    void mqtt5_4_8_2_5_qos2UnderWayGoesToNobodyElseWhenTheSessionEnds() {
        Session session = busyMember(EXACTLY_ONCE);
        member("b", second, 10, EXACTLY_ONCE);
        session.expirySeconds(0);
        session.detach(first);
        assertThat(second.take()).containsExactly("waits q2 #1");
        assertThat(stage.fates).containsExactly("SESSION_ENDED sent of a");
    }

    @Test
    void u5_34_qos1GoesToAnotherMemberWhenTheSessionEnds() {
        Session session = busyMember(AT_LEAST_ONCE);
        member("b", second, 10, AT_LEAST_ONCE);
        session.expirySeconds(0);
        session.detach(first);
        assertThat(second.take()).containsExactlyInAnyOrder("waits q1 #1", "sent q1 #2");
        assertThat(stage.fates).isEmpty();
    }

    @Test
    void withoutAnotherConnectedMemberTheMessagesStayWhereTheyAre() {
        Session session = busyMember(AT_LEAST_ONCE);
        member("b", second, 10, AT_LEAST_ONCE).detach(second);
        session.detach(first);
        RecordingLink next = new RecordingLink();
        stage.connect("a", next);
        assertThat(next.take()).containsExactly("sent q1 #1 dup", "waits q1 #2");
        assertThat(stage.fates).isEmpty();
    }

    @Test
    void anOfflineMemberInheritsWhenTheSessionEnds() {
        Session session = busyMember(AT_LEAST_ONCE);
        Session other = member("b", second, 10, AT_LEAST_ONCE);
        other.detach(second);
        session.expirySeconds(0);
        session.detach(first);
        assertThat(other.queuedMessages()).isEqualTo(2);
        assertThat(stage.fates).isEmpty();
    }

    @Test
    void ofMembersThatAreAwayOneWhoseQosLetsItWaitInherits() {
        Session session = busyMember(AT_LEAST_ONCE);
        member("b", second, 10, AT_MOST_ONCE).detach(second);
        RecordingLink third = new RecordingLink();
        Session other = member("c", third, 10, AT_LEAST_ONCE);
        other.detach(third);
        member("d", second, 10, AT_MOST_ONCE).detach(second);
        session.expirySeconds(0);
        session.detach(first);
        assertThat(other.queuedMessages()).isEqualTo(2);
        assertThat(stage.fates).isEmpty();
    }

    @Test
    void theLastMemberTakesItsMessagesWithIt() {
        Session session = busyMember(AT_LEAST_ONCE);
        session.expirySeconds(0);
        session.detach(first);
        assertThat(stage.fates).containsExactlyInAnyOrder("SESSION_ENDED waits of a", "SESSION_ENDED sent of a");
        assertThat(stage.counters.sharedSubscriptions).isZero();
    }

    @Test
    void anotherGroupIsAnotherSubscription() {
        Session session = busyMember(AT_LEAST_ONCE);
        stage.subscriber("b", second, 10, "$share/h/t", AT_LEAST_ONCE);
        session.expirySeconds(0);
        session.detach(first);
        assertThat(second.sent).isEmpty();
    }

    @Test
    void whatAPlainSubscriptionWaitsForIsNotHandedOn() {
        Session session = stage.subscriber("a", first, 1, "t", AT_LEAST_ONCE);
        stage.publish("t", "mine", AT_LEAST_ONCE);
        member("b", second, 10, AT_LEAST_ONCE);
        session.detach(first);
        assertThat(second.sent).isEmpty();
        assertThat(session.inFlightMessages()).isEqualTo(1);
    }

    @Test
    void mqtt5_4_8_2_6_aRefusingAckEndsItForTheWholeGroup() {
        Session session = busyMember(AT_LEAST_ONCE);
        member("b", second, 10, AT_LEAST_ONCE);
        session.onPubAck(1, false);
        assertThat(second.sent).isEmpty();
        assertThat(stage.fates).containsExactly("REFUSED_BY_RECEIVER sent of a");
    }

    /** A message that another loop had matched before the session ended. */
    @Test
    void aMessageThatComesAfterTheEndGoesToAnotherMemberOrEndsInAFate() {
        Session session = member("a", first, 10, AT_LEAST_ONCE);
        Route route = route(SHARED, session);
        member("b", second, 10, AT_LEAST_ONCE);
        session.expirySeconds(0);
        session.detach(first);
        assertThat(session.isEnded()).isTrue();
        session.deliver(Stage.message("t", "late", AT_LEAST_ONCE, false, Message.NEVER), route, null);
        assertThat(second.take()).containsExactly("late q1 #1");

        session.deliver(Stage.message("t", "plain", AT_LEAST_ONCE, false, Message.NEVER), route("t", session), null);
        assertThat(stage.fates).containsExactly("SESSION_ENDED plain of a");
    }

    private static Route route(String filter, Session session) {
        return new Subscription(session, TopicFilter.of(filter), new SubscriptionOptions(AT_LEAST_ONCE), 0).route();
    }
}
