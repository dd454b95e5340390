package io.chasqui.server.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens connections, as fast as {@code parallel} of them at a time go or at a fixed rate, and holds them. The latency is the time
 * from when a connection was due to its CONNACK.
 */
final class ConnectionRun {
    private static final int MOST_OPENING =
            10_000; // also at a fixed rate: what is due beyond that waits, and its time runs

    private static final int WARM_UP = 100;

    private final Bench bench;
    private final BenchSettings settings;
    private final List<Station> stations = new ArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger(); // attempts, well or badly

    ConnectionRun(Bench bench) {
        this.bench = bench;
        this.settings = bench.settings;
    }

    BenchResult run() throws BenchException, InterruptedException {
        warmUp();
        for (int i = 0; i < settings.connections(); i++) {
            Station station =
                    new Station(bench.lane(i), settings.target(), "bench-" + bench.run + "-c" + i, bench.troubles);
            station.lane.stations.add(station);
            stations.add(station);
        }
        for (Lane lane : bench.lanes) {
            lane.measureFrom(System.nanoTime());
            bench.keepAlive(lane);
        }
        OwnCost.Mark mark = OwnCost.Mark.now(bench.lanes);
        long begin = System.nanoTime();
        Thread opener = Thread.startVirtualThread(() -> openAll(begin));
        bench.watch("connect", Long.MAX_VALUE / 4, () -> ended.get() == stations.size());
        opener.join();
        double seconds = Math.max(System.nanoTime() - begin, 1) / 1e9;
        OwnCost cost = mark.until(bench.lanes);
        if (opened.get() == 0) {
            throw new BenchException(
                    bench.troubles.lines().isEmpty()
                            ? "stopped before the first connection"
                            : bench.troubles.lines().getFirst());
        }
        int failed = bench.troubles.failed.get();
        bench.watch("hold", settings.duration().toNanos(), () -> false);
        int lost = bench.troubles.lost.get();
        BenchResult result = BenchResult.of(bench)
                .connected(cost, opened.get(), failed, lost, seconds)
                .build();
        Bench.close(stations);
        return result;
    }

    /** A few connections before any is counted, for the first ones of a JVM are slow on either side. */
    private void warmUp() throws BenchException, InterruptedException {
        List<Station> first = new ArrayList<>();
        for (int i = 0; i < Math.min(WARM_UP, settings.connections()); i++) {
            first.add(new Station(bench.lane(i), settings.target(), "bench-" + bench.run + "-w" + i, bench.troubles));
        }
        bench.open(first, settings.target()::connect);
        Bench.close(first);
    }

    private void openAll(long begin) {
        Semaphore places = new Semaphore(settings.isOpenLoop() ? MOST_OPENING : settings.parallel());
        try {
            for (int i = 0; i < stations.size() && !bench.isStopped(); i++) {
                long due = 0;
                if (settings.isOpenLoop()) {
                    due = begin + (long) (i * 1e9 / settings.rate());
                    bench.pause(due - System.nanoTime());
                }
                while (!places.tryAcquire(50, TimeUnit.MILLISECONDS)) {
                    if (bench.isStopped()) {
                        return;
                    }
                }
                open(stations.get(i), settings.isOpenLoop() ? due : System.nanoTime(), places);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void open(Station station, long due, Semaphore places) {
        bench.open(station).whenComplete((done, why) -> {
            long now = System.nanoTime();
            if (why == null) {
                opened.incrementAndGet();
                station.lane.thread.execute(() -> {
                    station.lane.took(due, now);
                    station.lane.sent.add(1);
                });
            }
            ended.incrementAndGet();
            places.release();
        });
    }
}
