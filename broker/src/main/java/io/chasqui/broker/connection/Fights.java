package io.chasqui.broker.connection;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds clients that take one session from each other, again and again, because two of them were given the same Client
 * Identifier. Such a fight costs a broker more than thousands of good clients, so each further CONNECT with that identifier
 * waits. Confined to a loop, the home of these identifiers; remembers the last {@value #MOST}.
 */
final class Fights {
    static final int MOST = 1_000;
    static final int PEACEFUL = 3; // take-overs within the time that nobody minds: a client that changes its network

    private static final long SECOND = 1_000_000_000L;
    static final long TIME = 10 * SECOND;
    static final long LONGEST_DELAY = 5 * SECOND;

    private static final class Fight {
        long lastNanos;
        int takeOvers;
    }

    private final Map<String, Fight> byClientId = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Fight> eldest) {
            return size() > MOST;
        }
    };

    /**
     * A session has been taken over.
     *
     * @return whether this is the first of a fight that is to be told
     */
    boolean takenOver(String clientId, long nowNanos) {
        Fight fight = byClientId.computeIfAbsent(clientId, _ -> new Fight());
        if (fight.takeOvers == 0 || nowNanos - fight.lastNanos > TIME) {
            fight.takeOvers = 0;
        }
        fight.lastNanos = nowNanos;
        fight.takeOvers++;
        return fight.takeOvers == PEACEFUL + 1;
    }

    /** How long the next CONNECT of {@code clientId} is to wait: longer with each round, and not at all after a while of peace. */
    long delayNanos(String clientId, long nowNanos) {
        Fight fight = byClientId.get(clientId);
        if (fight == null || nowNanos - fight.lastNanos > TIME || fight.takeOvers <= PEACEFUL) {
            return 0;
        }
        return Math.min(LONGEST_DELAY, (fight.takeOvers - PEACEFUL) * (SECOND / 2));
    }
}
