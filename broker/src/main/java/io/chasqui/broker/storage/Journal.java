package io.chasqui.broker.storage;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.message.Message;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One loop's way to the {@link Store}: gathers what has changed, hands it over, and tells when it is safe. Confined to its loop.
 *
 * <p>While one batch is with the store the next one gathers; what changes twice in that time is told once, and what has come
 * and gone is not told at all. So load makes larger batches and fewer writes.
 *
 * <p>When the store fails, whoever waits for an {@link Outcome} hears so at once, {@link #accepts} turns false, and the batch is
 * given again once a second until it is kept: what is in memory and what is in the store agree again then. The exception are
 * {@linkplain #join joined} changes: when they fail they are dropped, and undone in the store, which may have them all the same.
 */
public final class Journal {
    /** 32 MiB of messages, with an allowance of {@link #OVERHEAD} for each change, before {@link #isFull}. */
    private static final long MAX_AHEAD = 32L << 20;

    private static final int OVERHEAD = 128;
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final Loop loop;
    private final Store store;
    private final Function<TopicName, @Nullable Message> retained;
    private Batch gathering = new Batch();
    private @Nullable Batch outstanding; // with the store
    private @Nullable Batch failed; // to be given again
    private boolean handOverDue; // at the end of this turn
    private boolean closing;
    private long position;
    private Runnable onRelief = () -> {};

    /** Something whose state the store keeps. What it tells is asked for when it is handed over, not when it changes. */
    public abstract static class Item {
        private boolean noted; // its turn to tell is among what gathers

        /** The state as it is now, or null when there is nothing to tell any more. On the loop. */
        protected abstract @Nullable Change change();
    }

    /** Hears whether what was told is safe. On the loop, once. */
    @FunctionalInterface
    public interface Outcome {
        /** @param safe false when the store failed: nothing may be promised */
        void decided(boolean safe);
    }

    /** Changes that are kept together or not at all. */
    private record Joint(List<Change> changes, Outcome outcome) {}

    /** What is handed over as one: the store keeps all of it or nothing. */
    private static final class Batch {
        final List<Object> told = new ArrayList<>(); // Item, Change or Joint, in order
        final Set<TopicName> topics = new LinkedHashSet<>(); // whose retained message has changed
        List<Outcome> outcomes = new ArrayList<>();
        final List<Runnable> whenSafe = new ArrayList<>();
        List<Change> changes = List.of(); // once handed over
        long weight;

        boolean isEmpty() {
            return told.isEmpty() && topics.isEmpty();
        }
    }

    /** @param retained the retained message that a topic has now, or null */
    public Journal(Store store, Loop loop, Function<TopicName, @Nullable Message> retained) {
        this.store = store;
        this.loop = loop;
        this.retained = retained;
    }

    /** @param task runs on the loop when {@link #isFull} has turned false */
    public void onRelief(Runnable task) {
        onRelief = task;
    }

    /**
     * Notes that the state of {@code item} has changed.
     *
     * @param bytes of messages that are held until the store has them
     */
    public void note(Item item, int bytes) {
        if (store.isImmediate()) {
            Change change = item.change();
            if (change != null) {
                writeNow(change);
            }
        } else if (!item.noted) {
            item.noted = true;
            gather(item, bytes);
        }
    }

    /** Tells one change, after all that was noted before. */
    public void append(Change change) {
        if (store.isImmediate()) {
            writeNow(change);
        } else {
            gather(change, 0);
        }
    }

    /**
     * Notes that the retained message of a topic has changed. While the topic is held, so that the store has the last one of it.
     *
     * @param now the message, or null
     */
    public void retained(TopicName topic, @Nullable Message now) {
        if (store.isImmediate()) {
            writeNow(retainedChange(topic, now));
            return;
        }
        position++;
        gathering.topics.add(topic);
        gathering.weight += OVERHEAD + (now == null ? 0 : now.bytes());
        handOverSoon();
    }

    /**
     * Tells changes that are to be kept together or not at all; when they fail they are not given again.
     *
     * @param outcome hears how it went, possibly inside the call
     */
    public void join(List<Change> changes, Outcome outcome) {
        if (store.isImmediate()) {
            store.write(changes, outcome::decided);
        } else if (failed != null) {
            outcome.decided(false);
        } else {
            int bytes = 0;
            for (Change change : changes) {
                bytes += change instanceof Change.Owed owed ? owed.message().bytes() + OVERHEAD : OVERHEAD;
            }
            gather(new Joint(changes, outcome), bytes);
        }
    }

    private void writeNow(Change change) {
        store.write(List.of(change), _ -> {});
    }

    private void gather(Object told, int bytes) {
        position++;
        gathering.told.add(told);
        gathering.weight += bytes + OVERHEAD;
        handOverSoon();
    }

    private void handOverSoon() {
        if (!handOverDue && mayHandOver()) {
            handOverDue = true;
            loop.atEndOfTurn(this::handOverNow);
        }
    }

    private void handOverNow() {
        handOverDue = false;
        if (mayHandOver()) {
            handOver();
        }
    }

    private boolean mayHandOver() {
        return failed == null && (closing || outstanding == null);
    }

    private void handOver() {
        Batch batch = gathering;
        if (batch.isEmpty() && batch.outcomes.isEmpty() && batch.whenSafe.isEmpty()) {
            return;
        }
        gathering = new Batch();
        List<Change> changes = new ArrayList<>(batch.told.size() + batch.topics.size());
        for (Object told : batch.told) {
            switch (told) {
                case Item item -> {
                    item.noted = false;
                    Change change = item.change();
                    if (change != null) {
                        changes.add(change);
                    }
                }
                case Joint joint -> changes.addAll(joint.changes);
                default -> changes.add((Change) told);
            }
        }
        batch.changes = changes;
        outstanding = batch;
        if (batch.topics.isEmpty()) {
            give(batch);
            return;
        }
        // What is read here is given before any other loop reads: the last one given is the last one made.
        synchronized (store) {
            for (TopicName topic : batch.topics) {
                changes.add(retainedChange(topic, retained.apply(topic)));
            }
            give(batch);
        }
    }

    private static Change retainedChange(TopicName topic, @Nullable Message now) {
        return now == null ? new Change.Unretained(topic) : new Change.Retained(now);
    }

    private void give(Batch batch) {
        if (batch.changes.isEmpty()) { // all of it came and went
            loop.execute(() -> completed(batch, true));
        } else {
            store.write(batch.changes, safe -> onLoop(() -> completed(batch, safe)));
        }
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException _) {
            // The loop has stopped, and nobody waits there any more.
        }
    }

    private void completed(Batch batch, boolean safe) {
        boolean wasFull = isFull();
        if (outstanding == batch) {
            outstanding = null;
        }
        if (safe) {
            if (failed == batch) {
                failed = null;
            }
            succeed(batch);
        } else {
            fail(batch);
        }
        if (mayHandOver()) {
            handOver();
        }
        if (wasFull && !isFull()) {
            onRelief.run();
        }
    }

    private static void succeed(Batch batch) {
        for (Object told : batch.told) {
            if (told instanceof Joint joint) {
                joint.outcome.decided(true);
            }
        }
        batch.outcomes.forEach(outcome -> outcome.decided(true));
        batch.whenSafe.forEach(Runnable::run);
    }

    private void fail(Batch batch) {
        failed = batch;
        List<Joint> dropped = disappoint(batch);
        disappoint(gathering);
        if (!dropped.isEmpty()) { // what failed may be on the disk all the same
            List<Change> changes = new ArrayList<>(batch.changes);
            dropped.forEach(joint -> joint.changes.forEach(change -> undo(change, changes)));
            batch.changes = changes;
        }
        loop.schedule(() -> give(batch), RETRY_NANOS);
    }

    private static void undo(Change change, List<Change> into) {
        switch (change) {
            case Change.Owed owed -> into.add(new Change.Settled(owed.session(), owed.sequence(), owed.message()));
            case Change.Received received -> into.add(new Change.Forgotten(received.session(), received.packetId()));
            default -> throw new IllegalStateException("joined: " + change);
        }
    }

    /** Tells all who can be told that the store failed, and drops what was joined. @return that */
    private static List<Joint> disappoint(Batch batch) {
        List<Joint> joints = new ArrayList<>();
        for (Object told : batch.told) {
            if (told instanceof Joint joint) {
                joints.add(joint);
            }
        }
        if (!joints.isEmpty()) {
            batch.told.removeAll(joints);
            Set<Change> dropped = Collections.newSetFromMap(new IdentityHashMap<>());
            joints.forEach(joint -> dropped.addAll(joint.changes));
            batch.changes = batch.changes.stream()
                    .filter(change -> !dropped.contains(change))
                    .toList();
        }
        List<Outcome> outcomes = batch.outcomes;
        batch.outcomes = new ArrayList<>();
        joints.forEach(joint -> joint.outcome.decided(false));
        outcomes.forEach(outcome -> outcome.decided(false));
        return joints;
    }

    /** Grows with all that is told: whether something was told between two looks. Does not grow where nobody has to wait. */
    public long position() {
        return position;
    }

    /** Whether all that was told on this loop is safe, so that nobody needs to wait. */
    public boolean isDurable() {
        return outstanding == null && failed == null && gathering.isEmpty();
    }

    /** Whether more can be kept: false while the store fails or has no room. Then refuse. */
    public boolean accepts() {
        return failed == null && store.hasRoom();
    }

    /** Whether the store fails to keep anything at all. */
    public boolean isFailing() {
        return failed != null;
    }

    /** Whether the store is so far behind that what feeds this loop should stop being read until {@link #onRelief}. */
    public boolean isFull() {
        return gathering.weight + weight(outstanding) + weight(failed) > MAX_AHEAD;
    }

    private static long weight(@Nullable Batch batch) {
        return batch == null ? 0 : batch.weight;
    }

    /** Tells {@code outcome} when all that was told so far is safe, at once if it is, or that the store failed. */
    public void whenDecided(Outcome outcome) {
        if (isDurable()) {
            outcome.decided(true);
        } else if (failed != null) {
            outcome.decided(false);
        } else {
            last().outcomes.add(outcome);
        }
    }

    /** Runs {@code task} once all that was told so far is safe, at once if it is; however often the store fails before. */
    public void whenDurable(Runnable task) {
        if (isDurable()) {
            task.run();
        } else {
            last().whenSafe.add(task);
        }
    }

    private Batch last() {
        if (!gathering.isEmpty()) {
            return gathering;
        }
        Batch last = outstanding == null ? failed : outstanding;
        assert last != null;
        return last;
    }

    /** Reads messages as {@link Store#read} does, when all that was told so far is safe; answers on the loop, later. */
    public void read(SessionId session, long from, int messages, long bytes, Consumer<List<Change.Owed>> into) {
        whenDurable(() -> store.read(session, from, messages, bytes, list -> onLoop(() -> into.accept(list))));
    }

    /** The loop will stop: what is told from now on is handed over without waiting for what is with the store. */
    public void close() {
        closing = true;
        if (failed == null) {
            handOver();
        }
    }
}
