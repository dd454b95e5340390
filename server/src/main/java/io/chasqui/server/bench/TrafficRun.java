package io.chasqui.server.bench;

import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages that flow for a time: pairs, fan-in, fan-out and shared. Warms up, measures, and waits for what is still on the way. */
final class TrafficRun {
    private final Bench bench;
    private final BenchSettings settings;
    private final List<Source> sources = new ArrayList<>();
    private final List<Sink> sinks = new ArrayList<>();
    private final List<Pacer> pacers = new ArrayList<>();
    private final long[] seen; // deliveries of each source when something last came
    private final long[] seenNanos;

    TrafficRun(Bench bench) {
        this.bench = bench;
        this.settings = bench.settings;
        this.seen = new long[settings.publishers()];
        this.seenNanos = new long[settings.publishers()];
    }

    BenchResult run() throws BenchException, InterruptedException {
        make();
        for (Lane lane : bench.lanes) {
            bench.keepAlive(lane);
        }
        bench.open(sinks, settings.target()::connect);
        bench.open(sources, settings.target()::connect);
        start();
        bench.watch("warm-up", settings.warmUp().toNanos(), this::isDead);

        OwnCost.Mark mark = OwnCost.Mark.now(bench.lanes);
        long from = System.nanoTime();
        bench.lanes.forEach(lane -> lane.measureFrom(from));
        long sent = bench.watch.sum(lane -> lane.sent.get());
        long received = bench.watch.sum(lane -> lane.received.get());
        long receivedBytes = bench.watch.sum(lane -> lane.receivedBytes.get());
        bench.watch("run", settings.duration().toNanos(), this::isDead);
        long until = System.nanoTime();
        bench.lanes.forEach(lane -> lane.measureUntil(until));
        sent = bench.watch.sum(lane -> lane.sent.get()) - sent;
        received = bench.watch.sum(lane -> lane.received.get()) - received;
        receivedBytes = bench.watch.sum(lane -> lane.receivedBytes.get()) - receivedBytes;
        OwnCost cost = mark.until(bench.lanes);

        stop();
        drain();
        BenchResult.Builder result = BenchResult.of(bench).measured(cost, sent, received, receivedBytes);
        long expected = 0;
        long unsent = 0;
        for (Source source : sources) {
            expected += (source.sent() - source.refused()) * settings.copies();
            unsent += settings.isOpenLoop() ? source.unsent() : 0;
        }
        result.judged(expected - unique(), unsent);
        Bench.close(sources);
        Bench.close(sinks);
        return result.build();
    }

    private void make() {
        Source.Manner manner = new Source.Manner(
                settings.qos(),
                false,
                bench.run,
                settings.payloadBytes(),
                settings.window(),
                settings.inFlight(),
                settings.copies(),
                settings.isOpenLoop());
        int topics = settings.topics();
        for (int i = 0; i < settings.publishers(); i++) {
            TopicName[] names = new TopicName[topics];
            for (int topic = 0; topic < topics; topic++) {
                names[topic] = TopicName.of(bench.prefix + "/" + i + "/" + topic);
            }
            Source source = new Source(
                    bench.lane(i),
                    settings.target(),
                    "bench-" + bench.run + "-p" + i,
                    bench.troubles,
                    manner,
                    i * topics,
                    names);
            source.lane.stations.add(source);
            sources.add(source);
        }
        boolean pairs = settings.shape() == Shape.PAIRS;
        Group group = settings.shape() == Shape.SHARED ? new Group(settings.publishers() * topics) : null;
        for (int i = 0; i < settings.subscribers(); i++) {
            sinks.add(sink(i, pairs ? List.of(sources.get(i)) : sources, pairs ? i * topics : 0, group));
        }
    }

    private Sink sink(int number, List<Source> from, int firstStream, @Nullable Group group) {
        Sink sink = new Sink(
                bench.lane(number),
                settings.target(),
                "bench-" + bench.run + "-s" + number,
                bench.troubles,
                bench.run,
                from,
                firstStream,
                settings.topics(),
                group);
        String filter = switch (settings.shape()) {
            case PAIRS -> bench.prefix + "/" + number + "/+";
            case SHARED -> "$share/bench/" + bench.prefix + "/#";
            default -> bench.prefix + "/#";
        };
        sink.subscription(new Subscribe.Entry(filter, new SubscriptionOptions(settings.subscriberQos())));
        sink.lane.stations.add(sink);
        return sink;
    }

    private void start() {
        Arrays.fill(seenNanos, System.nanoTime());
        if (!settings.isOpenLoop()) {
            sources.forEach(source -> source.lane.thread.execute(() -> source.start(Long.MAX_VALUE)));
            return;
        }
        long begin = System.nanoTime() + 10_000_000;
        for (Lane lane : bench.lanes) {
            List<Source> here = new ArrayList<>();
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < sources.size(); i++) {
                if (sources.get(i).lane == lane) {
                    here.add(sources.get(i));
                    places.add(i);
                }
            }
            if (!here.isEmpty()) {
                Pacer pacer = new Pacer(
                        lane,
                        here,
                        places.stream().mapToInt(Integer::intValue).toArray(),
                        sources.size(),
                        settings.rate(),
                        begin);
                pacers.add(pacer);
                lane.thread.execute(pacer::start);
            }
        }
    }

    private void stop() {
        for (Lane lane : bench.lanes) {
            lane.thread.execute(() -> {
                pacers.forEach(pacer -> pacer.stopIfOf(lane));
                sources.stream().filter(source -> source.lane == lane).forEach(Source::stop);
            });
        }
    }

    /** Nobody is left who publishes, or nobody who receives. Called many times a second. */
    private boolean isDead() {
        writeOffTheLost();
        int lost = bench.troubles.lost.get();
        boolean dead = lost >= Math.min(sources.size(), sinks.size())
                && (sources.stream().noneMatch(Station::isReady)
                        || sinks.stream().noneMatch(Station::isReady));
        if (dead && !bench.isStopped()) {
            bench.troubles.note("ended early, for nobody is left who publishes, or nobody who receives");
            bench.stop();
        }
        return dead;
    }

    /** A publisher whose window is full of messages that do not come may go on after a while; they are lost, not late. */
    private void writeOffTheLost() {
        if (settings.isOpenLoop()) {
            return;
        }
        long now = System.nanoTime();
        for (int i = 0; i < sources.size(); i++) {
            Source source = sources.get(i);
            long delivered = source.delivered();
            if (delivered != seen[i]) {
                seen[i] = delivered;
                seenNanos[i] = now;
            } else if (now - seenNanos[i] >= settings.patience().toNanos()) {
                source.writeOff();
            }
        }
    }

    /** Until all has come, or nothing has for a while. */
    private void drain() throws InterruptedException {
        long before = -1;
        while (unique() != before && unique() < expected() && !bench.isStopped()) {
            before = unique();
            bench.watch("drain", settings.patience().toNanos(), () -> unique() >= expected() && areAnswered());
        }
        bench.watch.tick("drain");
    }

    private boolean areAnswered() {
        return sources.stream().allMatch(source -> !source.isReady() || source.isAnswered());
    }

    private long unique() {
        return bench.watch.sum(lane -> lane.received.get() - lane.repeated.get());
    }

    private long expected() {
        long messages = 0;
        for (Source source : sources) {
            messages += source.sent() - source.refused();
        }
        return messages * settings.copies();
    }
}
