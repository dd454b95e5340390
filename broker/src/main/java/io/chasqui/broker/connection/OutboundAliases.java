package io.chasqui.broker.connection;

import io.chasqui.protocol.TopicName;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Topic Aliases that we use towards one client (section 3.3.2.3.4). Every topic gets one, at a cost of three bytes when
 * it is set; once all are taken, the topic that was sent longest ago gives its alias to the new one.
 */
final class OutboundAliases {
    private final int maximum;
    private final Map<TopicName, Integer> byTopic = new LinkedHashMap<>(16, 0.75f, true);

    /** @param maximum 1 or more */
    OutboundAliases(int maximum) {
        this.maximum = maximum;
    }

    /** The alias of {@code topic} if the client knows it, or 0. */
    int known(TopicName topic) {
        Integer alias = byTopic.get(topic);
        return alias == null ? 0 : alias;
    }

    /** Gives {@code topic} an alias, which must then be sent with it. */
    int assign(TopicName topic) {
        int alias = byTopic.size() + 1;
        if (alias > maximum) {
            Map.@Nullable Entry<TopicName, Integer> eldest =
                    byTopic.entrySet().iterator().next();
            alias = eldest.getValue();
            byTopic.remove(eldest.getKey());
        }
        byTopic.put(topic, alias);
        return alias;
    }
}
