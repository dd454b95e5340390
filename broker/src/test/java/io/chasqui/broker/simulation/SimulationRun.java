package io.chasqui.broker.simulation;

import io.chasqui.broker.routing.Fate;
import java.util.EnumMap;
import java.util.Map;

/** Many seeds, or one with all that happens, from the command line; see {@code docs/simulation.md}. */
final class SimulationRun {
    private SimulationRun() {}

    /** @param args the first seed, and how many; or one seed alone, to see all of it */
    public static void main(String[] args) {
        long first = Long.parseLong(args[0]);
        long count = args.length > 1 ? Long.parseLong(args[1]) : 1;
        Map<Fate, Long> fates = new EnumMap<>(Fate.class);
        long steps = 0;
        long messages = 0;
        long connections = 0;
        int failures = 0;
        for (long seed = first; seed < first + count; seed++) {
            try {
                Simulation.Summary summary = Simulation.run(seed, args.length > 1 ? 30 : 1_000_000);
                summary.fates().forEach((fate, times) -> fates.merge(fate, times, Long::sum));
                steps += summary.steps();
                messages += summary.messages();
                connections += summary.connections();
            } catch (AssertionError e) {
                failures++;
                String text = e.getMessage();
                System.out.println(count == 1 ? text : text.lines().findFirst().orElse(""));
                if (count == 1) {
                    e.getCause().printStackTrace(System.out);
                }
            }
        }
        System.out.println(count + " seeds from " + first + ": " + failures + " failed; " + steps + " steps, "
                + messages + " messages, " + connections + " connections, " + fates);
    }
}
