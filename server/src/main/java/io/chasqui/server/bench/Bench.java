package io.chasqui.server.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import io.chasqui.client.transport.EventThread;
import io.chasqui.client.transport.Network;
import io.chasqui.client.transport.Sockets;
import io.chasqui.protocol.Connect;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run, on the thread that calls {@link #run}. {@link #stop} is for any thread: the run then ends early, with the figures that
 * it has so far.
 */
public final class Bench {
    private static final int SPARE_FILES = 100; // for the JVM: jars, event loops, the report

    final BenchSettings settings;
    final Troubles troubles = new Troubles();
    final int run = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    final String prefix = "chasqui-bench/" + Integer.toHexString(run);
    final Watch watch;
    final List<Lane> lanes = new ArrayList<>();
    private final Network network;
    private final CountDownLatch stop = new CountDownLatch(1);

    private Bench(BenchSettings settings, Network network, Consumer<Second> listener) {
        this.settings = settings;
        this.network = network;
        Set<EventThread> threads = new LinkedHashSet<>();
        EventThread thread = network.thread();
        while (threads.size() < settings.threads() && threads.add(thread)) {
            thread = network.thread();
        }
        threads.forEach(each -> lanes.add(new Lane(each)));
        this.watch = new Watch(lanes, listener);
    }

    /**
     * Makes a run.
     *
     * @param listener hears of each second, on the thread that calls
     * @param begun gets the run before it begins, so that it can be stopped
     * @throws BenchException when the broker cannot be reached, or refuses what all depends on
     */
    public static BenchResult run(BenchSettings settings, Consumer<Second> listener, Consumer<Bench> begun)
            throws BenchException, InterruptedException {
        checkFiles(settings);
        Network network = Sockets.acquire();
        try {
            Bench bench = new Bench(settings, network, listener);
            begun.accept(bench);
            return switch (settings.shape()) {
                case PAIRS, FAN_IN, FAN_OUT, SHARED -> new TrafficRun(bench).run();
                case CONNECTIONS -> new ConnectionRun(bench).run();
                case RETAINED -> new RetainedRun(bench).run();
                case OFFLINE -> new OfflineRun(bench).run();
            };
        } finally {
            network.release();
        }
    }

    private static void checkFiles(BenchSettings settings) throws BenchException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long free = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount();
            checkFiles(settings, free, system.getMaxFileDescriptorCount());
        }
    }

    static void checkFiles(BenchSettings settings, long free, long limit) throws BenchException {
        long clients = settings.shape() == Shape.CONNECTIONS
                ? settings.connections()
                : settings.publishers() + (long) settings.subscribers();
        if (clients + SPARE_FILES > free) {
            throw new BenchException(clients + " connections do not fit below this process's limit of " + limit
                    + " open files: raise it (ulimit -n " + (clients + limit - free + SPARE_FILES)
                    + "), or ask for fewer");
        }
    }

    /** Ends the run early. Idempotent. */
    public void stop() {
        stop.countDown();
    }

    boolean isStopped() {
        return stop.getCount() == 0;
    }

    Lane lane(int number) {
        return lanes.get(number % lanes.size());
    }

    /** Waits, or until {@link #stop}. */
    void pause(long nanos) throws InterruptedException {
        boolean _ = stop.await(Math.max(nanos, 0), TimeUnit.NANOSECONDS);
    }

    /** Lets time pass, with a tick each second, until {@code done} says so, {@link #stop}, or the time is over. */
    void watch(String phase, long nanos, BooleanSupplier done) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        long nextTick = System.nanoTime() + 1_000_000_000L;
        while (!isStopped() && !done.getAsBoolean()) {
            long now = System.nanoTime();
            if (now >= end) {
                break;
            }
            if (now >= nextTick) {
                watch.tick(phase);
                nextTick += 1_000_000_000L;
            }
            pause(Math.min(Math.min(end, nextTick) - now, 50_000_000L));
        }
        watch.tick(phase);
    }

    /**
     * Opens all, a few at a time.
     *
     * @throws BenchException with the first reason, when one of them cannot be opened
     */
    <S extends Station> void open(Collection<S> stations, Connects connects)
            throws BenchException, InterruptedException {
        Semaphore places = new Semaphore(settings.parallel());
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (S station : stations) {
            while (!places.tryAcquire(50, TimeUnit.MILLISECONDS)) {
                if (isStopped()) {
                    throw new BenchException("stopped before all were connected");
                }
            }
            if (failure.get() != null || isStopped()) {
                places.release();
                break;
            }
            station.open(network, connects.of(station.clientId)).whenComplete((done, why) -> {
                if (why != null) {
                    failure.compareAndSet(null, why);
                }
                places.release();
            });
        }
        places.acquire(settings.parallel()); // each opening ends, at the latest with its time-out
        Throwable why = failure.get();
        if (why != null) {
            throw why instanceof BenchException mine ? mine : new BenchException(String.valueOf(why.getMessage()));
        }
        if (isStopped()) {
            throw new BenchException("stopped before all were connected");
        }
    }

    /** How a station connects. */
    interface Connects {
        Connect of(String clientId);
    }

    CompletableFuture<Void> open(Station station) {
        return station.open(network, settings.target().connect(station.clientId));
    }

    /** Says goodbye for all of them, and waits until their connections are gone. */
    static void close(Collection<? extends Station> stations) {
        List<CompletableFuture<Void>> all =
                stations.stream().map(Station::close).toList();
        for (CompletableFuture<Void> each : all) {
            try {
                each.join();
            } catch (CompletionException e) {
                throw new IllegalStateException(e); // close does not fail
            }
        }
    }

    /** Has the broker forget the sessions of these, which are not connected. What fails is noted. */
    void removeSessions(Collection<? extends Station> stations) throws InterruptedException {
        Semaphore places = new Semaphore(settings.parallel());
        for (Station station : stations) {
            places.acquire();
            station.subscription(null);
            open(station)
                    .whenComplete((done, why) -> station.close().whenComplete((closed, never) -> places.release()));
        }
        places.acquire(settings.parallel());
    }

    /** Sends PINGREQ for those who are silent, as long as the run lasts. */
    void keepAlive(Lane lane) {
        int seconds = settings.target().keepAliveSeconds();
        if (seconds > 0) {
            lane.thread.schedule(
                    () -> {
                        long now = System.nanoTime();
                        lane.stations.forEach(station -> station.keepAlive(now));
                        keepAlive(lane);
                    },
                    seconds * 250_000_000L);
        }
    }
}
