package io.chasqui.server.bench;

import java.util.List;

/**
 * The timer of the open loop for the publishers of one lane. Message n of the lane belongs to publisher n modulo their number;
 * when it is due, that publisher is granted one more message, whether it can send it or not. Confined to the thread of its lane.
 */
final class Pacer {
    private static final long SHORTEST_NANOS = 100_000; // between two ticks: what is due in between leaves together
    private static final int MOST_GRANTS = 10_000; // in one tick, so that the sockets have their turn

    private final Lane lane;
    private final List<Source> sources;
    private final double[] starts; // nanoseconds: when the first message of each is due
    private final double intervalNanos; // between two messages of one publisher
    private long next; // message of the lane
    private boolean running = true;

    /**
     * @param sources those of the lane
     * @param places the place of each among all publishers of the run, rising
     * @param all publishers of the run
     * @param rate messages a second of all publishers
     */
    Pacer(Lane lane, List<Source> sources, int[] places, int all, double rate, long startNanos) {
        this.lane = lane;
        this.sources = sources;
        this.intervalNanos = all * 1e9 / rate;
        this.starts = new double[places.length];
        for (int i = 0; i < places.length; i++) {
            starts[i] = startNanos + places[i] * 1e9 / rate;
            sources.get(i).start(Long.MAX_VALUE, starts[i], intervalNanos);
        }
    }

    void start() {
        schedule(System.nanoTime());
    }

    void stopIfOf(Lane some) {
        if (some == lane) {
            running = false;
        }
    }

    private double due(long message) {
        int size = starts.length;
        long round = message / size;
        return starts[(int) (message % size)] + round * intervalNanos;
    }

    private void schedule(long now) {
        long wait = Math.max((long) due(next) - now, SHORTEST_NANOS);
        lane.thread.schedule(() -> tick(now + wait), wait);
    }

    /** The timer has come, for which {@code planned} was asked. */
    void tick(long planned) {
        if (!running) {
            return;
        }
        long now = System.nanoTime();
        lane.late(planned, now);
        int grants = 0;
        while (due(next) <= now && grants < MOST_GRANTS) {
            sources.get((int) (next % starts.length)).grant();
            next++;
            grants++;
        }
        if (grants == MOST_GRANTS) {
            lane.thread.execute(() -> tick(now));
        } else {
            schedule(System.nanoTime());
        }
    }
}
