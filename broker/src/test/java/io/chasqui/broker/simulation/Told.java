package io.chasqui.broker.simulation;

import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.util.HashSet;
import java.util.Set;

/** One message, as its publisher meant it. */
final class Told {
    final String content;
    final String publisher;
    final TopicName topic;
    final Qos qos;
    final long expirySeconds;
    final long number;
    final boolean will;
    long from; // it may be routed from this moment on
    long to = Chronicle.NEVER; // and no more after this one
    int receipts; // PUBLISH packets with it
    long firstTaken;
    long lastTaken;
    boolean acknowledged;
    boolean mayNotExpire;
    final Set<Life> begun = new HashSet<>(); // sessions that were sent it

    Told(String content, String publisher, TopicName topic, Qos qos, long expirySeconds, long number, boolean will) {
        this.content = content;
        this.publisher = publisher;
        this.topic = topic;
        this.qos = qos;
        this.expirySeconds = expirySeconds;
        this.number = number;
        this.will = will;
    }

    boolean isShared() {
        return topic.name().startsWith("s/");
    }

    boolean isRetained() {
        return topic.name().startsWith("r/");
    }

    @Override
    public String toString() {
        String expiry = expirySeconds == Publish.ABSENT ? "" : " for " + expirySeconds + " s";
        return content + " of " + publisher + " on " + topic + " at " + qos + expiry;
    }
}
