package io.chasqui.broker.simulation;

/** As {@link SimulationRun}, with crashes. */
final class CrashRun {
    private CrashRun() {}

    /** @param args the first seed, and how many; or one seed alone, to see all of it */
    public static void main(String[] args) {
        long first = Long.parseLong(args[0]);
        long count = args.length > 1 ? Long.parseLong(args[1]) : 1;
        int[] sums = new int[5];
        int failures = 0;
        for (long seed = first; seed < first + count; seed++) {
            try {
                CrashSimulation.Summary summary = CrashSimulation.run(seed, count > 1 ? 30 : 1_000_000);
                sums[0] += (int) summary.steps();
                sums[1] += summary.messages();
                sums[2] += summary.connections();
                sums[3] += summary.crashes();
                sums[4] += summary.promises();
            } catch (AssertionError e) {
                failures++;
                String text = e.getMessage();
                System.out.println(count == 1 ? text : text.lines().findFirst().orElse(""));
                if (count == 1) {
                    e.getCause().printStackTrace(System.out);
                }
            }
        }
        System.out.println(
                count + " seeds from " + first + ": " + failures + " failed; " + sums[0] + " steps, " + sums[1]
                        + " messages, " + sums[2] + " connections, " + sums[3] + " crashes, " + sums[4] + " promises");
    }
}
