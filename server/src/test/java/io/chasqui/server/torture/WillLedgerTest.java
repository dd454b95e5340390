package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.Qos;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Times are seconds; every Will has a delay of 5. */
class WillLedgerTest {
    private final Faults faults = new Faults();
    private final WillLedger ledger = new WillLedger("run", faults);

    @Test
    void theWillOfOneWhoStaysAwayComesOnce() {
        int will = abandoned(Qos.EXACTLY_ONCE, 10);
        assertThat(ledger.owed()).isEqualTo(1);
        receive(will, 15);
        assertThat(ledger.owed()).isZero();
        ledger.judge();
        assertThat(faults.total()).isZero();
        assertThat(ledger.judged()).isEqualTo(1);
    }

    @Test
    void aWillThatDoesNotComeIsMissing() {
        abandoned(Qos.AT_LEAST_ONCE, 10);
        ledger.judge();
        assertFound(Fault.WILL_MISSING);
    }

    @Test
    void aQos2WillComesOnceAndAQos1WillAtLeastOnce() {
        int once = abandoned(Qos.EXACTLY_ONCE, 10);
        int atLeastOnce = abandoned(Qos.AT_LEAST_ONCE, 10);
        receive(atLeastOnce, 15);
        receive(atLeastOnce, 16);
        receive(once, 15);
        assertThat(faults.total()).isZero();
        receive(once, 16);
        assertFound(Fault.WILL_DUPLICATED);
    }

    @Test
    void aWillBeforeItsDelayIsEarly() {
        receive(abandoned(Qos.AT_LEAST_ONCE, 10), 13);
        ledger.judge();
        assertFound(Fault.WILL_EARLY);
    }

    @Test
    void theWillOfOneWhoWasBackInTimeIsUnwanted() {
        int will = returned(10, 11, 12);
        receive(will, 16);
        ledger.judge();
        assertFound(Fault.WILL_UNWANTED);
    }

    @Test
    void oneWhoWasBackLateOrNearlyLateProvesNothing() {
        receive(returned(10, 11, 20), 16);
        returned(10, 11, 20);
        receive(returned(10, 11, 14.5), 16);
        returned(10, 11, 12);
        ledger.connecting(Qos.EXACTLY_ONCE, Duration.ofSeconds(5)); // no CONNACK
        ledger.judge();
        assertThat(faults.total()).isZero();
        assertThat(ledger.judged()).isEqualTo(1);
    }

    @Test
    void aWillOfNobodyIsCorrupted() {
        receive(7, 1);
        ledger.received(new byte[0], Qos.AT_LEAST_ONCE, 0);
        assertThat(faults.count(Fault.CORRUPTED)).isEqualTo(2);
    }

    private void assertFound(Fault fault) {
        assertThat(faults.count(fault)).isEqualTo(1);
        assertThat(faults.total()).isEqualTo(1);
    }

    private int abandoned(Qos qos, double endedAt) {
        int will = ledger.connecting(qos, Duration.ofSeconds(5));
        ledger.abandoned(will, nanos(endedAt));
        return will;
    }

    private int returned(double aliveAt, double endedAt, double backAt) {
        int will = ledger.connecting(Qos.AT_LEAST_ONCE, Duration.ofSeconds(5));
        ledger.returned(will, nanos(aliveAt), nanos(endedAt), nanos(backAt));
        return will;
    }

    private void receive(int will, double at) {
        ledger.received(new Stamp(will, 0).payload("run", 64), Qos.EXACTLY_ONCE, nanos(at));
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }
}
