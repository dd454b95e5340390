package io.chasqui.client;

import io.chasqui.client.transport.EventThread;
import io.chasqui.client.transport.Wire;
import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What comes in: aliases, duplicates of QoS 2, who is given it, and the acknowledgements in their order. Confined to the event
 * thread, but for what says otherwise.
 *
 * <p>Limit: when {@code inboxMessages} wait for slow receivers the socket is not read. But as long as a receiver waits for the
 * server inside of its callback, the socket has to be read for the answer to come: then what is beyond the limit is dropped at QoS
 * 0, and taken at QoS 1 and 2, whose number is limited by Receive Maximum, in 3.1.1 by the Packet Identifiers.
 */
final class Receiver {
    private static final int KNOWN_TOPICS = 256; // whose receivers are remembered

    private final Settings settings;
    private final EventThread thread;
    private final ClientSession session;

    // Any thread.
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private volatile Map<TopicName, Delivery[]> known =
            new HashMap<>(); // replaced when deliveries change; written by the event thread
    private final AtomicInteger queued = new AtomicInteger(); // messages on their way to receivers
    private final AtomicInteger waiters = new AtomicInteger(); // receivers that wait for the server
    private final AtomicBoolean deciding = new AtomicBoolean(); // sendDecisions() will come
    private volatile boolean paused;
    private volatile boolean closed; // then nobody is given anything, nor the event thread

    // Valid for the session.
    private final Map<Integer, Received> exactlyOnce = new HashMap<>(); // PUBREL has not come; at most 65,535

    // Valid for the connection.
    private @Nullable Wire wire;
    private final ArrayDeque<Received> undecided = new ArrayDeque<>(); // QoS 1 and 2, in the order of arrival
    private int unacknowledged; // of which Receive Maximum speaks
    private final List<Delivery> turn = new ArrayList<>(); // deliveries that were given something
    private @Nullable TopicName[] aliases = new @Nullable TopicName[0];

    Receiver(Settings settings, EventThread thread, ClientSession session) {
        this.settings = settings;
        this.thread = thread;
        this.session = session;
    }

    void onConnected(Wire newWire, boolean sessionPresent) {
        wire = newWire;
        paused = false;
        if (!sessionPresent) {
            exactlyOnce.clear();
            undecided.clear();
        }
        updateReading();
    }

    void onDisconnected() {
        wire = null;
        unacknowledged = 0;
        aliases = new @Nullable TopicName[0];
        undecided.removeIf(message -> message.qos() == Qos.AT_LEAST_ONCE); // they come again, with any identifier
    }

    /** A message that a receiver may have already is given to nobody. */
    void onPublish(Publish publish) throws ProtocolException {
        if (closed) {
            return; // nobody would be given it: it comes again, to the next life of the session
        }
        TopicName topic = topicOf(publish);
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            give(new Received(resolved(publish, topic), this), topic);
            return;
        }
        if (publish.qos() == Qos.EXACTLY_ONCE) {
            Received before = exactlyOnce.get(publish.packetId());
            if (before != null) { // MQTT5-4.3.3-10
                if (before.sent) {
                    write(before);
                } else if (!undecided.contains(before)) {
                    count();
                    undecided.add(before);
                }
                return;
            }
        }
        count();
        Received message = new Received(resolved(publish, topic), this);
        if (publish.qos() == Qos.EXACTLY_ONCE) {
            exactlyOnce.put(publish.packetId(), message);
        }
        undecided.add(message);
        give(message, topic);
    }

    private void count() throws ProtocolException {
        if (unacknowledged >= settings.receiveMaximum()) {
            throw new ProtocolException(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "MQTT5-3.3.4-9",
                    "more than " + settings.receiveMaximum() + " messages not acknowledged");
        }
        unacknowledged++;
    }

    private TopicName topicOf(Publish publish) throws ProtocolException {
        int alias = publish.topicAlias();
        if (alias == 0) {
            return publish.topic();
        }
        if (alias > settings.topicAliasMaximum()) {
            throw new ProtocolException(ReasonCode.TOPIC_ALIAS_INVALID, "MQTT5-3.3.2-8", "Topic Alias " + alias);
        }
        if (aliases.length == 0) {
            aliases = new @Nullable TopicName[settings.topicAliasMaximum() + 1];
        }
        if (!publish.topic().equals(TopicName.EMPTY)) {
            aliases[alias] = publish.topic();
            return publish.topic();
        }
        TopicName topic = aliases[alias];
        if (topic == null) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR, "MQTT5-3.3.2-8", "Topic Alias " + alias + " has no topic");
        }
        return topic;
    }

    private static Publish resolved(Publish publish, TopicName topic) {
        return publish.topic() == topic
                ? publish
                : new Publish(
                        publish.dup(),
                        publish.qos(),
                        publish.retain(),
                        topic,
                        publish.packetId(),
                        publish.properties(),
                        publish.messageExpirySeconds(),
                        publish.topicAlias(),
                        publish.subscriptionIds(),
                        publish.payload());
    }

    private void give(Received message, TopicName topic) {
        Delivery[] to = deliveriesOf(topic);
        if (to.length == 0) {
            message.open(1);
            message.acknowledge();
            session.tell(listener -> listener.onUnhandled(message, null));
            return;
        }
        if (message.qos() == Qos.AT_MOST_ONCE && waiters.get() > 0 && queued.get() >= settings.inboxMessages()) {
            session.countDropped();
            return;
        }
        message.open(to.length);
        queued.addAndGet(to.length);
        for (Delivery delivery : to) {
            if (delivery.turn.isEmpty()) {
                turn.add(delivery);
            }
            delivery.turn.add(message);
        }
        if (queued.get() >= settings.inboxMessages()) {
            updateReading();
        }
    }

    private Delivery[] deliveriesOf(TopicName topic) {
        Map<TopicName, Delivery[]> remembered = known;
        Delivery[] found = remembered.get(topic);
        if (found == null) {
            found = deliveries.stream()
                    .filter(delivery -> delivery.filter.matches(topic))
                    .toArray(Delivery[]::new);
            if (remembered.size() >= KNOWN_TOPICS) {
                remembered.clear();
            }
            remembered.put(topic, found);
        }
        return found;
    }

    /** All that had come has been taken in. */
    void endTurn() {
        for (Delivery delivery : turn) {
            delivery.endTurn();
        }
        turn.clear();
        sendDecisions();
    }

    void onPubRel(PubRel rel) {
        boolean was = exactlyOnce.remove(rel.packetId()) != null;
        if (wire != null) { // MQTT5-4.3.3-11
            wire.write(new PubComp(rel.packetId(), was ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        }
        if (was && unacknowledged > 0) {
            unacknowledged--;
        }
    }

    /** A message was decided; any thread. */
    void decided() {
        if (!closed && !deciding.getAndSet(true)) {
            thread.execute(this::sendDecisions);
        }
    }

    /** Answers those that are decided, as far as nobody before them is not. */
    private void sendDecisions() {
        deciding.set(false);
        if (closed) {
            return;
        }
        for (Received message; (message = undecided.peek()) != null && message.decision() != null; ) {
            undecided.remove();
            message.sent = true;
            write(message);
        }
    }

    private void write(Received message) {
        Wire out = wire;
        ReasonCode decision = message.decision();
        if (out == null || decision == null) {
            return;
        }
        int id = message.publish().packetId();
        ReasonCode reason = settings.isV5() ? decision : ReasonCode.SUCCESS;
        if (message.qos() == Qos.AT_LEAST_ONCE) {
            unacknowledged--;
            out.write(new PubAck(id, reason, AckProperties.NONE));
            return;
        }
        out.write(new PubRec(id, reason, AckProperties.NONE));
        if (reason.isError()) { // MQTT5-4.3.3-9
            exactlyOnce.remove(id);
            unacknowledged--;
        }
    }

    /** Receivers are done with so many messages; any thread. */
    void taken(int messages) {
        int left = queued.addAndGet(-messages);
        if (paused && !closed && left <= settings.inboxMessages() / 2) {
            thread.execute(this::updateReading);
        }
    }

    /** A receiver begins (1) or ends (-1) to wait for the server in its callback; any thread. */
    void waits(int more) {
        waiters.addAndGet(more);
        if (!closed && (paused || more < 0)) {
            thread.execute(this::updateReading);
        }
    }

    private void updateReading() {
        Wire in = wire;
        if (in == null) {
            return;
        }
        int mark = paused ? settings.inboxMessages() / 2 : settings.inboxMessages() - 1;
        paused = queued.get() > mark && waiters.get() == 0;
        if (paused && (queued.get() <= settings.inboxMessages() / 2 || waiters.get() > 0)) {
            paused = false; // meanwhile, by threads that had seen it false and will not wake us
        }
        if (paused) {
            in.pauseReading();
        } else {
            in.resumeReading();
        }
    }

    /** Whether the socket is not read, so that answers cannot be expected. */
    boolean isPaused() {
        return paused;
    }

    /** Any thread; messages that come from now on. */
    void register(Delivery delivery) {
        deliveries.add(delivery);
        known = new HashMap<>();
    }

    /** Any thread. */
    void unregister(Delivery delivery) {
        deliveries.remove(delivery);
        known = new HashMap<>();
        thread.execute(delivery::cancel);
    }

    /** Any thread. */
    void unregisterCallbacks(List<String> filters) {
        for (Delivery delivery : deliveries) {
            if (filters.contains(delivery.filter.text())) {
                unregister(delivery);
            }
        }
    }

    /** No callback begins any more: what was not acknowledged comes again, to the next life of the session. */
    void close() {
        closed = true;
        deliveries.forEach(Delivery::cancel);
    }

    /** A receiver threw; any thread. */
    void unhandled(Received message, Throwable fault) {
        session.tell(listener -> listener.onUnhandled(message, fault));
    }
}
