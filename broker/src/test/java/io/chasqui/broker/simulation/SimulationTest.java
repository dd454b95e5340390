package io.chasqui.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/**
 * The core keeps its promises, whatever clients and network do, for some hundred seeds; {@code -Dsimulation.seeds=20000}
 * takes more, {@code -Dsimulation.from=N} others, {@code -Dsimulation.seed=N} one with all that happened.
 */
class SimulationTest {
    private static final String REPLAY =
            "mvn -q -pl broker -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dsimulation.seed=";

    @Test
    void nothingIsLostDoubledOrReorderedWhateverHappens() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            run(only, 1_000_000);
            return;
        }
        long from = Long.getLong("simulation.from", 1);
        long seeds = Long.getLong("simulation.seeds", 150);
        for (long seed = from; seed < from + seeds; seed++) {
            run(seed, 60);
        }
    }

    private static void run(long seed, int traceLines) {
        try {
            Simulation.run(seed, traceLines);
        } catch (AssertionError e) {
            fail("To see all of it: " + REPLAY + seed + System.lineSeparator() + e.getMessage(), e.getCause());
        }
    }

    @Test
    void aSeedIsARun() {
        for (long seed = 1; seed <= 5; seed++) {
            assertEquals(Simulation.run(seed, 1), Simulation.run(seed, 1), "seed " + seed);
        }
    }
}
