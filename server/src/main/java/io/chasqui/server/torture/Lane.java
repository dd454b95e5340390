package io.chasqui.server.torture;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.util.Arrays;
import java.util.BitSet;

/**
 * All messages of one publisher to one topic at one QoS: the stretch on which section 4.6 demands order. Takes 17 bytes for
 * each message. Guarded by its {@link Ledger}.
 */
final class Lane {
    /** What is known of a message. Only ACKNOWLEDGED ones are owed; UNKNOWN ones may arrive or not. */
    enum State {
        UNKNOWN,
        ACKNOWLEDGED,
        REFUSED
    }

    private static final State[] STATES = State.values();

    final int number;
    final String publisher;
    final TopicName topic;
    final Qos qos;
    final boolean probe; // sent at the end, to see whether subscriptions are there

    private int size;
    private long[] sentAt = new long[64]; // tick of the first attempt
    private long[] settledAt = new long[64]; // tick of PUBACK or PUBCOMP; NEVER before
    private byte[] states = new byte[64];
    private final BitSet resent = new BitSet();

    Lane(int number, String publisher, TopicName topic, Qos qos, boolean probe) {
        this.number = number;
        this.publisher = publisher;
        this.topic = topic;
        this.qos = qos;
        this.probe = probe;
    }

    int size() {
        return size;
    }

    /** @return the sequence number of the new message */
    int add(long tick) {
        if (size == states.length) {
            sentAt = Arrays.copyOf(sentAt, 2 * size);
            settledAt = Arrays.copyOf(settledAt, 2 * size);
            states = Arrays.copyOf(states, 2 * size);
        }
        sentAt[size] = tick;
        settledAt[size] = Ledger.NEVER;
        return size++;
    }

    long sentAt(int sequence) {
        return sentAt[sequence];
    }

    long settledAt(int sequence) {
        return settledAt[sequence];
    }

    void settle(int sequence, long tick) {
        settledAt[sequence] = tick;
    }

    State state(int sequence) {
        return STATES[states[sequence]];
    }

    void state(int sequence, State state) {
        states[sequence] = (byte) state.ordinal();
    }

    void markResent(int sequence) {
        resent.set(sequence);
    }

    boolean isResent(int sequence) {
        return resent.get(sequence);
    }

    String describe(int sequence) {
        return "message " + sequence + " of " + publisher + " to " + topic + " at QoS " + qos.level();
    }
}
