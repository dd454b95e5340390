package io.chasqui.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** When the generator says that it was the limit, and when it does not. */
class OwnCostTest {
    private static final Histogram NONE = new Histogram(3);

    private static Histogram of(long nanos) {
        Histogram histogram = new Histogram(3);
        histogram.recordValue(nanos);
        return histogram;
    }

    @Test
    void whoHasRoomSaysNothing() {
        OwnCost cost = new OwnCost(10, 6, List.of(0.5, 0.1), 2, 0.8);
        assertThat(cost.bottlenecks(of(900_000), of(2_000_000))).isEmpty();
        assertThat(cost.bottlenecks(of(50_000_000), of(900_000_000))).isEmpty(); // late, but little beside the latency
        assertThat(cost.bottlenecks(NONE, NONE)).isEmpty();
    }

    @Test
    void aBusyThreadIsALimitAlsoWhereOthersAreIdle() {
        assertThat(new OwnCost(10, 10, List.of(0.05, 0.95), 4, 0.5).bottlenecks(NONE, of(5)))
                .singleElement()
                .asString()
                .contains("a thread of this generator was busy 95 %", "--threads");
    }

    @Test
    void allCoresAreALimit() {
        assertThat(new OwnCost(10, 19, List.of(0.8, 0.8), 2, 1).bottlenecks(NONE, of(5)))
                .singleElement()
                .asString()
                .contains("used 1.9 of the 2 cores");
    }

    @Test
    void aLateTimerIsPartOfTheLatency() {
        assertThat(new OwnCost(10, 1, List.of(0.1), 2, 0.3).bottlenecks(of(4_000_000), of(5_000_000)))
                .singleElement()
                .asString()
                .contains("sent late", "4.0 ms");
    }

    @Test
    void aFullMachineIsSharedWithTheBroker() {
        assertThat(new OwnCost(10, 5, List.of(0.3), 2, 0.99).bottlenecks(NONE, of(5)))
                .singleElement()
                .asString()
                .contains("99 %", "0.5 cores of it by this generator");
    }

    /** The clocks themselves: a thread that spins is found busy, and is the same one that is asked. */
    @Test
    void theBusyShareIsThatOfTheThread() {
        Lane lane = new Lane(new HandThread()); // this thread
        OwnCost.Mark mark = OwnCost.Mark.now(List.of(lane));
        long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long spun = begin;
        while (spun - begin < 50_000_000) {
            spun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }
        OwnCost cost = mark.until(List.of(lane));
        assertThat(cost.busiest() * cost.seconds()).isGreaterThanOrEqualTo(0.049);
        assertThat(cost.cpuSeconds()).isGreaterThanOrEqualTo(0.049);
    }
}
