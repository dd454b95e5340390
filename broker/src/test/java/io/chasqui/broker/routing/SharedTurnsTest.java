package io.chasqui.broker.routing;

import static io.chasqui.broker.routing.Network.message;
import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who of a shared subscription's members gets a message (section 4.8.2). */
class SharedTurnsTest {
    private final Network network = new Network(2);
    private final List<RecordingSubscriber> members = new ArrayList<>();

    private void members(int count) {
        for (int i = 0; i < count; i++) {
            members.add(new RecordingSubscriber("m" + i, i % 2));
            network.subscribe(members.getLast(), "$share/g/t", AT_LEAST_ONCE);
        }
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            network.publish(0, "t", "m" + i, AT_LEAST_ONCE);
        }
        network.settle();
    }

    private List<Integer> shares() {
        return members.stream().map(member -> member.take().size()).toList();
    }

    @Test
    void eachMessageGoesToOneMemberAndTheyTakeTurns() {
        members(5);
        publish(50);
        assertThat(shares()).containsOnly(10);
    }

    @Test
    void anIdleMemberIsPreferredToABusyOne() {
        members(4);
        members.get(0).idle = false;
        members.get(1).idle = false;
        publish(10);
        assertThat(shares()).containsExactly(0, 0, 5, 5);
    }

    @Test
    void aConnectedMemberIsPreferredToOneThatIsNot() {
        members(3);
        members.forEach(member -> member.idle = false);
        members.get(0).connected = false;
        members.get(2).connected = false;
        publish(10);
        assertThat(shares()).containsExactly(0, 10, 0);
    }

    @Test
    void busyMembersTakeTurnsToo() {
        members(4);
        members.forEach(member -> member.idle = false);
        publish(8);
        assertThat(shares()).containsOnly(2);
    }

    @Test
    void ifNobodyIsConnectedSomeoneKeepsIt() {
        members(3);
        members.forEach(member -> member.idle = member.connected = false);
        publish(9);
        assertThat(shares().stream().mapToInt(n -> n).sum()).isEqualTo(9);
    }

    /** The search for an idle member has an end; that for a connected one has none but the members. */
    @Test
    void theOnlyConnectedOneOfManyIsFound() {
        members(200);
        members.forEach(member -> member.idle = member.connected = false);
        members.get(150).connected = true;
        publish(5);
        assertThat(members.get(150).got).hasSize(5);
    }

    @Test
    void groupsWithOtherNamesOrFiltersGetTheirOwnCopy() {
        RecordingSubscriber a = new RecordingSubscriber("a", 0);
        network.subscribe(a, "$share/g/t", AT_LEAST_ONCE);
        network.subscribe(a, "$share/h/t", AT_LEAST_ONCE);
        network.subscribe(a, "$share/g/+", AT_LEAST_ONCE);
        network.subscribe(a, "t", AT_LEAST_ONCE);
        publish(1);
        assertThat(a.got).hasSize(4);
    }

    /** Only the identifier of the member that gets it, and its own QoS. */
    @Test
    void mqtt5_3_3_4_3_identifierAndQosAreTheMembersOwn() {
        RecordingSubscriber a = new RecordingSubscriber("a", 0);
        RecordingSubscriber b = new RecordingSubscriber("b", 0);
        network.subscribe(a, "$share/g/t", new SubscriptionOptions(AT_LEAST_ONCE), 1);
        network.subscribe(b, "$share/g/t", new SubscriptionOptions(EXACTLY_ONCE), 2);
        network.publish(0, "t", "m", EXACTLY_ONCE);
        network.publish(0, "t", "n", EXACTLY_ONCE);
        assertThat(List.of(a.got.getFirst().substring(1), b.got.getFirst().substring(1)))
                .containsExactly(" q1 [1]", " q2 [2]");
    }

    @Test
    void handOn_neverGivesItBackToTheOneThatCannotFinishIt() {
        members(2);
        Route from = routeOf(0);
        for (int i = 0; i < 4; i++) {
            assertThat(network.routers.getFirst().handOn(message("p", "t", "x", AT_LEAST_ONCE), from, false, () -> {}))
                    .isTrue();
        }
        network.settle();
        assertThat(shares()).containsExactly(0, 4);
    }

    @Test
    void handOn_findsNobodyWhereNobodyIs() {
        members(1);
        assertThat(network.routers
                        .getFirst()
                        .handOn(message("p", "t", "x", AT_LEAST_ONCE), routeOf(0), false, () -> {}))
                .isFalse();
    }

    @Test
    void handOn_onlyToTheConnectedIfAskedFor() {
        members(2);
        members.get(1).connected = members.get(1).idle = false;
        Router router = network.routers.getFirst();
        assertThat(router.handOn(message("p", "t", "x", AT_LEAST_ONCE), routeOf(0), true, () -> {}))
                .isFalse();
        assertThat(router.handOn(message("p", "t", "x", AT_LEAST_ONCE), routeOf(0), false, () -> {}))
                .isTrue();
        network.settle();
        assertThat(members.get(1).got).hasSize(1);
    }

    private Route routeOf(int member) {
        return new Subscription(
                        members.get(member), TopicFilter.of("$share/g/t"), new SubscriptionOptions(AT_LEAST_ONCE), 0)
                .route();
    }
}
