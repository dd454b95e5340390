package io.chasqui.broker.routing;

import static io.chasqui.broker.routing.Network.message;
import static io.chasqui.broker.routing.Network.noLocal;
import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.routing.Network.Heard;
import io.chasqui.broker.storage.HeldStore;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterTest {
    private final Network network = new Network(3);
    private final RecordingSubscriber here = new RecordingSubscriber("here", 0);
    private final RecordingSubscriber there = new RecordingSubscriber("there", 1);
    private final RecordingSubscriber yonder = new RecordingSubscriber("yonder", 2);

    @Test
    void nobodyWantsIt() {
        Heard heard = network.publish(0, "t", "a", AT_LEAST_ONCE);
        assertThat(heard.isComplete()).isTrue();
        assertThat(heard.matched()).isFalse();
        assertThat(heard.refused()).isFalse();
        assertThat(network.fates).containsExactly("NO_SUBSCRIBER a");
    }

    @Test
    void aSubscriberOfTheSameLoopHasItWhenRouteReturns() {
        network.subscribe(here, "t", AT_LEAST_ONCE);
        Heard heard = network.publish(0, "t", "a", AT_LEAST_ONCE);
        assertThat(here.got).containsExactly("a q1");
        assertThat(heard.isComplete()).isTrue();
        assertThat(heard.matched()).isTrue();
        assertThat(network.loops.getFirst().hasTasks()).as("no task for it").isFalse();
    }

    @Test
    void mqtt5_3_3_4_2_overlappingSubscriptionsAreOneCopyAtTheHighestQosWithAllIdentifiers() {
        network.subscribe(here, "a/+", new SubscriptionOptions(AT_MOST_ONCE), 5);
        network.subscribe(here, "a/b", new SubscriptionOptions(EXACTLY_ONCE), 0);
        network.subscribe(here, "#", new SubscriptionOptions(AT_LEAST_ONCE), 6);
        network.publish(0, "a/b", "m", EXACTLY_ONCE);
        assertThat(here.got).singleElement().asString().startsWith("m q2 ").contains("5", "6");
        network.publish(0, "a/c", "n", EXACTLY_ONCE);
        assertThat(here.got.getLast()).startsWith("n q1 ").contains("5", "6");
        network.publish(0, "b", "o", EXACTLY_ONCE);
        assertThat(here.got.getLast()).isEqualTo("o q1 [6]");
    }

    /** Which of overlapping subscriptions rules RETAIN is not said; one that asks for the truth gets it. */
    @Test
    void retainAsPublishedOfOneOfThemHoldsForTheCopy() {
        network.subscribe(here, "a", AT_MOST_ONCE);
        network.subscribe(here, "#", new SubscriptionOptions(AT_MOST_ONCE, false, true, RetainHandling.SEND), 0);
        network.publish(0, "a", "m", AT_MOST_ONCE);
        assertThat(here.got).containsExactly("m q0 rap");
    }

    @Test
    void mqtt5_3_8_3_3_noLocalHoldsTheClientsOwnMessagesBack() {
        network.subscribe(here, "t", noLocal(AT_LEAST_ONCE), 0);
        Heard heard = network.publish(0, message("here", "t", "own", AT_LEAST_ONCE));
        assertThat(heard.isComplete()).isTrue();
        network.publish(0, message("other", "t", "others", AT_LEAST_ONCE));
        assertThat(here.got).containsExactly("others q1");
        assertThat(network.fates).containsExactly("NO_LOCAL own of here");
    }

    @Test
    void mqtt5_3_8_3_3_noLocalOfOneSubscriptionLeavesTheOthersTheirSay() {
        network.subscribe(here, "t", noLocal(EXACTLY_ONCE), 1);
        network.subscribe(here, "+", new SubscriptionOptions(AT_LEAST_ONCE), 2);
        network.subscribe(here, "#", new SubscriptionOptions(AT_MOST_ONCE), 3);
        network.publish(0, message("here", "t", "own", EXACTLY_ONCE));
        assertThat(here.got)
                .singleElement()
                .asString()
                .startsWith("own q1 ")
                .contains("2", "3")
                .doesNotContain("[1", " 1");
        network.publish(0, message("other", "t", "others", EXACTLY_ONCE));
        assertThat(here.got.getLast()).startsWith("others q2 ").contains("1", "2", "3");
    }

    @Test
    void mqtt5_3_8_3_3_allOfThemNoLocal() {
        network.subscribe(here, "t", noLocal(EXACTLY_ONCE), 1);
        network.subscribe(here, "#", noLocal(AT_LEAST_ONCE), 2);
        network.publish(0, message("here", "t", "own", EXACTLY_ONCE));
        assertThat(here.got).isEmpty();
        assertThat(network.fates).containsExactly("NO_LOCAL own of here");
    }

    @Test
    void noLocalHoldsAcrossLoops() {
        network.subscribe(there, "t", noLocal(AT_LEAST_ONCE), 0);
        Heard heard = network.publish(0, message("there", "t", "own", AT_LEAST_ONCE));
        network.settle();
        assertThat(there.got).isEmpty();
        assertThat(heard.isComplete()).isTrue();
    }

    @Test
    void otherLoopsGetATurnsMessagesInOneTask() {
        network.subscribe(there, "t", AT_LEAST_ONCE);
        for (int i = 0; i < 100; i++) {
            network.publish(0, "t", "m" + i, AT_LEAST_ONCE);
        }
        assertThat(network.loops.get(1).hasTasks())
                .as("not before the end of the turn")
                .isFalse();
        network.loops.get(0).turn();
        assertThat(there.got).isEmpty();
        network.loops.get(1).turn();
        assertThat(there.got).hasSize(100).startsWith("m0 q1", "m1 q1").endsWith("m99 q1");
        assertThat(network.loops.get(1).hasTasks()).isFalse();
    }

    @Test
    void aReceiptIsCompleteWhenTheLastLoopHasReported() {
        network.subscribe(here, "t", AT_LEAST_ONCE);
        network.subscribe(there, "t", AT_LEAST_ONCE);
        network.subscribe(yonder, "t", AT_LEAST_ONCE);
        Heard heard = network.publish(0, "t", "a", AT_LEAST_ONCE);
        network.loops.get(0).turn();
        network.loops.get(1).turn();
        network.loops.get(0).turn();
        assertThat(heard.isComplete()).as("one loop has not had its turn").isFalse();
        network.loops.get(2).turn();
        assertThat(heard.isComplete()).as("the report is on its way").isFalse();
        network.loops.get(0).turn();
        assertThat(heard.isComplete()).isTrue();
        assertThat(heard.completions).isEqualTo(1);
        assertThat(heard.refused()).isFalse();
    }

    @Test
    void aRefusalOnAnotherLoopIsHeardAndOnlyByItsPublisher() {
        network.subscribe(there, "full", AT_LEAST_ONCE);
        network.subscribe(yonder, "+", AT_LEAST_ONCE);
        Heard before = network.publish(0, "other", "a", AT_LEAST_ONCE);
        there.full = true;
        Heard refused = network.publish(0, "full", "b", AT_LEAST_ONCE);
        Heard after = network.publish(0, "other", "c", AT_LEAST_ONCE);
        network.settle();
        assertThat(refused.refused()).isTrue();
        assertThat(before.refused()).isFalse();
        assertThat(after.refused()).isFalse();
        assertThat(List.of(before.completions, refused.completions, after.completions))
                .containsOnly(1);
        assertThat(yonder.got).hasSize(3);
    }

    @Test
    void manyMessagesOfATurnReportToTheRightReceipts() {
        network.subscribe(there, "t", AT_LEAST_ONCE);
        List<Heard> heard = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            if (i % 3 == 0) {
                network.routers.getFirst().route(message("p", "t", "m" + i, AT_MOST_ONCE), null); // nobody waits
            } else {
                heard.add(network.publish(0, "t", "m" + i, AT_LEAST_ONCE));
            }
        }
        network.settle();
        assertThat(heard).allSatisfy(each -> assertThat(each.completions).isEqualTo(1));
        assertThat(there.got).hasSize(50);
    }

    @Test
    void loopsThatPublishToEachOtherKeepTheOrderOfEachPublisher() {
        network.subscribe(here, "to/0", AT_LEAST_ONCE);
        network.subscribe(there, "to/1", AT_LEAST_ONCE);
        for (int i = 0; i < 50; i++) {
            network.publish(1, "to/0", "m" + i, AT_LEAST_ONCE);
            network.publish(0, "to/1", "m" + i, AT_LEAST_ONCE);
            network.loops.get(i % 3 == 0 ? 1 : 0).turn();
        }
        network.settle();
        List<String> inOrder = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            inOrder.add("m" + i + " q1");
        }
        assertThat(here.got).isEqualTo(inOrder);
        assertThat(there.got).isEqualTo(inOrder);
    }

    @Test
    void mqtt5_4_7_2_1_aWildcardAtTheFrontDoesNotMatchDollarTopics() {
        network.subscribe(here, "#", AT_LEAST_ONCE);
        network.subscribe(here, "+/x", AT_LEAST_ONCE);
        network.publish(0, "$SYS/x", "a", AT_LEAST_ONCE);
        assertThat(here.got).isEmpty();
        network.subscribe(here, "$SYS/+", AT_LEAST_ONCE);
        network.publish(0, "$SYS/x", "b", AT_LEAST_ONCE);
        assertThat(here.got).containsExactly("b q1");
    }

    /** A publisher is acknowledged when the store says so. */
    @Test
    void aReceiptWaitsForTheJournal() {
        HeldStore store = new HeldStore();
        Network durable = new Network(2, store);
        here.keepIn(durable.routers.get(0).journal());
        there.keepIn(durable.routers.get(1).journal());
        durable.subscribe(here, "t", AT_LEAST_ONCE);
        durable.subscribe(there, "t", AT_LEAST_ONCE);
        Heard heard = durable.publish(0, "t", "a", AT_LEAST_ONCE);
        durable.settle();
        assertThat(here.got).as("delivery does not wait").hasSize(1);
        assertThat(there.got).hasSize(1);
        assertThat(heard.isComplete()).isFalse();
        assertThat(store.waiting()).isEqualTo(2);
        store.succeed();
        durable.settle();
        assertThat(heard.isComplete()).isFalse();
        store.succeed();
        durable.settle();
        assertThat(heard.completions).isEqualTo(1);
        assertThat(heard.refused()).isFalse();
    }

    /** The store of one of two receivers fails: the publisher hears a refusal, and hears it once. */
    @Test
    void aReceiptHearsThatTheStoreFailed() {
        HeldStore store = new HeldStore();
        Network durable = new Network(2, store);
        there.keepIn(durable.routers.get(1).journal());
        durable.subscribe(here, "t", AT_LEAST_ONCE);
        durable.subscribe(there, "t", AT_LEAST_ONCE);
        Heard heard = durable.publish(0, "t", "a", AT_LEAST_ONCE);
        durable.settle();
        assertThat(heard.isComplete()).isFalse();
        store.fail();
        durable.settle();
        assertThat(heard.completions).isEqualTo(1);
        assertThat(heard.refused()).isTrue();
    }
}
