package io.chasqui.broker.simulation;

import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which message may be retained on which topic, as far as it was promised. A content is "" where none is. */
final class RetainedPromises {
    private final Map<TopicName, List<Value>> byTopic = new LinkedHashMap<>();
    private int processes;

    private static final class Value {
        final String content;
        final int process; // in which it was taken
        final boolean sure; // that it was taken at all

        Value(String content, int process, boolean sure) {
            this.content = content;
            this.process = process;
            this.sure = sure;
        }
    }

    private List<Value> values(TopicName topic) {
        return byTopic.computeIfAbsent(topic, _ -> new ArrayList<>(List.of(new Value("", 0, true))));
    }

    /** @param sure false where it may be taken for a repetition, or be refused */
    void taken(TopicName topic, String content, boolean sure) {
        values(topic).add(new Value(content, processes, sure));
    }

    /** What was there before it does not come back. */
    void acknowledged(TopicName topic, String content) {
        List<Value> values = values(topic);
        int at = values.size() - 1;
        while (at > 0 && !values.get(at).content.equals(content)) {
            at--;
        }
        if (values.get(at).sure) {
            values.subList(0, at).clear();
        }
    }

    /** It was refused: it may be there or not. */
    void refused(TopicName topic, String content) {
        values(topic)
                .replaceAll(value -> value.content.equals(content) ? new Value(content, value.process, false) : value);
    }

    /** What was not acknowledged may be lost. */
    void crash() {
        processes++;
    }

    /** A client was sent this one, or found none: what it then is for sure. */
    void check(TopicName topic, String content) {
        List<Value> values = values(topic);
        boolean may = false;
        boolean sure = false;
        for (int i = values.size() - 1; i >= 0 && !sure; i--) {
            Value value = values.get(i);
            may |= value.content.equals(content);
            sure = value.sure && value.process == processes; // or what was before it may have come back
        }
        Violation.unless(
                may,
                "retained messages are those acknowledged",
                topic + " has \"" + content + "\" and not one of "
                        + values.stream()
                                .map(value -> '"' + value.content + '"')
                                .toList());
    }

    Iterable<TopicName> topics() {
        return byTopic.keySet();
    }
}
