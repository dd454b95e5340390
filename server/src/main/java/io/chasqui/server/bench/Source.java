package io.chasqui.server.bench;

import io.chasqui.client.transport.Wire;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.probe.Target;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A publisher. In the closed loop it sends while fewer than {@code window} of its messages are on the way, that is sent and not
 * received by all who should have them; in the open loop it sends what its {@link Pacer} says is due. A message that is due and
 * cannot be sent (the socket is full, or too many are unacknowledged) is sent later, with the time at which it was due.
 *
 * <p>Confined to the thread of its lane but for {@link #credit}, {@link #writeOff} and what only counts.
 */
final class Source extends Station {
    private static final byte FREE = 0;
    private static final byte SENT = 1;
    private static final byte OWNED = 2; // by the broker, as PUBREC said

    /** How a publisher sends: the same for all of a run. */
    record Manner(
            Qos qos,
            boolean retain,
            int run,
            int payloadBytes,
            int window,
            int inFlight,
            int copies,
            boolean openLoop) {}

    private final Manner manner;
    private final int firstStream;
    private final TopicName[] topics; // a stream each
    private final long[] sequences; // the next of each stream
    private final byte[] payload;
    private final int[] freeIds; // a ring, so that an id rests before it is used again
    private int freeAt;
    private int free;
    private final byte[] states; // by Packet Identifier: FREE, SENT or OWNED
    private int nextTopic;
    private long limit = Long.MAX_VALUE; // messages
    private double startNanos; // open loop: when message 0 is due
    private double intervalNanos;
    private boolean running;
    private boolean freed; // in this turn

    private final Counter sent = new Counter(); // messages
    private final Counter refused = new Counter();
    private final Counter granted = new Counter(); // open loop: messages that have become due
    private final Counter answered = new Counter(); // messages of QoS 1 and 2
    private final AtomicLong delivered = new AtomicLong(); // to all subscribers together, what was written off included
    private final AtomicBoolean waiting = new AtomicBoolean(); // for room in the window

    Source(
            Lane lane,
            Target target,
            String clientId,
            Troubles troubles,
            Manner manner,
            int firstStream,
            TopicName[] topics) {
        super(lane, target, clientId, troubles);
        this.manner = manner;
        this.firstStream = firstStream;
        this.topics = topics;
        this.sequences = new long[topics.length];
        this.payload = new byte[manner.payloadBytes];
        int ids = manner.qos == Qos.AT_MOST_ONCE ? 0 : manner.inFlight;
        this.freeIds = new int[ids];
        this.states = new byte[ids + 1];
    }

    @Override
    @Nullable
    String onGranted(ConnAck ack) {
        if (manner.qos.level() > ack.properties().maximumQos().level()) {
            return "the Maximum QoS of " + target + " is "
                    + ack.properties().maximumQos().level() + "; give -q "
                    + ack.properties().maximumQos().level();
        }
        if (manner.retain && !ack.properties().retainAvailable()) {
            return target + " has no retained messages";
        }
        free = Math.min(freeIds.length, ack.properties().receiveMaximum());
        freeAt = 0;
        for (int i = 0; i < free; i++) {
            freeIds[i] = i + 1;
        }
        return null;
    }

    /**
     * Begins to publish.
     *
     * @param messages after which it stops
     */
    void start(long messages) {
        limit = messages;
        running = true;
        pump();
    }

    /** Begins to publish in the open loop: message k is due at {@code startNanos + k * intervalNanos}. */
    void start(long messages, double start, double interval) {
        limit = messages;
        startNanos = start;
        intervalNanos = interval;
        running = true;
    }

    /** Sends no more; what is on the way goes on. */
    void stop() {
        running = false;
    }

    long sent() {
        return sent.get();
    }

    /** Messages that the broker did not take. */
    long refused() {
        return refused.get();
    }

    /** Open loop: one message more has become due. */
    void grant() {
        granted.add(1);
        pump();
    }

    /** Subscribers have received so many more of its messages. Any thread. */
    void credit(long messages) {
        delivered.addAndGet(messages);
        if (waiting.compareAndSet(true, false)) {
            if (lane.thread.isCurrent()) {
                pump();
            } else {
                lane.thread.execute(this::pump);
            }
        }
    }

    /** What is on the way will not come any more: makes room for others. */
    void writeOff() {
        credit(Math.max(0, outstanding()));
    }

    private long outstanding() {
        return sent.get() * manner.copies - delivered.get();
    }

    long delivered() {
        return delivered.get();
    }

    private void pump() {
        Wire out = wire;
        long due = 0; // of the closed loop: now, read once
        while (running && out != null && sent.get() < limit && mayStart() && hasId() && out.isWritable()) {
            if (manner.openLoop) {
                due = (long) (startNanos + sent.get() * intervalNanos);
            } else if (due == 0) {
                due = System.nanoTime();
            }
            publish(out, due);
        }
    }

    private boolean mayStart() {
        if (manner.openLoop) {
            return sent.get() < granted.get();
        }
        if (outstanding() < (long) manner.window * manner.copies) {
            return true;
        }
        waiting.set(true);
        // a credit may have come before it was set
        return outstanding() < (long) manner.window * manner.copies && waiting.compareAndSet(true, false);
    }

    private boolean hasId() {
        return free > 0 || manner.qos == Qos.AT_MOST_ONCE;
    }

    private void publish(Wire out, long due) {
        int packetId = 0;
        if (manner.qos != Qos.AT_MOST_ONCE) {
            packetId = freeIds[freeAt];
            freeAt = freeAt + 1 == freeIds.length ? 0 : freeAt + 1;
            free--;
            states[packetId] = SENT;
        }
        int topic = nextTopic;
        nextTopic = topic + 1 == topics.length ? 0 : topic + 1;
        byte[] bytes = payload.length <= Wire.COPIED_BYTES ? payload : payload.clone();
        if (bytes.length > 0) { // none to remove a retained message
            Stamp.write(bytes, manner.run, firstStream + topic, sequences[topic]++, due);
        }
        out.publish(
                false,
                manner.qos,
                manner.retain,
                topics[topic],
                packetId,
                PublishProperties.NONE,
                Publish.ABSENT,
                0,
                bytes);
        sent.add(1);
        lane.sent.add(1);
        lane.sentBytes.add(bytes.length);
    }

    /** Open loop: messages that were due and could not be sent. */
    long unsent() {
        return granted.get() - sent.get();
    }

    @Override
    void onOwned(int packetId) {
        if (packetId < states.length && states[packetId] == SENT) {
            states[packetId] = OWNED;
        }
    }

    @Override
    void onTaken(int packetId, ReasonCode reason, boolean complete) {
        if (packetId >= states.length || states[packetId] != (complete ? OWNED : SENT)) {
            return; // not for a message of ours, or for one that is done
        }
        states[packetId] = FREE;
        answered.add(1);
        int end = freeAt + free;
        freeIds[end >= freeIds.length ? end - freeIds.length : end] = packetId;
        free++;
        freed = true;
        if (reason.isError()) {
            refused.add(1);
            lane.refused.add(1);
            credit(manner.copies);
        }
    }

    /** All that it sent at QoS 1 and 2 has been answered. */
    boolean isAnswered() {
        return manner.qos == Qos.AT_MOST_ONCE || answered.get() == sent.get();
    }

    @Override
    public void onReceived() {
        if (freed) {
            freed = false;
            pump();
        }
    }

    @Override
    public void onWritable() {
        pump();
    }

    @Override
    void onLost() {
        running = false;
    }
}
