package io.chasqui.broker.connection;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Receipt;
import io.chasqui.broker.routing.Router;
import io.chasqui.protocol.ReasonCode;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the embedding program itself publishes. Any thread hands over; one loop routes, in the order of each thread, and waits like
 * every publisher while other loops or the store are behind. What is open is limited to {@link #MESSAGES} and {@link #BYTES}.
 */
public final class Publisher {
    /** Messages that may be handed over and not yet answered. */
    static final int MESSAGES = 10_000;

    /** Bytes of these, payloads and topics. */
    static final long BYTES = 64L << 20;

    private static final int A_TURN = 1_000; // messages that are routed before the loop looks elsewhere

    private final Core core;
    private final Queue<Open> handedOver = new ConcurrentLinkedQueue<>();
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean awake = new AtomicBoolean(); // drain will run
    private final Set<Open> routed = new LinkedHashSet<>(); // and not yet answered; of the loop

    Publisher(Core core) {
        this.core = core;
    }

    /** One message, until it is answered. */
    private final class Open extends Receipt {
        final Message message;
        final long expirySeconds;
        final CompletableFuture<ReasonCode> answer = new CompletableFuture<>();

        Open(Message message, long expirySeconds) {
            this.message = message;
            this.expirySeconds = expirySeconds;
        }

        @Override
        protected void onComplete() {
            if (routed.remove(this)) { // else answered when the broker stopped
                ReasonCode unrefused = matched() ? ReasonCode.SUCCESS : ReasonCode.NO_MATCHING_SUBSCRIBERS;
                answer(refused() ? ReasonCode.QUOTA_EXCEEDED : unrefused);
            }
        }

        void answer(ReasonCode reason) {
            messages.decrementAndGet();
            bytes.addAndGet(-message.bytes());
            answer.complete(reason);
        }
    }

    /**
     * Publishes. Any thread; does not block.
     *
     * @param expirySeconds Message Expiry Interval, or {@link io.chasqui.protocol.Publish#ABSENT}
     * @return what PUBACK would say: SUCCESS when everyone who is owed it has it, and has it safe; NO_MATCHING_SUBSCRIBERS;
     *     QUOTA_EXCEEDED when someone has no room, or too much is open; SERVER_SHUTTING_DOWN. Completed on a loop
     * @throws IllegalArgumentException when it is beyond the limits of every message
     */
    public CompletableFuture<ReasonCode> publish(Message message, long expirySeconds) {
        String fault = core.policy().fault(message);
        if (fault != null) {
            throw new IllegalArgumentException("the message for " + message.topic() + " has " + fault);
        }
        Open open = new Open(message, expirySeconds);
        int openMessages = messages.incrementAndGet();
        long openBytes = bytes.addAndGet(message.bytes());
        if (openMessages > MESSAGES || openBytes > BYTES) {
            open.answer(ReasonCode.QUOTA_EXCEEDED);
            return open.answer;
        }
        handedOver.add(open);
        wake();
        return open.answer;
    }

    private void wake() {
        if (awake.compareAndSet(false, true)) {
            try {
                core.loop().execute(this::drain);
            } catch (RejectedExecutionException _) { // the broker is closed
                awake.set(false);
                refuse();
            }
        }
    }

    private void drain() {
        awake.set(false);
        if (core.isStopping()) {
            refuse();
            return;
        }
        Router router = core.router();
        for (int i = 0; i < A_TURN && !router.isFull(); i++) {
            Open open = handedOver.poll();
            if (open == null) {
                return;
            }
            route(open, router);
        }
        if (awake.compareAndSet(false, true)) {
            if (router.isFull()) {
                router.onRoom(this::drain);
            } else {
                core.loop().nextTurn(this::drain);
            }
        }
    }

    private void route(Open open, Router router) {
        Message message = open.message;
        if (open.expirySeconds >= 0) {
            message = message.withExpiresAtNanos(Message.expiresAt(open.expirySeconds, core.loop()));
        }
        if (message.retain() && !(router.journal().accepts() && router.retain(message))) {
            open.answer(ReasonCode.QUOTA_EXCEEDED);
            return;
        }
        routed.add(open);
        router.route(message, open);
    }

    /** The broker stops: what is open is answered now, for later nobody would. This loop's thread only. */
    void stop() {
        refuse();
        for (Open open : routed) {
            open.answer(ReasonCode.SERVER_SHUTTING_DOWN);
        }
        routed.clear();
    }

    private void refuse() {
        Open open;
        while ((open = handedOver.poll()) != null) {
            open.answer(ReasonCode.SERVER_SHUTTING_DOWN);
        }
    }
}
