package io.chasqui.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/**
 * What the client promises it keeps, wherever client, broker or network fail, for some hundred seeds;
 * {@code -Dsimulation.seeds=20000} takes more, {@code -Dsimulation.from=N} others, {@code -Dsimulation.seed=N} one with all that
 * happened.
 */
class ClientSimulationTest {
    private static final String REPLAY =
            "mvn -q -pl client -am test -Dtest=ClientSimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dsimulation.seed=";

    @Test
    void whatIsPromisedArrivesFromApplicationToApplication() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            run(only, 1_000_000);
            return;
        }
        long from = Long.getLong("simulation.from", 1);
        long seeds = Long.getLong("simulation.seeds", 60);
        int letters = 0;
        int crashes = 0;
        for (long seed = from; seed < from + seeds; seed++) {
            ClientSimulation.Summary summary = run(seed, 60);
            letters += summary.letters();
            crashes += summary.crashes();
        }
        assertThat(letters).isGreaterThan((int) seeds * 20);
        assertThat(crashes).isGreaterThan((int) seeds / 2);
    }

    private static ClientSimulation.Summary run(long seed, int traceLines) {
        try {
            return ClientSimulation.run(seed, traceLines);
        } catch (AssertionError e) {
            return fail("To see all of it: " + REPLAY + seed + System.lineSeparator() + e.getMessage(), e.getCause());
        }
    }

    @Test
    void aSeedIsARun() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(ClientSimulation.run(seed, 1)).isEqualTo(ClientSimulation.run(seed, 1));
        }
    }
}
