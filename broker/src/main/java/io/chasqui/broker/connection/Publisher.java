package io.chasqui.broker.connection;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the embedding program itself publishes. Any thread hands over; one loop routes, in the order of each thread, and waits like
 * every publisher while other loops or the store are behind. What is open is limited to {@link #MESSAGES} and {@link #BYTES}; what
 * is refused beyond that ends in a {@link Fate}, too, of which the loop tells when it comes to it.
 */
public final class Publisher {
    /** Messages that may be handed over and not yet answered. */
    static final int MESSAGES = 10_000;

    /** Bytes of these, payloads and topics. */
    static final long BYTES = 64L << 20;

    private static final int A_TURN = 1_000; // messages that are routed before the loop looks elsewhere
    private static final long OVERHEAD = 128; // bytes, of a message that was refused and is yet to be told of

    private final Core core;
    private final Queue<Open> handedOver = new ConcurrentLinkedQueue<>();
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final Queue<Message> refused = new ConcurrentLinkedQueue<>(); // and no fate yet
    private final AtomicLong refusedBytes = new AtomicLong(); // of these, up to BYTES
    private final AtomicLong refusedMore = new AtomicLong(); // messages beyond that: counted, and not told of
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
     *     QUOTA_EXCEEDED when someone has no room, or too much is open; SERVER_SHUTTING_DOWN. Completed on a loop, or at once
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
            remember(message);
        } else {
            handedOver.add(open);
        }
        wake();
        return open.answer;
    }

    /** Has the loop tell of a message that was refused. */
    private void remember(Message message) {
        long bytes = message.bytes() + OVERHEAD;
        if (refusedBytes.addAndGet(bytes) <= BYTES) {
            refused.add(message);
        } else {
            refusedBytes.addAndGet(-bytes);
            refusedMore.incrementAndGet();
        }
    }

    private void wake() {
        if (awake.compareAndSet(false, true)) {
            try {
                core.loop().execute(this::drain);
            } catch (RejectedExecutionException _) { // the broker is closed: nobody asks for fates any more
                awake.set(false);
                refuse(_ -> {});
            }
        }
    }

    private void drain() {
        awake.set(false);
        if (core.isStopping()) {
            stop();
            return;
        }
        Router router = core.router();
        boolean more = tellRefused();
        more |= routeAll(router);
        if (more && awake.compareAndSet(false, true)) {
            if (router.isFull()) {
                router.onRoom(this::drain);
            } else {
                core.loop().nextTurn(this::drain);
            }
        }
    }

    /** @return whether there may be more, for another turn */
    private boolean routeAll(Router router) {
        for (int i = 0; i < A_TURN && !router.isFull(); i++) {
            Open open = handedOver.poll();
            if (open == null) {
                return false;
            }
            route(open, router);
        }
        return true;
    }

    private void route(Open open, Router router) {
        Message message = open.message;
        if (open.expirySeconds >= 0) {
            message = message.withExpiresAtNanos(Message.expiresAt(open.expirySeconds, core.loop()));
        }
        if (message.retain()) {
            Fate fate = retain(message, router);
            if (fate != null) {
                core.fates().record(fate, message, null);
                open.answer(ReasonCode.QUOTA_EXCEEDED);
                return;
            }
        }
        routed.add(open);
        router.route(message, open);
    }

    /** What a message ends in that cannot be retained, or null. */
    private static @Nullable Fate retain(Message message, Router router) {
        if (!router.journal().accepts()) {
            return Fate.STORE_UNAVAILABLE;
        }
        return router.retain(message) ? null : Fate.QUOTA_EXCEEDED;
    }

    /** @return whether there may be more to tell of, in another turn */
    private boolean tellRefused() {
        core.fates().count(Fate.QUOTA_EXCEEDED, refusedMore.getAndSet(0));
        for (int i = 0; i < A_TURN; i++) {
            Message message = refused.poll();
            if (message == null) {
                return false;
            }
            refusedBytes.addAndGet(-message.bytes() - OVERHEAD);
            core.fates().record(Fate.QUOTA_EXCEEDED, message, null);
        }
        return true;
    }

    /** The broker stops: what is open is answered now, for later nobody would. This loop's thread only. */
    void stop() {
        boolean more = true;
        while (more) {
            more = tellRefused();
        }
        refuse(this::tellStopped);
        for (Open open : routed) {
            open.answer(ReasonCode.SERVER_SHUTTING_DOWN);
        }
        routed.clear();
    }

    private void tellStopped(Message message) {
        core.fates().record(Fate.SHUTTING_DOWN, message, null);
    }

    private void refuse(Consumer<Message> told) {
        Open open;
        while ((open = handedOver.poll()) != null) {
            told.accept(open.message);
            open.answer(ReasonCode.SERVER_SHUTTING_DOWN);
        }
    }
}
