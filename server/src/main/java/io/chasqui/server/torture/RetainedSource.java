package io.chasqui.server.torture;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Sets and removes retained messages, one change of a topic at a time, at a steady rate until the last round is over. */
final class RetainedSource implements Outgoing.Source {
    private static final long INTERVAL_NANOS = 20_000_000;
    private static final int ONE_REMOVAL_IN = 4;

    private final Arena arena;
    private final Qos qos;
    private final SplittableRandom random;
    private final BitSet changing = new BitSet(); // topics with a change under way
    private long nextAt = System.nanoTime();

    RetainedSource(Arena arena, Qos qos) {
        this.arena = arena;
        this.qos = qos;
        this.random = arena.random("retained");
    }

    static TopicName topic(Arena arena, int number) {
        return TopicName.of(arena.topic("retained/" + number));
    }

    @Override
    public @Nullable Outgoing next() {
        int topic = random.nextInt(arena.retained.topicCount());
        if (isExhausted() || System.nanoTime() < nextAt || changing.get(topic)) {
            return null;
        }
        nextAt = System.nanoTime() + INTERVAL_NANOS;
        boolean removes = random.nextInt(ONE_REMOVAL_IN) == 0;
        changing.set(topic);
        return new Change(topic, arena.retained.changing(topic, removes), removes);
    }

    @Override
    public boolean isExhausted() {
        return arena.isDraining();
    }

    private final class Change implements Outgoing {
        private final int topic;
        private final int sequence;
        private final boolean removes;

        Change(int topic, int sequence, boolean removes) {
            this.topic = topic;
            this.sequence = sequence;
            this.removes = removes;
        }

        @Override
        public TopicName topic() {
            return RetainedSource.topic(arena, topic);
        }

        @Override
        public Qos qos() {
            return qos;
        }

        @Override
        public boolean retain() {
            return true;
        }

        @Override
        public byte[] payload() {
            return removes ? new byte[0] : new Stamp(topic, sequence).payload(arena.run, Stamp.MIN_BYTES);
        }

        @Override
        public void settled() {
            arena.retained.settled(topic, sequence);
            changing.clear(topic);
        }

        @Override
        public void refused(ReasonCode reason) {
            changing.clear(topic);
        }

        @Override
        public void abandoned() {
            changing.clear(topic);
        }
    }
}
