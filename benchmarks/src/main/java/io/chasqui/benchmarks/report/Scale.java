package io.chasqui.benchmarks.report;

import static io.chasqui.benchmarks.report.Bench.IN_MEMORY;
import static io.chasqui.benchmarks.report.Load.round;

import java.io.IOException;
import java.util.List;

/** Many filters, many retained messages, many who share one topic. */
final class Scale {
    private static final String OTHERS = "pairs -n 20 --rate 20000 --prefix others -d ";

    private final Bench bench;

    Scale(Bench bench) {
        this.bench = bench;
    }

    void state() throws IOException, InterruptedException {
        filters();
        retained();
        members();
    }

    /** None of the filters matches, but each level of them does up to the last. */
    private void filters() throws IOException, InterruptedException {
        Table table = bench.table(
                "filters",
                "filters",
                "subscribes/s",
                "broker CPU us/subscribe",
                "bytes resident/filter",
                "messages/s",
                "broker CPU us/message");
        int million = bench.quick ? 100_000 : 1_000_000;
        for (int filters : new int[] {million / 100, million, 5 * million}) {
            try (Served broker = bench.chasqui("", IN_MEMORY)) {
                bench.load(broker, "pairs -n 20 -d " + bench.seconds(8)); // warm-up
                Load load = bench.load(
                        broker,
                        "wild --filters " + filters + " --clients 100 -n 20 --sub-batch 64 -d " + bench.seconds(4));
                table.add(
                        filters,
                        load.get("subscribe_per_s"),
                        load.get("subscribe_broker_us"),
                        load.get("rss_per_filter"),
                        load.get("recv_per_s"),
                        load.get("broker_us_per_msg"));
            }
        }
    }

    /** A wildcard over all of them, while others exchange messages. */
    private void retained() throws IOException, InterruptedException {
        Table table = bench.table("retained", "what", "value");
        int messages = bench.quick ? 100_000 : 1_000_000;
        try (Served broker = bench.chasqui("", IN_MEMORY)) {
            Load load = bench.load(broker, "retain --topics " + messages + " --subs 1 -q 1 --keep");
            table.add("messages", messages);
            table.add("set/s", load.get("set_per_s"));
            table.add("broker CPU us to set one", load.get("set_broker_us_per_msg"));
            table.add("bytes resident/message", load.get("rss_per_retained"));
            table.add("delivered/s to a wildcard; QoS 1", load.get("deliver_per_s"));
            table.add("broker CPU us to deliver one", load.get("deliver_broker_us_per_msg"));
            bench.load(broker, OTHERS + bench.seconds(8)); // warm-up
            Load alone = bench.load(broker, OTHERS + bench.seconds(6));
            Background others = Background.of(() -> bench.load(broker, OTHERS + bench.seconds(6)));
            double worst = 0;
            double rate = Double.NaN;
            int walks = 0;
            while (!others.isDone()) {
                RetainedWalk walk = RetainedWalk.of(broker.port(), "mq/#", messages);
                worst = Math.max(worst, walk.firstMillis());
                rate = walk.messagesPerSecond();
                walks++;
            }
            Load meanwhile = others.result();
            table.add("wildcards in a row", walks);
            table.add("ms from SUBSCRIBE to the first message; the slowest", round(worst));
            table.add("delivered/s to a wildcard; QoS 0", round(rate));
            for (String percentile : List.of("p50", "p99", "p99.9")) {
                String name = "lat_" + percentile + "_us";
                table.add("others' " + percentile + " us; alone", alone.get(name));
                table.add("others' " + percentile + " us; meanwhile", meanwhile.get(name));
            }
        }
    }

    private void members() throws IOException, InterruptedException {
        Table table = bench.table("members", "load", "messages/s", "broker CPU us/message", "lost / twice / disorder");
        for (String shape : List.of(
                "shared --pubs 10 --subs 10",
                "shared --pubs 10 --subs 1000",
                "fanout --pubs 1 --subs 50 -w 20",
                "fanout --pubs 1 --subs 15000 -w 20")) {
            try (Served broker = bench.chasqui("", IN_MEMORY)) {
                bench.load(broker, shape + " -d " + bench.seconds(8)); // warm-up
                Load load = bench.load(broker, shape + " -d " + bench.seconds(5));
                table.add(shape, load.get("recv_per_s"), load.get("broker_us_per_msg"), load.faults());
            }
        }
    }
}
