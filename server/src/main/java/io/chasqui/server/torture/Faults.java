package io.chasqui.server.torture;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The faults found so far: how many of each, and the first few in words. Safe on any thread. */
final class Faults {
    /** Examples that are kept of each fault; the rest is only counted. */
    static final int EXAMPLES = 5;

    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);
    private final Map<Fault, List<String>> examples = new EnumMap<>(Fault.class);

    synchronized void add(Fault fault, String example) {
        counts.merge(fault, 1L, Long::sum);
        List<String> known = examples.computeIfAbsent(fault, _ -> new ArrayList<>());
        if (known.size() < EXAMPLES) {
            known.add(example);
        }
    }

    synchronized long count(Fault fault) {
        return counts.getOrDefault(fault, 0L);
    }

    synchronized List<String> examples(Fault fault) {
        return List.copyOf(examples.getOrDefault(fault, List.of()));
    }

    /** Of all kinds together. */
    synchronized long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
