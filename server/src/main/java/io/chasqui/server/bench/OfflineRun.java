package io.chasqui.server.bench;

import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;

/**
 * Subscribes with sessions that stay, goes away, publishes so many messages for each, and comes back to fetch them. The
 * sessions are removed at the end.
 */
final class OfflineRun {
    private static final long SESSION_SECONDS = 3_600; // for when the run is killed

    private final Bench bench;
    private final BenchSettings settings;
    private final List<Source> sources = new ArrayList<>();
    private final List<Sink> sinks = new ArrayList<>();

    OfflineRun(Bench bench) {
        this.bench = bench;
        this.settings = bench.settings;
    }

    BenchResult run() throws BenchException, InterruptedException {
        make();
        for (Lane lane : bench.lanes) {
            bench.keepAlive(lane);
        }
        bench.open(sinks, id -> settings.target().connect(id, false, SESSION_SECONDS));
        try {
            Bench.close(sinks);
            sinks.forEach(sink -> sink.subscription(null));
            OwnCost.Mark mark = OwnCost.Mark.now(bench.lanes);
            double queueSeconds = publishAll();
            long queued = sources.stream()
                    .mapToLong(source -> source.sent() - source.refused())
                    .sum();
            long begin = System.nanoTime();
            double drainSeconds = (drain(queued) - begin) / 1e9;
            OwnCost cost = mark.until(bench.lanes);
            return BenchResult.of(bench)
                    .staged(cost, "queued", queued, queueSeconds, "drained", unique(), Math.max(drainSeconds, 1e-9))
                    .judged(queued - unique(), 0)
                    .build();
        } finally {
            Bench.close(sinks);
            Bench.close(sources);
            bench.removeSessions(sinks);
        }
    }

    private double publishAll() throws BenchException, InterruptedException {
        bench.open(sources, settings.target()::connect);
        long begin = System.nanoTime();
        sources.forEach(source -> source.lane.thread.execute(() -> source.start(settings.messages())));
        bench.watch(
                "queue",
                Long.MAX_VALUE / 4,
                () -> sources.stream()
                        .allMatch(source ->
                                !source.isReady() || source.sent() == settings.messages() && source.isAnswered()));
        return Math.max(System.nanoTime() - begin, 1) / 1e9;
    }

    /** Returns when the last message came. */
    private long drain(long queued) throws BenchException, InterruptedException {
        bench.open(sinks, id -> settings.target().connect(id, false, SESSION_SECONDS));
        long last = System.nanoTime();
        long before = -1;
        while (unique() != before && unique() < queued && !bench.isStopped()) {
            before = unique();
            bench.watch("drain", settings.patience().toNanos(), () -> unique() >= queued);
            last = unique() == before ? last : System.nanoTime();
        }
        return last;
    }

    private long unique() {
        return bench.watch.sum(lane -> lane.received.get() - lane.repeated.get());
    }

    private void make() {
        Source.Manner manner = new Source.Manner(
                settings.qos(),
                false,
                bench.run,
                settings.payloadBytes(),
                Integer.MAX_VALUE,
                settings.inFlight(),
                1,
                false);
        for (int i = 0; i < settings.subscribers(); i++) {
            TopicName topic = TopicName.of(bench.prefix + "/" + i);
            Source source = new Source(
                    bench.lane(i),
                    settings.target(),
                    "bench-" + bench.run + "-p" + i,
                    bench.troubles,
                    manner,
                    i,
                    new TopicName[] {topic});
            source.lane.stations.add(source);
            sources.add(source);
            Sink sink = new Sink(
                    bench.lane(i),
                    settings.target(),
                    "bench-" + bench.run + "-s" + i,
                    bench.troubles,
                    bench.run,
                    List.of(source),
                    i,
                    1,
                    null);
            sink.subscription(new Subscribe.Entry(topic.name(), new SubscriptionOptions(settings.subscriberQos())));
            sink.lane.stations.add(sink);
            sinks.add(sink);
        }
    }
}
