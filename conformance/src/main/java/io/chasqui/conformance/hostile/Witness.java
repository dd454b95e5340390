package io.chasqui.conformance.hostile;

import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.suite.Scene;

/** Two clients that mean well and must not feel what others do to the broker. */
final class Witness {
    private final RawClient publisher;
    private final RawClient subscriber;
    private final String topic;
    private int messages;

    Witness(Scene scene) {
        topic = scene.topic("witness");
        publisher = scene.connect();
        subscriber = scene.subscriber(topic, 1);
    }

    /** One message goes through, at once and only once. */
    void isServed() {
        messages++;
        String text = "m" + messages;
        publisher.publish(topic, text, 1);
        Failure.unlessEqual(text, subscriber.receive().text(), "message of the witness");
    }
}
