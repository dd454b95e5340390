package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Faulty histories, each of which must be found, and odd ones that are right, in which nothing may be found. */
class LedgerTest {
    private static final String RUN = "run";

    private final Faults faults = new Faults();
    private final Ledger ledger = new Ledger(RUN, faults);
    private final Receiver receiver = ledger.receiver("sub");

    @Test
    void whatIsAcknowledgedAndComesIsRight() {
        Lane lane = lane(Qos.EXACTLY_ONCE);
        subscribe(Qos.EXACTLY_ONCE);
        int first = publish(lane);
        assertThat(ledger.owed()).isEqualTo(1);
        receive(lane, first, Qos.EXACTLY_ONCE, false);
        assertThat(ledger.owed()).isZero();
        ledger.judge();
        assertThat(faults.total()).isZero();
        assertThat(ledger.sent()).isEqualTo(1);
        assertThat(ledger.acknowledged()).isEqualTo(1);
        assertThat(ledger.deliveries()).isEqualTo(1);
    }

    @Test
    void acknowledgedAndNotDeliveredIsLost() {
        ledger.roundStarts(7);
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        subscribe(Qos.EXACTLY_ONCE);
        receive(lane, publish(lane), Qos.AT_LEAST_ONCE, false);
        publish(lane);
        receive(lane, publish(lane), Qos.AT_LEAST_ONCE, false);
        ledger.judge();
        assertFound(Fault.LOST_QOS_1, 1);
        assertThat(faults.examples(Fault.LOST_QOS_1))
                .containsExactly("message 1 of pub to a/b at QoS 1, sent in round 7, done in round 7, for sub");
    }

    @Test
    void acknowledgedByPubRecAloneIsOwed() {
        Lane lane = lane(Qos.EXACTLY_ONCE);
        subscribe(Qos.EXACTLY_ONCE);
        ledger.acknowledged(lane, ledger.sending(lane)); // and PUBCOMP never came
        ledger.judge();
        assertFound(Fault.LOST_QOS_2, 1);
    }

    @Test
    void unknownAndRefusedMessagesMayComeOrNot() {
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        subscribe(Qos.AT_LEAST_ONCE);
        ledger.sending(lane);
        receive(lane, ledger.sending(lane), Qos.AT_LEAST_ONCE, false);
        ledger.refused(lane, ledger.sending(lane), ReasonCode.QUOTA_EXCEEDED);
        int refused = ledger.sending(lane);
        ledger.refused(lane, refused, ReasonCode.QUOTA_EXCEEDED);
        receive(lane, refused, Qos.AT_LEAST_ONCE, false);
        ledger.judge();
        assertThat(faults.total()).isZero();
        assertThat(ledger.refusals()).containsExactly(Map.entry(ReasonCode.QUOTA_EXCEEDED, 2L));
    }

    @Test
    void qos0OnEitherSideIsNotOwed() {
        subscribe(Qos.AT_LEAST_ONCE);
        ledger.sending(lane(Qos.AT_MOST_ONCE));
        Receiver other = ledger.receiver("other");
        ledger.subscribed(other, "c", Qos.AT_MOST_ONCE);
        publish(ledger.lane("pub", TopicName.of("c"), Qos.EXACTLY_ONCE, false));
        ledger.judge();
        assertThat(faults.total()).isZero();
    }

    @Test
    void nothingIsOwedBeforeTheSubAckNorAfterTheUnsubscribe() {
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        ledger.subscribing(receiver, "a/#");
        int before = ledger.sending(lane); // on its way when SUBACK came
        ledger.subscribed(receiver, "a/#", Qos.AT_LEAST_ONCE);
        acknowledge(lane, before);
        int after = ledger.sending(lane);
        ledger.unsubscribing(receiver, "a/#"); // while it was on its way
        acknowledge(lane, after);
        publish(lane);
        ledger.judge();
        assertThat(faults.total()).isZero();
    }

    @Test
    void whatWasAcknowledgedBeforeTheSessionWasLostStaysOwed() {
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        subscribe(Qos.AT_LEAST_ONCE);
        publish(lane);
        ledger.sessionLost(receiver);
        publish(lane); // nobody is entitled to it
        subscribe(Qos.AT_LEAST_ONCE);
        publish(lane);
        ledger.judge();
        assertFound(Fault.LOST_QOS_1, 2);
    }

    @Test
    void aProbeThatDoesNotComeIsAMissingSubscription() {
        subscribe(Qos.AT_LEAST_ONCE);
        publish(ledger.lane("probe", TopicName.of("a/probe"), Qos.AT_LEAST_ONCE, true));
        ledger.judge();
        assertFound(Fault.SUBSCRIPTION_MISSING, 1);
    }

    @Test
    void aMessageThroughAnEndedSubscriptionIsFound() {
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        subscribe(Qos.AT_LEAST_ONCE);
        unsubscribe();
        receive(lane, publish(lane), Qos.AT_LEAST_ONCE, false);
        receive(lane, publish(lane), Qos.AT_LEAST_ONCE, false);
        ledger.judge();
        assertFound(Fault.SUBSCRIPTION_RETURNED, 1); // the subscription, not the messages
    }

    @Test
    void whatWasQueuedBeforeTheUnsubscribeMayComeAndSoMayWhatMeetsANewSubscribe() {
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        subscribe(Qos.AT_LEAST_ONCE);
        int queued = publish(lane);
        unsubscribe();
        receive(lane, queued, Qos.AT_LEAST_ONCE, false);
        int late = ledger.sending(lane); // its PUBACK comes after the next SUBSCRIBE has been sent
        subscribe(Qos.AT_LEAST_ONCE);
        acknowledge(lane, late);
        receive(lane, late, Qos.AT_LEAST_ONCE, false);
        ledger.judge();
        assertThat(faults.total()).isZero();
    }

    @Test
    void qos2TwiceIsADuplicateWhateverThePublisherDid() {
        Lane lane = lane(Qos.EXACTLY_ONCE);
        subscribe(Qos.EXACTLY_ONCE);
        int message = ledger.sending(lane);
        ledger.resending(lane, message);
        acknowledge(lane, message);
        receive(lane, message, Qos.EXACTLY_ONCE, false);
        receive(lane, message, Qos.EXACTLY_ONCE, true);
        assertFound(Fault.DUPLICATED_QOS_2, 1);
    }

    @Test
    void qos1TwiceNeedsDupOrAResendOfThePublisher() {
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        subscribe(Qos.EXACTLY_ONCE);
        int marked = publish(lane);
        receive(lane, marked, Qos.AT_LEAST_ONCE, false);
        receive(lane, marked, Qos.AT_LEAST_ONCE, true);
        int resent = ledger.sending(lane);
        ledger.resending(lane, resent);
        acknowledge(lane, resent);
        receive(lane, resent, Qos.AT_LEAST_ONCE, false);
        receive(lane, resent, Qos.AT_LEAST_ONCE, false);
        assertThat(faults.total()).isZero();
        assertThat(ledger.repeats()).isEqualTo(2);

        int unmarked = publish(lane);
        receive(lane, unmarked, Qos.AT_LEAST_ONCE, false);
        receive(lane, unmarked, Qos.AT_LEAST_ONCE, false);
        assertFound(Fault.UNMARKED_DUPLICATE, 1);
    }

    @Test
    void aQos2MessageThatAQos1SubscriberGetsTwiceNeedsDup() {
        Lane lane = lane(Qos.EXACTLY_ONCE);
        subscribe(Qos.AT_LEAST_ONCE);
        int message = ledger.sending(lane);
        ledger.resending(lane, message); // excuses nothing at QoS 2
        acknowledge(lane, message);
        receive(lane, message, Qos.AT_LEAST_ONCE, false);
        receive(lane, message, Qos.AT_LEAST_ONCE, false);
        assertFound(Fault.UNMARKED_DUPLICATE, 1);
    }

    @Test
    void qos0TwiceIsFound() {
        Lane lane = lane(Qos.AT_MOST_ONCE);
        int message = ledger.sending(lane);
        receive(lane, message, Qos.AT_MOST_ONCE, false);
        receive(lane, message, Qos.AT_MOST_ONCE, true);
        assertFound(Fault.UNMARKED_DUPLICATE, 1);
    }

    @Test
    void anEarlierMessageThatComesLaterIsReordered() {
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        int first = publish(lane);
        int second = publish(lane);
        receive(lane, second, Qos.AT_LEAST_ONCE, false);
        receive(lane, first, Qos.AT_LEAST_ONCE, false);
        assertFound(Fault.REORDERED, 1);
    }

    @Test
    void orderIsNotOwedAcrossLanesNorAfterAResend() {
        Lane one = lane(Qos.AT_LEAST_ONCE);
        Lane two = lane(Qos.EXACTLY_ONCE);
        int first = ledger.sending(one);
        int other = publish(two);
        int second = publish(one);
        receive(two, other, Qos.EXACTLY_ONCE, false);
        receive(one, second, Qos.AT_LEAST_ONCE, false);
        ledger.resending(one, first); // the broker may have lost the first attempt when it crashed
        acknowledge(one, first);
        receive(one, first, Qos.AT_LEAST_ONCE, false);
        assertThat(faults.total()).isZero();
    }

    @Test
    void whatNobodySentIsCorrupted() {
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        byte[] payload = payload(lane, publish(lane));
        ledger.received(receiver, "a/c", payload, Qos.AT_LEAST_ONCE, false); // another topic
        payload[20] ^= 1;
        ledger.received(receiver, "a/b", payload, Qos.AT_LEAST_ONCE, false);
        ledger.received(receiver, "a/b", payload(lane, 1), Qos.AT_LEAST_ONCE, false); // not sent yet
        ledger.received(receiver, "a/b", new Stamp(99, 0).payload(RUN, 64), Qos.AT_LEAST_ONCE, false);
        ledger.received(receiver, "a/b", new Stamp(0, 0).payload("other", 64), Qos.AT_LEAST_ONCE, false);
        ledger.received(receiver, "a/b", new byte[0], Qos.AT_LEAST_ONCE, false);
        assertFound(Fault.CORRUPTED, 6);
    }

    @Test
    void onlyTheFirstExamplesAreKept() {
        Lane lane = lane(Qos.AT_LEAST_ONCE);
        subscribe(Qos.AT_LEAST_ONCE);
        for (int i = 0; i < 1_000; i++) {
            publish(lane);
        }
        ledger.judge();
        assertFound(Fault.LOST_QOS_1, 1_000);
        assertThat(faults.examples(Fault.LOST_QOS_1)).hasSize(Faults.EXAMPLES);
    }

    private void assertFound(Fault fault, long count) {
        assertThat(faults.count(fault)).as("%s", fault).isEqualTo(count);
        assertThat(faults.total()).isEqualTo(count);
    }

    private Lane lane(Qos qos) {
        return ledger.lane("pub", TopicName.of("a/b"), qos, false);
    }

    private void subscribe(Qos qos) {
        ledger.subscribing(receiver, "a/#");
        ledger.subscribed(receiver, "a/#", qos);
    }

    private void unsubscribe() {
        ledger.unsubscribing(receiver, "a/#");
        ledger.unsubscribed(receiver, "a/#");
    }

    private int publish(Lane lane) {
        int sequence = ledger.sending(lane);
        acknowledge(lane, sequence);
        return sequence;
    }

    private void acknowledge(Lane lane, int sequence) {
        ledger.acknowledged(lane, sequence);
        ledger.settled(lane, sequence);
    }

    private void receive(Lane lane, int sequence, Qos qos, boolean dup) {
        ledger.received(receiver, lane.topic.name(), payload(lane, sequence), qos, dup);
    }

    private static byte[] payload(Lane lane, int sequence) {
        return new Stamp(lane.number, sequence).payload(RUN, 64);
    }
}
