package io.chasqui.broker.storage;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A store in memory: sessions outlive their broker, for the next one in the same process, and not the process. For embedders
 * and tests; everything is safe at once. It refers to the messages that the sessions hold, so it costs little beside them.
 *
 * <p>Safe on any loop as long as the changes of one session come from one loop, and those of one topic in order.
 */
public final class MemoryStore implements Store {
    private final Map<SessionId, Kept> sessions = new ConcurrentHashMap<>();
    private final Map<TopicName, Message> retained = new ConcurrentHashMap<>();
    private final AtomicLong lastSession = new AtomicLong();

    /** What the changes of one session add up to. Touched by its loop only, and by the next broker after that has stopped. */
    private static final class Kept {
        Change.Kept state;
        final Map<String, Change.Subscribed> subscriptions = new LinkedHashMap<>();
        final TreeMap<Long, Change.Owed> messages = new TreeMap<>();
        final BitSet received = new BitSet();
        long lastSequence;
        long endBytes;

        Kept(Change.Kept state) {
            this.state = state;
        }

        StoredSession stored() {
            boolean empty = messages.isEmpty();
            Change.Owed first = empty ? null : messages.firstEntry().getValue();
            return new StoredSession(
                    state.session(),
                    state.clientId(),
                    state.expirySeconds(),
                    state.leftAtWallMillis(),
                    List.copyOf(subscriptions.values()),
                    first == null ? 0 : first.sequence(),
                    lastSequence,
                    first == null
                            ? endBytes
                            : first.endBytes() - first.message().bytes(),
                    endBytes,
                    received.stream().toArray(),
                    state.will(),
                    state.userName());
        }
    }

    @Override
    public long lastSession() {
        return lastSession.get();
    }

    @Override
    public void load(int shard, Consumer<StoredSession> into) {
        sessions.forEach((id, kept) -> {
            if (id.shard() == shard) {
                into.accept(kept.stored());
            }
        });
    }

    @Override
    public void loadRetained(Consumer<Message> into) {
        retained.values().forEach(into);
    }

    @Override
    public boolean isImmediate() {
        return true;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public void write(List<Change> changes, Completion completion) {
        changes.forEach(this::apply);
        completion.done(true);
    }

    @Override
    public void read(SessionId session, long from, int messages, long bytes, Consumer<List<Change.Owed>> into) {
        List<Change.Owed> read = new ArrayList<>();
        Kept kept = sessions.get(session);
        if (kept != null) {
            long sum = 0;
            for (Change.Owed owed : kept.messages.tailMap(from).values()) {
                if (read.size() == messages || sum >= bytes) {
                    break;
                }
                read.add(owed);
                sum += owed.message().bytes();
            }
        }
        into.accept(read);
    }

    private void apply(Change change) {
        switch (change) {
            case Change.Retained(Message message) -> retained.put(message.topic(), message);
            case Change.Unretained(TopicName topic) -> retained.remove(topic);
            case Change.Kept state -> {
                lastSession.accumulateAndGet(state.session().number(), Math::max);
                sessions.computeIfAbsent(state.session(), _ -> new Kept(state)).state = state;
            }
            case Change.Ended ended -> sessions.remove(ended.session());
            case Change.OfSession ofSession -> {
                Kept kept = sessions.get(ofSession.session());
                if (kept != null) {
                    apply(kept, ofSession);
                }
            }
        }
    }

    private static void apply(Kept kept, Change.OfSession change) {
        switch (change) {
            case Change.Subscribed subscribed ->
                kept.subscriptions.put(subscribed.filter().text(), subscribed);
            case Change.Unsubscribed unsubscribed -> kept.subscriptions.remove(unsubscribed.filter());
            case Change.Owed owed -> {
                kept.lastSequence = Math.max(kept.lastSequence, owed.sequence());
                kept.endBytes = Math.max(kept.endBytes, owed.endBytes());
                kept.messages.put(owed.sequence(), owed);
            }
            case Change.Progress progress ->
                kept.messages.computeIfPresent(
                        progress.sequence(), (_, owed) -> sent(owed, progress.packetId(), progress.released()));
            case Change.Settled settled -> kept.messages.remove(settled.sequence());
            case Change.Received received -> kept.received.set(received.packetId());
            case Change.Forgotten forgotten -> kept.received.clear(forgotten.packetId());
            case Change.Kept _, Change.Ended _ -> throw new AssertionError(change);
        }
    }

    private static Change.Owed sent(Change.Owed owed, int packetId, boolean released) {
        return new Change.Owed(
                owed.session(),
                owed.sequence(),
                owed.endBytes(),
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
