package io.chasqui.server.bench;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;

/** Sets retained messages, a topic each; lets subscribers come, each of which is sent all of them; and removes them again. */
final class RetainedRun {
    private final Bench bench;
    private final BenchSettings settings;

    RetainedRun(Bench bench) {
        this.bench = bench;
        this.settings = bench.settings;
    }

    BenchResult run() throws BenchException, InterruptedException {
        for (Lane lane : bench.lanes) {
            bench.keepAlive(lane);
        }
        OwnCost.Mark mark = OwnCost.Mark.now(bench.lanes);
        List<Source> sources = sources("s", settings.payloadBytes());
        List<Sink> sinks = sinks(sources);
        double setSeconds = publishAll("set", sources);
        long set = sources.stream()
                .mapToLong(source -> source.sent() - source.refused())
                .sum();

        long begin = System.nanoTime();
        bench.open(sinks, settings.target()::connect);
        long expected = set * settings.subscribers();
        long last = System.nanoTime(); // for all of it may be there already
        long before = -1;
        while (unique() != before && unique() < expected && !bench.isStopped()) {
            before = unique();
            bench.watch("fetch", settings.patience().toNanos(), () -> unique() >= expected);
            last = unique() == before ? last : System.nanoTime();
        }
        double fetchSeconds = Math.max(last - begin, 1) / 1e9;
        OwnCost cost = mark.until(bench.lanes);
        Bench.close(sinks);
        Bench.close(sources);
        if (!bench.isStopped()) {
            List<Source> removers = sources("r", 0);
            publishAll("remove", removers);
            Bench.close(removers);
        }
        return BenchResult.of(bench)
                .staged(cost, "set", set, setSeconds, "fetched", unique(), fetchSeconds)
                .judged(expected - unique(), 0)
                .build();
    }

    private long unique() {
        return bench.watch.sum(lane -> lane.received.get() - lane.repeated.get());
    }

    private double publishAll(String phase, List<Source> sources) throws BenchException, InterruptedException {
        bench.open(sources, settings.target()::connect);
        long begin = System.nanoTime();
        sources.forEach(source -> source.lane.thread.execute(() -> source.start(settings.messages())));
        bench.watch(
                phase,
                Long.MAX_VALUE / 4,
                () -> sources.stream()
                        .allMatch(source ->
                                !source.isReady() || source.sent() == settings.messages() && source.isAnswered()));
        return Math.max(System.nanoTime() - begin, 1) / 1e9;
    }

    private List<Source> sources(String role, int payloadBytes) {
        Source.Manner manner = new Source.Manner(
                settings.qos(), true, bench.run, payloadBytes, Integer.MAX_VALUE, settings.inFlight(), 1, false);
        List<Source> sources = new ArrayList<>();
        for (int i = 0; i < settings.publishers(); i++) {
            TopicName[] topics = new TopicName[settings.messages()];
            for (int topic = 0; topic < topics.length; topic++) {
                topics[topic] = TopicName.of(bench.prefix + "/" + i + "/" + topic);
            }
            Source source = new Source(
                    bench.lane(i),
                    settings.target(),
                    "bench-" + bench.run + "-" + role + i,
                    bench.troubles,
                    manner,
                    i * topics.length,
                    topics);
            sources.add(source);
        }
        return sources;
    }

    private List<Sink> sinks(List<Source> sources) {
        Qos qos = settings.subscriberQos();
        List<Sink> sinks = new ArrayList<>();
        for (int i = 0; i < settings.subscribers(); i++) {
            Sink sink = new Sink(
                    bench.lane(i),
                    settings.target(),
                    "bench-" + bench.run + "-f" + i,
                    bench.troubles,
                    bench.run,
                    sources,
                    0,
                    settings.messages(),
                    null);
            sink.subscription(new Subscribe.Entry(bench.prefix + "/#", new SubscriptionOptions(qos)));
            sinks.add(sink);
        }
        return sinks;
    }
}
