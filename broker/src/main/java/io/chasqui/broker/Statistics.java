package io.chasqui.broker;

import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.metrics.Counters;
import io.chasqui.broker.routing.Fate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Sums up what the loops count: asks each on its own thread, so that counting needs no lock. Any thread. */
public final class Statistics {
    private final Engine engine;

    Statistics(Engine engine) {
        this.engine = engine;
    }

    /**
     * All figures at about one moment.
     *
     * @param counters summed up over the loops
     * @param fates how many copies of messages ended in which fate
     * @param retainedMessages topics with a retained message
     * @param retainedBytes bytes of their payloads and topics
     */
    public record Figures(Counters counters, Map<Fate, Long> fates, long retainedMessages, long retainedBytes) {
        public Figures {
            fates = Map.copyOf(fates);
        }

        /** Copies of messages that were not delivered. */
        public long dropped() {
            return fates.entrySet().stream()
                    .filter(entry -> entry.getKey() != Fate.DELIVERED && entry.getKey() != Fate.NO_SUBSCRIBER)
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }
    }

    private record Part(Counters counters, long[] fates) {}

    CompletableFuture<Figures> take() {
        return askAll(core -> new Part(core.counters().copy(), core.fates().counts()))
                .thenApply(this::sum);
    }

    private Figures sum(List<Part> parts) {
        Counters counters = new Counters();
        Map<Fate, Long> fates = new EnumMap<>(Fate.class);
        for (Part part : parts) {
            counters.add(part.counters);
            for (Fate fate : Fate.values()) {
                fates.merge(fate, part.fates[fate.ordinal()], Long::sum);
            }
        }
        return new Figures(
                counters,
                fates,
                engine.topics().retained().count(),
                engine.topics().retained().bytes());
    }

    /** Asks every loop, and has the answers in the order of the loops. */
    <T> CompletableFuture<List<T>> askAll(Function<Core, T> question) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        for (Core core : engine.cores()) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            answers.add(answer);
            core.loop().execute(() -> {
                try {
                    answer.complete(question.apply(core));
                } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(_ -> answers.stream().map(CompletableFuture::join).toList());
    }
}
