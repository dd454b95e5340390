package io.chasqui.broker.routing;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.topic.SubscriptionTree;
import io.chasqui.protocol.TopicName;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The matches of the topics that this loop saw of late. A hit costs a look at the last topic or one hash lookup, and three
 * reads that tell whether a subscription has changed meanwhile.
 *
 * <p>Bounded by weight (topics and their routes), in two generations: when the young one is full the old one is forgotten
 * and the young one becomes old. A topic in use is carried over at its next use.
 */
final class MatchCache {
    private static final int MAX_WEIGHT = 1 << 16; // a generation; about 10 MB at one route a topic

    private static final int TOPIC_WEIGHT = 1;

    private final Match.Finder finder;
    private final SubscriptionTree<Subscription> tree;
    private final Loop loop;
    private Map<TopicName, Match> young = new HashMap<>();
    private Map<TopicName, Match> old = Map.of();
    private int youngWeight;
    private TopicName lastTopic = TopicName.EMPTY;
    private Match last;

    MatchCache(Match.Finder finder, SubscriptionTree<Subscription> tree, Loop loop) {
        this.finder = finder;
        this.tree = tree;
        this.loop = loop;
        this.last = finder.find(lastTopic.levels(), 0);
    }

    Match of(TopicName topic) {
        if (topic == lastTopic && isFresh(last)) {
            return last;
        }
        Match match = young.get(topic);
        if (match == null || !isFresh(match)) {
            match = refresh(topic, match);
        }
        lastTopic = topic;
        last = match;
        return match;
    }

    private Match refresh(TopicName topic, @Nullable Match stale) {
        Match match = stale == null ? old.get(topic) : null;
        if (match == null || !isFresh(match)) {
            match = finder.find(topic.levels(), loop.random().nextInt(1 << 16));
        }
        youngWeight += TOPIC_WEIGHT + match.weight - (stale == null ? 0 : TOPIC_WEIGHT + stale.weight);
        if (youngWeight > MAX_WEIGHT) {
            old = young;
            young = new HashMap<>();
            youngWeight = TOPIC_WEIGHT + match.weight;
        }
        young.put(topic, match);
        return match;
    }

    private boolean isFresh(Match match) {
        return match.version == tree.version(match.slotA, match.slotB);
    }
}
