package io.chasqui.client;

import io.chasqui.protocol.TopicFilter;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are fetched, one call each: for a virtual thread of its own. What is not fetched waits in the client, up to
 * its inbox limit; then the socket is not read any more. Safe on any thread. A message is acknowledged when it is fetched, or
 * with manual acknowledgement when {@link Received#acknowledge} is called.
 */
public final class Messages implements AutoCloseable {
    private final Receiver receiver;
    private final Delivery delivery;
    private final LinkedBlockingQueue<Received> fetched = new LinkedBlockingQueue<>(); // as many as were asked for

    Messages(Receiver receiver, TopicFilter filter, Settings settings) {
        this.receiver = receiver;
        this.delivery =
                new Delivery(receiver, filter, fetched::add, settings.callbacks(), settings.manualAcknowledgement(), 0);
        receiver.register(delivery);
    }

    /** Waits for the next message. */
    public Received take() throws InterruptedException {
        Received ready = fetched.poll();
        if (ready != null) {
            return ready;
        }
        delivery.request(1);
        return fetched.take();
    }

    /**
     * Waits for the next message for so long.
     *
     * @return null when none has come; the next call gets it
     */
    public @Nullable Received poll(Duration patience) throws InterruptedException {
        Received ready = fetched.poll();
        if (ready != null) {
            return ready;
        }
        if (!delivery.hasDemand()) {
            delivery.request(1);
        }
        return fetched.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** No more are kept for this; those that were not fetched are acknowledged. The subscription stays. */
    @Override
    public void close() {
        receiver.unregister(delivery);
    }
}
