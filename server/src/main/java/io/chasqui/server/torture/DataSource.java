package io.chasqui.server.torture;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Messages on the lanes of one publisher, picked at random, at a steady rate until the last round is over. */
final class DataSource implements Outgoing.Source {
    private static final long BURST_NANOS = 200_000_000; // what is late by more is not made up for

    private final Arena arena;
    private final List<Lane> lanes;
    private final SplittableRandom random;
    private final long intervalNanos;
    private final int maxMessages;
    private long nextAt = System.nanoTime();
    private int count;

    /**
     * @param rate messages a second
     * @param maxMessages after so many there are no more
     */
    DataSource(Arena arena, List<Lane> lanes, SplittableRandom random, double rate, int maxMessages) {
        this.arena = arena;
        this.lanes = lanes;
        this.random = random;
        this.intervalNanos = Math.max(1, Math.round(1e9 / rate));
        this.maxMessages = maxMessages;
    }

    @Override
    public @Nullable Outgoing next() {
        long now = System.nanoTime();
        if (isExhausted() || now < nextAt) {
            return null;
        }
        nextAt = Math.max(nextAt, now - BURST_NANOS) + intervalNanos;
        count++;
        return message(arena, lanes.get(random.nextInt(lanes.size())));
    }

    @Override
    public boolean isExhausted() {
        return count == maxMessages || arena.isDraining();
    }

    /** A new message on a lane, entered in the ledger. */
    static Outgoing message(Arena arena, Lane lane) {
        int sequence = arena.ledger.sending(lane);
        return new Message(arena, lane, sequence);
    }

    private record Message(Arena arena, Lane lane, int sequence) implements Outgoing {
        @Override
        public TopicName topic() {
            return lane.topic;
        }

        @Override
        public Qos qos() {
            return lane.qos;
        }

        @Override
        public boolean retain() {
            return false;
        }

        @Override
        public byte[] payload() {
            return new Stamp(lane.number, sequence).payload(arena.run, arena.settings.payloadBytes());
        }

        @Override
        public void resending() {
            arena.ledger.resending(lane, sequence);
        }

        @Override
        public void acknowledged() {
            arena.ledger.acknowledged(lane, sequence);
        }

        @Override
        public void settled() {
            arena.ledger.settled(lane, sequence);
        }

        @Override
        public void refused(ReasonCode reason) {
            arena.ledger.refused(lane, sequence, reason);
        }
    }
}
