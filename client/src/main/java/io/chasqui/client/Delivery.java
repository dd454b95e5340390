package io.chasqui.client;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicFilter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One who receives: a Topic Filter, a callback, and the messages on their way to it. The event thread brings them, a turn's at
 * once; the callback executor takes them, one at a time and in order, no more than were asked for.
 */
final class Delivery {
    /** As much as is asked for by those who never ask. */
    static final long ALL = Long.MAX_VALUE;

    /** The delivery whose callback runs on this thread. */
    static final ThreadLocal<@Nullable Delivery> CURRENT = new ThreadLocal<>();

    private static final int BATCH = 256; // messages, after which other tasks of the executor have their turn

    final Receiver receiver;
    final TopicFilter filter;
    private final Consumer<Received> callback;
    private final Executor executor;
    private final boolean manual;

    /** Event thread: the messages of this turn. */
    final List<Received> turn = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Received> queue = new ArrayDeque<>(); // its sum is limited by the receiver
    private long demand;
    private boolean running;
    private volatile boolean cancelled; // written under the lock

    Delivery(
            Receiver receiver,
            TopicFilter filter,
            Consumer<Received> callback,
            Executor executor,
            boolean manual,
            long demand) {
        this.receiver = receiver;
        this.filter = filter;
        this.callback = callback;
        this.executor = executor;
        this.manual = manual;
        this.demand = demand;
    }

    /** The end of a turn of the event thread. */
    void endTurn() {
        boolean start;
        lock.lock();
        try {
            if (cancelled) {
                turn.forEach(this::pass);
            } else {
                queue.addAll(turn);
            }
            start = mayStart();
        } finally {
            lock.unlock();
        }
        turn.clear();
        if (start) {
            start();
        }
    }

    /** Asks for {@code more}. */
    void request(long more) {
        boolean start;
        lock.lock();
        try {
            demand = demand + more < 0 ? ALL : demand + more;
            start = mayStart();
        } finally {
            lock.unlock();
        }
        if (start) {
            start();
        }
    }

    /** Whether something was asked for that has not come. */
    boolean hasDemand() {
        lock.lock();
        try {
            return demand > 0;
        } finally {
            lock.unlock();
        }
    }

    private boolean mayStart() {
        boolean start = !running && demand > 0 && !queue.isEmpty();
        running |= start;
        return start;
    }

    private void start() {
        try {
            executor.execute(this::run);
        } catch (RejectedExecutionException e) { // the application has shut its executor down: nobody receives any more
            receiver.unregister(this);
        }
    }

    private void run() {
        Delivery outer = CURRENT.get();
        CURRENT.set(this);
        try {
            List<Received> batch = new ArrayList<>();
            while (fill(batch)) {
                for (Received message : batch) {
                    if (cancelled) {
                        message.acknowledge();
                    } else {
                        give(message);
                    }
                }
                receiver.taken(batch.size());
                batch.clear();
            }
        } finally {
            CURRENT.set(outer);
        }
    }

    private boolean fill(List<Received> batch) {
        lock.lock();
        try {
            while (batch.size() < BATCH && demand > 0 && !queue.isEmpty()) {
                batch.add(queue.remove());
                if (demand != ALL) {
                    demand--;
                }
            }
            running = !batch.isEmpty();
            return running;
        } finally {
            lock.unlock();
        }
    }

    private void give(Received message) {
        try {
            callback.accept(message);
        } catch (RuntimeException | AssertionError fault) {
            if (message.qos() != Qos.AT_MOST_ONCE) {
                message.refuse(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
            }
            receiver.unhandled(message, fault);
            return;
        }
        if (!manual) {
            message.acknowledge();
        }
    }

    /** Nobody takes it from here any more. */
    private void pass(Received message) {
        message.acknowledge();
        receiver.taken(1);
    }

    /** Nothing more is given to the callback; what waits is acknowledged. Event thread. */
    void cancel() {
        List<Received> rest;
        lock.lock();
        try {
            cancelled = true;
            rest = new ArrayList<>(queue);
            queue.clear();
        } finally {
            lock.unlock();
        }
        rest.forEach(this::pass);
    }
}
