package io.chasqui.client;

import io.chasqui.protocol.TopicFilter;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/** Gives each subscriber all messages of a Topic Filter from then on, as many as it asks for. */
final class MessagePublisher implements Flow.Publisher<Received> {
    private final Receiver receiver;
    private final TopicFilter filter;
    private final Settings settings;

    MessagePublisher(Receiver receiver, TopicFilter filter, Settings settings) {
        this.receiver = receiver;
        this.filter = filter;
        this.settings = settings;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Received> subscriber) {
        Delivery delivery = new Delivery(
                receiver, filter, subscriber::onNext, settings.callbacks(), settings.manualAcknowledgement(), 0);
        AtomicBoolean ended = new AtomicBoolean();
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long messages) {
                if (messages > 0) {
                    delivery.request(messages);
                } else if (ended.compareAndSet(false, true)) {
                    receiver.unregister(delivery);
                    subscriber.onError(new IllegalArgumentException("asked for " + messages + " messages"));
                }
            }

            @Override
            public void cancel() {
                if (ended.compareAndSet(false, true)) {
                    receiver.unregister(delivery);
                }
            }
        });
        if (!ended.get()) {
            receiver.register(delivery);
        }
    }
}
