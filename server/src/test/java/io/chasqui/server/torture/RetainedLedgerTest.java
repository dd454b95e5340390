package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** One topic, number 0, whose values are their sequence numbers. */
class RetainedLedgerTest {
    private final Faults faults = new Faults();
    private final RetainedLedger ledger = new RetainedLedger(1, faults);

    @Test
    void theAcknowledgedValueIsThere() {
        look();
        set();
        look(0);
        set();
        look(1);
        assertThat(faults.total()).isZero();
        assertThat(ledger.acknowledged()).isEqualTo(2);
        assertThat(ledger.looks()).isEqualTo(3);
    }

    @Test
    void aMissingValueIsFoundOnce() {
        set();
        look();
        look();
        assertFound(Fault.RETAINED_MISSING);
        set();
        look();
        assertThat(faults.count(Fault.RETAINED_MISSING)).isEqualTo(2);
    }

    @Test
    void anOlderValueIsFound() {
        set();
        set();
        look(0);
        assertFound(Fault.RETAINED_STALE);
    }

    @Test
    void aRemovedValueThatReturnsIsFound() {
        set();
        remove();
        look(0);
        assertFound(Fault.RETAINED_RETURNED);
    }

    @Test
    void aLookThatWasCutShortShowsOnlyWhatIsThere() {
        set();
        set();
        ledger.looked(ledger.lookBegins(), Map.of(), false);
        assertThat(faults.total()).isZero();
        ledger.looked(ledger.lookBegins(), Map.of(0, 0), false);
        assertFound(Fault.RETAINED_STALE);
    }

    @Test
    void aChangeThatIsNotAcknowledgedMayBeSeenOrNot() {
        set();
        ledger.changing(0, false);
        look(0);
        look(1);
        look(0); // odd, but nothing was promised
        ledger.changing(0, true);
        look();
        assertThat(faults.total()).isZero();
    }

    @Test
    void aChangeDuringTheLookMayBeSeenOrNot() {
        set();
        long from = ledger.lookBegins();
        set();
        remove();
        ledger.looked(from, Map.of(0, 0), true);
        ledger.looked(from, Map.of(0, 1), true);
        ledger.looked(from, Map.of(), true);
        assertThat(faults.total()).isZero();
    }

    @Test
    void aValueThatWasNotYetSentIsNotExcused() {
        set();
        ledger.looked(ledger.lookBegins(), Map.of(0, 1), true);
        assertFound(Fault.RETAINED_STALE);
    }

    private void assertFound(Fault fault) {
        assertThat(faults.count(fault)).isEqualTo(1);
        assertThat(faults.total()).isEqualTo(1);
    }

    private void set() {
        ledger.settled(0, ledger.changing(0, false));
    }

    private void remove() {
        ledger.settled(0, ledger.changing(0, true));
    }

    private void look(int... value) {
        ledger.looked(ledger.lookBegins(), value.length == 0 ? Map.of() : Map.of(0, value[0]), true);
    }
}
