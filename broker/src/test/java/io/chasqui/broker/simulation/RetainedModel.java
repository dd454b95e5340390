package io.chasqui.broker.simulation;

import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which message was retained on which topic, and from when to when. */
final class RetainedModel {
    private final Map<TopicName, List<Reign>> byTopic = new LinkedHashMap<>();
    private long clock; // counts changes: two things at one time are still one after the other

    private static final class Reign {
        final @Nullable Attempt message; // null: none
        final long from;

        Reign(@Nullable Attempt message, long from) {
            this.message = message;
            this.from = from;
        }
    }

    /** A moment, for {@link #wasCurrent} and {@link #throughout}. */
    long moment() {
        return clock;
    }

    /** @param message null for none */
    void update(TopicName topic, @Nullable Attempt message) {
        byTopic.computeIfAbsent(topic, _ -> new ArrayList<>()).add(new Reign(message, ++clock));
    }

    /** Takes back the last change if it was with this payload: the core had no room for it. */
    void undo(TopicName topic, byte[] payload) {
        List<Reign> reigns = byTopic.getOrDefault(topic, List.of());
        Attempt last = reigns.isEmpty() ? null : reigns.getLast().message;
        if (last != null && last.payload == payload) {
            reigns.removeLast();
        }
    }

    /** Whether {@code message} was current at some moment since. */
    boolean wasCurrent(Attempt message, long since) {
        List<Reign> reigns = byTopic.getOrDefault(message.topic, List.of());
        for (int i = 0; i < reigns.size(); i++) {
            if (reigns.get(i).message == message) {
                return i == reigns.size() - 1 || reigns.get(i + 1).from > since;
            }
        }
        return false;
    }

    /** The messages now retained on topics that had one at every moment since, expired ones excluded. */
    List<Attempt> throughout(long since, long now) {
        List<Attempt> found = new ArrayList<>();
        for (List<Reign> reigns : byTopic.values()) {
            boolean always = true;
            for (int i = reigns.size() - 1; i >= 0; i--) {
                Attempt message = reigns.get(i).message;
                always &= message != null && !message.isExpired(now);
                if (reigns.get(i).from <= since) {
                    break;
                }
                always &= i > 0;
            }
            Attempt last = reigns.isEmpty() ? null : reigns.getLast().message;
            if (always && last != null) {
                found.add(last);
            }
        }
        return found;
    }

    /** Topics that have a message, expired or not. */
    long count() {
        return byTopic.values().stream()
                .filter(reigns -> !reigns.isEmpty() && reigns.getLast().message != null)
                .count();
    }
}
