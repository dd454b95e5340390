package io.chasqui.broker.topic;

import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.Random;

/** Topics and filters out of few words, so that they meet often. */
final class TopicWords {
    private static final String[] WORDS = {"a", "b", "", "$x", "device-17", "temperature"};

    private TopicWords() {}

    static TopicName topic(Random random) {
        String[] levels = new String[1 + random.nextInt(4)];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = WORDS[random.nextInt(WORDS.length)];
        }
        String name = String.join("/", levels);
        return name.isEmpty() ? topic(random) : TopicName.of(name);
    }

    static TopicFilter filter(Random random) {
        String[] levels = topic(random).levels();
        for (int i = 0; i < levels.length; i++) {
            if (random.nextInt(3) == 0) {
                levels[i] = "+";
            }
        }
        if (random.nextInt(4) == 0) {
            levels[levels.length - 1] = "#";
        }
        return TopicFilter.of(String.join("/", levels));
    }
}
