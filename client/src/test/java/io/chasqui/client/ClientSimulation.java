package io.chasqui.client;

import io.chasqui.broker.simulation.Scheduler;
import io.chasqui.broker.simulation.SimulatedBroker;
import io.chasqui.broker.simulation.Trace;
import io.chasqui.broker.simulation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One run of applications with the real client, and a broker with the real core, in one virtual time from one seed: broken
 * connections, lost networks, killed applications and brokers, machines that sleep. Then the world is good again, everybody takes
 * what is owed, and what was promised is compared with what has arrived.
 */
final class ClientSimulation {
    private static final long MOST_STEPS = 3_000_000;

    private final long seed;
    private final Scheduler scheduler;
    private final Trace trace;
    private final Letters letters;
    private final SimulatedBroker broker;
    private final List<Application> applications = new ArrayList<>();
    private int crashesLeft;
    private long stepsToCrash;

    /** What happened, for the curious. */
    record Summary(long steps, int letters, int receipts, int connections, int crashes) {}

    private ClientSimulation(long seed, int traceLines) {
        this.seed = seed;
        this.scheduler = new Scheduler(seed);
        this.trace = new Trace(scheduler, traceLines);
        this.letters = new Letters(trace);
        this.broker = new SimulatedBroker(scheduler, trace);
        int chaos = scheduler.any(2, 10, 30);
        for (int i = scheduler.random().nextInt(1, 5); i > 0; i--) {
            applications.add(new Application(applications.size(), scheduler, broker, letters, trace, chaos));
        }
        crashesLeft = scheduler.any(0, 1, 2, 5);
        stepsToCrash = nextCrash();
    }

    private long nextCrash() {
        return scheduler.upTo(scheduler.any(100, 2_000, 10_000)) + 1;
    }

    /** Runs a seed to its end. */
    static Summary run(long seed, int traceLines) {
        return new ClientSimulation(seed, traceLines).run();
    }

    private Summary run() {
        try {
            broker.start();
            applications.forEach(application -> {
                application.start();
                scheduler.after(scheduler.upTo(10 * Scheduler.SECOND), application::act);
            });
            runUntil(() -> applications.stream().allMatch(Application::isDone), "the applications come to an end");
            crashesLeft = 0;
            runFor(120 * Scheduler.SECOND); // troubles pass
            settle();
            letters.checkArrived();
            applications.forEach(Application::leave);
            runFor(20 * Scheduler.SECOND);
            applications.forEach(Application::checkOver);
            broker.checkFaults();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ", step " + scheduler.steps() + ": " + e + System.lineSeparator()
                            + "the last events:" + trace,
                    e);
        }
        return new Summary(
                scheduler.steps(), letters.count(), letters.receipts(), broker.connections(), broker.crashes());
    }

    /** Goes on until {@code done}. */
    private void runUntil(BooleanSupplier done, String expectation) {
        while (!done.getAsBoolean() && scheduler.step()) {
            letters.check();
            if (crashesLeft > 0 && --stepsToCrash <= 0 && broker.isUp()) {
                crashesLeft--;
                stepsToCrash = nextCrash();
                broker.crash(scheduler.upTo(scheduler.any(0, 1, 20, 200) * Scheduler.SECOND));
            }
            Violation.unless(scheduler.steps() < MOST_STEPS, "comes to rest", expectation);
        }
        letters.check();
    }

    private void runFor(long nanos) {
        boolean[] over = {false};
        scheduler.after(nanos, () -> over[0] = true);
        runUntil(() -> over[0], "");
    }

    /** Everybody comes back and takes what is owed. */
    private void settle() {
        int quiet = 0;
        for (int round = 0; round < 300 && quiet < 2; round++) {
            applications.forEach(Application::heal);
            runFor(10 * Scheduler.SECOND);
            quiet = broker.isQuiet() && applications.stream().allMatch(Application::isQuiet) ? quiet + 1 : 0;
        }
        Violation.unless(
                quiet == 2,
                "nothing hangs",
                applications.stream().map(Application::state).toList() + (broker.isQuiet() ? "" : ", the broker owes"));
    }
}
