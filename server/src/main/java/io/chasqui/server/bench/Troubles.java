package io.chasqui.server.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What went wrong with connections, counted by reason. Safe on any thread; keeps {@value #MOST_REASONS} reasons. */
final class Troubles {
    private static final int MOST_REASONS = 20;

    private final Map<String, Integer> reasons = new LinkedHashMap<>(); // guarded by this
    final AtomicInteger lost = new AtomicInteger(); // connections that were open and ended without us
    final AtomicInteger failed = new AtomicInteger(); // connections that could not be opened

    void lost(String why) {
        lost.incrementAndGet();
        note(why);
    }

    void failed(String why) {
        failed.incrementAndGet();
        note(why);
    }

    synchronized void note(String why) {
        if (reasons.size() < MOST_REASONS || reasons.containsKey(why)) {
            reasons.merge(why, 1, Integer::sum);
        }
    }

    /** A line for each reason, with its number where that is above one. */
    synchronized List<String> lines() {
        List<String> lines = new ArrayList<>();
        reasons.forEach((why, times) -> lines.add(times == 1 ? why : why + " (" + times + " times)"));
        return lines;
    }
}
