package io.chasqui.broker.simulation;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.storage.MemoryStore;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes into a connection, as a socket would bring them, and bytes out; for a fuzzer. Each piece arrives by itself and is
 * worked off before the next; at the end the connection is closed, and sessions have expired: nothing of them may be left.
 *
 * <p>Throws what the core throws: a client can break the protocol, but nothing else.
 */
final class ByteStreamConversation implements Line.Client {
    private final Scheduler scheduler = new Scheduler(1);
    private final List<SimulatedLoop> loops = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Engine engine;
    private Line line;

    ByteStreamConversation() {
        loops.add(scheduler.addLoop());
        loops.add(scheduler.addLoop());
        Settings settings = Settings.of(scheduler);
        Engine.Setup setup = new Engine.Setup(
                64,
                settings.policy(),
                settings.limits(),
                10,
                10,
                10,
                10_000,
                Authenticator.ANYONE,
                Authorizer.OPEN,
                new MemoryStore());
        engine = new Engine(setup, loops, scheduler.random());
        runFor(Scheduler.SECOND);
        line = connect();
    }

    private Line connect() {
        ServerEnd end = new ServerEnd("fuzzed", engine, loops, 0, 65_536, Witness.NOBODY);
        return new Line(scheduler, 0, end, this);
    }

    /** Sends a piece, and lets the core work it off. */
    void send(byte[] piece) {
        line.send(piece);
        runFor(Scheduler.MILLI);
    }

    /** Whether the core has closed the connection. */
    boolean isClosed() {
        return line.isDone();
    }

    /** Another connection, which finds what the one before has left behind. */
    void reconnect() {
        line.cut(false);
        runFor(Scheduler.MILLI);
        line = connect();
    }

    /** What the core has sent so far. */
    byte[] received() {
        return out.toByteArray();
    }

    /** Closes the connection, lets time pass and looks for what is left. */
    void finish() {
        line.close();
        runFor(3 * Settings.MAX_EXPIRY_SECONDS * Scheduler.SECOND);
        for (Core core : engine.cores()) {
            long[] left = {
                core.counters().connections,
                core.counters().sessions,
                core.counters().subscriptions,
                core.counters().queuedMessages,
                core.counters().inFlight,
                core.loop().timers().size()
            };
            Violation.unless(Arrays.stream(left).sum() == 0, "nothing is left", Arrays.toString(left));
        }
    }

    private void runFor(long nanos) {
        boolean[] over = {false};
        scheduler.after(nanos, () -> over[0] = true);
        while (!over[0] && scheduler.step()) {
            // a step at a time
        }
    }

    @Override
    public void onBytes(byte[] bytes) {
        out.writeBytes(bytes);
    }

    @Override
    public void onEnd() {
        line.close();
    }
}
