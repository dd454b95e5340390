package io.chasqui.broker.simulation;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.session.Session;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.protocol.Connect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * One run: a seed, an engine, some clients that do as they please, then rest, then everybody leaves. All that happens is
 * told to the {@link Oracle}, which throws a {@link Violation} when something is not as it must be.
 */
final class Simulation implements Habits.World {
    private static final long MOST_STEPS = 3_000_000;

    private final long seed;
    private final Scheduler scheduler;
    private final Settings settings;
    private final Trace trace;
    private final Oracle oracle;
    private final Engine engine;
    private final List<SimulatedLoop> loops = new ArrayList<>();
    private final List<Device> devices = new ArrayList<>();
    private final List<Habits> habits = new ArrayList<>();
    private int messages;
    private int connections;

    /** @param traceLines events to show when it fails */
    Simulation(long seed, int traceLines) {
        this.seed = seed;
        this.scheduler = new Scheduler(seed);
        this.settings = Settings.of(scheduler);
        this.trace = new Trace(scheduler, traceLines);
        this.oracle = new Oracle(scheduler, settings, trace);
        for (int i = 0; i < settings.loops(); i++) {
            loops.add(scheduler.addLoop());
        }
        this.engine = new Engine(
                new Engine.Setup(
                        64,
                        settings.policy(),
                        settings.limits(),
                        1_000,
                        100,
                        settings.retainedMessages(),
                        1_000_000,
                        new Security(
                                settings.slowAuthentication() ? this::authenticateSlowly : Authenticator.ANYONE,
                                oracle,
                                Audit.NONE,
                                new Conduct(false, false, 0, 0)),
                        settings.slowStore() ? new SlowStore(scheduler, settings.mostDelay()) : new MemoryStore()),
                loops,
                scheduler.random());
        oracle.watch(engine);
        for (int i = 0; i < settings.clients(); i++) {
            String clientId = "c" + i;
            Receipts receipts = oracle.ledger().receipts();
            Device device = new Device(clientId, scheduler, receipts, oracle::epoch);
            devices.add(device);
            habits.add(new Habits(device, this, scheduler, settings.actions()));
        }
    }

    private CompletableFuture<Verdict> authenticateSlowly(Object client, byte[] password) {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        scheduler.after(scheduler.upTo(Scheduler.SECOND), () -> verdict.complete(Verdict.ACCEPTED));
        return verdict;
    }

    /** What happened, for the curious. */
    record Summary(long steps, int messages, int connections, Map<Fate, Long> fates) {}

    /** Runs a seed to its end. */
    static Summary run(long seed, int traceLines) {
        return new Simulation(seed, traceLines).run();
    }

    private Summary run() {
        try {
            runUntil(() -> false, "the loops begin"); // as they do before anything listens
            habits.forEach(habit -> habit.begin(settings.chaos()));
            runUntil(() -> habits.stream().allMatch(Habits::isDone), "the clients come to an end");
            settle();
            checkSettled();
            habits.forEach(Habits::goForGood);
            runUntil(() -> false, "");
            checkOver();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ", step " + scheduler.steps() + ": " + e + System.lineSeparator() + settings
                            + System.lineSeparator() + "the last events:" + trace,
                    e);
        }
        Map<Fate, Long> fates = new LinkedHashMap<>();
        for (Fate fate : Fate.values()) {
            fates.put(
                    fate,
                    engine.cores().stream()
                            .mapToLong(core -> core.fates().count(fate))
                            .sum());
        }
        return new Summary(scheduler.steps(), messages, connections, fates);
    }

    /** Goes on until {@code done}, or until nothing is left to be done. */
    private void runUntil(BooleanSupplier done, String expectation) {
        while (!done.getAsBoolean() && scheduler.step()) {
            oracle.endOfStep();
            Violation.unless(scheduler.steps() < MOST_STEPS, "comes to rest", expectation);
        }
    }

    private void runFor(long nanos) {
        boolean[] over = {false};
        scheduler.after(nanos, () -> over[0] = true);
        runUntil(() -> over[0], "");
    }

    /** Everybody comes back and takes what is owed. */
    private void settle() {
        devices.forEach(device -> {
            device.patient = false;
            device.refusals = 0;
        });
        for (int round = 0; round < 60; round++) {
            for (int i = 0; i < devices.size(); i++) {
                Device device = devices.get(i);
                Dial dial = device.current();
                boolean willing = dial != null
                        && !dial.line().isDone() // which the client has perhaps not heard yet
                        && dial.connect.maximumPacketSize() == Connect.NO_LIMIT;
                if (!willing && device.mayDial()) {
                    habits.get(i).connectToSettle();
                }
            }
            runFor(10 * Scheduler.SECOND);
            if (devices.stream().allMatch(Simulation::isSettled) && isQuiet()) {
                return;
            }
        }
    }

    private static boolean isSettled(Device device) {
        Dial dial = device.open();
        return dial != null && !dial.line().isDone() && device.isQuiet();
    }

    private boolean isQuiet() {
        return oracle.mirrors().values().stream()
                .allMatch(mirror -> mirror.session == null
                        || mirror.session.queuedMessages() == 0 && mirror.session.inFlightMessages() == 0);
    }

    private void checkSettled() {
        for (Device device : devices) {
            Violation.unless(device.open() != null, "clients are let in", device.clientId);
            Violation.unless(device.isQuiet(), "what clients send is finished", device.clientId);
        }
        for (Mirror mirror : oracle.mirrors().values()) {
            Session session = mirror.session;
            Violation.unless(session != null && mirror.talk != null, "sessions are connected", mirror.clientId);
            String what = mirror.clientId + ": " + session.queuedMessages() + " wait, " + session.inFlightMessages()
                    + " in flight";
            boolean taken = session.queuedMessages() == 0 && session.inFlightMessages() == 0;
            Violation.unless(taken, "who takes it is sent all that is owed", what);
            Violation.unless(mirror.outstanding.size() == 0, "all that was sent is finished", what);
            Violation.unless(session.receivedCount() == 0, "QoS 2 identifiers are released", what);
            checkRetainedArrived(mirror);
        }
    }

    private void checkRetainedArrived(Mirror mirror) {
        for (int i = 0; i < mirror.replays.size(); i++) {
            Mirror.Replay replay = mirror.replays.get(i);
            boolean last = mirror.replays.stream().skip(i + 1).noneMatch(later -> later.filter.equals(replay.filter));
            for (Attempt attempt : oracle.retained().throughout(replay.since, scheduler.now())) {
                boolean owed = last
                        && replay.filter.matches(attempt.topic)
                        && !replay.sent.contains(attempt.topic.name())
                        && !mirror.everSmall;
                Violation.unless(
                        !owed || attempt.entitled(mirror.clientId) > 0,
                        "retained messages reach new subscribers",
                        attempt + " to " + mirror.clientId);
            }
        }
    }

    /** Nobody is left: nothing of them may be. */
    private void checkOver() {
        oracle.ledger().checkFinished();
        for (Core core : engine.cores()) {
            var counters = core.counters();
            String what = "loop " + core.loop().index() + ": ";
            nothing(counters.connections, what + "connections");
            nothing(counters.sessions, what + "sessions");
            nothing(core.sessions().all().size(), what + "sessions by Client Identifier");
            nothing(counters.subscriptions, what + "subscriptions");
            nothing(counters.sharedSubscriptions, what + "shared subscriptions");
            nothing(counters.queuedMessages, what + "queued messages");
            nothing(counters.queuedBytes, what + "queued bytes");
            nothing(counters.inFlight, what + "messages in flight");
            nothing(counters.faults, what + "faults");
            nothing(core.loop().timers().size(), what + "timers");
        }
        Violation.unless(engine.topics().subscriptions().isEmpty(), "nothing is left", "the subscription tree");
        long kept = engine.topics().retained().count();
        long all = oracle.retained().count();
        long alive =
                oracle.retained().throughout(Long.MAX_VALUE, scheduler.now()).size();
        Violation.unless(alive <= kept && kept <= all, "retained messages stay", kept + " of " + alive + " to " + all);
    }

    private static void nothing(long left, String what) {
        Violation.unless(left == 0, "nothing is left", left + " " + what);
    }

    @Override
    public Dial dial(Device device, Connect connect) {
        Dial dial = device.dial(connect);
        String name = "connection " + ++connections;
        int first = scheduler.random().nextInt(loops.size());
        ServerEnd end = new ServerEnd(name, engine, loops, first, settings.outboundBytes(), oracle);
        dial.begin(new Line(scheduler, settings.mostDelay(), end, dial));
        return dial;
    }

    @Override
    public int nextMessage() {
        return ++messages;
    }
}
