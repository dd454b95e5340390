package io.chasqui.broker.simulation;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One direction of a Network Connection: bytes arrive late, in pieces, in order; when it is cut, the last of them never. */
final class Pipe {
    private final Scheduler scheduler;
    private final long mostDelay; // nanoseconds
    private final Consumer<byte[]> arrive;
    private final Runnable end;
    private final Runnable drained;
    private final ArrayDeque<Chunk> underWay = new ArrayDeque<>();
    private long lastAt;
    private int bytes;
    private boolean pumping;
    private boolean stopped; // the reader does not read
    private boolean closed; // nothing is taken any more

    /** @param bytes null for the end of the stream */
    private record Chunk(byte @Nullable [] bytes, long at) {}

    /**
     * @param arrive takes what arrives
     * @param end hears that nothing comes any more, once
     * @param drained hears that something was taken
     */
    Pipe(Scheduler scheduler, long mostDelay, Consumer<byte[]> arrive, Runnable end, Runnable drained) {
        this.scheduler = scheduler;
        this.mostDelay = mostDelay;
        this.arrive = arrive;
        this.end = end;
        this.drained = drained;
    }

    /** Bytes that have not arrived. */
    int bytes() {
        return bytes;
    }

    void send(byte[] sent) {
        if (closed) {
            return;
        }
        int from = 0;
        while (from < sent.length) {
            int to = scheduler.oneIn(4) ? scheduler.random().nextInt(from, sent.length) + 1 : sent.length;
            add(Arrays.copyOfRange(sent, from, to), scheduler.upTo(mostDelay));
            from = to;
        }
    }

    /** The end of the stream, after all that was sent. */
    void finish() {
        if (!closed) {
            add(null, scheduler.upTo(mostDelay));
            closed = true;
        }
    }

    /** The last of what is under way is lost, and the reader hears of it after {@code delayNanos}. */
    void cut(long delayNanos) {
        boolean ended = closed && underWay.isEmpty();
        closed = true;
        int keep = scheduler.random().nextInt(underWay.size() + 1);
        while (underWay.size() > keep) {
            byte[] lost = underWay.removeLast().bytes;
            bytes -= lost == null ? 0 : lost.length;
        }
        if (!ended) {
            lastAt = underWay.isEmpty() ? 0 : underWay.getLast().at;
            add(null, delayNanos);
        }
    }

    /** Nobody reads any more, ever. */
    void discard() {
        closed = true;
        underWay.clear();
        bytes = 0;
    }

    void stopReading(boolean stop) {
        stopped = stop;
        pump();
    }

    private void add(byte @Nullable [] sent, long delayNanos) {
        lastAt = Math.max(lastAt, scheduler.now() + delayNanos);
        underWay.add(new Chunk(sent, lastAt));
        bytes += sent == null ? 0 : sent.length;
        pump();
    }

    private void pump() {
        if (!pumping && !stopped && !underWay.isEmpty()) {
            pumping = true;
            scheduler.at(underWay.getFirst().at, this::arrive);
        }
    }

    private void arrive() {
        pumping = false;
        Chunk chunk = underWay.peek();
        if (chunk == null || stopped) {
            return;
        }
        if (chunk.at <= scheduler.now()) {
            underWay.remove();
            if (chunk.bytes == null) {
                end.run();
            } else {
                bytes -= chunk.bytes.length;
                arrive.accept(chunk.bytes);
                drained.run();
            }
        }
        pump();
    }
}
