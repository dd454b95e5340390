package io.chasqui.client;

/**
 * Long runs of the simulation of clients, outside the build: {@code ClientRun 1 100000}. One seed alone is shown with all that
 * happened.
 */
final class ClientRun {
    private ClientRun() {}

    /** @param args the first seed, and how many; or one seed alone, to see all of it */
    public static void main(String[] args) {
        long first = Long.parseLong(args[0]);
        long count = args.length > 1 ? Long.parseLong(args[1]) : 1;
        long[] sums = new long[5];
        int failures = 0;
        for (long seed = first; seed < first + count; seed++) {
            try {
                ClientSimulation.Summary summary = ClientSimulation.run(seed, count > 1 ? 30 : 1_000_000);
                sums[0] += summary.steps();
                sums[1] += summary.letters();
                sums[2] += summary.receipts();
                sums[3] += summary.connections();
                sums[4] += summary.crashes();
            } catch (AssertionError e) {
                failures++;
                String text = e.getMessage();
                System.out.println(count == 1 ? text : text.lines().findFirst().orElse(""));
                if (count == 1) {
                    e.getCause().printStackTrace(System.out);
                }
            }
        }
        System.out.println(count + " seeds from " + first + ": " + failures + " failed; " + sums[0] + " steps, "
                + sums[1] + " letters, " + sums[2] + " receipts, " + sums[3] + " connections, " + sums[4] + " crashes");
    }
}
