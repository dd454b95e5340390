package io.chasqui.client;

import io.chasqui.broker.simulation.Line;
import io.chasqui.broker.simulation.Scheduler;
import io.chasqui.broker.simulation.SimulatedBroker;
import io.chasqui.broker.simulation.SimulatedLoop;
import io.chasqui.client.transport.Endpoint;
import io.chasqui.client.transport.EventThread;
import io.chasqui.client.transport.Network;
import io.chasqui.client.transport.SimulatedSocket;
import io.chasqui.client.transport.WireListener;
import io.chasqui.protocol.MqttVersion;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** All that one life of an application has of the machine: an event thread, threads for callbacks, a network. Gone with it. */
final class SimulatedNetwork implements Network, EventThread {
    private final Scheduler scheduler;
    private final SimulatedBroker broker;
    private final SimulatedLoop loop;
    private final int mostUnderWay;
    final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false, true);
    private @Nullable Line line; // the last
    private @Nullable SimulatedSocket socket;
    private boolean dead;
    private long lostUntil; // until then there is no way to the broker

    SimulatedNetwork(Scheduler scheduler, SimulatedBroker broker, int mostUnderWay) {
        this.scheduler = scheduler;
        this.broker = broker;
        this.mostUnderWay = mostUnderWay;
        this.loop = scheduler.addLoop(0, scheduler.random().nextLong(-Scheduler.SECOND, scheduler.now()));
    }

    /** Its process is killed. */
    void die() {
        dead = true;
        scheduler.removeLoops(List.of(loop));
        if (line != null) {
            line.cut(false);
        }
    }

    boolean isDead() {
        return dead;
    }

    /** Breaks the connection, if there is one. */
    void cut(boolean clientHears) {
        if (line != null) {
            line.cut(clientHears);
        }
    }

    /** For so long there is no network. */
    void lose(long nanos) {
        cut(scheduler.oneIn(2));
        lostUntil = scheduler.now() + nanos;
    }

    void heal() {
        lostUntil = 0;
    }

    /** The machine is suspended. */
    void sleep(long nanos) {
        loop.sleep(true);
        scheduler.after(nanos, () -> loop.sleep(false));
    }

    /** Runs each task as a thread of its own, that many nanoseconds late at the most. */
    Executor threads(long mostLag) {
        return task -> scheduler.after(scheduler.upTo(mostLag), () -> {
            if (!dead) {
                scheduler.as(new Object(), task);
            }
        });
    }

    @Override
    public EventThread thread() {
        return this;
    }

    @Override
    public void dial(
            EventThread thread,
            Endpoint endpoint,
            MqttVersion version,
            long maximumReceivedBytes,
            WireListener listener) {
        SimulatedSocket dialled =
                new SimulatedSocket(loop, this, buffers, version, maximumReceivedBytes, mostUnderWay, listener);
        socket = dialled;
        boolean lost = scheduler.now() < lostUntil;
        long delay =
                lost ? endpoint.connectTimeout().toNanos() : scheduler.upTo(scheduler.any(1, 50) * Scheduler.MILLI);
        scheduler.after(delay, () -> {
            if (!dead) {
                loop.post(dialled, () -> connect(dialled, lost));
            }
        });
    }

    private void connect(SimulatedSocket dialled, boolean lost) {
        if (lost || !broker.isUp()) {
            dialled.fail(new ConnectException(lost ? "connection timed out" : "connection refused"));
        } else {
            line = broker.dial(dialled);
            dialled.open(line);
        }
        dialled.check();
    }

    @Override
    public void release() {}

    @Override
    public boolean isCurrent() {
        return loop.inLoop();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public Future<?> schedule(Runnable task, long delayNanos) {
        CompletableFuture<Void> timer = new CompletableFuture<>();
        scheduler.after(
                delayNanos,
                () -> loop.post("timers", () -> {
                    if (!timer.isDone()) {
                        task.run();
                        timer.complete(null);
                    }
                }));
        return timer;
    }

    @Override
    public long nanoTime() {
        return loop.nanoTime();
    }

    @Override
    public long wallMillis() {
        return scheduler.wallMillis();
    }

    @Override
    public RandomGenerator random() {
        return loop.random();
    }

    /** Nothing went wrong that nobody has taken care of. */
    void check() {
        if (socket != null) {
            socket.check();
        }
    }
}
