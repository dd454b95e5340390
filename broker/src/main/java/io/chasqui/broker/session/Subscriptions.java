package io.chasqui.broker.session;

import io.chasqui.broker.routing.Subscription;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The subscriptions of one session by Topic Filter. Most clients have one, so one costs no map. */
final class Subscriptions {
    private @Nullable Subscription single;
    private @Nullable Map<String, Subscription> several;

    int size() {
        return several != null ? several.size() : single != null ? 1 : 0;
    }

    @Nullable
    Subscription get(String filter) {
        if (several != null) {
            return several.get(filter);
        }
        return single != null && single.filter().text().equals(filter) ? single : null;
    }

    /** @return the one that had this Topic Filter before */
    @Nullable
    Subscription put(Subscription subscription) {
        String filter = subscription.filter().text();
        if (several == null && (single == null || single.filter().text().equals(filter))) {
            Subscription before = single;
            single = subscription;
            return before;
        }
        if (several == null) {
            several = new LinkedHashMap<>();
            if (single != null) {
                several.put(single.filter().text(), single);
                single = null;
            }
        }
        return several.put(filter, subscription);
    }

    @Nullable
    Subscription remove(String filter) {
        if (several != null) {
            return several.remove(filter);
        }
        Subscription found = get(filter);
        if (found != null) {
            single = null;
        }
        return found;
    }

    Collection<Subscription> all() {
        if (several != null) {
            return several.values();
        }
        return single == null ? List.of() : List.of(single);
    }
}
