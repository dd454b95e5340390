package io.chasqui.broker.storage;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory: sessions outlive their broker, for the next one in the same process, and not the process. For embedders
 * and tests; everything is safe at once. It refers to the messages that the sessions hold, so it costs little beside them.
 *
 * <p>Safe on any loop, as {@link Journal} demands: the changes of one session come from one loop only.
 */
public final class MemoryStore implements Store {
    private final Map<String, Kept> sessions = new ConcurrentHashMap<>();
    private final Map<TopicName, Message> retained = new ConcurrentHashMap<>();

    /** What the changes of one session add up to. Touched by its loop only, and by the next broker after that has stopped. */
    private static final class Kept {
        final int shard;
        long expirySeconds;
        long leftAtWallMillis = StoredSession.CONNECTED;
        final Map<String, Change.Subscribed> subscriptions = new LinkedHashMap<>();
        final Map<Long, StoredSession.Owed> messages = new LinkedHashMap<>();
        final BitSet received = new BitSet();

        @Nullable
        Will will;

        @Nullable
        String userName;

        Kept(int shard) {
            this.shard = shard;
        }
    }

    @Override
    public void load(int shard, Consumer<StoredSession> into) {
        sessions.forEach((clientId, kept) -> {
            if (kept.shard == shard) {
                into.accept(new StoredSession(
                        clientId,
                        kept.expirySeconds,
                        kept.leftAtWallMillis,
                        List.copyOf(kept.subscriptions.values()),
                        new ArrayList<>(kept.messages.values()),
                        kept.received.stream().toArray(),
                        kept.will,
                        kept.userName));
            }
        });
    }

    @Override
    public void loadRetained(Consumer<Message> into) {
        retained.values().forEach(into);
    }

    @Override
    public Journal journal(Executor loop) {
        return new Journal() {
            @Override
            public void append(int shard, Change change) {
                apply(shard, change);
            }

            @Override
            public boolean isDurable() {
                return true;
            }

            @Override
            public void whenDurable(Runnable task) {
                task.run();
            }
        };
    }

    private void apply(int shard, Change change) {
        switch (change) {
            case Change.Retained(Message message) -> retained.put(message.topic(), message);
            case Change.Unretained(TopicName topic) -> retained.remove(topic);
            case Change.Opened opened -> {
                Kept kept = sessions.computeIfAbsent(opened.clientId(), _ -> new Kept(shard));
                kept.expirySeconds = opened.expirySeconds();
                kept.leftAtWallMillis = StoredSession.CONNECTED;
            }
            case Change.Ended ended -> sessions.remove(ended.clientId());
            case Change.OfSession ofSession -> {
                Kept kept = sessions.get(ofSession.clientId());
                if (kept != null) {
                    apply(kept, ofSession);
                }
            }
        }
    }

    private static void apply(Kept kept, Change.OfSession change) {
        switch (change) {
            case Change.Left left -> {
                kept.expirySeconds = left.expirySeconds();
                kept.leftAtWallMillis = left.leftAtWallMillis();
            }
            case Change.Subscribed subscribed ->
                kept.subscriptions.put(subscribed.filter().text(), subscribed);
            case Change.Unsubscribed unsubscribed -> kept.subscriptions.remove(unsubscribed.filter());
            case Change.Queued queued -> kept.messages.put(queued.sequence(), owed(queued));
            case Change.Sent sent ->
                kept.messages.computeIfPresent(sent.sequence(), (_, owed) -> sent(owed, sent.packetId(), false));
            case Change.Released released ->
                kept.messages.computeIfPresent(released.sequence(), (_, owed) -> sent(owed, owed.packetId(), true));
            case Change.Settled settled -> kept.messages.remove(settled.sequence());
            case Change.Received received -> kept.received.set(received.packetId());
            case Change.Forgotten forgotten -> kept.received.clear(forgotten.packetId());
            case Change.WillMade made -> {
                kept.will = made.will();
                kept.userName = made.userName();
            }
            case Change.WillSettled _ -> {
                kept.will = null;
                kept.userName = null;
            }
            case Change.Opened _, Change.Ended _ -> throw new AssertionError(change);
        }
    }

    private static StoredSession.Owed owed(Change.Queued queued) {
        return new StoredSession.Owed(
                queued.sequence(),
                queued.message(),
                queued.qos(),
                queued.retain(),
                queued.subscriptionIds(),
                queued.share(),
                0,
                false);
    }

    private static StoredSession.Owed sent(StoredSession.Owed owed, int packetId, boolean released) {
        return new StoredSession.Owed(
                owed.sequence(),
                owed.message(),
                owed.qos(),
                owed.retain(),
                owed.subscriptionIds(),
                owed.share(),
                packetId,
                released);
    }

    /** Keeps everything: the next broker finds it. */
    @Override
    public void close() {}
}
