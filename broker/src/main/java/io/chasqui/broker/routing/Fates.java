package io.chasqui.broker.routing;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Qos;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where messages end: the one place that counts each {@link Fate} and remembers the last few of each client and each topic,
 * so that "why did my message not arrive?" has an answer. One for each loop, confined to it.
 *
 * <p>Bounded: {@link #KEYS} topics and as many clients, those that ended something most recently, {@link #LAST} entries
 * each, names cut to {@link #LONGEST} characters: a few MB a loop with names of the usual length, and never more than
 * 65 MB. Deliveries are counted and not remembered.
 */
public final class Fates {
    /** Entries remembered for each topic and for each client. */
    public static final int LAST = 8;

    /** Topics, and clients, that are remembered. */
    public static final int KEYS = 4096;

    /** Characters that are remembered of a Topic Name or Client Identifier, which can have 65,535. */
    public static final int LONGEST = 128;

    private final Loop loop;
    private final long[] counts = new long[Fate.values().length];
    private final Recent byTopic = new Recent();
    private final Recent byClient = new Recent();
    private @Nullable Observer observer;

    public Fates(Loop loop) {
        this.loop = loop;
    }

    /** One message that ended. {@code receiver} is empty where there was none; {@code publisher} for the broker itself. */
    public record Ended(Fate fate, long wallMillis, String topic, Qos qos, String publisher, String receiver) {}

    /** Hears of every fate, deliveries included: for the simulation, which checks that each copy has exactly one. */
    public interface Observer {
        void ended(Fate fate, Message message, @Nullable String receiver);
    }

    public void observe(Observer newObserver) {
        observer = newObserver;
    }

    /** A copy reached {@code receiver}. */
    public void delivered(Message message, String receiver) {
        counts[Fate.DELIVERED.ordinal()]++;
        if (observer != null) {
            observer.ended(Fate.DELIVERED, message, receiver);
        }
    }

    /** @param receiver Client Identifier of the session that was entitled to it, or null for none */
    public void record(Fate fate, Message message, @Nullable String receiver) {
        assert fate != Fate.DELIVERED;
        counts[fate.ordinal()]++;
        Ended ended = new Ended(
                fate,
                loop.wallMillis(),
                brief(message.topic().name()),
                message.qos(),
                brief(message.publisher()),
                receiver == null ? "" : brief(receiver));
        byTopic.add(ended.topic, ended);
        byClient.add(receiver == null ? ended.publisher : ended.receiver, ended);
        if (observer != null) {
            observer.ended(fate, message, receiver);
        }
    }

    /** Counts messages that were too many to remember which. */
    public void count(Fate fate, long messages) {
        counts[fate.ordinal()] += messages;
    }

    public long count(Fate fate) {
        return counts[fate.ordinal()];
    }

    /** A copy of all counts, by ordinal of {@link Fate}. */
    public long[] counts() {
        return counts.clone();
    }

    /** What ended on {@code topic}, oldest first, at most {@link #LAST}. */
    public List<Ended> ofTopic(String topic) {
        return byTopic.of(brief(topic));
    }

    /** What ended that {@code clientId} was entitled to, or published where there was no receiver; oldest first. */
    public List<Ended> ofClient(String clientId) {
        return byClient.of(brief(clientId));
    }

    private static String brief(String name) {
        return name.length() <= LONGEST ? name : name.substring(0, LONGEST);
    }

    /** A ring of entries for each of the most recent keys. */
    private static final class Recent extends LinkedHashMap<String, @Nullable Ended[]> {
        private static final long serialVersionUID = 1L;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, @Nullable Ended[]> eldest) {
            return size() > KEYS;
        }

        void add(String key, Ended ended) {
            @Nullable Ended[] ring = get(key);
            if (ring == null) {
                ring = new Ended[1];
                put(key, ring);
            } else if (ring[ring.length - 1] != null && ring.length < LAST) {
                @Nullable Ended[] larger = new Ended[LAST];
                System.arraycopy(ring, 0, larger, LAST - ring.length, ring.length);
                ring = larger;
                put(key, ring);
            }
            System.arraycopy(ring, 1, ring, 0, ring.length - 1);
            ring[ring.length - 1] = ended;
        }

        List<Ended> of(String key) {
            @Nullable Ended[] ring = get(key);
            List<Ended> list = new ArrayList<>(LAST);
            if (ring != null) {
                for (Ended ended : ring) {
                    if (ended != null) {
                        list.add(ended);
                    }
                }
            }
            return list;
        }
    }
}
