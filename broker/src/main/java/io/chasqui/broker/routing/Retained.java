package io.chasqui.broker.routing;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.topic.TopicMap;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.security.SecureRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The last retained message of each topic (section 3.3.1.3). Safe on any loop; the last writer of a topic wins, here and in
 * the store. A replay walks it step by step while others write, and sees each topic as it is when it comes by.
 */
public final class Retained {
    private final TopicMap<Message> byTopic;
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong figures =
            new AtomicLong(); // of count, those below $SYS, which are the broker's and take no client's room
    private final AtomicLong figureBytes = new AtomicLong();
    private final int maxCount;
    private final long maxBytes;
    private final int maxOfOne; // of one publisher
    private final ConcurrentHashMap<String, Integer> byPublisher = new ConcurrentHashMap<>(); // messages of each

    Retained(int maxCount, long maxBytes) {
        this(maxCount, maxBytes, Integer.MAX_VALUE, new SecureRandom());
    }

    /** @param maxOfOne that one Client Identifier may have set */
    Retained(int maxCount, long maxBytes, int maxOfOne, RandomGenerator secrets) {
        this.byTopic = new TopicMap<>(secrets);
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
        this.maxOfOne = maxOfOne;
    }

    /**
     * Retains {@code message} in place of the one before; one with an empty payload only removes that (MQTT5-3.3.1-6, -7).
     *
     * @return false when a limit is reached; nothing has changed
     */
    boolean update(Message message, Journal journal) {
        String[] levels = message.topic().levels();
        boolean removes = message.payload().length == 0;
        if (!removes && !fits(levels, message)) {
            return false;
        }
        Message after = removes ? null : message;
        UnaryOperator<@Nullable Message> replace = before -> {
            account(message.topic(), before, after);
            if (after != null || before != null) {
                tell(journal, message.topic(), after); // while the topic is held, so that the store has the same order
            }
            return after;
        };
        byTopic.compute(levels, replace);
        return true;
    }

    private boolean fits(String[] levels, Message message) {
        if (isTooMany(message, maxOfOne)) {
            return false;
        }
        if (isFigure(message.topic())) {
            return true; // there are only so many
        }
        long bytesAfter = bytes.get() - figureBytes.get() + message.bytes();
        if (count.get() - figures.get() < maxCount && bytesAfter <= maxBytes) {
            return true;
        }
        Message before = byTopic.get(levels);
        return before != null && bytesAfter - before.bytes() <= maxBytes;
    }

    /** Whether with {@code message} its publisher would have set more than {@code most}. What is its own it may replace. */
    public boolean isTooMany(Message message, int most) {
        String publisher = message.publisher();
        if (message.payload().length == 0 || publisher.isEmpty() || byPublisher.getOrDefault(publisher, 0) < most) {
            return false;
        }
        Message before = byTopic.get(message.topic().levels());
        return before == null || !before.publisher().equals(publisher);
    }

    private void account(TopicName topic, @Nullable Message before, @Nullable Message after) {
        String earlier = before == null ? "" : before.publisher();
        String later = after == null ? "" : after.publisher();
        if (!earlier.equals(later)) {
            count(earlier, -1);
            count(later, 1);
        }
        int more = (after == null ? 0 : 1) - (before == null ? 0 : 1);
        long moreBytes = (after == null ? 0L : after.bytes()) - (before == null ? 0 : before.bytes());
        if (isFigure(topic)) {
            figures.addAndGet(more);
            figureBytes.addAndGet(moreBytes);
        }
        count.addAndGet(more);
        bytes.addAndGet(moreBytes);
    }

    /** Figures of this process, which end with it. */
    private static boolean isFigure(TopicName topic) {
        return topic.name().startsWith("$SYS/");
    }

    private void count(String publisher, int change) {
        if (!publisher.isEmpty()) {
            byPublisher.merge(publisher, change, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    private void tell(Journal journal, TopicName topic, @Nullable Message after) {
        if (!isFigure(topic)) {
            journal.retained(topic, after);
        }
    }

    /** The retained message of a topic, or null. */
    public @Nullable Message get(TopicName topic) {
        return byTopic.get(topic.levels());
    }

    /** Puts back a message that was retained before a restart. Before the loops run. */
    void restore(Message message) {
        byTopic.put(message.topic().levels(), message);
        account(message.topic(), null, message);
    }

    /** Walks the retained messages that match {@code filter}. */
    public TopicMap.Cursor<Message> matching(TopicFilter filter) {
        return byTopic.cursor(filter.levels());
    }

    /** Removes {@code message}, which has expired, unless it has been replaced (U5-43). */
    public void expire(Message message, Journal journal) {
        UnaryOperator<@Nullable Message> removeUnlessReplaced = now -> {
            if (now == message) {
                account(message.topic(), message, null);
                tell(journal, message.topic(), null);
                return null;
            }
            return now;
        };
        byTopic.compute(message.topic().levels(), removeUnlessReplaced);
    }

    /** Retained messages. */
    public long count() {
        return count.get();
    }

    /** Bytes of their payloads and topics. */
    public long bytes() {
        return bytes.get();
    }
}
