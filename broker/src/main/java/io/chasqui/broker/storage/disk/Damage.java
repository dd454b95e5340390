package io.chasqui.broker.storage.disk;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was found lost since the store was opened, by topic. Any thread. Bounded: further topics are summed up as others. */
final class Damage {
    static final String UNKNOWN_TOPIC = "(unknown topic)";
    static final String OTHER_TOPICS = "(other topics)";
    static final int MAX_TOPICS = 1_000;
    private static final int MAX_LOGGED = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Damage.class);

    private final Map<String, Long> lost = new LinkedHashMap<>();
    private long total;

    /** @param what for the log */
    synchronized void add(String topic, String what) {
        boolean known = lost.containsKey(topic) || lost.size() < MAX_TOPICS;
        lost.merge(known ? topic : OTHER_TOPICS, 1L, Long::sum);
        if (++total <= MAX_LOGGED) {
            LOG.error("Damaged in the store, topic {}: {}", topic, what);
            if (total == MAX_LOGGED) {
                LOG.error("Further damage is counted and not logged");
            }
        }
    }

    /** What the disk has told already. */
    synchronized void add(Lost known) {
        lost.merge(known.topic(), known.count(), Long::sum);
    }

    synchronized List<Lost> list() {
        return lost.entrySet().stream()
                .map(entry -> new Lost(entry.getKey(), entry.getValue()))
                .toList();
    }
}
