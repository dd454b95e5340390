package io.chasqui.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** "Did you mean": the known word that is nearest to what was typed. */
public final class Suggestion {
    private static final int LONGEST = 100; // characters; longer words get no suggestion, to bound the work

    private Suggestion() {}

    /** The nearest of {@code known}, if it is near enough to be what was meant. */
    public static Optional<String> near(String typed, Collection<String> known) {
        if (typed.length() > LONGEST) {
            return Optional.empty();
        }
        int farthest = (typed.length() + 1) / 3; // nothing for a letter alone, one slip in three
        return known.stream()
                .filter(word -> distance(typed, word) <= farthest)
                .min(Comparator.comparingInt(word -> distance(typed, word)));
    }

    /** Letters inserted, left out, changed, or swapped with their neighbour. */
    static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] now = new int[b.length() + 1];
            now[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(change, Math.min(last[j], now[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    now[j] = Math.min(now[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = now;
        }
        return last[b.length()];
    }
}
