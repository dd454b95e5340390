package io.chasqui.broker.routing;

import io.chasqui.broker.message.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The way from one loop to one other: messages gather during a turn and leave as one task, the only hand-off on the way of
 * a message. Order is kept: turns of the source run on the target in their order.
 *
 * <p>Owned by the source loop, but for {@link #done}, which the target writes. Bounded by back pressure: beyond
 * {@link #MAX_AHEAD} of messages that the target has not worked off, {@link #isFull} tells publishers to stop being read.
 */
final class Lane {
    /** 32 MiB of payload, topics and an allowance of {@link #OVERHEAD} for each message. */
    static final long MAX_AHEAD = 32L << 20;

    private static final int OVERHEAD = 256;

    private final Router source;
    private final Router target;
    private @Nullable Batch gathering;
    private long sent; // weight
    private final AtomicLong done = new AtomicLong(); // weight; written by the target
    private volatile boolean sourceWaits;

    Lane(Router source, Router target) {
        this.source = source;
        this.target = target;
    }

    void add(Message message, Route[] routes, @Nullable Receipt receipt) {
        Batch batch = gathering;
        if (batch == null) {
            batch = new Batch();
            gathering = batch;
        }
        batch.add(message, routes, receipt);
        int weight = message.bytes() + OVERHEAD;
        batch.weight += weight;
        sent += weight;
    }

    /** Hands over what has gathered. */
    void depart() {
        Batch batch = gathering;
        if (batch != null) {
            gathering = null;
            target.loop().execute(batch);
        }
    }

    Router target() {
        return target;
    }

    boolean isFull() {
        return sent - done.get() > MAX_AHEAD;
    }

    /**
     * Asks for {@link Router#onRelief} when the target has worked off another batch.
     *
     * @return false when there is room already
     */
    boolean await() {
        sourceWaits = true; // before the look, or the target's last batch could go unnoticed
        return sent - done.get() > MAX_AHEAD / 2;
    }

    /** One turn's messages. Built on the source, run on the target, completed on the source. */
    private final class Batch implements Runnable {
        private Message[] messages = new Message[8];
        private Route[][] routes = new Route[8][];
        private @Nullable Receipt[] receipts = new Receipt[8];
        private boolean[] refused = {};
        private final List<@Nullable List<Pledge>> pledges = new ArrayList<>(0); // one for each message if any is joint
        private int size;
        private int joint; // receipts whose publisher has the message kept
        private int others; // receipts that wait until it is kept here
        private long weight;

        void add(Message message, Route[] to, @Nullable Receipt receipt) {
            if (size == messages.length) {
                messages = Arrays.copyOf(messages, size * 2);
                routes = Arrays.copyOf(routes, size * 2);
                receipts = Arrays.copyOf(receipts, size * 2);
            }
            messages[size] = message;
            routes[size] = to;
            receipts[size] = receipt;
            if (receipt != null && receipt.isJoint()) {
                joint++;
            } else if (receipt != null) {
                others++;
            }
            size++;
        }

        @Override
        public void run() {
            long before = target.journal().position();
            refused = new boolean[size];
            for (int i = 0; i < size; i++) {
                Receipt receipt = receipts[i];
                List<Pledge> part = receipt != null && receipt.isJoint() ? new ArrayList<>(1) : null;
                if (joint > 0) {
                    pledges.add(part);
                }
                refused[i] = !target.deliverAll(messages[i], routes[i], part);
            }
            if (joint > 0) {
                source.loop().execute(() -> report(true, true));
            }
            if (others > 0 && target.journal().position() == before) {
                source.loop().execute(() -> report(false, true));
            } else if (others > 0) {
                target.journal().whenDecided(safe -> source.loop().execute(() -> report(false, safe)));
            }
            if (target.journal().isFull()) {
                target.journal().whenDurable(this::worked);
            } else {
                worked();
            }
        }

        private void worked() {
            done.addAndGet(weight); // visible before the look, as in await: neither may miss the other
            if (sourceWaits) {
                sourceWaits = false;
                source.loop().execute(source::onRelief);
            }
        }

        private void report(boolean ofJoint, boolean safe) {
            for (int i = 0; i < size; i++) {
                Receipt receipt = receipts[i];
                if (receipt != null && receipt.isJoint() == ofJoint) {
                    List<Pledge> part = ofJoint ? pledges.get(i) : null;
                    if (part != null) {
                        receipt.add(target.loop(), part);
                    }
                    receipt.report(refused[i] || !safe);
                }
            }
        }
    }
}
