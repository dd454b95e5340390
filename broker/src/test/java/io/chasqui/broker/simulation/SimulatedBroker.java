package io.chasqui.broker.simulation;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.connection.Policy;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.session.SessionLimits;
import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.broker.storage.disk.DiskException;
import io.chasqui.broker.storage.disk.DiskStore;
import io.chasqui.broker.storage.disk.StoreFormatException;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Qos;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A broker for the simulations of clients: the core over a simulated disk, which outlives its crashes. Clients dial it, and a client
 * that breaks the protocol is a {@link Violation}. It has room for all that is published, so that nothing is refused.
 */
public final class SimulatedBroker {
    private static final int SHARDS = 8;

    private final Scheduler scheduler;
    private final Trace trace;
    private final SimulatedDisk disk;
    private final int loopCount;
    private final long storeLag;
    private final long groupBytes;
    private final int outboundBytes;
    private final long mostDelay;
    private final SessionLimits limits;
    private final Policy policy;
    private final List<Line> lines = new ArrayList<>();
    private @Nullable Life life;
    private int connections;
    private int crashes;

    private final Witness witness = new Witness() {
        @Override
        public void opening(ServerEnd end, Connect connect) {
            trace.add(end, "takes", connect);
        }

        @Override
        public void receiving(ServerEnd end, Packet packet) {
            trace.add(end, "takes", packet);
        }

        @Override
        public void wrote(ServerEnd end, Packet packet) {
            trace.add(end, "sends", packet);
        }

        @Override
        public void published(
                ServerEnd end,
                Message message,
                boolean dup,
                Qos qos,
                boolean retain,
                int packetId,
                int[] subscriptionIds) {
            trace.add(end, "sends", message.payload(), dup ? "again" : "", qos, "#" + packetId);
        }

        @Override
        public void accused(ServerEnd end, ProtocolException fault) {
            throw new Violation("the client keeps the standard", end + ": " + fault.getMessage());
        }
    };

    public SimulatedBroker(Scheduler scheduler, Trace trace) {
        this.scheduler = scheduler;
        this.trace = trace;
        this.disk = new SimulatedDisk(scheduler);
        this.loopCount = scheduler.any(1, 1, 2, 3);
        this.storeLag = scheduler.any(1, 10, 100, 1_000) * Scheduler.MILLI;
        this.groupBytes = scheduler.any(1L, 300L, 4L << 20);
        this.outboundBytes = scheduler.any(200, 1_000, 65_536);
        this.mostDelay = scheduler.any(1, 10, 50) * Scheduler.MILLI;
        this.limits = new SessionLimits(
                scheduler.any(1, 2, 5, 1_000), 100_000, 100_000_000, 100_000_000, 100_000_000, Overflow.REFUSE);
        this.policy = new Policy(
                100_000,
                scheduler.any(1, 2, 5, 100),
                scheduler.any(0, 2, 10),
                scheduler.any(0, 2, 10),
                Qos.EXACTLY_ONCE,
                16,
                100,
                0,
                Connect.NEVER_EXPIRES,
                true,
                true,
                true,
                true,
                false,
                true);
    }

    /** One life of its process. */
    private final class Life {
        final long born = scheduler.now() - scheduler.random().nextLong(1_000 * Scheduler.SECOND);
        final List<SimulatedLoop> loops = new ArrayList<>();
        final List<Runnable> storeTasks = new ArrayList<>();
        final Engine engine;
        boolean ready;
        boolean dead;

        Life() throws DiskException, StoreFormatException {
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
                    new DiskStore.Options(SHARDS, 1_000, groupBytes, Scheduler.SECOND),
                    clock,
                    thread("writer"),
                    thread("reader"));
            for (int i = 0; i < loopCount; i++) {
                loops.add(scheduler.addLoop(i, born));
            }
            Security security =
                    new Security(Authenticator.ANYONE, Authorizer.OPEN, Audit.NONE, new Conduct(false, false, 0, 0));
            engine = new Engine(
                    new Engine.Setup(SHARDS, policy, limits, 1_000, 100, 1_000, 1_000_000, security, store),
                    loops,
                    scheduler.random());
            engine.restored().whenComplete((_, failure) -> {
                Violation.unless(failure == null, "the broker starts again", "" + failure);
                ready = true;
            });
        }

        private Executor thread(Object name) {
            return task -> {
                if (dead) {
                    return;
                }
                storeTasks.add(task);
                scheduler.after(scheduler.upTo(storeLag), () -> {
                    if (storeTasks.remove(task)) {
                        scheduler.as(name, task);
                    }
                });
            };
        }

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

    /** Begins to live; takes connections a while later. */
    public void start() {
        try {
            trace.add("the broker starts");
            life = new Life();
        } catch (DiskException | StoreFormatException e) {
            throw new Violation("the broker starts again", e.toString());
        }
    }

    /** All of it vanishes, but what the disk holds; it starts again after so long. */
    public void crash(long downNanos) {
        Life old = life;
        if (old == null) {
            return;
        }
        trace.add("the broker crashes");
        crashes++;
        life = null;
        old.die();
        lines.forEach(Line::crash);
        lines.clear();
        disk.crash();
        scheduler.after(downNanos, this::start);
    }

    /** It is stopped for so long, and its clocks go on. */
    public void sleep(long nanos) {
        Life here = life;
        if (here != null) {
            trace.add("the broker sleeps", nanos / Scheduler.MILLI + " ms");
            here.loops.forEach(loop -> loop.sleep(true));
            scheduler.after(nanos, () -> here.loops.forEach(loop -> loop.sleep(false)));
        }
    }

    /** Whether it takes connections. */
    public boolean isUp() {
        return life != null && life.ready;
    }

    public int crashes() {
        return crashes;
    }

    public int connections() {
        return connections;
    }

    /** A new connection; {@link #isUp} has to be true. */
    public Line dial(Line.Client client) {
        Life here = life;
        if (here == null) {
            throw new IllegalStateException("nobody listens");
        }
        int first = scheduler.random().nextInt(here.loops.size());
        ServerEnd end =
                new ServerEnd("connection " + ++connections, here.engine, here.loops, first, outboundBytes, witness);
        Line line = new Line(scheduler, mostDelay, end, client);
        lines.removeIf(Line::isDone);
        lines.add(line);
        return line;
    }

    /** Whether it owes nobody anything. */
    public boolean isQuiet() {
        Life here = life;
        return here != null
                && here.engine.cores().stream()
                        .map(Core::counters)
                        .allMatch(counters -> counters.queuedMessages == 0 && counters.inFlight == 0);
    }

    /** Nothing went wrong in it. */
    public void checkFaults() {
        Life here = life;
        if (here != null) {
            for (Core core : here.engine.cores()) {
                Violation.unless(core.counters().faults == 0, "the broker has no faults", "loop " + core.loop());
            }
        }
    }
}
