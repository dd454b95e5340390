package io.chasqui.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/**
 * What the broker has promised it keeps, wherever it crashes, for some hundred seeds; {@code -Dsimulation.seeds=20000} takes
 * more, {@code -Dsimulation.from=N} others, {@code -Dsimulation.seed=N} one with all that happened.
 */
class CrashSimulationTest {
    private static final String REPLAY =
            "mvn -q -pl broker -am test -Dtest=CrashSimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dsimulation.seed=";

    @Test
    void nothingThatWasAcknowledgedIsLostWhereverItCrashes() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            run(only, 1_000_000);
            return;
        }
        long from = Long.getLong("simulation.from", 1);
        long seeds = Long.getLong("simulation.seeds", 150);
        int crashes = 0;
        int promises = 0;
        for (long seed = from; seed < from + seeds; seed++) {
            CrashSimulation.Summary summary = run(seed, 60);
            crashes += summary.crashes();
            promises += summary.promises();
        }
        assertTrue(crashes >= seeds && promises > seeds, crashes + " crashes, " + promises + " promises");
    }

    private static CrashSimulation.Summary run(long seed, int traceLines) {
        try {
            return CrashSimulation.run(seed, traceLines);
        } catch (AssertionError e) {
            return fail("To see all of it: " + REPLAY + seed + System.lineSeparator() + e.getMessage(), e.getCause());
        }
    }

    @Test
    void aSeedIsARun() {
        for (long seed = 1; seed <= 5; seed++) {
            assertEquals(CrashSimulation.run(seed, 1), CrashSimulation.run(seed, 1), "seed " + seed);
        }
    }
}
