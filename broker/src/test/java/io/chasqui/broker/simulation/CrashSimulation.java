package io.chasqui.broker.simulation;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.storage.disk.Disk.Table;
import io.chasqui.broker.storage.disk.DiskException;
import io.chasqui.broker.storage.disk.DiskStore;
import io.chasqui.broker.storage.disk.StoreFormatException;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a broker that crashes: a seed, a disk that outlives the engines on it, clients that do as they please and keep the
 * standard. In the end everybody takes what is owed, and what was promised is compared with it; then everybody leaves for good, and
 * the disk must be empty.
 */
final class CrashSimulation implements CrashHabits.World {
    private static final long MOST_STEPS = 3_000_000;
    private static final int SHARDS = 8;

    private final long seed;
    private final Scheduler scheduler;
    private final CrashSettings settings;
    private final Trace trace;
    private final Promises promises;
    private final SimulatedDisk disk;
    private final List<Device> devices = new ArrayList<>();
    private final List<CrashHabits> habits = new ArrayList<>();
    private final Device probe;
    private final List<Line> lines = new ArrayList<>();
    private @Nullable BrokerProcess process;
    private long stepsToCrash;
    private int crashesLeft;
    private int crashes;
    private int messages;
    private int connections;

    /** One life of the broker. */
    private final class BrokerProcess {
        final long born = scheduler.now() - scheduler.random().nextLong(1_000 * Scheduler.SECOND);
        final List<SimulatedLoop> loops = new ArrayList<>();
        final List<Runnable> storeTasks = new ArrayList<>();
        final Object writer = "writer";
        final Object reader = "reader";
        final Engine engine;
        boolean ready;
        boolean dead;

        BrokerProcess() throws DiskException, StoreFormatException {
            DiskStore.Clock clock = new DiskStore.Clock() {
                @Override
                public long nanoTime() {
                    return scheduler.now() - born;
                }

                @Override
                public long wallMillis() {
                    return scheduler.wallMillis();
                }
            };
            DiskStore store = new DiskStore(
                    disk,
                    new DiskStore.Options(SHARDS, 1_000, settings.groupBytes(), Scheduler.SECOND),
                    clock,
                    thread(writer),
                    thread(reader));
            for (int i = 0; i < settings.loops(); i++) {
                loops.add(scheduler.addLoop(i, born));
            }
            engine = new Engine(
                    new Engine.Setup(
                            SHARDS,
                            settings.policy(),
                            settings.limits(),
                            1_000,
                            100,
                            1_000,
                            1_000_000,
                            new Security(
                                    Authenticator.ANYONE, Authorizer.OPEN, Audit.NONE, new Conduct(false, false, 0, 0)),
                            store),
                    loops,
                    scheduler.random());
            engine.watch(store);
            engine.restored().whenComplete((_, failure) -> {
                if (failure == null) {
                    ready = true;
                    promises.restarted();
                } else {
                    scheduler.after(0, () -> giveUp(this)); // it cannot read what it has kept, and ends
                }
            });
        }

        private Executor thread(Object name) {
            return task -> {
                if (dead) {
                    return;
                }
                storeTasks.add(task);
                scheduler.after(scheduler.upTo(settings.storeLag()), () -> {
                    if (storeTasks.remove(task)) {
                        scheduler.as(name, task);
                    }
                });
            };
        }

        /** What the store was about to write may still be written, but nobody hears of it. */
        void die() {
            scheduler.removeLoops(loops);
            dead = true;
            List<Runnable> underWay = List.copyOf(storeTasks);
            storeTasks.clear();
            if (scheduler.oneIn(2)) {
                underWay.forEach(Runnable::run);
            }
        }
    }

    /** What happened, for the curious. */
    record Summary(long steps, int messages, int connections, int crashes, int promises, long writes) {}

    CrashSimulation(long seed, int traceLines) {
        this.seed = seed;
        this.scheduler = new Scheduler(seed);
        this.settings = CrashSettings.of(scheduler);
        this.trace = new Trace(scheduler, traceLines);
        this.promises = new Promises(scheduler, settings.isTight(), trace);
        this.disk = new SimulatedDisk(scheduler);
        for (int i = 0; i < settings.clients(); i++) {
            Device device = device("c" + i);
            devices.add(device);
            habits.add(new CrashHabits(device, this, scheduler, settings.actions()));
        }
        probe = device(Promises.PROBE);
        crashesLeft = settings.crashes();
    }

    private Device device(String clientId) {
        Device device = new Device(clientId, scheduler, promises, promises::epoch);
        device.mayBeRefused = true;
        return device;
    }

    /** Runs a seed to its end. */
    static Summary run(long seed, int traceLines) {
        return new CrashSimulation(seed, traceLines).run();
    }

    private Summary run() {
        try {
            start();
            lookAgain();
            for (int i = settings.troubles(); i > 0; i--) {
                scheduler.after(scheduler.upTo(100 * Scheduler.SECOND), this::trouble);
            }
            probeAgain();
            habits.forEach(habit -> habit.begin(settings.chaos()));
            runUntil(() -> habits.stream().allMatch(CrashHabits::isDone), "the clients come to an end");
            if (scheduler.oneIn(2) && isUp()) {
                crash();
            }
            crashesLeft = 0;
            runFor(40 * Scheduler.SECOND); // troubles pass
            settle();
            checkSettled();
            leave();
            checkOver();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ", step " + scheduler.steps() + ": " + e + System.lineSeparator() + settings
                            + System.lineSeparator() + "the last events:" + trace,
                    e);
        }
        return new Summary(scheduler.steps(), messages, connections, crashes, promises.promised(), disk.writes());
    }

    private void start() {
        try {
            process = new BrokerProcess();
            trace.add("a process starts");
            stepsToCrash = scheduler.oneIn(4)
                    ? scheduler.random().nextInt(1, 30) // while it recovers
                    : scheduler.upTo(settings.mostSteps()) + 1;
        } catch (DiskException | StoreFormatException | UncheckedIOException e) {
            trace.add("a start fails:", e.getMessage());
            scheduler.after(Scheduler.SECOND, this::start);
        }
    }

    private void crash() {
        BrokerProcess old = process;
        process = null;
        if (old == null) {
            return;
        }
        crashes++;
        promises.crash();
        old.die();
        lines.forEach(Line::crash);
        lines.clear();
        disk.crash();
        scheduler.after(scheduler.upTo(scheduler.any(0, 1, 20, 200) * Scheduler.SECOND), this::start);
    }

    private void trouble() {
        long lasts = scheduler.upTo(15 * Scheduler.SECOND);
        promises.trouble(scheduler.now() + lasts);
        disk.trouble(
                scheduler.any(0, 30, 100),
                scheduler.oneIn(3),
                scheduler.any(DiskException.Kind.FAULT, DiskException.Kind.NO_ROOM),
                scheduler.any(0L, Long.MAX_VALUE));
        scheduler.after(lasts, () -> disk.trouble(0, false, DiskException.Kind.FAULT, Long.MAX_VALUE));
    }

    private void lookAgain() {
        scheduler.after(5 * Scheduler.SECOND, () -> {
            promises.look();
            lookAgain();
        });
    }

    /** Goes on until {@code done}. */
    private void runUntil(BooleanSupplier done, String expectation) {
        while (!done.getAsBoolean() && step()) {
            Violation.unless(scheduler.steps() < MOST_STEPS, "comes to rest", expectation);
        }
    }

    private boolean step() {
        if (process != null && crashesLeft > 0 && --stepsToCrash <= 0) {
            crashesLeft--;
            crash();
        }
        return scheduler.step();
    }

    private void giveUp(BrokerProcess failed) {
        if (process == failed) {
            trace.add("a start fails");
            crash();
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
        boolean quiet = false;
        for (int round = 0; round < 60 && !(quiet && isQuiet()); round++) {
            quiet = isQuiet(); // twice, since what is read from the disk comes later
            for (int i = 0; i < devices.size(); i++) {
                Device device = devices.get(i);
                Dial dial = device.current();
                if (dial == null || dial.connect.sessionExpirySeconds() != Connect.NEVER_EXPIRES) {
                    habits.get(i).connectToSettle(false);
                }
            }
            runFor(10 * Scheduler.SECOND);
        }
    }

    private boolean isQuiet() {
        return devices.stream().allMatch(device -> device.open() != null && device.isQuiet())
                && !promises.isPending()
                && cores().stream()
                        .allMatch(core -> core.counters().queuedMessages == 0 && core.counters().inFlight == 0);
    }

    private List<Core> cores() {
        return process == null ? List.of() : process.engine.cores();
    }

    private void checkSettled() {
        for (Device device : devices) {
            Violation.unless(device.open() != null, "clients are let in", device.clientId);
            Violation.unless(device.isQuiet(), "what clients send is finished", device.clientId);
        }
        for (Core core : cores()) {
            nothing(core.counters().queuedMessages, "queued messages");
            nothing(core.counters().inFlight, "messages in flight");
        }
        promises.checkKept();
        look();
        promises.checkRetained();
    }

    /** The probe looks what is retained. */
    private void look() {
        promises.probe();
        probeOnce();
        runFor(10 * Scheduler.SECOND);
        Violation.unless(probe.open() != null, "clients are let in", probe.clientId);
    }

    private void probeOnce() {
        Dial before = probe.current();
        if (before != null) {
            Habits.leave(before);
        }
        if (!isUp() || !probe.mayDial()) {
            return;
        }
        Dial dial = dial(
                probe,
                new Connect(
                        MqttVersion.V5,
                        false,
                        true,
                        0,
                        probe.clientId,
                        null,
                        null,
                        null,
                        0,
                        100,
                        Connect.NO_LIMIT,
                        0,
                        false,
                        true,
                        null,
                        null,
                        List.of()));
        scheduler.after(2 * Scheduler.SECOND, () -> {
            if (probe.open() == dial) {
                SubscriptionOptions options =
                        new SubscriptionOptions(Qos.AT_MOST_ONCE, false, false, RetainHandling.SEND);
                probe.subscribe(dial, 0, List.of(new Subscribe.Entry("r/#", options)));
            }
        });
    }

    private void probeAgain() {
        scheduler.after(scheduler.upTo(60 * Scheduler.SECOND), () -> {
            if (habits.stream().anyMatch(habit -> !habit.isDone())) {
                probeOnce();
                probeAgain();
            }
        });
    }

    /** Everybody ends the session, and goes. */
    private void leave() {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < devices.size(); i++) {
                Dial dial = devices.get(i).current();
                if (dial == null || dial.connect.sessionExpirySeconds() != 0) {
                    habits.get(i).connectToSettle(true);
                }
            }
            runFor(5 * Scheduler.SECOND);
        }
        devices.add(probe);
        for (Device device : devices) {
            Dial dial = device.open();
            Violation.unless(dial != null, "clients are let in", device.clientId);
            dial.send(Disconnect.NORMAL);
            Habits.leave(dial);
        }
        runFor(200 * Scheduler.SECOND);
    }

    /** Nobody is left: nothing of them may be, in memory or on the disk. */
    private void checkOver() {
        for (Core core : cores()) {
            var counters = core.counters();
            nothing(counters.connections, "connections");
            nothing(counters.sessions, "sessions");
            nothing(counters.subscriptions, "subscriptions");
            nothing(counters.queuedMessages, "queued messages");
            nothing(counters.queuedBytes, "queued bytes");
            nothing(counters.queuedMemoryBytes, "queued bytes in memory");
            nothing(counters.inFlight, "messages in flight");
            nothing(counters.faults, "faults");
            nothing(core.loop().timers().size(), "timers");
        }
        byte[] aboveSessions = {(byte) 0xFF, (byte) 0xFF};
        nothing(disk.recordsBelow(Table.STATE, aboveSessions), "records of sessions on the disk");
        nothing(disk.records(Table.QUEUE, new byte[0]), "records of queues on the disk");
        nothing(disk.messages(), "messages on the disk");
    }

    private static void nothing(long left, String what) {
        Violation.unless(left == 0, "nothing is left", left + " " + what);
    }

    @Override
    public boolean isUp() {
        return process != null && process.ready;
    }

    @Override
    public Dial dial(Device device, Connect connect) {
        BrokerProcess now = process;
        if (now == null) {
            throw new IllegalStateException("nobody listens");
        }
        Dial dial = device.dial(connect);
        int first = scheduler.random().nextInt(now.loops.size());
        ServerEnd end = new ServerEnd(
                "connection " + ++connections, now.engine, now.loops, first, settings.outboundBytes(), promises);
        Line line = new Line(scheduler, settings.mostDelay(), end, dial);
        lines.removeIf(Line::isDone);
        lines.add(line);
        dial.begin(line);
        return dial;
    }

    @Override
    public int nextMessage() {
        return ++messages;
    }
}
